"""Penalties on record: entered by a clerk, signed by the head; a second fine for the same act is
stopped, by the database too (行政处罚法第二十九条)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clues.acts.penalties import PENALTY_ACTS, PENALTY_STAGES
from clues.models import Clue, Penalty
from clues.rules.penalty import LAW, act_key
from clues.services.clue_secrecy import follow_clue
from clues.services.decisions import hold_clue_for, must_enforce
from clues.services.uploads import Files, keep_files
from credit.models import Subject
from credit.services.origins import restate
from departments.models import Department
from matters.models import CheckItem
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, Refused

_S = Penalty.State
_ONE_FINE = "same_act_fined_once"
_ONE_ENTRY = "penalty_entered_once"
_MOST_FEN = 10**15
_FILES = "处罚材料"
_WHAT = "行政处罚"


@dataclass(frozen=True, kw_only=True)
class PenaltyData:
    """A penalty as its clerk enters it; the act is a check item's or said in words. ``amount``
    is in fen and given for fines only."""

    subject: Subject
    check_item: CheckItem | None = None
    act: str = ""
    occurred_from: dt.date
    occurred_to: dt.date
    number: str
    kind: str
    amount: int | None = None
    decided_on: dt.date
    clue: Clue | None = None


def enter(actor: Actor, data: PenaltyData, files: Files = ()) -> Penalty:
    """Put a penalty of the actor's department before its head, with the papers of the decision.

    Raises ``NotAllowed``, or ``Refused`` with the field at fault, also when the act has been
    fined already or the decision is on record.
    """
    department = must_enter(actor)
    penalty = Penalty(
        region_code=department.region.code,
        department=department,
        entered_by_id=actor.user_id,
    )
    _fill(actor, penalty, data)
    try:
        with transaction.atomic():
            hold_clue_for(actor, data.clue, "penalty.enter", _WHAT)
            penalty.clue = data.clue
            penalty.confidential = data.clue is not None and data.clue.confidential
            penalty.save()
            PENALTY_STAGES.enter(actor, penalty)
            trail.record(actor, "penalty.enter", "登记处罚", penalty, after=trail.snapshot(penalty))
            keep_files(actor, penalty, files, _FILES)
    except IntegrityError as error:
        raise _in_words(actor, penalty, error) from error
    return penalty


def must_enter(actor: Actor) -> Department:
    """The department in whose name the actor enters penalties. Raises ``NotAllowed``."""
    return must_enforce(actor, "penalty.enter", _WHAT)


def edit(actor: Actor, pk: int, data: PenaltyData, files: Files = ()) -> Penalty:
    """Change what has not been signed; it is before the head again. Files are added to those that
    are there. Raises as ``enter``."""
    penalty: Penalty | None = None
    try:
        with transaction.atomic():
            hold_clue_for(actor, data.clue, "penalty.edit", _WHAT)
            with PENALTY_ACTS.take(actor, "edit", pk) as penalty:
                follow_clue(penalty, data.clue)
                _fill(actor, penalty, data)
                keep_files(actor, penalty, files, _FILES)
    except IntegrityError as error:
        raise _in_words(actor, penalty, error) from error
    return penalty


def sign(actor: Actor, pk: int, opinion: str = "") -> Penalty:
    """Put a penalty in force. Raises ``Refused`` when the act has been fined meanwhile; of two
    heads who sign at once one is refused."""
    penalty: Penalty | None = None
    try:
        with transaction.atomic():
            _hold_decision(pk)
            with PENALTY_ACTS.take(actor, "sign", pk, opinion=opinion) as penalty:
                _refuse_second_fine(actor, penalty)
                penalty.signed_by = actor.name
            restate(actor, penalty)
    except IntegrityError as error:
        raise _in_words(actor, penalty, error) from error
    return penalty


def reject(actor: Actor, pk: int, opinion: str) -> Penalty:
    """Give an entry back to the clerk."""
    with PENALTY_ACTS.take(actor, "reject", pk, opinion=opinion) as penalty:
        pass
    return penalty


def drop(actor: Actor, pk: int, opinion: str) -> Penalty:
    """Give an entry up that was never signed."""
    with PENALTY_ACTS.take(actor, "drop", pk, opinion=opinion) as penalty:
        pass
    return penalty


@transaction.atomic
def withdraw(actor: Actor, pk: int, opinion: str) -> Penalty:
    """Take a decision back, with the reason; the act may be fined anew."""
    _hold_decision(pk)
    with PENALTY_ACTS.take(actor, "withdraw", pk, opinion=opinion) as penalty:
        penalty.withdrawn_reason = opinion.strip()
    restate(actor, penalty)
    return penalty


HANDLERS = {"sign": sign, "reject": reject, "drop": drop, "withdraw": withdraw}


def same_fines(penalty: Penalty) -> QuerySet[Penalty]:
    """The fines in force for the same act of the same subject in an overlapping time."""
    return (
        Penalty.objects.filter(
            kind=Penalty.Kind.FINE,
            state=_S.IN_FORCE,
            subject_id=penalty.subject_id,
            act_key=penalty.act_key,
            occurred_from__lte=penalty.occurred_to,
            occurred_to__gte=penalty.occurred_from,
        )
        .exclude(pk=penalty.pk)
        .select_related("department")
        .order_by("decided_on", "pk")
    )


def _refuse_second_fine(actor: Actor, penalty: Penalty) -> None:
    if penalty.kind != Penalty.Kind.FINE:
        return
    if same_fines(penalty).exists():
        raise second_fine(actor, penalty)


def second_fine(actor: Actor, penalty: Penalty) -> Refused:
    """Why a fine cannot be: the first one, or neutral words when the person must not know it."""
    first = same_fines(penalty).first()
    known = Penalty.objects.visible_to(actor).filter(pk=first.pk).exists() if first else False
    if first is None or not known:
        return Conflict("该处罚暂不能登记，请联系综合协调组核对。", field="act")
    return Conflict(
        f"同一违法行为已于 {first.decided_on} 由{first.department.name}以{first.number}罚款"
        f"（{first.amount_text}），不得再次罚款（{LAW}）。其他种类的处罚不受此限。",
        field="act",
    )


def _in_words(actor: Actor, penalty: Penalty | None, error: IntegrityError) -> Exception:
    text = str(error)
    if penalty is not None and _ONE_FINE in text:
        return second_fine(actor, penalty)
    if _ONE_ENTRY in text:
        return Conflict("该决定书的这一处罚已经登记，请核对文号。", field="number")
    return error


def _hold_decision(pk: int) -> None:
    """Lock all rows of a penalty's decision, in one order: they count as one, so of two heads who
    sign or withdraw two of them at once the second has to see what the first did."""
    own = Penalty.objects.filter(pk=pk)
    rows = Penalty.objects.select_for_update(of=("self",)).filter(
        department__in=own.values("department"),
        number__in=own.values("number"),
        subject__in=own.values("subject"),
    )
    list(rows.order_by("pk").values_list("pk", flat=True))


def _fill(actor: Actor, penalty: Penalty, data: PenaltyData) -> None:
    if data.check_item is not None and data.act.strip():
        raise Refused("违法行为请选择检查事项或填写文字，二者只填其一。", field="act")
    if data.check_item is not None and data.check_item.department_id != penalty.department_id:
        raise Refused("只能选择本部门的检查事项。", field="check_item")
    words = data.check_item.title if data.check_item else " ".join(data.act.split())
    key = act_key(words)
    if not key:
        raise Refused("请选择或填写违法行为。", field="act")
    if len(words) > 200:
        raise Refused("违法行为不能超过 200 个字。", field="act")
    if data.occurred_to < data.occurred_from:
        raise Refused("违法行为终了日期不能早于开始日期。", field="occurred_to")
    if data.decided_on < data.occurred_to:
        raise Refused("决定日期不能早于违法行为终了日期。", field="decided_on")
    if data.decided_on > clock.today():
        raise Refused("决定日期不能晚于今天。", field="decided_on")
    if not data.number.strip():
        raise Refused("请填写决定书文号。", field="number")
    if data.kind not in Penalty.Kind.values:
        raise Refused("请选择处罚种类。", field="kind")
    is_fine = data.kind == Penalty.Kind.FINE
    if is_fine and not 0 < (data.amount or 0) <= _MOST_FEN:
        raise Refused("请填写罚款金额，应大于 0。", field="amount")
    if not is_fine and data.amount is not None:
        raise Refused("只有罚款填写金额。", field="amount")
    penalty.subject = data.subject
    penalty.check_item = data.check_item
    penalty.act, penalty.act_key = words, key[:200]
    penalty.occurred_from, penalty.occurred_to = data.occurred_from, data.occurred_to
    penalty.number = "".join(data.number.split())
    penalty.kind, penalty.amount = data.kind, data.amount
    penalty.decided_on = data.decided_on
    _refuse_second_fine(actor, penalty)

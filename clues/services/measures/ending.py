"""How a measure ends: a decision within its term, lifting at once, carrying the decision out
(行政强制法第二十一条、第二十七条、第二十八条、第三十三条)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from clues.acts.measures import MEASURE_ACTS
from clues.models import CompulsoryMeasure
from clues.rules import measures as rules
from clues.services.measures.term import SIGN, finish_test, is_over, wait_for_head
from clues.services.procedures import told
from clues.services.uploads import Files, keep_files
from clues.stages import close_side
from credit.services.origins import restate
from records import clock
from records.actor import Actor
from records.errors import Conflict, Refused

_S = CompulsoryMeasure.State
_FILES = "处理决定和退还、移交凭证"


@dataclass(frozen=True, kw_only=True)
class Disposal:
    """What is to become of what was sealed, seized or frozen; ``items`` names lines of the list, by
    their ids, that end otherwise than the rest."""

    outcome: str
    reason: str
    ground: str = ""
    document: str = ""
    items: Mapping[int, str] = field(default_factory=dict)


def dispose(actor: Actor, pk: int, disposal: Disposal) -> CompulsoryMeasure:
    """Put before the head how the measure is to end. Raises ``Refused`` at the field; once the
    term has ended nothing but lifting is possible."""
    with MEASURE_ACTS.take(actor, "dispose", pk) as measure:
        _check(measure, disposal)
        measure.outcome, measure.ground = disposal.outcome, disposal.ground
        measure.outcome_reason = told(disposal.reason, "处理理由和依据", "reason")
        measure.outcome_document = "".join(disposal.document.split())
        for item in measure.items.all():
            item.outcome = disposal.items.get(item.pk) or disposal.outcome
            item.save(update_fields=("outcome",))
        wait_for_head(actor, measure, rules.DISPOSAL_SIGN_DUE, "签发强制措施处理决定")
    return measure


def return_disposal(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """Give the proposal back to the clerk."""
    with MEASURE_ACTS.take(actor, "return-disposal", pk, opinion=opinion) as measure:
        close_side(actor, measure, SIGN)
    return measure


@transaction.atomic
def decide(actor: Actor, pk: int, opinion: str = "") -> CompulsoryMeasure:
    """The head decides as proposed; the term has been kept."""
    with MEASURE_ACTS.take(actor, "decide", pk, opinion=opinion) as measure:
        _refuse_late(measure, {measure.outcome, *measure.items.values_list("outcome", flat=True)})
        _end_term(actor, measure)
    restate(actor, measure)
    return measure


@transaction.atomic
def lift(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """The head lifts the measure at once: also one that was carried out first and should not have
    been (第十九条)."""
    with MEASURE_ACTS.take(actor, "lift", pk, opinion=opinion) as measure:
        measure.outcome, measure.outcome_reason = rules.LIFT, opinion.strip()
        if measure.state == _S.URGENT:
            measure.ground = "not_due"
        else:
            measure.ground = "expired" if is_over(measure) else "other"
        measure.outcome_document = ""
        measure.items.update(outcome=rules.LIFT)
        _end_term(actor, measure)
    restate(actor, measure)
    return measure


@transaction.atomic
def close(
    actor: Actor, pk: int, *, fulfilled_on: dt.date, fulfilment: str, files: Files = ()
) -> CompulsoryMeasure:
    """What was decided has been done: returned, destroyed, handed over, with its receipts."""
    with MEASURE_ACTS.take(actor, "close", pk) as measure:
        assert measure.decided_at is not None
        if fulfilled_on > clock.today():
            raise Refused("执行日期不能晚于今天。", field="fulfilled_on")
        if fulfilled_on < timezone.localtime(measure.decided_at).date():
            raise Refused("执行日期不能早于处理决定日期。", field="fulfilled_on")
        measure.fulfilled_on = fulfilled_on
        measure.fulfilment = told(fulfilment, "执行情况", "fulfilment")
        measure.closed_at = clock.now()
        keep_files(actor, measure, files, _FILES)
    restate(actor, measure)
    return measure


@transaction.atomic
def withdraw(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """Take the record back: set aside on review or by a court, or entered in error."""
    with MEASURE_ACTS.take(actor, "withdraw", pk, opinion=opinion) as measure:
        measure.withdrawn_reason = opinion.strip()
    restate(actor, measure)
    return measure


def _check(measure: CompulsoryMeasure, disposal: Disposal) -> None:
    possible = rules.OUTCOMES_OF[measure.kind]
    own = set(measure.items.values_list("pk", flat=True))
    if not set(disposal.items) <= own:
        raise Refused("所选的清单项不属于该措施。", field="items")
    wanted = {disposal.outcome, *filter(None, disposal.items.values())}
    if not wanted <= set(possible):
        words = "、".join(rules.OUTCOMES[code] for code in possible)
        raise Refused(f"该种措施的处理结果只能是{words}。", field="outcome")
    if rules.LIFT in wanted and disposal.ground not in rules.GROUNDS:
        raise Refused("解除的，请选择解除情形。", field="ground")
    if rules.LIFT not in wanted and disposal.ground:
        raise Refused("只有解除的选择解除情形。", field="ground")
    _refuse_late(measure, wanted)


def _refuse_late(measure: CompulsoryMeasure, wanted: set[str]) -> None:
    if is_over(measure) and wanted - {rules.LIFT}:
        raise Conflict(
            "期限已经届满，应当解除（第二十八条第一款第四项、第三十三条第一款第四项）。",
            field="outcome",
        )


def _end_term(actor: Actor, measure: CompulsoryMeasure) -> None:
    finish_test(actor, measure, "作出处理决定，检测终止")
    measure.asked_days = None
    measure.decided_at, measure.decided_by = clock.now(), actor.name
    close_side(actor, measure, SIGN)

"""Appeals against what was published: raised by a department's head, answered by the coordination
office's clerk, signed by its head (D3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from departments.profile import must_fill, time_limit
from departments.roles import Function
from records import clock, deadlines, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from supervision.assessment.acts import APPEAL_ACTS, may_appeal
from supervision.assessment.models import Appeal, LineScore, Round, ScoreRow
from supervision.assessment.rules import DECIDE_DUE
from supervision.assessment.services.computing import recount
from supervision.assessment.services.rounds import may_still_appeal

LONGEST = 500


@transaction.atomic
def raise_appeal(actor: Actor, line_id: int, row_id: int | None, reason: str) -> Appeal:
    """Appeal against a row, or against a whole line (no row).

    Raises ``NotAllowed`` for anybody but the department's head; ``Refused`` without a reason,
    outside of the time for appeals, or for what does not count; ``Conflict`` when an appeal
    against the same is open.
    """
    line = LineScore.objects.select_related("of__round__region", "of__department", "line").get(
        pk=line_id
    )
    if not may_appeal(actor, line):
        raise NotAllowed(
            "只有被考核部门的负责人可以申诉。", verb="assessment_appeal.raise", target=line
        )
    of = Round.objects.select_for_update().get(pk=line.of.round_id)
    if not may_still_appeal(of):
        raise Refused("不在申诉期内，不能申诉。")
    _check_words(reason, "reason")
    row = None
    if row_id is None and not line.rows:
        raise Refused("本项指标没有计入的明细，不能申诉。")
    if row_id is not None:
        row = ScoreRow.objects.filter(line=line, pk=row_id).first()
        if row is None:
            raise Refused("没有这条明细。", field="row")
        if row.left_out:
            raise Refused("这条明细已经不计入得分。", field="row")
    if Appeal.objects.filter(line=line, row=row, state__in=Appeal.OPEN).exists():
        raise Conflict("对同一内容的申诉正在办理。")
    appeal = Appeal.objects.create(
        line=line, row=row, department_id=line.of.department_id, reason=reason.strip()
    )
    trail.record(actor, "assessment_appeal.raise", "提出考核申诉", appeal, opinion=reason.strip())
    held = time_limit(of.region_code, DECIDE_DUE)
    deadlines.start(
        actor,
        appeal,
        rule=held.key,
        title=held.title,
        source=held.source,
        limit=held.limit,
        department_id=must_fill(of.region_code, Function.COORDINATION).pk,
        region_code=of.region_code,
    )
    return appeal


def propose(actor: Actor, code: str, pk: int, opinion: str) -> Appeal:
    """Answer an appeal (``accept`` or ``reject``) with the reason, for the head to sign."""
    with APPEAL_ACTS.take(actor, code, pk, opinion=opinion) as appeal:
        appeal.decision = opinion.strip()
    return appeal


def sign_accept(actor: Actor, pk: int, opinion: str = "") -> Appeal:
    """Leave the row, or all rows of the line, out with the reason and count anew."""
    with APPEAL_ACTS.take(actor, "sign-accept", pk, opinion=opinion) as appeal:
        Round.objects.select_for_update().get(pk=appeal.line.of.round_id)
        facts = ScoreRow.objects.filter(line_id=appeal.line_id, left_out="")
        if appeal.row_id is not None:
            facts = facts.filter(pk=appeal.row_id)
        facts.update(left_out=appeal.decision)
        recount(appeal.line)
        _end(appeal)
    return appeal


def sign_reject(actor: Actor, pk: int, opinion: str = "") -> Appeal:
    """Let the row stand."""
    with APPEAL_ACTS.take(actor, "sign-reject", pk, opinion=opinion) as appeal:
        _end(appeal)
    return appeal


def give_back(actor: Actor, pk: int, opinion: str) -> Appeal:
    """Let the clerk answer once more."""
    with APPEAL_ACTS.take(actor, "return", pk, opinion=opinion) as appeal:
        appeal.decision = ""
    return appeal


def withdraw(actor: Actor, pk: int, opinion: str = "") -> Appeal:
    """End an appeal before it is answered."""
    with APPEAL_ACTS.take(actor, "withdraw", pk, opinion=opinion) as appeal:
        deadlines.cancel(appeal, DECIDE_DUE.key)
    return appeal


HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {
    "accept": lambda actor, pk, opinion: propose(actor, "accept", pk, opinion),
    "reject": lambda actor, pk, opinion: propose(actor, "reject", pk, opinion),
    "sign-accept": sign_accept,
    "sign-reject": sign_reject,
    "return": give_back,
    "withdraw": withdraw,
}


def _end(appeal: Appeal) -> None:
    appeal.decided_at = clock.now()
    deadlines.meet(appeal, DECIDE_DUE.key)


def _check_words(words: str, field: str) -> None:
    if not words.strip():
        raise Refused("请填写申诉理由。", field=field)
    if len(words.strip()) > LONGEST:
        raise Refused(f"理由不能超过 {LONGEST} 个字。", field=field)

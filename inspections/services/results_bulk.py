"""Approving many results at once: what it would do, and doing it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from inspections.acts.results import RESULT_ACTS
from inspections.models import Result
from inspections.selectors.results import result_list
from inspections.services.results import approve
from records.actor import Actor
from records.bulk import BulkRow
from records.errors import NotAllowed, Refused

MOST_AT_ONCE = 200


def plan_approval(actor: Actor, pks: Iterable[int]) -> list[BulkRow[Result]]:
    """What approving would do to each chosen result that the person may know of.

    Raises ``Refused`` when nothing or too much is chosen, ``NotAllowed`` when the person may
    approve none of them, whatever their state.
    """
    ids = set(pks)
    if len(ids) > MOST_AT_ONCE:
        raise Refused(f"一次最多审核 {MOST_AT_ONCE} 条，请分次选择。")
    results = list(result_list(actor).filter(pk__in=ids).order_by("-id"))
    if not results:
        raise Refused("请先在列表中选择检查结果。")
    act = RESULT_ACTS["approve"]
    if not any(act.who(actor, result) for result in results):
        raise NotAllowed("您没有审核这些检查结果的权限。", verb="result.approve")
    return [BulkRow(result, _obstacle(actor, result)) for result in results]


def approve_many(actor: Actor, pks: Iterable[int], opinion: str = "") -> list[BulkRow[Result]]:
    """Approve every chosen result with which it is possible, in one transaction.

    Answers with all rows, those skipped with the reason. Raises as ``plan_approval``.
    """
    rows: list[BulkRow[Result]] = []
    with transaction.atomic():
        for row in plan_approval(actor, pks):
            words = row.obstacle
            if not words:
                try:
                    approve(actor, row.target.pk, opinion)
                except Refused as changed_since:
                    words = changed_since.message
            rows.append(BulkRow(row.target, words))
    return rows


def _obstacle(actor: Actor, result: Result) -> str:
    act = RESULT_ACTS["approve"]
    if not act.who(actor, result):
        return "不是本部门的检查结果"
    if not RESULT_ACTS.possible(act, result):
        return f"当前状态为“{result.get_state_display()}”"
    return ""

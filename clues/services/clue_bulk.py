"""One act on many clues: what it would do to each, and doing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from clues.acts.clue import CLUE_ACTS
from clues.models import Clue
from clues.services.clue_transfer import assign, receive
from clues.services.clues import handle
from departments.actors import fills_in
from departments.models import Department
from departments.roles import Function, Role
from records.actor import Actor
from records.acts import Act
from records.bulk import BulkRow
from records.errors import NotAllowed, Refused

MOST_AT_ONCE = 200
BULK_ACTS = ("receive", "handle", "assign")


def act_of(code: str) -> Act[Any]:
    """The act behind a code of ``BULK_ACTS``."""
    return CLUE_ACTS[code]


def offered(actor: Actor) -> list[str]:
    """The bulk acts that a list offers to the person."""
    if not actor.has_role(Role.CLERK, Role.HEAD) or actor.department_id is None:
        return []
    coordinates = fills_in(actor, Function.COORDINATION, actor.region_code)
    return [code for code in BULK_ACTS if code != "assign" or coordinates]


def plan(actor: Actor, code: str, clue_ids: Iterable[int]) -> list[BulkRow[Clue]]:
    """What the act would do to each chosen clue that the person may know of.

    Raises ``Refused`` when nothing or too much is chosen, ``NotAllowed`` when the person may do
    the act to none of them, whatever their state.
    """
    ids = set(clue_ids)
    if len(ids) > MOST_AT_ONCE:
        raise Refused(f"一次最多办理 {MOST_AT_ONCE} 件，请分次选择。")
    clues = list(
        Clue.objects.visible_to(actor).filter(pk__in=ids).select_related("holder").order_by("pk")
    )
    if not clues:
        raise Refused("请先在列表中选择线索。")
    act = act_of(code)
    mine = {clue.pk for clue in clues if act.who(actor, clue)}
    if not mine:
        raise NotAllowed(f"您没有执行“{act.label}”的权限。", verb=f"clue.{code}")
    return [BulkRow(clue, _obstacle(act, clue, clue.pk in mine)) for clue in clues]


def carry_out(
    actor: Actor,
    code: str,
    clue_ids: Iterable[int],
    *,
    department: Department | None = None,
    opinion: str = "",
) -> list[BulkRow[Clue]]:
    """Do the act to every chosen clue with which it is possible, in one transaction; assigning
    takes ``department`` and ``opinion``.

    Answers with all rows, those skipped with the reason. Raises as ``plan``.
    """
    ids = set(clue_ids)
    with transaction.atomic():
        # In one order, so that two people who choose the same clues do not wait crosswise.
        locked = Clue.objects.visible_to(actor).filter(pk__in=ids).order_by("pk")
        list(locked.select_for_update(of=("self",)).values_list("pk", flat=True))
        rows = plan(actor, code, ids)
        return [
            row if row.obstacle else _do(actor, code, row.target, department, opinion)
            for row in rows
        ]


def _do(
    actor: Actor, code: str, clue: Clue, department: Department | None, opinion: str
) -> BulkRow[Clue]:
    try:
        # A savepoint: one that is refused takes nothing of the others with it.
        with transaction.atomic():
            if code == "assign":
                if department is None:
                    raise Refused("请选择承办部门。", field="department")
                assign(actor, clue.pk, department=department, opinion=opinion)
            else:
                {"receive": receive, "handle": handle}[code](actor, clue.pk, opinion)
    except Refused as refusal:
        return BulkRow(clue, refusal.message)
    return BulkRow(clue, "")


def _obstacle(act: Act[Any], clue: Clue, allowed: bool) -> str:
    if not CLUE_ACTS.possible(act, clue):
        return f"当前状态为“{clue.get_state_display()}”"
    return "" if allowed else "您没有这项权限"

"""One act on many tasks: what it would do to each, and doing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from inspections.acts.tasks import JOINT_TASK_ACTS, TASK_PART_ACTS
from inspections.models import JointTask, TaskPart
from inspections.services.notices import date_is_over, sign_notices
from inspections.services.tasks import accept_many
from records.actor import Actor
from records.acts import Act
from records.bulk import BulkRow
from records.errors import NotAllowed, Refused

MOST_AT_ONCE = 500
BULK_ACTS = ("accept", "sign")
WAITING_STATE = {"accept": JointTask.State.DISPATCHED, "sign": JointTask.State.SCHEDULED}
"""The state of the tasks that wait for the act."""


def act_of(code: str) -> Act[Any]:
    """The act behind a code of ``BULK_ACTS``."""
    return TASK_PART_ACTS["accept"] if code == "accept" else JOINT_TASK_ACTS["sign"]


def plan(actor: Actor, code: str, task_ids: Iterable[int]) -> list[BulkRow[JointTask]]:
    """What the act would do to each chosen task that the person may know of.

    Raises ``Refused`` when nothing or too much is chosen, ``NotAllowed`` when the person may do
    the act to none of them, whatever their state.
    """
    ids = set(task_ids)
    if len(ids) > MOST_AT_ONCE:
        raise Refused(f"一次最多办理 {MOST_AT_ONCE} 项，请分次选择。")
    tasks = list(
        JointTask.objects.visible_to(actor)
        .filter(pk__in=ids)
        .select_related("subject", "region", "item", "lead")
        .prefetch_related("parts__department", "parts__officers")
        .order_by("visit_on", "pk")
    )
    if not tasks:
        raise Refused("请先在列表中选择任务。")
    for task in tasks:
        for part in task.parts.all():
            part.task = task
    targets = [(task, _target(actor, code, task)) for task in tasks]
    act = act_of(code)
    if not any(target is not None and act.who(actor, target) for _, target in targets):
        raise NotAllowed(f"您没有执行“{act.label}”的权限。", verb=f"task.{code}")
    return [BulkRow(task, _obstacle(actor, code, task, target)) for task, target in targets]


def carry_out(
    actor: Actor, code: str, task_ids: Iterable[int], opinion: str = ""
) -> list[BulkRow[JointTask]]:
    """Do the act to every chosen task with which it is possible, in one transaction.

    Answers with all rows, those skipped with the reason. Raises as ``plan``.
    """
    ids = set(task_ids)
    with transaction.atomic():
        # In one order, so that two people who choose the same tasks do not wait crosswise.
        locked = JointTask.objects.visible_to(actor).filter(pk__in=ids).order_by("pk")
        list(locked.select_for_update(of=("self",)).values_list("pk", flat=True))
        rows = plan(actor, code, ids)
        possible = [row.target for row in rows if not row.obstacle]
        if code == "sign":
            sign_notices(actor, [task.pk for task in possible], opinion)
        else:
            own = [_target(actor, code, task) for task in possible]
            accept_many(actor, [part for part in own if isinstance(part, TaskPart)], opinion)
    return rows


def _target(actor: Actor, code: str, task: JointTask) -> JointTask | TaskPart | None:
    if code == "sign":
        return task
    return next((p for p in task.parts.all() if p.department_id == actor.department_id), None)


def _obstacle(actor: Actor, code: str, task: JointTask, target: JointTask | TaskPart | None) -> str:
    if target is None:
        return "本部门不参加这一户的检查"
    table: Any = TASK_PART_ACTS if code == "accept" else JOINT_TASK_ACTS
    act = act_of(code)
    if code == "sign" and task.awaits_ratification:
        return "紧急检查待补批，补批时一并签发"
    if not table.possible(act, target):
        state = target.get_state_display() if task.state != "cancelled" else "已取消"
        return f"当前状态为“{state}”"
    if code == "sign" and date_is_over(task):
        return "约定的检查日期已过"
    return "" if act.who(actor, target) else "您没有这项权限"

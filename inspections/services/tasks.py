"""What departments do with a dispatched task at their desks: accept, agree on a date, cancel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from inspections.acts.tasks import JOINT_TASK_ACTS, TASK_PART_ACTS
from inspections.models import JointTask, TaskPart
from inspections.rules import RATIFICATION_DUE
from inspections.services.dispatch import check_visit_date
from inspections.signals import visit_called_off
from records import clock, deadlines, trail
from records.actor import Actor
from records.errors import Refused

_BATCH = 500
_SETTLED = "各部门已约定检查日期"


def accept(actor: Actor, part_id: int, opinion: str = "") -> TaskPart:
    """Take the task over for one's department and agree to the proposed date."""
    return _agree(actor, "accept", part_id, opinion)


def accept_many(actor: Actor, parts: Sequence[TaskPart], opinion: str = "") -> None:
    """Accept many parts at once; a fixed number of queries.

    The caller has locked their tasks, seen that the act is possible with each, and read every
    task with all its parts, which know that very task.
    """
    now = clock.now()
    for part in parts:
        part.state = TaskPart.State.ACCEPTED
        part.accepted_at = now
        part.agreed_on = part.task.visit_on
    TaskPart.objects.bulk_update(parts, ("state", "accepted_at", "agreed_on"), batch_size=_BATCH)
    trail.record_each(
        actor,
        "task-part.accept",
        TASK_PART_ACTS["accept"].label,
        parts,
        opinion=opinion.strip(),
        before={"state": TaskPart.State.SENT},
        after={"state": TaskPart.State.ACCEPTED},
    )
    settled = [part.task for part in parts if _all_agree(part.task)]
    for task in settled:
        task.state = JointTask.State.SCHEDULED
    JointTask.objects.bulk_update(settled, ("state",), batch_size=_BATCH)
    trail.record_each(actor, "task.scheduled", _SETTLED, settled)


def agree(actor: Actor, part_id: int, opinion: str = "") -> TaskPart:
    """Agree to the date that another department has proposed since."""
    return _agree(actor, "agree", part_id, opinion)


def propose_date(actor: Actor, part_id: int, visit_on: dt.date, reason: str) -> TaskPart:
    """Propose another date, with the reason; the other departments have to agree anew.

    Raises ``Refused`` when the date is past, outside the plan item's period, or the one that
    stands already.
    """
    with transaction.atomic():
        task = lock_task_of(part_id)
        before = task.visit_on
        label = f"另提检查日期：{before} 改为 {visit_on}"
        with TASK_PART_ACTS.take(actor, "propose", part_id, opinion=reason, label=label) as part:
            if visit_on == before:
                raise Refused("提出的日期与现定日期相同。", field="visit_on")
            check_visit_date(task.item, visit_on, reason)
            part.accepted_at = part.accepted_at or clock.now()
            part.agreed_on = visit_on
        task.parts.exclude(pk=part_id).update(agreed_on=None)
        task.visit_on = visit_on
        task.visit_proposed_by_id = part.department_id
        task.state = JointTask.State.DISPATCHED
        task.save(update_fields=("visit_on", "visit_proposed_by", "state"))
        _settle(actor, task)
    return part


def cancel(actor: Actor, task_id: int, reason: str) -> JointTask:
    """Give a visit up before anybody has checked in, by the head of the lead department."""
    with JOINT_TASK_ACTS.take(actor, "cancel", task_id, opinion=reason) as task:
        if task.awaits_ratification:
            task.ratification = JointTask.Ratification.NOT_NEEDED
            deadlines.cancel(task, RATIFICATION_DUE.key)
        visit_called_off.send(JointTask, task=task, actor=actor, reason=reason)
    return task


def lock_task_of(part_id: int) -> JointTask:
    """Lock the task of a part; whoever changes a part locks its task first, so that nobody waits
    crosswise. Raises ``Refused`` when there is no such part."""
    task = (
        JointTask.objects.select_for_update(of=("self",))
        .select_related("item", "region", "subject")
        .filter(parts=part_id)
        .first()
    )
    if task is None:
        raise Refused("部门检查任务不存在。", code="not_found")
    return task


def _agree(actor: Actor, code: str, part_id: int, opinion: str) -> TaskPart:
    with transaction.atomic():
        task = lock_task_of(part_id)
        with TASK_PART_ACTS.take(actor, code, part_id, opinion=opinion) as part:
            part.accepted_at = part.accepted_at or clock.now()
            part.agreed_on = task.visit_on
        _settle(actor, task)
    return part


def _settle(actor: Actor, task: JointTask) -> None:
    """The date stands once every department has agreed to it."""
    if not _all_agree(task):
        return
    task.state = JointTask.State.SCHEDULED
    task.save(update_fields=("state",))
    trail.record(
        actor,
        "task.scheduled",
        _SETTLED,
        task,
        after={"visit_on": task.visit_on},
    )


def _all_agree(task: JointTask) -> bool:
    return all(
        part.state == TaskPart.State.ACCEPTED and part.agreed_on == task.visit_on
        for part in task.parts.all()
    )

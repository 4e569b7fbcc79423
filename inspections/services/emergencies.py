"""Emergencies: a visit that cannot wait begins at once and is approved afterwards (S5).

The yearly cap does not hold it up either; whether it was over the cap is what the head reads when
deciding.
"""

from __future__ import annotations

from departments.profile import time_limit
from inspections.acts.tasks import JOINT_TASK_ACTS
from inspections.models import JointTask, TaskPart
from inspections.rules import RATIFICATION_DUE
from inspections.services.notices import sign_afterwards
from inspections.services.yearly_visits import cap_of, cap_reached
from inspections.signals import visit_called_off
from records import clock, deadlines
from records.actor import Actor
from records.deadlines import Chip

_R = JointTask.Ratification
_T = JointTask.State


def begin(actor: Actor, task: JointTask) -> None:
    """Let a visit start now: nobody has to accept it, its notice is signed afterwards, and the
    clock of its head runs. Call it in the transaction that creates the visit."""
    now = clock.now()
    task.state, task.ratification, task.dispatched_at = _T.SCHEDULED, _R.PENDING, now
    task.save(update_fields=("state", "ratification", "dispatched_at"))
    task.parts.update(state=TaskPart.State.ACCEPTED, agreed_on=task.visit_on, accepted_at=now)
    rule = time_limit(task.region_code, RATIFICATION_DUE)
    deadlines.start(
        actor,
        task,
        rule=rule.key,
        title=rule.title,
        source=rule.source,
        limit=rule.limit,
        department_id=task.lead_id,
        region_code=task.region_code,
    )


def ratify(actor: Actor, task_id: int, opinion: str) -> JointTask:
    """Approve an emergency afterwards, with the reason, and sign its notice."""
    with JOINT_TASK_ACTS.take(actor, "ratify", task_id, opinion=opinion) as task:
        task.ratification = _R.RATIFIED
        sign_afterwards(actor, task)
        if task.state == _T.SCHEDULED:
            task.state = _T.NOTIFIED
        deadlines.meet(task, RATIFICATION_DUE.key)
    return task


def refuse(actor: Actor, task_id: int, opinion: str) -> JointTask:
    """Do not approve an emergency, with the reason: it is called off unless somebody has arrived;
    then it stays on record as a visit that was not approved."""
    with JOINT_TASK_ACTS.take(actor, "refuse", task_id, opinion=opinion) as task:
        task.ratification = _R.REFUSED
        deadlines.meet(task, RATIFICATION_DUE.key)
        if task.state in JointTask.JOINABLE:
            task.state = _T.CANCELLED
            visit_called_off.send(JointTask, task=task, actor=actor, reason=opinion)
    return task


def over_cap_words(task: JointTask) -> str:
    """That the departments had reached the yearly cap when an emergency waits for its head, in
    words; empty otherwise."""
    if not task.awaits_ratification:
        return ""
    departments = [part.department for part in task.parts.select_related("department")]
    return cap_reached(cap_of(task.region_code), task.subject, departments, task.visit_on)


def clock_of(task: JointTask) -> Chip | None:
    """The running clock of the head's decision."""
    running = deadlines.running_of(task, RATIFICATION_DUE.key).first()
    return deadlines.chip(running) if running else None

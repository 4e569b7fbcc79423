"""Who may do what with a joint task and its parts, at the desk and on site (I8, I9).

Dispatching makes tasks, so its right is checked by the service, with ``may_dispatch``.
"""

from __future__ import annotations

from departments.actors import is_clerk_of, is_head_of
from departments.roles import Role
from inspections.models import Draw, JointTask, TaskPart
from records.actor import Actor
from records.acts import Act, ActTable

_T = JointTask.State
_P = TaskPart.State

ON_SITE = frozenset({"record", "sign", "reopen", "submit"})
"""Acts on a part that are done on the phone, on site; the others are done at the desk."""


def may_dispatch(actor: Actor, draw: Draw) -> bool:
    """A clerk or the head of the lead department."""
    return is_clerk_of(actor, draw.item.lead_id)


def goes_with(actor: Actor, part: TaskPart) -> bool:
    """Whether the person is one of the inspectors assigned to the part."""
    return (
        actor.department_id == part.department_id
        and actor.has_role(Role.INSPECTOR)
        and any(officer.user_id == actor.user_id for officer in part.officers.all())
    )


def goes_along(actor: Actor, task: JointTask) -> bool:
    """Whether the person is one of the inspectors of any department of the visit."""
    return actor.has_role(Role.INSPECTOR) and any(
        goes_with(actor, part) for part in task.parts.all()
    )


JOINT_TASK_ACTS: ActTable[JointTask] = ActTable(
    "task",
    JointTask,
    (
        Act(
            code="approve",
            label="批准检查",
            sources=(_T.PROPOSED,),
            who=lambda actor, task: is_head_of(actor, task.lead_id),
            confirm="批准后派发给参加部门，各部门接收并同意日期后签发检查通知书。",
            style="primary",
        ),
        Act(
            code="decline",
            label="不批准",
            sources=(_T.PROPOSED,),
            target=_T.DECLINED,
            who=lambda actor, task: is_head_of(actor, task.lead_id),
            reason=True,
            reason_label="不批准的理由",
        ),
        Act(
            code="ratify",
            label="补批紧急检查",
            when=lambda task: task.awaits_ratification,
            who=lambda actor, task: is_head_of(actor, task.lead_id),
            reason=True,
            reason_label="补批理由",
            confirm="补批后同时签发检查通知书。",
            style="primary",
        ),
        Act(
            code="refuse",
            label="不予补批",
            when=lambda task: task.awaits_ratification,
            who=lambda actor, task: is_head_of(actor, task.lead_id),
            reason=True,
            reason_label="不予补批的理由",
            confirm="尚未到场的，检查随之取消；已经到场的，未予补批记入检查任务。",
            style="danger",
        ),
        Act(
            code="sign",
            label="签发检查通知书",
            sources=(_T.SCHEDULED,),
            target=_T.NOTIFIED,
            when=lambda task: not task.awaits_ratification,
            who=lambda actor, task: is_head_of(actor, task.lead_id),
            confirm="签发后编定文号，通知书内容不再改变，检查日期不能再协商。",
            style="primary",
        ),
        Act(
            code="check-in",
            label="到场签到",
            sources=(_T.SCHEDULED, _T.NOTIFIED, _T.IN_PROGRESS),
            target=_T.IN_PROGRESS,
            when=lambda task: task.may_be_entered,
            who=goes_along,
            form="inspections:visit",
        ),
        Act(
            code="cancel",
            label="取消任务",
            sources=(_T.DISPATCHED, _T.SCHEDULED, _T.NOTIFIED),
            target=_T.CANCELLED,
            who=lambda actor, task: is_head_of(actor, task.lead_id),
            reason=True,
            reason_label="取消理由",
            confirm="取消后本户不再检查，也不能恢复。已有人到场签到的任务不能取消。",
            style="danger",
        ),
    ),
)


def _is_clerk(actor: Actor, part: TaskPart) -> bool:
    return is_clerk_of(actor, part.department_id)


def _awaits_date(part: TaskPart) -> bool:
    return part.task.state == _T.DISPATCHED


def _date_is_open(part: TaskPart) -> bool:
    return part.task.state in (_T.DISPATCHED, _T.SCHEDULED)


def _is_on_site(part: TaskPart) -> bool:
    return part.task.state == _T.IN_PROGRESS


TASK_PART_ACTS: ActTable[TaskPart] = ActTable(
    "task-part",
    TaskPart,
    (
        Act(
            code="accept",
            label="接收任务",
            sources=(_P.SENT,),
            target=_P.ACCEPTED,
            when=_awaits_date,
            who=_is_clerk,
            confirm="接收后，本部门按提出的日期到场检查。",
            style="primary",
        ),
        Act(
            code="agree",
            label="同意检查日期",
            sources=(_P.ACCEPTED,),
            when=lambda part: _awaits_date(part) and part.agreed_on != part.task.visit_on,
            who=_is_clerk,
            confirm="同意后，本部门按新提出的日期到场检查。",
            style="primary",
        ),
        Act(
            code="propose",
            label="另提日期",
            sources=(_P.SENT, _P.ACCEPTED),
            target=_P.ACCEPTED,
            when=_date_is_open,
            who=_is_clerk,
            reason=True,
            reason_label="改期理由",
            confirm="提出后，其他部门须重新同意。",
        ),
        Act(
            code="record",
            label="记录检查情况",
            sources=(_P.ACCEPTED,),
            when=_is_on_site,
            who=goes_with,
        ),
        Act(
            code="sign",
            label="签署检查记录",
            sources=(_P.ACCEPTED,),
            when=_is_on_site,
            who=goes_with,
        ),
        Act(
            code="reopen",
            label="撤回签名，继续记录",
            sources=(_P.ACCEPTED,),
            when=_is_on_site,
            who=goes_with,
            reason=True,
            reason_label="撤回理由",
            confirm="撤回后本部门检查记录上的签名作废，修改后须重新签名。",
            style="danger",
        ),
        Act(
            code="submit",
            label="提交现场检查",
            sources=(_P.ACCEPTED,),
            target=_P.SUBMITTED,
            when=_is_on_site,
            who=goes_with,
            style="primary",
        ),
    ),
)

"""Who may do what with a joint sanction and with one department's part in it, from which state
(S7). Clerks prepare, heads sign what leaves a department."""

from __future__ import annotations

from credit.models import Sanction, SanctionPart
from departments.actors import is_clerk_of, prepares, signs
from records.actor import Actor
from records.acts import Act, ActTable

State = Sanction.State
Part = SanctionPart.State


def may_initiate(actor: Actor) -> bool:
    """Clerks and heads of every department: each sanctions by its own competence."""
    return is_clerk_of(actor, actor.department_id)


SANCTION_ACTS: ActTable[Sanction] = ActTable(
    "sanction",
    Sanction,
    (
        Act(
            code="submit",
            label="送负责人签发",
            who=prepares,
            sources=(State.DRAFT,),
            target=State.REVIEW,
            style="primary",
        ),
        Act(
            code="edit",
            label="修改",
            who=prepares,
            sources=(State.DRAFT,),
            form="credit:sanction-edit",
        ),
        Act(
            code="sign",
            label="签发",
            who=signs,
            sources=(State.REVIEW,),
            target=State.ACTIVE,
            confirm="签发后下达各实施部门，开始计算接收期限和惩戒期限；企业的惩戒信息推送公示系统。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            who=signs,
            sources=(State.REVIEW,),
            target=State.DRAFT,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="inform",
            label="登记告知当事人",
            who=prepares,
            sources=Sanction.IN_FORCE,
            when=lambda found: found.informed_at is None,
            reason=True,
            reason_label="告知方式和日期",
        ),
        Act(
            code="repair",
            label="申请信用修复",
            who=prepares,
            sources=(State.ACTIVE,),
            target=State.LIFTING,
            form="credit:sanction-repair",
        ),
        Act(
            code="revoke",
            label="拟撤销",
            who=prepares,
            sources=(State.ACTIVE,),
            target=State.LIFTING,
            reason=True,
            reason_label="撤销理由",
            style="danger",
        ),
        Act(
            code="lift",
            label="签发解除",
            who=signs,
            sources=(State.LIFTING,),
            confirm="签发后通知各实施部门解除措施；企业的解除信息推送公示系统。",
            style="primary",
        ),
        Act(
            code="keep",
            label="不同意解除",
            who=signs,
            sources=(State.LIFTING,),
            target=State.ACTIVE,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="discard",
            label="作废",
            who=prepares,
            sources=(State.DRAFT,),
            target=State.DISCARDED,
            confirm="作废后不能恢复。",
            style="danger",
        ),
    ),
)

SANCTION_PART_ACTS: ActTable[SanctionPart] = ActTable(
    "sanction_part",
    SanctionPart,
    (
        Act(
            code="receive",
            label="接收",
            who=prepares,
            sources=(Part.WAITING,),
            target=Part.RECEIVED,
            style="primary",
        ),
        Act(
            code="report",
            label="反馈实施情况",
            who=prepares,
            sources=(Part.RECEIVED,),
            target=Part.REVIEW,
            form="credit:sanction-report",
            style="primary",
        ),
        Act(
            code="approve",
            label="签发反馈",
            who=signs,
            sources=(Part.REVIEW,),
            target=Part.REPORTED,
            confirm="签发后反馈给发起部门。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            who=signs,
            sources=(Part.REVIEW,),
            target=Part.RECEIVED,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="release",
            label="确认解除措施",
            who=signs,
            sources=(Part.RELEASING,),
            target=Part.RELEASED,
            reason=True,
            reason_label="解除情况",
            style="primary",
        ),
    ),
)

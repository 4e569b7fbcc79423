"""Who may do what with an objection or a credit repair, from which state (S3). Clerks prepare,
heads sign what leaves a department."""

from __future__ import annotations

from credit.models import Petition
from departments.actors import is_clerk_of, is_head_of, prepares, signs
from records.actor import Actor
from records.acts import Act, ActTable

State = Petition.State


def may_enter(actor: Actor) -> bool:
    """Clerks and heads of every department: a subject speaks to whom it knows."""
    return is_clerk_of(actor, actor.department_id)


def _verifies(actor: Actor, found: Petition) -> bool:
    return is_clerk_of(actor, found.verifier_id)


def _decides(actor: Actor, found: Petition) -> bool:
    return is_head_of(actor, found.verifier_id)


def _tells(actor: Actor, found: Petition) -> bool:
    return is_clerk_of(actor, found.holder_id)


PETITION_ACTS: ActTable[Petition] = ActTable(
    "petition",
    Petition,
    (
        Act(
            code="accept",
            label="受理",
            who=signs,
            sources=(State.ENTERED,),
            target=State.VERIFYING,
            confirm="受理后送核查部门，开始计算核查期限。",
            style="primary",
        ),
        Act(
            code="edit",
            label="修改",
            who=prepares,
            sources=(State.ENTERED,),
            form="credit:petition-edit",
        ),
        Act(
            code="decline",
            label="不予受理",
            who=signs,
            sources=(State.ENTERED,),
            target=State.DECIDED,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="answer",
            label="填写核查结果",
            who=_verifies,
            sources=(State.VERIFYING,),
            target=State.REVIEW,
            form="credit:petition-answer",
            style="primary",
        ),
        Act(
            code="confirm",
            label="签发",
            who=_decides,
            sources=(State.REVIEW,),
            target=State.DECIDED,
            confirm="签发后立即生效：更正的记录撤销，失效或者准予修复的记录自今日起不再计入，"
            "所涉失信惩戒随之解除，该对象重新评价。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回核查",
            who=_decides,
            sources=(State.REVIEW,),
            target=State.VERIFYING,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="inform",
            label="登记告知申请人",
            who=_tells,
            sources=(State.DECIDED, State.REVOKED),
            when=lambda found: found.informed_at is None,
            reason=True,
            reason_label="告知方式和日期",
            style="primary",
        ),
        Act(
            code="withdraw",
            label="撤回申请",
            who=prepares,
            sources=Petition.OPEN,
            target=State.WITHDRAWN,
            reason=True,
            reason_label="撤回理由",
            style="danger",
        ),
        Act(
            code="revoke",
            label="撤销修复",
            who=_decides,
            sources=(State.DECIDED, State.CLOSED),
            target=State.REVOKED,
            when=lambda found: found.grants,
            reason=True,
            reason_label="虚假承诺的事实",
            confirm="原记录恢复计入信用评价，该对象在规定时间内不得再次申请修复。"
            "已经解除的失信惩戒需要的，另行发起。",
            style="danger",
        ),
    ),
)

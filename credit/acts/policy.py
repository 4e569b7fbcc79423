"""Who may do what with a differentiated supervision policy, from which state (S5)."""

from __future__ import annotations

from credit.models import SupervisionPolicy
from departments.actors import fills_in, is_clerk_of, prepares, signs
from departments.roles import Function
from records.actor import Actor
from records.acts import Act, ActTable

State = SupervisionPolicy.State


def may_draft_policy(actor: Actor) -> bool:
    """A clerk or the head of the credit group of the person's region."""
    return is_clerk_of(actor, actor.department_id) and fills_in(
        actor, Function.CREDIT, actor.region_code
    )


POLICY_ACTS: ActTable[SupervisionPolicy] = ActTable(
    "policy",
    SupervisionPolicy,
    (
        Act(
            code="edit",
            label="编辑方案",
            who=prepares,
            sources=(State.DRAFT,),
            form="credit:policy-edit",
        ),
        Act(
            code="submit",
            label="送负责人签发",
            who=prepares,
            sources=(State.DRAFT,),
            target=State.REVIEW,
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
            code="enforce",
            label="签发生效",
            who=signs,
            sources=(State.REVIEW,),
            target=State.IN_FORCE,
            confirm="生效后，新编制的计划项目和尚未冻结的抽取按新方案办理，原方案停用。"
            "已冻结的抽取名单和已备案计划写明的比例不受影响。",
            style="primary",
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

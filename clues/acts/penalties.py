"""Who may do what with a penalty on record."""

from __future__ import annotations

from clues.acts.common import clerk, head
from clues.models import Penalty
from clues.rules import penalty as rules
from clues.stages import Stage, StagedActs, Stages
from records.actor import Actor
from records.acts import Act

_S = Penalty.State


def _owner(penalty: Penalty) -> int:
    return penalty.department_id


def _clerk(actor: Actor, penalty: Penalty) -> bool:
    return clerk(actor, penalty, penalty.department_id)


def _head(actor: Actor, penalty: Penalty) -> bool:
    return head(actor, penalty, penalty.department_id)


PENALTY_STAGES: Stages[Penalty] = Stages(
    "penalty",
    {
        _S.DRAFT: Stage(owner=_owner, waits="修改处罚记录", clock=rules.CORRECT_DUE, internal=True),
        _S.REVIEW: Stage(
            owner=_owner,
            waits="签发处罚记录",
            clock=rules.SIGN_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
    },
)

PENALTY_ACTS: StagedActs[Penalty] = StagedActs(
    "penalty",
    Penalty,
    (
        Act(
            code="edit",
            label="修改",
            sources=(_S.DRAFT, _S.REVIEW),
            target=_S.REVIEW,
            who=_clerk,
            form="clues:penalty-edit",
        ),
        Act(
            code="sign",
            label="签发",
            sources=(_S.REVIEW,),
            target=_S.IN_FORCE,
            who=_head,
            confirm="签发后各部门都能看到这一处罚；同一违法行为不再给予第二次罚款。",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回修改",
            sources=(_S.REVIEW,),
            target=_S.DRAFT,
            who=_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="drop",
            label="不再登记",
            sources=(_S.DRAFT, _S.REVIEW),
            target=_S.DROPPED,
            who=_clerk,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="withdraw",
            label="撤销处罚",
            sources=(_S.IN_FORCE,),
            target=_S.WITHDRAWN,
            who=_head,
            reason=True,
            reason_label="撤销理由",
            confirm="撤销后，同一违法行为可以重新作出罚款决定。",
            style="danger",
        ),
    ),
    stages=PENALTY_STAGES,
)

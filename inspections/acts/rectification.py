"""Who may do what with what was ordered to be put right."""

from __future__ import annotations

from departments.actors import is_clerk_of, is_head_of
from inspections.models import Rectification
from records.actor import Actor
from records.acts import Act, ActTable

_R = Rectification.State


def _is_clerk(actor: Actor, found: Rectification) -> bool:
    return is_clerk_of(actor, found.part.department_id)


def _is_head(actor: Actor, found: Rectification) -> bool:
    return is_head_of(actor, found.part.department_id)


RECTIFICATION_ACTS: ActTable[Rectification] = ActTable(
    "rectification",
    Rectification,
    (
        Act(
            code="confirm",
            label="确认已整改",
            sources=(_R.RUNNING,),
            target=_R.DONE,
            who=_is_clerk,
            reason=True,
            reason_label="复查情况",
            style="primary",
        ),
        Act(
            code="extend",
            label="延长整改期限",
            sources=(_R.RUNNING,),
            who=_is_head,
            reason=True,
            reason_label="延长理由",
            confirm="期限按规定的天数延长；已记入的逾期未整改随之撤销。",
        ),
        Act(
            code="drop",
            label="撤销整改要求",
            sources=(_R.RUNNING,),
            target=_R.DROPPED,
            who=_is_head,
            reason=True,
            reason_label="撤销理由",
            confirm="撤销后不再要求整改，已记入的逾期未整改随之撤销。",
            style="danger",
        ),
    ),
)

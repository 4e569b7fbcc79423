"""Who may do what with a set of indicators, from which state (S3)."""

from __future__ import annotations

from credit.models import IndicatorSet
from departments.actors import fills_in, is_clerk_of, prepares, signs
from departments.roles import Function, Role
from matters.models import MatterVersion
from records.actor import Actor
from records.acts import Act, ActTable

State = IndicatorSet.State


def may_draft(actor: Actor, region_code: str, matter_id: int | None) -> bool:
    """The credit group drafts every set, the lead department that of its matter (一业一评)."""
    if fills_in(actor, Function.CREDIT, region_code):
        return True
    return (
        matter_id is not None
        and is_clerk_of(actor, actor.department_id)
        and MatterVersion.objects.filter(
            matter_id=matter_id, lead_id=actor.department_id, state=MatterVersion.State.IN_FORCE
        ).exists()
    )


def heads_credit(actor: Actor, found: IndicatorSet) -> bool:
    """The head of the credit group of the set's region."""
    return fills_in(actor, Function.CREDIT, found.region.code) and actor.has_role(Role.HEAD)


def _orders(actor: Actor, found: IndicatorSet) -> bool:
    return fills_in(actor, Function.CREDIT, found.region.code)


INDICATOR_SET_ACTS: ActTable[IndicatorSet] = ActTable(
    "indicator_set",
    IndicatorSet,
    (
        Act(
            code="edit",
            label="编辑指标",
            who=prepares,
            sources=(State.DRAFT,),
            form="credit:indicator-set-edit",
        ),
        Act(code="try", label="试算", who=prepares, sources=(State.DRAFT,)),
        Act(
            code="submit",
            label="送负责人签发",
            who=prepares,
            sources=(State.DRAFT,),
            target=State.REVIEW,
            style="primary",
        ),
        Act(
            code="sign",
            label="签发",
            who=signs,
            sources=(State.REVIEW,),
            target=State.CONSENT,
            when=lambda found: found.matter_id is not None,
            confirm="签发后送联合信用监管组批准。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            who=lambda actor, found: signs(actor, found) or heads_credit(actor, found),
            sources=(State.REVIEW, State.CONSENT),
            target=State.DRAFT,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="enforce",
            label="批准生效",
            who=heads_credit,
            sources=(State.REVIEW, State.CONSENT),
            target=State.IN_FORCE,
            when=lambda found: found.matter_id is None or found.state == State.CONSENT,
            confirm="生效后立即按新指标评价全部监管对象，等级随之变动；原指标停用。",
            style="primary",
        ),
        Act(
            code="evaluate",
            label="发起评价",
            who=_orders,
            sources=(State.IN_FORCE,),
            reason=True,
            reason_label="评价事由",
            confirm="按现行指标重新评价全部监管对象。",
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

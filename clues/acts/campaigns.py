"""Who may do what with the proposal of a campaign (L12)."""

from __future__ import annotations

from clues.acts.common import clerk, head, knows
from clues.models import Campaign
from clues.rules import joint as rules
from clues.stages import Stage, StagedActs, Stages
from departments.actors import fills_in
from departments.profile import filling
from departments.roles import Function, Role
from records.actor import Actor
from records.acts import Act

_S = Campaign.State


def _office(campaign: Campaign) -> int | None:
    department = filling(campaign.region_code, Function.COORDINATION)
    return department.pk if department else None


def _proposer(campaign: Campaign) -> int | None:
    return campaign.proposed_by_id


def _decides(actor: Actor, campaign: Campaign) -> bool:
    return (
        fills_in(actor, Function.COORDINATION, campaign.region_code)
        and actor.has_role(Role.HEAD)
        and knows(actor, campaign)
    )


def _withdraws(actor: Actor, campaign: Campaign) -> bool:
    return campaign.proposed_by_id is not None and clerk(actor, campaign, campaign.proposed_by_id)


CAMPAIGN_STAGES: Stages[Campaign] = Stages(
    "campaign",
    {
        _S.REVIEW: Stage(
            owner=_proposer,
            waits="签发专项整治建议",
            clock=rules.CAMPAIGN_SIGN_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
        _S.PROPOSED: Stage(
            owner=_office,
            sender=_proposer,
            waits="研究专项整治建议",
            clock=rules.CAMPAIGN_DECIDE_DUE,
            for_head=lambda _: True,
        ),
        _S.ACCEPTED: Stage(
            owner=lambda campaign: campaign.lead_id,
            sender=_office,
            waits="编制专项检查计划项目",
            clock=rules.CAMPAIGN_PLAN_DUE,
        ),
    },
)

CAMPAIGN_ACTS: StagedActs[Campaign] = StagedActs(
    "campaign",
    Campaign,
    (
        Act(
            code="sign",
            label="签发建议",
            sources=(_S.REVIEW,),
            target=_S.PROPOSED,
            who=lambda actor, campaign: head(actor, campaign, campaign.proposed_by_id),
            confirm="签发后送综合协调组研究。",
            style="primary",
        ),
        Act(
            code="accept",
            label="采纳并指定牵头",
            sources=(_S.PROPOSED,),
            target=_S.ACCEPTED,
            who=_decides,
            form="clues:campaign-accept",
            style="primary",
        ),
        Act(
            code="decline",
            label="不采纳",
            sources=(_S.PROPOSED,),
            target=_S.DECLINED,
            who=_decides,
            reason=True,
            reason_label="不采纳的理由",
        ),
        Act(
            code="withdraw",
            label="撤回建议",
            sources=(_S.REVIEW, _S.PROPOSED),
            target=_S.WITHDRAWN,
            who=_withdraws,
            reason=True,
            reason_label="撤回理由",
        ),
        Act(
            code="plan",
            label="编入本年度计划",
            sources=(_S.ACCEPTED,),
            target=_S.PLANNED,
            who=lambda actor, campaign: clerk(actor, campaign, campaign.lead_id),
            form="clues:campaign-plan",
            style="primary",
        ),
    ),
    stages=CAMPAIGN_STAGES,
)

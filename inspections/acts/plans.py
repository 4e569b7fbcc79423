"""Who may do what with the yearly plan, its items and their parts, and from which state (I2)."""

from __future__ import annotations

from departments.actors import fills_in, is_clerk_of, is_head_of, prepares, signs
from departments.roles import Function, Role
from inspections.models import PlanItem, PlanItemPart, YearPlan
from records.actor import Actor
from records.acts import Act, ActTable

_S = PlanItem.State
HELD = (_S.FILED, _S.MERGED, _S.PUBLISHED)
"""The states of an item that has left its department: a change means filing again."""


def receives_plans(actor: Actor, region_code: str) -> bool:
    """A clerk or head of the department that receives and merges plans in the region."""
    return fills_in(actor, Function.PLAN_RECEIVER, region_code)


def heads_receiver(actor: Actor, region_code: str) -> bool:
    """The head of the department that receives and merges plans in the region."""
    return receives_plans(actor, region_code) and actor.has_role(Role.HEAD)


def _is_lead_clerk(actor: Actor, item: PlanItem) -> bool:
    return is_clerk_of(actor, item.lead_id)


def _is_lead_head(actor: Actor, item: PlanItem) -> bool:
    return is_head_of(actor, item.lead_id)


def _may_withdraw(actor: Actor, item: PlanItem) -> bool:
    """A clerk takes back what is still in preparation, what was filed only the head."""
    if item.state in (_S.DRAFT, _S.CONFIRMING):
        return _is_lead_clerk(actor, item)
    return _is_lead_head(actor, item)


PLAN_ITEM_ACTS: ActTable[PlanItem] = ActTable(
    "plan-item",
    PlanItem,
    (
        Act(
            code="edit",
            label="修改",
            sources=(_S.DRAFT,),
            who=_is_lead_clerk,
            form="inspections:plan-item-edit",
        ),
        Act(
            code="submit",
            label="提请确认",
            sources=(_S.DRAFT,),
            target=_S.CONFIRMING,
            who=_is_lead_clerk,
            confirm="提请后，请各参与部门的负责人逐一确认；确认期间不能修改本项目。",
            style="primary",
        ),
        Act(
            code="file",
            label="报送备案",
            sources=(_S.CONFIRMED,),
            target=_S.FILED,
            who=_is_lead_head,
            confirm="以本部门名义报送备案。备案后如需改动，须重新确认并重新备案。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            sources=(_S.FILED,),
            target=_S.DRAFT,
            who=lambda actor, item: receives_plans(actor, item.region_code),
            reason=True,
            reason_label="退回理由",
            confirm="退回后由发起部门修改，并重新确认、重新备案。",
            style="danger",
        ),
        Act(
            code="adjust",
            label="调整",
            sources=HELD,
            target=_S.DRAFT,
            who=_is_lead_head,
            reason=True,
            reason_label="调整理由",
            confirm="调整后项目回到草稿，版本加一，须重新确认并重新备案。",
        ),
        Act(
            code="withdraw",
            label="撤回",
            sources=(_S.DRAFT, _S.CONFIRMING, _S.CONFIRMED, *HELD),
            target=_S.WITHDRAWN,
            who=_may_withdraw,
            reason=True,
            reason_label="撤回理由",
            confirm="撤回后本项目不再执行，也不能恢复。",
            style="danger",
        ),
    ),
)


def _awaits(part: PlanItemPart) -> bool:
    return part.item.state == _S.CONFIRMING


PLAN_PART_ACTS: ActTable[PlanItemPart] = ActTable(
    "plan-part",
    PlanItemPart,
    (
        Act(
            code="items",
            label="调整检查事项",
            sources=(PlanItemPart.State.PENDING,),
            when=_awaits,
            who=prepares,
            form="inspections:plan-part-items",
        ),
        Act(
            code="confirm",
            label="同意参加",
            sources=(PlanItemPart.State.PENDING,),
            target=PlanItemPart.State.CONFIRMED,
            when=_awaits,
            who=signs,
            confirm="确认后，本部门按所列检查事项参加联合检查。",
            style="primary",
        ),
        Act(
            code="decline",
            label="不参加",
            sources=(PlanItemPart.State.PENDING,),
            target=PlanItemPart.State.DECLINED,
            when=_awaits,
            who=signs,
            reason=True,
            reason_label="不参加的理由",
            style="danger",
        ),
    ),
)

YEAR_PLAN_ACTS: ActTable[YearPlan] = ActTable(
    "year-plan",
    YearPlan,
    (
        Act(
            code="merge",
            label="汇总已备案项目",
            who=lambda actor, plan: receives_plans(actor, plan.region.code),
            confirm="把已备案的项目汇入全区年度计划。",
        ),
        Act(
            code="publish",
            label="公布",
            sources=(YearPlan.State.MERGED, YearPlan.State.PUBLISHED),
            target=YearPlan.State.PUBLISHED,
            who=lambda actor, plan: heads_receiver(actor, plan.region.code),
            confirm="公布后各部门和社会公众都能看到计划，已公布的项目可以启动抽取。",
            style="primary",
        ),
    ),
)

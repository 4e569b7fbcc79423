"""Who may do what with schemes, rounds, appeals and extra points, from which state (D3)."""

from __future__ import annotations

from typing import Any

from departments.actors import fills_in, is_head_of, is_staff_member
from departments.roles import Function, Role
from records.actor import Actor
from records.acts import Act, ActTable
from supervision.assessment.models import Appeal, Bonus, LineScore, Round, Scheme


def assesses(actor: Actor, region_code: str) -> bool:
    """A clerk or head of the region's coordination office."""
    return is_staff_member(actor) and fills_in(actor, Function.COORDINATION, region_code)


def signs(actor: Actor, region_code: str) -> bool:
    """The head of the region's coordination office."""
    return assesses(actor, region_code) and actor.has_role(Role.HEAD)


def _office(actor: Actor, found: Any) -> bool:
    return assesses(actor, found.region_code)


def _head(actor: Actor, found: Any) -> bool:
    return signs(actor, found.region_code)


def may_appeal(actor: Actor, line: LineScore) -> bool:
    """The head of the department that the line is about."""
    return is_head_of(actor, line.of.department_id)


def _appeals(actor: Actor, appeal: Appeal) -> bool:
    return is_head_of(actor, appeal.department_id)


_S, _R, _A, _B = Scheme.State, Round.State, Appeal.State, Bonus.State

SCHEME_ACTS: ActTable[Scheme] = ActTable(
    "assessment_scheme",
    Scheme,
    (
        Act(
            code="edit",
            label="编辑指标",
            who=_office,
            sources=(_S.DRAFT,),
            form="assessment:scheme-edit",
        ),
        Act(
            code="enforce",
            label="批准生效",
            who=_head,
            sources=(_S.DRAFT,),
            target=_S.IN_FORCE,
            confirm="以后发起的考核按新方案计算，原方案停用；已发起的考核不变。",
            style="primary",
        ),
        Act(
            code="discard",
            label="作废",
            who=_office,
            sources=(_S.DRAFT,),
            target=_S.DISCARDED,
            confirm="作废后不能恢复。",
            style="danger",
        ),
    ),
)

ROUND_ACTS: ActTable[Round] = ActTable(
    "assessment_round",
    Round,
    (
        Act(
            code="compute",
            label="重新测算",
            who=_office,
            sources=(_R.COMPUTED,),
            target=_R.COMPUTING,
        ),
        Act(
            code="publish",
            label="公布",
            who=_head,
            sources=(_R.COMPUTED,),
            target=_R.PUBLISHING,
            confirm="按现有数据再测算一次并向各部门公布，开始计算申诉期；公布后不再重新测算。",
            style="primary",
        ),
        Act(
            code="freeze",
            label="定稿",
            who=_head,
            sources=(_R.PUBLISHED,),
            target=_R.FROZEN,
            confirm="定稿后得分、名次和明细不再改变。",
            style="primary",
        ),
    ),
)

APPEAL_ACTS: ActTable[Appeal] = ActTable(
    "assessment_appeal",
    Appeal,
    (
        Act(
            code="accept",
            label="拟采纳",
            who=_office,
            sources=(_A.RAISED,),
            target=_A.ACCEPTING,
            reason=True,
            reason_label="采纳理由",
            style="primary",
        ),
        Act(
            code="reject",
            label="拟不采纳",
            who=_office,
            sources=(_A.RAISED,),
            target=_A.REJECTING,
            reason=True,
            reason_label="不采纳理由",
        ),
        Act(
            code="sign-accept",
            label="签发采纳",
            who=_head,
            sources=(_A.ACCEPTING,),
            target=_A.ACCEPTED,
            confirm="申诉的明细不再计入，得分和名次随即重新计算，理由告知申诉部门。",
            style="primary",
        ),
        Act(
            code="sign-reject",
            label="签发不采纳",
            who=_head,
            sources=(_A.REJECTING,),
            target=_A.REJECTED,
            confirm="得分不变，理由告知申诉部门。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回重拟",
            who=_head,
            sources=(_A.ACCEPTING, _A.REJECTING),
            target=_A.RAISED,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="withdraw",
            label="撤回申诉",
            who=_appeals,
            sources=(_A.RAISED,),
            target=_A.WITHDRAWN,
            confirm="撤回后得分不变，申诉期内可以再次申诉。",
        ),
    ),
)

BONUS_ACTS: ActTable[Bonus] = ActTable(
    "assessment_bonus",
    Bonus,
    (
        Act(
            code="grant",
            label="批准加分",
            who=_head,
            sources=(_B.PROPOSED,),
            target=_B.GRANTED,
            confirm="加分计入该部门得分，合计不超过方案规定的上限。",
            style="primary",
        ),
        Act(
            code="decline",
            label="不予批准",
            who=_head,
            sources=(_B.PROPOSED,),
            target=_B.DECLINED,
            reason=True,
            reason_label="不予批准的理由",
        ),
    ),
)

"""Who may do what with a draw, and from which state (I4).

Announcing makes a draw, so its right is checked by the service, with ``may_announce``.
"""

from __future__ import annotations

from departments.actors import fills_in, is_clerk_of, is_head_of
from departments.roles import Function, Role
from inspections.models import Draw, DrawParty, PlanItem
from records.actor import Actor
from records.acts import Act, ActTable

_S = Draw.State
OPEN = (_S.ANNOUNCED, _S.FROZEN)
PARTY_ROLES = (Role.CLERK, Role.HEAD, Role.WITNESS)


def may_announce(actor: Actor, item: PlanItem) -> bool:
    """The clerk or head of the lead department, or the system at the planned time."""
    return actor.is_system or is_clerk_of(actor, item.lead_id)


def speaks_for(actor: Actor, party: DrawParty) -> bool:
    """Whether the person may commit and reveal for a party: clerk, head or witness of it."""
    return (
        party.department_id is not None
        and actor.department_id == party.department_id
        and actor.has_role(*PARTY_ROLES)
    )


def own_party(actor: Actor, draw: Draw) -> DrawParty | None:
    """The party of the draw that the person speaks for."""
    return next((p for p in draw.parties.all() if speaks_for(actor, p)), None)


def all_committed(draw: Draw) -> bool:
    """Whether every party has handed in its commitment."""
    return all(party.commitment for party in draw.parties.all())


def all_revealed(draw: Draw) -> bool:
    """Whether every party has revealed: from then on the result is settled."""
    return all(party.nonce for party in draw.parties.all())


def _is_party(actor: Actor, draw: Draw) -> bool:
    return own_party(actor, draw) is not None


def _may_freeze(actor: Actor, draw: Draw) -> bool:
    return actor.is_system or is_clerk_of(actor, draw.item.lead_id)


def _may_void(actor: Actor, draw: Draw) -> bool:
    return is_head_of(actor, draw.item.lead_id) or fills_in(
        actor, Function.INSPECTION, draw.region_code
    )


def _may_still_be_void(draw: Draw) -> bool:
    return draw.state == _S.ANNOUNCED or not all_revealed(draw)


DRAW_ACTS: ActTable[Draw] = ActTable(
    "draw",
    Draw,
    (
        Act(
            code="commit",
            label="提交承诺",
            sources=(_S.ANNOUNCED,),
            who=_is_party,
            form="inspections:draw-party",
        ),
        Act(
            code="freeze",
            label="冻结名单",
            sources=(_S.ANNOUNCED,),
            target=_S.FROZEN,
            when=all_committed,
            who=_may_freeze,
            confirm="冻结后，候选名单、排除名单、人员和规则都不能再改；冻结哈希立即登记、"
            "对外公布并推送省平台，然后请各方揭示随机数。",
            style="primary",
        ),
        Act(
            code="reveal",
            label="揭示随机数",
            sources=(_S.FROZEN,),
            who=_is_party,
            form="inspections:draw-party",
        ),
        Act(
            code="complete",
            label="完成抽取",
            sources=(_S.FROZEN,),
            target=_S.DONE,
            when=all_revealed,
            who=lambda actor, _: actor.is_system,
        ),
        Act(
            code="void",
            label="作废",
            sources=OPEN,
            target=_S.VOID,
            when=_may_still_be_void,
            who=_may_void,
            reason=True,
            reason_label="作废原因",
            confirm="作废的抽取永久保留编号和原因，对外公布；同一场次可以重新公告抽取，"
            "并注明“曾作废”。",
            style="danger",
        ),
    ),
)

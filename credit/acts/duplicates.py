"""Who may tell two entries apart, propose to merge them, and decide (S1).

A merge cannot be undone, so it goes the way of the white list: a clerk of those who keep the
directory proposes, the head of the coordination office or of the credit group decides.
"""

from __future__ import annotations

from credit.acts.subjects import may_keep_directory
from credit.models import DuplicatePair
from departments.actors import fills_in
from departments.roles import Function, Role
from records.actor import Actor
from records.acts import Act, ActTable

State = DuplicatePair.State


def _keeps(actor: Actor, pair: DuplicatePair) -> bool:
    return may_keep_directory(actor) and actor.region_code == pair.region_code


def _decides(actor: Actor, pair: DuplicatePair) -> bool:
    """The head of the coordination office or of the credit group."""
    return actor.has_role(Role.HEAD) and any(
        fills_in(actor, function, pair.region_code)
        for function in (Function.COORDINATION, Function.CREDIT)
    )


DUPLICATE_ACTS = ActTable(
    "duplicate",
    DuplicatePair,
    (
        Act(
            code="propose",
            label="提出合并",
            who=_keeps,
            sources=(State.FOUND,),
            target=State.PROPOSED,
            reason=True,
            reason_label="合并理由",
            form="credit:duplicate-propose",
            style="primary",
        ),
        Act(
            code="approve",
            label="批准合并",
            who=_decides,
            sources=(State.PROPOSED,),
            target=State.MERGED,
            confirm="合并后不能自动拆分。业务记录移到保留的对象，信用随后重新评价；"
            "已冻结的抽取、公示和证书不变，仍可核验。",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回",
            who=_decides,
            sources=(State.PROPOSED,),
            target=State.FOUND,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="withdraw",
            label="撤回",
            who=_keeps,
            sources=(State.PROPOSED,),
            target=State.FOUND,
            reason=True,
            reason_label="撤回理由",
        ),
        Act(
            code="dismiss",
            label="不是同一对象",
            who=_keeps,
            sources=(State.FOUND,),
            target=State.DISMISSED,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="reopen",
            label="重新核实",
            who=_keeps,
            sources=(State.DISMISSED,),
            target=State.FOUND,
            reason=True,
            reason_label="理由",
        ),
    ),
)

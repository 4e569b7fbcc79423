"""Who may do what with an entry of the white list, from which state (S6)."""

from __future__ import annotations

from credit.models import WhiteListEntry
from departments.actors import fills_in, is_clerk_of, prepares, signs
from departments.roles import Function, Role
from matters.models import MatterVersion
from records.actor import Actor
from records.acts import Act, ActTable

State = WhiteListEntry.State


def may_apply(actor: Actor, matter_id: int | None) -> bool:
    """Clerks of the department that leads the matter, or any matter in force when none is named."""
    if not is_clerk_of(actor, actor.department_id):
        return False
    led = MatterVersion.objects.filter(
        lead_id=actor.department_id, state=MatterVersion.State.IN_FORCE
    )
    return (led if matter_id is None else led.filter(matter_id=matter_id)).exists()


def _decides(actor: Actor, entry: WhiteListEntry) -> bool:
    """The head of the coordination office or of the credit group."""
    return actor.has_role(Role.HEAD) and any(
        fills_in(actor, function, entry.region.code)
        for function in (Function.COORDINATION, Function.CREDIT)
    )


WHITE_LIST_ACTS: ActTable[WhiteListEntry] = ActTable(
    "white_list",
    WhiteListEntry,
    (
        Act(
            code="sign",
            label="签发",
            who=signs,
            sources=(State.REVIEW,),
            target=State.CONSENT,
            confirm="签发后送综合协调组或者联合信用监管组负责人批准。",
            style="primary",
        ),
        Act(
            code="approve",
            label="批准列入",
            who=_decides,
            sources=(State.CONSENT,),
            target=State.LISTED,
            confirm="列入后在期限内不参加日常抽取；线索核查、预警处置和全覆盖检查不受影响。",
            style="primary",
        ),
        Act(
            code="reject",
            label="不予批准",
            who=lambda actor, entry: (
                signs(actor, entry) if entry.state == State.REVIEW else _decides(actor, entry)
            ),
            sources=(State.REVIEW, State.CONSENT),
            target=State.REJECTED,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="withdraw",
            label="撤回申请",
            who=prepares,
            sources=(State.REVIEW,),
            target=State.WITHDRAWN,
        ),
        Act(
            code="remove",
            label="提前移出",
            who=lambda actor, entry: signs(actor, entry) or _decides(actor, entry),
            sources=(State.LISTED,),
            target=State.REMOVED,
            reason=True,
            reason_label="移出理由",
            style="danger",
        ),
    ),
)

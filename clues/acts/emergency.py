"""Who answers an emergency call (L11)."""

from __future__ import annotations

from clues.acts.common import knows
from clues.models import Referral
from departments.actors import is_staff_member
from departments.roles import STAFF
from records.actor import Actor
from records.acts import Act, ActTable


def _called(actor: Actor, letter: Referral) -> bool:
    """Anyone at work in the department called: who is there answers, not who signs letters."""
    works_there = is_staff_member(actor) and actor.has_role(*STAFF)
    return works_there and actor.department_id == letter.to_id and knows(actor, letter)


CALL_ACTS: ActTable[Referral] = ActTable(
    "emergency_call",
    Referral,
    (
        Act(
            code="respond",
            label="响应紧急到场通知",
            sources=(Referral.State.SENT, Referral.State.RECEIVED),
            when=lambda letter: letter.kind == "emergency_call",
            who=_called,
            form="clues:call-respond",
            style="primary",
        ),
    ),
)
"""The letter itself is moved by its clue; this is the one act that the department called has."""

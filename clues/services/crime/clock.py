"""The time the police have to decide: standing still, running on, longer (第八条)."""

from __future__ import annotations

from clues.models import CrimeHandover, Stop
from clues.rules import crime as rules
from clues.stages import main_stop, open_side
from departments.profile import Number, number
from records import deadlines
from records.actor import Actor
from records.errors import Conflict, Refused
from records.models import Deadline

SUPPLEMENT = "supplement"
"""The side stop of the department that owes what was asked for."""


def stand_still(actor: Actor, case: CrimeHandover, reason: str) -> Stop:
    """Pause the clock while the department supplements, whose own clock starts."""
    deadlines.pause(actor, _running(case).pk, reason)
    return open_side(
        actor,
        case,
        SUPPLEMENT,
        kind="crime",
        waits="补正移送材料",
        department_id=case.department_id,
        sender_id=case.police_id,
        clock=rules.SUPPLEMENT_DUE,
    )


def run_on(actor: Actor, case: CrimeHandover, reason: str) -> None:
    """Let the clock run again."""
    deadlines.resume(actor, _running(case).pk, reason)


def stretch(actor: Actor, case: CrimeHandover, most: Number, reason: str) -> None:
    """Give the police up to ``most`` days from acceptance. Raises ``Refused`` if they have them."""
    deadline = _running(case)
    given = sum(deadline.extensions.values_list("amount", flat=True))
    total = number(case.region_code, most)
    missing = total - deadline.amount - given
    if missing < 1:
        raise Refused(f"立案审查期限已经达到 {total} 日，不能再以此理由延长。")
    deadlines.extend(actor, deadline.pk, missing, reason)


def _running(case: CrimeHandover) -> Deadline:
    stop = main_stop(case)
    if stop is None or stop.deadline is None:
        raise Conflict("立案审查期限已经结束。")
    return stop.deadline

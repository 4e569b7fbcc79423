"""A clue lies with its dispute, and goes on with the time that was left when the dispute began.

A dispute gives nobody more time: the clock stands still while the parties act together, talk and
wait for the decision (T 11), and runs on for the department that it ran for before, should the
dispute be withdrawn or decided for it. What was late before stays late. Another department that
is to handle the clue from now on has its own time.
"""

from __future__ import annotations

from clues.acts.clue import CLUE_STAGES, prepared_letter, transfer_letter
from clues.models import Clue, Referral
from clues.services.clue_steps import (
    LED_BY_THE_HOLDER,
    close_sides,
    must_have_ended,
    open_stops,
    say_late_ones,
)
from clues.services.clue_transfer import hand_over
from clues.services.letters import led
from clues.stages import end_left_clocks, entrust, leave_running, main_stop
from departments.models import Department
from records import deadlines, trail
from records.actor import Actor
from records.errors import Conflict

_STANDS_STILL = "职责争议处理期间"


def enter_dispute(actor: Actor, clue: Clue) -> str:
    """Let a clue lie with its dispute from now on; returns the state it goes back to should the
    dispute be withdrawn. Called inside the act that opens the dispute, which has checked the right.

    Raises ``Conflict`` when the clue is not open to it, ``Refused`` while a joint verification or
    the hand-over of a suspected crime has not ended: who leads it could not go on with a clue that
    the dispute gives to somebody else, and the others would verify for nobody.
    """
    locked = _lock(clue)
    if not locked.is_open or locked.state == Clue.State.DISPUTED:
        raise Conflict(f"线索当前状态为“{locked.get_state_display()}”，不能提起争议。")
    must_have_ended(locked, LED_BY_THE_HOLDER, "提起争议")
    stops, before = open_stops(locked), locked.state
    if letter := prepared_letter(locked):
        led.mark(actor, letter, Referral.State.WITHDRAWN, text="进入职责争议处理")
    if before == Clue.State.SUPPLEMENT:
        # Nobody is waited for any more: should the clue come back, it is to be handled.
        before = Clue.State.HANDLING
        _run_on(actor, locked, "不再等待补充材料")
        if letter := transfer_letter(locked):
            led.mark(actor, letter, Referral.State.RECEIVED, text="进入职责争议处理")
    close_sides(actor, locked, "supplement")
    _stand_still(actor, locked)
    locked.state = Clue.State.DISPUTED
    locked.answer_proposed = False
    locked.save()
    trail.record(
        actor,
        "clue.dispute",
        "进入职责争议处理",
        locked,
        before={"state": before},
        after={"state": locked.state},
    )
    say_late_ones(actor, locked, stops)
    clue.refresh_from_db()
    return before


def leave_dispute(actor: Actor, clue: Clue, department: Department) -> None:
    """Let the department that a dispute was decided for handle the clue; it may not return it.
    Called inside the act that ends the dispute. Raises ``Conflict`` when it is not disputed."""
    locked = _lock_disputed(clue)
    hand_over(actor, locked, department, "职责争议已有结论")
    _take_up(actor, locked, Clue.State.HANDLING)
    trail.record(
        actor,
        "clue.dispute-settled",
        f"职责争议有结论，由{department.name}办理",
        locked,
        before={"state": Clue.State.DISPUTED},
        after={"state": locked.state, "holder_id": department.pk},
    )
    clue.refresh_from_db()


def return_from_dispute(actor: Actor, clue: Clue, state: str, reason: str) -> None:
    """Let a clue go on from the state in which its dispute found it, with the department that had
    it, because the dispute was withdrawn: nothing was decided, so it may still be returned or
    transferred. Called inside the act that withdraws. Raises ``Conflict`` as ``leave_dispute``."""
    locked = _lock_disputed(clue)
    _take_up(actor, locked, state)
    trail.record(
        actor,
        "clue.dispute-withdrawn",
        "职责争议撤回，恢复办理",
        locked,
        opinion=reason,
        before={"state": Clue.State.DISPUTED},
        after={"state": state},
    )
    clue.refresh_from_db()


def _stand_still(actor: Actor, clue: Clue) -> None:
    """Leave the stop; its clock stands still unless it ran out or its department paused it."""
    stop = main_stop(clue)
    if stop is None:
        return
    leave_running(stop)
    if stop.deadline is not None and stop.deadline.due_at is not None and not stop.left_late:
        deadlines.pause(actor, stop.deadline.pk, _STANDS_STILL)


def _take_up(actor: Actor, clue: Clue, state: str) -> None:
    """Enter a stage with whoever handled the clue; the clock that stood still for it runs on, any
    other ends."""
    clue.state = state
    CLUE_STAGES.enter(actor, clue)
    entrust(clue, clue.handler_id)
    _run_on(actor, clue, "职责争议已经结束", _STANDS_STILL)
    end_left_clocks(clue)
    clue.save()


def _run_on(actor: Actor, clue: Clue, reason: str, paused_for: str = "") -> None:
    """Let the clock run on; only if it was ``paused_for`` that, when given."""
    stop = main_stop(clue)
    if stop is None or stop.deadline is None:
        return
    pauses = stop.deadline.pauses.filter(until=None, reason__startswith=paused_for)
    if pauses.exists():
        deadlines.resume(actor, stop.deadline.pk, reason)


def _lock_disputed(clue: Clue) -> Clue:
    locked = _lock(clue)
    if locked.state != Clue.State.DISPUTED:
        raise Conflict(f"线索当前状态为“{locked.get_state_display()}”，不在争议处理中。")
    return locked


def _lock(clue: Clue) -> Clue:
    locked: Clue = Clue.objects.select_for_update(of=("self",)).get(pk=clue.pk)
    return locked

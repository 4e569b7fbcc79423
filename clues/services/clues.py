"""The life of a clue after it was registered: the acts of its holder, by code (L2, L3, L5).

``HANDLERS`` are the acts that need no more than an opinion; pages and the API offer them from
here. Those with fields of their own are in ``clue_transfer``, ``clue_answer``, ``clue_secrecy``.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from clues.acts.clue import CLUE_STAGES, prepared_letter, transfer_letter
from clues.models import Clue, Referral
from clues.rules import clue as rules
from clues.services.clue_answer import approve, reject
from clues.services.clue_emergency import ratify
from clues.services.clue_secrecy import conceal
from clues.services.clue_steps import (
    LED_BY_THE_HOLDER,
    close_sides,
    must_have_ended,
    open_stops,
    say_late_ones,
    step,
)
from clues.services.clue_transfer import (
    ask_supplement,
    go_on,
    hand_over,
    receive,
    send_back,
    transfer,
    unprepare,
)
from clues.services.letters import led
from clues.stages import entrust, main_stop
from departments.actors import fills_in
from departments.models import Department
from departments.profile import number
from departments.roles import Function
from records import deadlines, trail
from records.actor import Actor
from records.errors import Conflict, Refused
from records.models import Deadline


def handle(actor: Actor, pk: int, opinion: str = "") -> Clue:
    """The holder handles the clue itself."""
    with transaction.atomic():
        with step(actor, "handle", pk, opinion) as clue:
            clue.handler_id = actor.user_id
        entrust(clue, actor.user_id)
    return clue


def extend(actor: Actor, pk: int, *, amount: int, opinion: str) -> Clue:
    """Give more time to handle a clue: its head once, by at most ``EXTENSION_MOST``; beyond that
    the coordination office."""
    with step(actor, "extend", pk, opinion) as clue:
        deadline = _running(clue)
        if not fills_in(actor, Function.COORDINATION, clue.region_code):
            most = number(clue.region_code, rules.EXTENSION_MOST)
            if amount > most:
                raise Refused(
                    f"部门负责人一次最多延长 {most} 个工作日，超过的由综合协调组决定。",
                    field="amount",
                )
            if deadline.extensions.exists():
                raise Refused("部门负责人只能延长一次，再次延长由综合协调组决定。", field="amount")
        deadlines.extend(actor, deadline.pk, amount, opinion)
    return clue


def pause(actor: Actor, pk: int, opinion: str) -> Clue:
    """Stop the clock of the handling department, with a reason that everybody concerned sees."""
    with step(actor, "pause", pk, opinion) as clue:
        deadlines.pause(actor, _running(clue).pk, opinion)
    return clue


def resume(actor: Actor, pk: int, opinion: str) -> Clue:
    """Let the clock run on."""
    with step(actor, "resume", pk, opinion) as clue:
        deadlines.resume(actor, _running(clue).pk, opinion)
    return clue


def reopen(actor: Actor, pk: int, opinion: str) -> Clue:
    """Handle a closed clue anew; what was answered stays in the timeline and as a draft."""
    with step(actor, "reopen", pk, opinion) as clue:
        clue.closed_at = None
        clue.outcome = ""
        clue.answer_proposed = False
    return clue


def enter_dispute(actor: Actor, clue: Clue) -> str:
    """Let a clue lie with its dispute from now on; returns the state it goes back to should the
    dispute be withdrawn. Called inside the act that opens the dispute, which has checked the right.

    Raises ``Conflict`` when the clue is not open to it, ``Refused`` while a joint verification or
    the hand-over of a suspected crime has not ended.
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
        if letter := transfer_letter(locked):
            led.mark(actor, letter, Referral.State.RECEIVED, text="进入职责争议处理")
    close_sides(actor, locked, "supplement")
    locked.state = Clue.State.DISPUTED
    locked.answer_proposed = False
    CLUE_STAGES.enter(actor, locked)
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
    locked.state = Clue.State.HANDLING
    CLUE_STAGES.enter(actor, locked)
    locked.save()
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
    locked.state = state
    CLUE_STAGES.enter(actor, locked)
    locked.save()
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


def _lock_disputed(clue: Clue) -> Clue:
    locked = _lock(clue)
    if locked.state != Clue.State.DISPUTED:
        raise Conflict(f"线索当前状态为“{locked.get_state_display()}”，不在争议处理中。")
    return locked


def _lock(clue: Clue) -> Clue:
    locked: Clue = Clue.objects.select_for_update(of=("self",)).get(pk=clue.pk)
    return locked


def _running(clue: Clue) -> Deadline:
    stop = main_stop(clue)
    if stop is None or stop.deadline is None:
        raise Conflict("线索当前没有正在计算的期限。")
    return stop.deadline


HANDLERS: dict[str, Callable[[Actor, int, str], Clue]] = {
    "handle": handle,
    "unprepare": unprepare,
    "transfer": transfer,
    "receive": receive,
    "return": send_back,
    "ask-supplement": ask_supplement,
    "go-on": go_on,
    "approve": approve,
    "reject": reject,
    "pause": pause,
    "resume": resume,
    "reopen": reopen,
    "ratify": ratify,
    "conceal": conceal,
}
"""The acts on a clue that take an opinion only, by code."""

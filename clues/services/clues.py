"""The life of a clue after it was registered: the acts of its holder, by code (L2, L3, L5).

``HANDLERS`` are the acts that need no more than an opinion; pages and the API offer them from
here. Those with fields of their own are in ``clue_transfer``, ``clue_answer``, ``clue_secrecy``.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from clues.models import Clue
from clues.rules import clue as rules
from clues.services.clue_answer import approve, reject
from clues.services.clue_emergency import ratify
from clues.services.clue_secrecy import conceal
from clues.services.clue_steps import (
    step,
)
from clues.services.clue_transfer import (
    ask_supplement,
    go_on,
    receive,
    send_back,
    transfer,
    unprepare,
)
from clues.stages import entrust, main_stop
from credit.services.origins import restate
from departments.actors import fills_in
from departments.profile import number
from departments.roles import Function
from records import deadlines
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


@transaction.atomic
def reopen(actor: Actor, pk: int, opinion: str) -> Clue:
    """Handle a closed clue anew; what was answered stays in the timeline and as a draft."""
    with step(actor, "reopen", pk, opinion) as clue:
        clue.closed_at = None
        clue.outcome = ""
        clue.answer_proposed = False
    restate(actor, clue)
    return clue


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

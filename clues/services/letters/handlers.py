"""The services of the acts on letters that take nothing but an opinion, by the act's code."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clues.models import Referral
from clues.services.letters import answering, drafts, sending
from records.actor import Actor

HANDLERS: Mapping[str, Callable[[Actor, int, str], Referral]] = {
    "submit": drafts.submit,
    "reject": drafts.reject,
    "discard": drafts.discard,
    "sign": sending.sign,
    "receive": sending.receive,
    "return": sending.give_back,
    "withdraw": sending.withdraw,
    "read": sending.read,
    "answer": answering.answer,
    "reject-answer": answering.reject_answer,
    "ask": answering.ask,
    "go-on": answering.go_on,
    "pause": answering.pause,
    "resume": answering.resume,
}

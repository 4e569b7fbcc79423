"""Handing suspected crimes over to the police, and back for administrative penalties (L7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clues.acts.crime import CRIME_ACTS
from clues.models import CrimeHandover
from clues.services.crime import department, justice
from clues.services.procedures import note_on_clue
from records.actor import Actor


def _plain(code: str) -> Callable[[Actor, int, str], CrimeHandover]:
    """An act of which nothing but the step itself and its words is kept."""

    def do(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
        with CRIME_ACTS.take(actor, code, pk, opinion=opinion) as case:
            note_on_clue(actor, case, CRIME_ACTS[code].label, opinion)
        return case

    return do


HANDLERS: Mapping[str, Callable[[Actor, int, str], CrimeHandover]] = {
    "approve": department.approve,
    "refuse": department.refuse,
    "transfer": department.transfer,
    "receive": justice.receive,
    "forward": justice.forward,
    "ask-supplement": justice.ask_supplement,
    "stop-waiting": justice.stop_waiting,
    "extend-complex": justice.extend_complex,
    "extend-grave": justice.extend_grave,
    "file": justice.file,
    "not-file": justice.not_file,
    "ask-review": department.ask_review,
    "uphold": justice.uphold,
    "ask-oversight": department.ask_oversight,
    "oversee": _plain("oversee"),
    "demand-reasons": _plain("demand-reasons"),
    "explain": _plain("explain"),
    "order-filing": _plain("order-filing"),
    "end-oversight": justice.end_oversight,
    "accept": department.accept,
    "confirm": justice.confirm,
    "tell-penalty": department.tell_penalty,
    "give-back": justice.give_back,
    "send-back": justice.send_back,
    "cancel": justice.cancel,
    "receive-back": department.receive_back,
    "conclude": department.conclude,
}
"""The acts that take nothing but an opinion."""

"""Handing suspected crimes over to the police, and back for administrative penalties (L7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clues.acts.crime import CRIME_ACTS
from clues.models import CrimeHandover
from clues.services.crime import department, justice
from clues.services.procedures import plain
from records.actor import Actor

HANDLERS: Mapping[str, Callable[[Actor, int, str], CrimeHandover]] = {
    "propose-end": plain(CRIME_ACTS, "propose-end", noted=False),
    "end": plain(CRIME_ACTS, "end", "approved_at"),
    "go-on": plain(CRIME_ACTS, "go-on", noted=False),
    "approve": department.approve,
    "refuse": plain(CRIME_ACTS, "refuse", "approved_at"),
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
    "oversee": plain(CRIME_ACTS, "oversee"),
    "demand-reasons": plain(CRIME_ACTS, "demand-reasons"),
    "explain": plain(CRIME_ACTS, "explain"),
    "order-filing": plain(CRIME_ACTS, "order-filing"),
    "end-oversight": justice.end_oversight,
    "accept": plain(CRIME_ACTS, "accept"),
    "confirm": plain(CRIME_ACTS, "confirm"),
    "tell-penalty": department.tell_penalty,
    "give-back": justice.give_back,
    "send-back": justice.send_back,
    "cancel": justice.cancel,
    "receive-back": department.receive_back,
    "conclude": department.conclude,
}
"""The acts that take nothing but an opinion."""

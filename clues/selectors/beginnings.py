"""What a person may begin because of a clue: procedures and letters that keep hanging on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from clues.models import Clue, CrimeHandover
from departments.actors import fills_in, is_clerk_of
from departments.roles import Function
from records.actor import Actor


@dataclass(frozen=True)
class Beginning:
    """A way on from a clue: the form that opens with the clue's facts in it."""

    label: str
    url: str
    icon: str


def beginnings(actor: Actor, clue: Clue) -> list[Beginning]:
    """What the person may begin now, for a clue that they see; the forms' services decide."""
    own = actor.region_code == clue.region_code and actor.department_id is not None
    if not own or not clue.is_open or not is_clerk_of(actor, actor.department_id):
        return []
    ways = [
        ("移送涉嫌犯罪案件", "clues:crime-new", "gavel", _hands_over(actor, clue)),
        ("提出职责争议", "clues:dispute-new", "scale", _disputes(actor, clue)),
        ("拟履职建议书", "clues:refusal-new", "message-exclamation", True),
        ("拟函", "clues:letter-kinds", "mail", True),
    ]
    return [
        Beginning(label, f"{reverse(name)}?clue={clue.pk}", icon)
        for label, name, icon, may in ways
        if may
    ]


def _hands_over(actor: Actor, clue: Clue) -> bool:
    if clue.state != Clue.State.HANDLING or clue.holder_id != actor.department_id:
        return False
    if fills_in(actor, Function.POLICE, clue.region_code):
        return False
    out = CrimeHandover.objects.filter(clue=clue, direction=CrimeHandover.Direction.TO_POLICE)
    return not out.exclude(state__in=CrimeHandover.REPEATABLE).exists()


def _disputes(actor: Actor, clue: Clue) -> bool:
    if clue.state == Clue.State.DISPUTED:
        return False
    return clue.parties.filter(department_id=actor.department_id).exists()

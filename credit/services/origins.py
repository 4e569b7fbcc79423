"""Where facts come from: what an object of an upper floor says of its subject.

Upper floors register what they know and call ``restate`` inside the act that changes it; what was
there before the act was listened to is told by ``restate_all``. This floor never imports theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from django.dispatch import Signal

from credit.models import CreditEvent
from credit.services.events import Told, strike, tell
from records.actor import SYSTEM, Actor

M = TypeVar("M", bound=models.Model)

_BATCH = 500

restated = Signal()
"""Sent inside the transaction with the ``objects`` of one model that said anew what they stand for:
for who tells others of them."""


@dataclass(frozen=True, kw_only=True)
class Origin(Generic[M]):
    """The facts that objects of one model stand for.

    ``facts`` says all that an object means for its subject as it stands now, nothing when that
    must not be known or does not hold any more; each of ``kinds`` at most once. ``rows`` are the
    objects that may mean something, with all that ``facts`` reads. ``department`` leads from an
    object to the department that answers for what it says. ``together`` adds those that speak with
    one voice with the given ones, so that all of them are restated when one changes.
    """

    source: str
    label: str
    model: type[M]
    kinds: tuple[str, ...]
    rows: Callable[[], QuerySet[M]]
    facts: Callable[[M], Sequence[Told]]
    department: str
    together: Callable[[Sequence[M]], Sequence[M]] = lambda objects: objects

    def key(self, instance: M, kind: str) -> str:
        return f"{instance.pk}:{kind}"


ORIGINS: dict[type[models.Model], Origin[Any]] = {}


def register(origin: Origin[Any]) -> None:
    """Let objects of the origin's model tell; a model has one origin."""
    if ORIGINS.setdefault(origin.model, origin) is not origin:
        raise ValueError(f"{origin.model} tells already")


def tells(instance: models.Model) -> bool:
    """Whether objects of its model mean anything."""
    return type(instance) in ORIGINS


def answerable(events: Iterable[CreditEvent]) -> Mapping[int, int]:
    """The department that answers for each event that an object here stands behind, by the event's
    id; a query per origin. What other bodies told is left out."""
    told: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        told[event.source][event.source_key.partition(":")[0]].append(event.pk)
    found: dict[int, int] = {}
    for model, origin in ORIGINS.items():
        if by_object := told.get(origin.source):
            rows = model._base_manager.filter(pk__in=list(by_object))
            for pk, department in rows.values_list("pk", origin.department):
                found.update(dict.fromkeys(by_object[str(pk)], department))
    return {event: department for event, department in found.items() if department is not None}


@transaction.atomic
def restate(actor: Actor, *objects: models.Model) -> int:
    """Let the credit records say of these objects what they stand for now: told anew, changed or
    struck. Call it inside the act that changes them, with their rows locked, so that what it
    says is what is committed. Returns how many facts are new, changed or gone.

    The objects are of one registered model. Raises ``Refused`` for an unsound fact.
    """
    if not objects:
        return 0
    origin = ORIGINS[type(objects[0])]
    objects = tuple(origin.together(objects))
    facts = [
        replace(fact, source=origin.source, key=origin.key(each, fact.kind))
        for each in objects
        for fact in origin.facts(each)
    ]
    told = {fact.key for fact in facts}
    possible = [origin.key(each, kind) for each in objects for kind in origin.kinds]
    gone = strike(actor, origin.source, [key for key in possible if key not in told])
    changed = gone + tell(actor, facts)
    restated.send(origin.model, objects=objects)
    return changed


def restate_all(progress: Callable[[Origin[Any], int], None] | None = None) -> int:
    """Tell what the objects of every origin stand for, a batch per transaction: told again it
    stands once, and a run that was killed is simply started again. ``progress`` hears after each
    batch how many objects of the origin were read. Returns how many facts are new or changed."""
    return sum(_restate_rows(origin, progress) for origin in ORIGINS.values())


def _restate_rows(origin: Origin[Any], progress: Callable[[Origin[Any], int], None] | None) -> int:
    changed = read = last = 0
    while True:
        with transaction.atomic():
            batch = _locked(origin, last)
            changed += restate(SYSTEM, *batch)
        if not batch:
            return changed
        last = batch[-1].pk
        read += len(batch)
        if progress:
            progress(origin, read)


def _locked(origin: Origin[M], after: int) -> list[M]:
    """The next objects, locked so that an act on one of them tells after this and not before."""
    rows = origin.rows().filter(pk__gt=after).order_by("pk")
    return list(rows.select_for_update(of=("self",))[:_BATCH])

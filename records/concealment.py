"""What must not be seen even in passing: confidential objects in the trail, among the deadlines
and in the outbox, which name objects of every app; and for overseers, what a department has not
signed yet.

The app that has such objects registers them; whoever lists entries about objects calls
``reveal`` or ``oversee``, or ``is_concealed`` where the entry itself must stay and only its words
be hidden.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from records.actor import Actor

CONCEALED: list[Callable[[Actor], QuerySet[Any]]] = []
"""Each gives what a person must not know of, as rows with ``target_type`` and ``target_id``."""

INTERNAL: dict[str, Callable[[Actor], QuerySet[models.Model]]] = {}
"""By model label: the rows of the model that are still the own affair of another department."""

NAMELESS = "保密对象"
"""What stands for the name of a concealed object."""

_HIDDEN_FROM = 2**52

E = TypeVar("E", bound=models.Model)


def hidden_id() -> int:
    """An id for a row about something confidential.

    Drawn at random, so that no gap in the ids of the others tells that there is such a row;
    above all counted ids, and exact in JSON (below 2**53).
    """
    return _HIDDEN_FROM + secrets.randbelow(_HIDDEN_FROM)


def is_concealed(actor: Actor, field: str = "target") -> Q:
    """The condition that an entry is about something that the person must not know of.

    ``field`` is the entry's generic relation: ``<field>_type`` and ``<field>_id``. An entry about
    a deadline is one about the deadline's own object.
    """
    clocks = apps.get_model("records.Deadline")
    hidden = Q(pk__in=())
    for rows_of in CONCEALED:
        rows = rows_of(actor)
        clock = clocks._default_manager.filter(_is_one_of(rows, "target"), pk=_outer(field, "id"))
        hidden |= _is_one_of(rows, field) | (_is_a(clocks, field) & Q(Exists(clock)))
    return hidden


def _is_one_of(rows: QuerySet[Any], field: str) -> Q:
    same = rows.filter(target_type=_outer(field, "type"), target_id=_outer(field, "id"))
    return Q(Exists(same))


def _outer(field: str, part: str) -> OuterRef:
    return OuterRef(f"{field}_{part}")


def _is_a(model: type[models.Model], field: str) -> Q:
    return Q(**{f"{field}_type": ContentType.objects.get_for_model(model)})


def _is_internal(actor: Actor, field: str) -> Q:
    clocks = apps.get_model("records.Deadline")
    hidden = Q(pk__in=())
    for label, rows_of in INTERNAL.items():
        model, rows = apps.get_model(label), rows_of(actor).order_by()
        # Model by model, so that each finds its deadlines by their index.
        theirs = clocks._default_manager.filter(_about("target", model, rows))
        hidden |= _about(field, model, rows) | _about(field, clocks, theirs)
    return hidden


def reveal(entries: QuerySet[E], actor: Actor, field: str = "target") -> QuerySet[E]:
    """The entries that are about nothing the person must not know of; ``field`` as above."""
    if actor.is_system:
        return entries
    return _without(entries, is_concealed(actor, field), field)


def oversee(entries: QuerySet[E], actor: Actor, field: str = "target") -> QuerySet[E]:
    """As ``reveal``, for lists of other departments' affairs: also without entries about what has
    not left another department, such as a letter that its head has not signed."""
    shown = reveal(entries, actor, field)
    return _without(shown, _is_internal(actor, field), field)


def _without(entries: QuerySet[E], hidden: Q, field: str) -> QuerySet[E]:
    # Written as "no object, or not hidden": NOT over a null object would drop the entry.
    return entries.filter(Q(**{f"{field}_id": None}) | ~hidden)


def _about(field: str, model: type[models.Model], rows: QuerySet[models.Model]) -> Q:
    # The kind first, so that the database looks up only the kinds that it meets.
    return _is_a(model, field) & Q(**{f"{field}_id__in": rows.values("pk")})

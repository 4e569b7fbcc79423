"""What must not be seen even in passing: confidential objects in the trail, among the deadlines
and in the outbox, which name objects of every app; and for overseers, what a department has not
signed yet.

The app that has such objects registers them; whoever lists entries about objects calls
``reveal`` or ``oversee``, or ``is_concealed`` where the entry itself must stay and only its words
be hidden.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, QuerySet

from records.actor import Actor

CONCEALED: dict[str, Callable[[Actor], QuerySet[models.Model]]] = {}
"""By model label: the rows of the model that a person must not know of."""

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
    return _is_about(CONCEALED, actor, field)


def _is_about(
    registered: Mapping[str, Callable[[Actor], QuerySet[models.Model]]], actor: Actor, field: str
) -> Q:
    deadline = apps.get_model("records.Deadline")
    hidden = Q(pk__in=())
    for label, rows_of in registered.items():
        model, rows = apps.get_model(label), rows_of(actor).order_by()
        # Model by model, so that each finds its deadlines by their index.
        clocks = deadline._default_manager.filter(_about("target", model, rows))
        hidden |= _about(field, model, rows) | _about(field, deadline, clocks)
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
    return _without(shown, _is_about(INTERNAL, actor, field), field)


def _without(entries: QuerySet[E], hidden: Q, field: str) -> QuerySet[E]:
    # Written as "no object, or not hidden": NOT over a null object would drop the entry.
    return entries.filter(Q(**{f"{field}_id": None}) | ~hidden)


def _about(field: str, model: type[models.Model], rows: QuerySet[models.Model]) -> Q:
    content_type = ContentType.objects.get_for_model(model)
    # The kind first, so that the database looks up only the kinds that it meets.
    return Q(**{f"{field}_type": content_type}) & Q(**{f"{field}_id__in": rows.values("pk")})

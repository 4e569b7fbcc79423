"""What must not be seen even in passing: confidential objects in the trail, among the deadlines
and in the outbox, which name objects of every app.

The app that has confidential objects registers them; whoever lists entries about objects calls
``reveal``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import QuerySet

from records.actor import Actor

CONCEALED: dict[str, Callable[[Actor], QuerySet[models.Model]]] = {}
"""By model label: the rows of the model that a person must not know of."""

E = TypeVar("E", bound=models.Model)


def reveal(entries: QuerySet[E], actor: Actor) -> QuerySet[E]:
    """The entries about objects (``target_type``, ``target_id``) that the person may know of."""
    for label, concealed in CONCEALED.items():
        content_type = ContentType.objects.get_for_model(apps.get_model(label))
        entries = entries.exclude(
            target_type=content_type, target_id__in=concealed(actor).values("pk")
        )
    return entries

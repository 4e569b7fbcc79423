"""What names a subject, and what becomes of it when the subject is merged into another (S1).

Every relation to ``Subject``, of whatever floor, has a ``Reference`` here; upper floors register
theirs in their ``apps.py``. This floor never imports theirs. A test walks the models and fails
for one that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db import models
from django.db.models import Count

from credit.models import MovedRows, Subject
from records.actor import Actor
from records.trail import snapshot


class Decision(Enum):
    """What becomes of the rows that name the merged subject."""

    MOVE = "move"
    """They name the survivor from now on. Database triggers (``refer_to_survivor``) see to it that
    nothing written later names the merged one again."""
    KEEP = "keep"
    """They name the merged subject for good: what was hashed, sent, or is its own history."""
    SETTLE = "settle"
    """They belong to one subject only and end with it; ``settle`` does all."""


@dataclass
class Merging:
    """A merge under way: both subjects are locked. What is ``found`` becomes its trace."""

    actor: Actor
    survivor: Subject
    merged: Subject
    reason: str
    found: list[MovedRows] = field(default_factory=list)

    def trace(
        self, reference: tuple[type[models.Model], str], what: str, ids: Sequence[int]
    ) -> None:
        """Note what becomes of rows of a model that name the merged subject in a field."""
        model, name = reference
        if ids:
            self.found.append(
                MovedRows(model=model._meta.label, field=name, what=what, ids=list(ids))
            )

    def trace_whole(self, rows: Sequence[models.Model], what: str) -> None:
        """The same for rows that are ended or dropped, with all their values as they stand."""
        if rows:
            self.trace((type(rows[0]), "subject"), what, [row.pk for row in rows])
            self.found[-1].before = [_values(row) for row in rows]


def _nothing(merging: Merging) -> None:
    pass


def _no_obstacle(survivor: Subject, merged: Subject) -> list[str]:
    return []


def _no_hold(ids: Sequence[int], region_code: str) -> None:
    pass


def visible_rows(actor: Actor, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The rows that a person may know of; their model says so, or who sees the subject does."""
    visible_to = getattr(rows.model._default_manager, "visible_to", None)
    if visible_to is None:
        return rows
    return rows.filter(pk__in=visible_to(actor).values("pk"))


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One relation to ``Subject`` and its rule.

    ``hold`` locks what must not change meanwhile, before the subjects are locked. ``obstacles``
    says in words why two subjects cannot be merged now; it must name nothing that is concealed.
    ``settle`` runs before the move and brings rows of which a subject has only one into order.
    ``listed`` shows their number on the page of the pair.
    """

    model: type[models.Model]
    field: str = "subject"
    label: str
    decision: Decision
    settle: Callable[[Merging], None] = _nothing
    obstacles: Callable[[Subject, Subject], list[str]] = _no_obstacle
    hold: Callable[[Sequence[int], str], None] = _no_hold
    listed: bool = True

    @property
    def key(self) -> tuple[str, str]:
        return self.model._meta.label, self.field

    def of(self, subject: Subject) -> models.QuerySet[Any]:
        """The rows that name a subject."""
        return self.model._base_manager.filter(**{self.field: subject})

    def counts(self, actor: Actor, subjects: Sequence[Subject]) -> dict[int, int]:
        """How many of them a person may know of, by the ids of subjects; one query."""
        rows = self.model._base_manager.filter(**{f"{self.field}__in": subjects})
        found = visible_rows(actor, rows).order_by().values_list(self.field).annotate(Count("pk"))
        return dict(found)

    def carry_out(self, merging: Merging) -> None:
        """Do what was decided with the rows of the merged subject, leaving the trace."""
        self.settle(merging)
        if self.decision is not Decision.MOVE:
            return
        kept = {
            pk
            for found in merging.found
            if (found.model, found.field, found.what) == (*self.key, MovedRows.What.KEPT)
            for pk in found.ids
        }
        rows = self.of(merging.merged).exclude(pk__in=kept).order_by("pk")
        ids = list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        self.model._base_manager.filter(pk__in=ids).update(**{self.field: merging.survivor})
        merging.trace((self.model, self.field), MovedRows.What.MOVED, ids)


REFERENCES: dict[tuple[str, str], Reference] = {}


def register(*references: Reference) -> None:
    """Say what becomes of relations to ``Subject``; each has one rule."""
    for reference in references:
        if REFERENCES.setdefault(reference.key, reference) is not reference:
            raise ValueError(f"{reference.key} has a rule already")


def _values(row: models.Model) -> dict[str, Any]:
    """All values of a row, as JSON writes them."""
    return {name: value for name, value in snapshot(row).items() if value is not None}

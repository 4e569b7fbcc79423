"""Lists of what departments are concerned with, read in their order by one index.

A party says that a department is concerned with a row. It repeats what lists order and filter by,
so that the page of a department with much, or a filter that hardly anything matches, reads one
index of the parties instead of the rows. The database keeps the repetition itself, by triggers.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, FilteredRelation, Lookup, Q
from django.db.models.expressions import Col
from django.db.models.sql import Query

from clues.models.base import ClueUserPermission, ConcealableQuerySet
from departments.actors import is_staff_member, oversees
from departments.roles import STAFF
from records.actor import Actor

_OWN = "own"


class ListedQuerySet(ConcealableQuerySet):
    """Rows whose model has ``parties`` with a department and the fields named here."""

    MOMENT: ClassVar[str]
    """The field that lists are ordered by, newest first."""

    REPEATED: ClassVar[tuple[str, ...]]
    """The fields, beside the moment, that parties repeat."""

    READERS: ClassVar[tuple[str, ...]] = STAFF
    """The roles that see what their department is a party of."""

    def listed_for(self, actor: Actor) -> Self:
        """The same rows as ``visible_to``, put so that a list finds its page by an index.

        Each has ``listed_at``, to be ordered by ``("-listed_at", "-id")``; filters ask for
        ``listed_<field>`` instead of a repeated field, and for ``listed_key`` instead of the key.
        """
        prefix = ""
        if self._lists_by_party(actor):
            prefix = f"{_OWN}__"
            own = FilteredRelation(
                "parties", condition=Q(parties__department_id=actor.department_id)
            )
            rows = self.annotate(**{_OWN: own}).filter(
                self._revealed(actor), own__department_id=actor.department_id
            )
        else:
            rows = self.visible_to(actor)
        return rows._with_listed(actor, prefix)

    def count(self) -> int:
        """How many rows there are; told by the parties' index alone where it tells all."""
        parties = self._by_parties_alone()
        return super().count() if parties is None else parties.count()

    def _by_parties_alone(self) -> models.QuerySet[Any] | None:
        """The parties of the rows, if nothing but what parties say is asked for."""
        query = self.query
        if self._result_cache is not None or _OWN not in query.alias_map:
            return None
        if query.distinct or query.combinator or query.group_by is not None:
            return None
        if not all(map(_asks_own_party, query.where.leaves())):
            return None
        parties = self.model.parties.rel.related_model._default_manager.all()
        where = query.where.clone()
        where.relabel_aliases({_OWN: parties.query.get_initial_alias()})
        parties.query.where = where
        parties.query.set_limits(query.low_mark, query.high_mark)
        return parties

    def _with_listed(self, actor: Actor, prefix: str) -> Self:
        party = prefix and self.model.parties.rel.field.name
        moment, key = F(f"{prefix}{self.MOMENT}"), F(f"{prefix}{party or 'pk'}")
        return self.annotate(listed_at=moment).alias(
            listed_key=key, **self._repeated(actor, prefix)
        )

    def _repeated(self, actor: Actor, prefix: str) -> dict[str, Any]:
        return {f"listed_{name}": F(f"{prefix}{name}") for name in self.REPEATED}

    def _revealed(self, actor: Actor) -> Q:
        """Which rows of its own department the person may see, told by the parties."""
        return Q(own__confidential=False)

    def _lists_by_party(self, actor: Actor) -> bool:
        return (
            is_staff_member(actor)
            and actor.has_role(*self.READERS)
            and not oversees(actor, actor.region_code)
        )


def _asks_own_party(condition: Any) -> bool:
    """Whether a condition compares a field of the own party with something fixed."""
    if not isinstance(condition, Lookup) or not isinstance(condition.lhs, Col):
        return False
    if isinstance(condition.rhs, Query):
        return condition.lhs.alias == _OWN and not condition.rhs.get_external_cols()
    return condition.lhs.alias == _OWN and not hasattr(condition.rhs, "resolve_expression")


def is_named(actor: Actor) -> bool:
    """Whether the person is named for a confidential clue, and so sees what belongs to it even
    when its department is not concerned."""
    return ClueUserPermission.objects.filter(user_id=actor.user_id).exists()


def repeated_flag() -> models.BooleanField[bool, bool]:
    """A yes or no in a party that the database fills in."""
    return models.BooleanField(default=False, editable=False)


def repeated_text(length: int) -> models.CharField[str, str]:
    """A field of a party that the database fills in."""
    return models.CharField(max_length=length, editable=False, default="")


def repeated_key() -> models.BigIntegerField[int | None, int | None]:
    """A key in a party that the database fills in."""
    return models.BigIntegerField(null=True, editable=False)

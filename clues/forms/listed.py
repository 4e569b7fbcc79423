"""Filters of lists made by ``listed_for``, which are asked for what the parties repeat."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet


class ListedChoiceFilter(django_filters.ChoiceFilter):
    """One of the choices of a repeated field."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(**{f"listed_{self.field_name}": value}) if value else qs


class ListedObjectFilter(django_filters.ModelChoiceFilter):
    """The object that a repeated key is of."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.filter(**{f"listed_{self.field_name}_id": value.pk}) if value else qs

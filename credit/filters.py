"""The filters of the subjects' directory, shared by page, export and API."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from credit.models import Subject, SubjectQuerySet
from credit.selectors.directory import townships_of
from credit.selectors.labels import label_names
from credit.validation import normalise_identifier
from matters.selectors import category_names
from records.middleware import actor_of


class SubjectFilter(django_filters.FilterSet):
    """Category, grade, township, status, label, and text in the name or identifier."""

    q = django_filters.CharFilter(label="名称或标识", method="matching", max_length=60)
    category = django_filters.ChoiceFilter(label="类别", method="of_category", empty_label="全部")
    grade = django_filters.ChoiceFilter(
        label="等级", choices=Subject.Grade.choices, empty_label="全部"
    )
    township = django_filters.ChoiceFilter(
        label="乡镇街道", field_name="township__code", empty_label="全部"
    )
    status = django_filters.ChoiceFilter(
        label="状态", choices=Subject.Status.choices, empty_label="全部"
    )

    label = django_filters.ChoiceFilter(label="标签", method="of_label", empty_label="全部")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = actor_of(self.request).region_code if self.request else ""
        # Looked up when a page shows them or a value is checked against them, not before.
        self.filters["category"].extra["choices"] = lambda: list(self.category_names.items())
        self.filters["township"].extra["choices"] = lambda: [
            (unit.code, unit.name) for unit in townships_of(region)
        ]
        self.filters["label"].extra["choices"] = lambda: [
            (name, name) for name in label_names(region)
        ]

    @cached_property
    def category_names(self) -> dict[str, str]:
        """The names of all categories by code."""
        return category_names()

    def filter_queryset(self, queryset: SubjectQuerySet) -> QuerySet[Subject]:
        """Those merged into others are shown only where they are asked for: by their status, or by
        their whole identifier, which stands on paper handed out before."""
        found = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked.get("status"):
            return found
        identifier = normalise_identifier(asked.get("q") or "")
        if not identifier:
            return found.current()
        return found.exclude(Q(status=Subject.Status.MERGED) & ~Q(identifier=identifier))

    def matching(self, queryset: SubjectQuerySet, name: str, value: str) -> QuerySet[Subject]:
        return queryset.matching(value)

    def of_label(self, queryset: SubjectQuerySet, name: str, value: str) -> QuerySet[Subject]:
        return queryset.filter(labels__contains=[value])

    def of_category(self, queryset: SubjectQuerySet, name: str, value: str) -> QuerySet[Subject]:
        return queryset.of_categories([value])

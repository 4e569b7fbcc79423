"""The filters of the list of draws, shared by page, export and API."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from inspections.models import Draw, PlanItem


class DrawFilter(django_filters.FilterSet):
    """State, level, and text in the plan item's title or the number."""

    q = django_filters.CharFilter(label="计划项目或编号", method="matching", max_length=60)
    state = django_filters.ChoiceFilter(
        label="状态", choices=Draw.State.choices, empty_label="全部"
    )
    level = django_filters.ChoiceFilter(
        label="公信级别", choices=PlanItem.Level.choices, empty_label="全部"
    )

    class Meta:
        model = Draw
        fields = ("q", "state", "level")

    def matching(self, found: QuerySet[Draw], name: str, value: str) -> QuerySet[Draw]:
        text = value.strip()
        condition = Q(item__title__icontains=text)
        if text.isascii() and text.isdigit() and len(text) < 10:
            condition |= Q(number=int(text))
        return found.filter(condition)

"""The filters of the list of clues, shared by page, export and API."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from clues.forms.listed import ListedChoiceFilter, ListedObjectFilter
from clues.models import Clue, Stop
from clues.selectors.clues import ORDER
from credit.selectors.directory import townships_of
from departments.models import Department
from records import clock
from records.middleware import actor_of
from records.periods import beginning, ending
from records.search import containing

_NUMBER = re.compile(r"(XS|MX)\d+", re.IGNORECASE)
_EXTERNAL = re.compile(r"(?=.*\d)[A-Za-z0-9-]{2,}")


class ClueFilter(django_filters.FilterSet):
    """State, source, place, holder, day of receipt, lateness, and text in title, name or number.

    Wants the rows of ``clues.selectors.clues.listed``.
    """

    q = django_filters.CharFilter(label="标题、对象或编号", method="matching", max_length=60)
    state = django_filters.ChoiceFilter(
        label="状态",
        method="in_state",
        choices=[("open", "未办结"), *Clue.State.choices],
        empty_label="全部",
    )
    channel = ListedChoiceFilter(label="来源", choices=Clue.Channel.choices, empty_label="全部")
    township = django_filters.ChoiceFilter(
        label="乡镇街道", method="in_township", empty_label="全部"
    )
    holder = ListedObjectFilter(
        label="当前部门",
        queryset=Department.objects.none(),
        empty_label="全部",
    )
    since = django_filters.DateFilter(
        label="受理自", method="from_day", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        label="至", method="to_day", widget=forms.DateInput(attrs={"type": "date"})
    )
    overdue = django_filters.BooleanFilter(
        label="只看逾期", method="late", widget=forms.CheckboxInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = actor_of(self.request).region_code if self.request else ""
        self.townships = {unit.code: unit for unit in townships_of(region)} if region else {}
        self.filters["township"].extra["choices"] = [
            (code, unit.name) for code, unit in self.townships.items()
        ]
        self.filters["holder"].queryset = Department.objects.within(region).filter(is_active=True)

    def matching(self, queryset: QuerySet[Clue], name: str, value: str) -> QuerySet[Clue]:
        text = value.strip()
        if _NUMBER.match(text):
            return queryset.filter(number__startswith=text.upper())
        also = None
        if _EXTERNAL.fullmatch(text):
            # Complete, as the index of the sources' numbers wants it.
            own = Clue.objects.filter(
                region_code=actor_of(self.request).region_code,
                channel__in=Clue.Channel.values,
                external_number=text,
            )
            also = Q(pk__in=list(own.values_list("pk", flat=True)[:100]))
        return containing(queryset, text, order=ORDER, also=also)

    def in_state(self, queryset: QuerySet[Clue], name: str, value: str) -> QuerySet[Clue]:
        return queryset.filter(listed_state__in=Clue.OPEN_STATES if value == "open" else (value,))

    def in_township(self, queryset: QuerySet[Clue], name: str, value: str) -> QuerySet[Clue]:
        # By key, not by code: the index knows only keys.
        return queryset.filter(listed_township_id=self.townships[value].pk)

    def from_day(self, queryset: QuerySet[Clue], name: str, value: dt.date) -> QuerySet[Clue]:
        return queryset.filter(listed_at__gte=beginning(value))

    def to_day(self, queryset: QuerySet[Clue], name: str, value: dt.date) -> QuerySet[Clue]:
        return queryset.filter(listed_at__lte=ending(value))

    def late(self, queryset: QuerySet[Clue], name: str, value: bool) -> QuerySet[Clue]:
        if not value:
            return queryset
        stops = Stop.objects.open().filter(deadline__due_at__lt=clock.now())
        return queryset.filter(
            listed_key__in=stops.values("clue_id"), listed_state__in=Clue.OPEN_STATES
        )

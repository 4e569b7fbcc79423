"""The filters of the inspectors' directory, shared by page, export and API."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from credit.validation import normalise_identifier
from departments.actors import oversees
from departments.models import Department
from inspections.models import Inspector, Recusal
from inspections.services.directory import licence_notice_day
from records import clock
from records.middleware import actor_of

VALID, SOON, EXPIRED = "valid", "soon", "expired"


class InspectorFilter(django_filters.FilterSet):
    """Department, on duty or not, how the licence stands today, and text in name or licence."""

    q = django_filters.CharFilter(label="姓名或执法证号", method="matching", max_length=40)
    department = django_filters.ChoiceFilter(
        label="部门", field_name="department_id", empty_label="全部"
    )
    active = django_filters.ChoiceFilter(
        label="状态",
        field_name="is_active",
        choices=[("true", "在岗"), ("false", "离岗")],
        method="by_duty",
        empty_label="全部",
    )
    licence = django_filters.ChoiceFilter(label="证件", method="by_licence", empty_label="全部")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = actor_of(self.request)
        self.region_code = actor.region_code
        departments = Department.objects.within(actor.region_code).filter(enforces=True)
        if not oversees(actor, actor.region_code):
            departments = departments.filter(pk=actor.department_id)
        self.filters["department"].extra["choices"] = [
            (str(pk), name) for pk, name in departments.values_list("pk", "short_name")
        ]
        self.filters["licence"].extra["choices"] = [
            (VALID, "有效"),
            (SOON, f"{(self.notice_day - self.today).days} 天内到期"),
            (EXPIRED, "已过期"),
        ]

    @cached_property
    def today(self) -> dt.date:
        return clock.today()

    @cached_property
    def notice_day(self) -> dt.date:
        return licence_notice_day(self.region_code)

    def matching(self, queryset: QuerySet[Inspector], name: str, value: str) -> QuerySet[Inspector]:
        text = value.strip()
        return queryset.filter(
            Q(name__contains=text) | Q(licence__startswith=normalise_identifier(text))
        )

    def by_duty(self, queryset: QuerySet[Inspector], name: str, value: str) -> QuerySet[Inspector]:
        return queryset.filter(is_active=value == "true")

    def by_licence(
        self, queryset: QuerySet[Inspector], name: str, value: str
    ) -> QuerySet[Inspector]:
        if value == EXPIRED:
            return queryset.filter(valid_until__lt=self.today)
        in_force = queryset.filter(valid_from__lte=self.today, valid_until__gte=self.today)
        return in_force.filter(valid_until__lte=self.notice_day) if value == SOON else in_force


class RecusalFilter(django_filters.FilterSet):
    """Text in the name of the inspector or of the subject."""

    q = django_filters.CharFilter(label="执法人员或监管对象", method="matching", max_length=60)

    def matching(self, queryset: QuerySet[Recusal], name: str, value: str) -> QuerySet[Recusal]:
        text = value.strip()
        return queryset.filter(Q(inspector__name__contains=text) | Q(subject__name__icontains=text))

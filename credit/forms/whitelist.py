"""Forms of the white list: applying, and the filters of the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from credit.models import WhiteListEntry
from departments.models import Department
from records.middleware import actor_of


class ApplyForm(forms.Form):
    """For which matter a subject is to be listed, for how long, and why."""

    refusal_fields: ClassVar = {"subject": ""}

    matter = forms.ChoiceField(label="适用事项", required=False)
    months = forms.IntegerField(label="期限（月）", min_value=1)
    reason = forms.CharField(
        label="申请理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, matters: Mapping[int, str], most_months: int, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [("", "本部门牵头的全部事项"), *((str(pk), name) for pk, name in matters.items())]
        self.fields["matter"].choices = choices  # type: ignore[attr-defined]
        self.fields["months"].initial = most_months
        self.fields["months"].help_text = f"最长 {most_months} 个月。"

    def clean_matter(self) -> int | None:
        text = self.cleaned_data["matter"]
        return int(text) if text else None


class WhiteListFilter(django_filters.FilterSet):
    """The filters of the list, shared by page, export and API."""

    q = django_filters.CharFilter(label="监管对象", method="matching", max_length=60)
    state = django_filters.ChoiceFilter(
        label="状态", choices=WhiteListEntry.State.choices, empty_label="全部"
    )
    department = django_filters.ModelChoiceFilter(
        label="牵头部门", queryset=Department.objects.none(), empty_label="全部"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = actor_of(self.request).region_code if self.request else ""
        field: Any = self.filters["department"]
        field.queryset = Department.objects.within(code) if code else Department.objects.none()

    def matching(
        self, queryset: QuerySet[WhiteListEntry], name: str, value: str
    ) -> QuerySet[WhiteListEntry]:
        return queryset.filter(subject__name__contains=value.strip())

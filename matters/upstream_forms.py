"""Forms of upstream matters."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from departments.models import Department
from matters.models import UpstreamMatter
from matters.upstream import matches, matters_to_change, may_be_new


class UpstreamFilter(django_filters.FilterSet):
    """The filter bar of the list."""

    q = django_filters.CharFilter(method="search", label="关键词")
    state = django_filters.ChoiceFilter(
        choices=UpstreamMatter.State.choices, label="状态", empty_label="全部"
    )

    class Meta:
        model = UpstreamMatter
        fields: ClassVar[list[str]] = []

    def search(
        self, queryset: QuerySet[UpstreamMatter], name: str, value: str
    ) -> QuerySet[UpstreamMatter]:
        words = Q(latest__name__icontains=value) | Q(latest__subjects_text__icontains=value)
        return queryset.filter(words | Q(code__icontains=value))


NONE = "0"
"""Chosen where the region has no such department: nobody is left out unsaid."""


class ClaimForm(forms.Form):
    """Which of the own departments stands for each that the upper level names, and which own
    matter is brought to the upper level's."""

    refusal_fields: ClassVar = {"lead": "lead", "name": "own"}

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    own = forms.TypedChoiceField(label="对应的本地区事项", required=False, coerce=int)
    lead = forms.TypedChoiceField(label="牵头部门", coerce=int)

    def __init__(self, *args: Any, upstream: UpstreamMatter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = matches(upstream)
        self.fields["seen"].initial = upstream.latest.number if upstream.latest else None
        own = [(str(v.pk), f"{v.matter.number} {v.name}") for v in matters_to_change(upstream)]
        if may_be_new(upstream):
            own.insert(0, ("", "新增一个事项"))
        departments = Department.objects.filter(region_id=upstream.region_id, is_active=True)
        choices = [(str(each.pk), each.name) for each in departments]
        self._choose("own", own or [("", "对应的事项正在办理")])
        self._choose("lead", [("", "请选择"), *choices])
        self._partners = []
        for match in found:
            if match.is_lead:
                self.fields["lead"].help_text = f"上级为“{match.printed}”"
                self.fields["lead"].initial = match.department_id
                continue
            name = f"partner_{len(self._partners)}"
            self._partners.append(name)
            self.fields[name] = forms.TypedChoiceField(
                label=f"配合部门“{match.printed}”",
                coerce=int,
                choices=[("", "请选择"), (NONE, "本地区不设"), *choices],
                initial=match.department_id,
            )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def partners(self) -> list[forms.BoundField]:
        """The fields of the departments that cooperate."""
        return [self[name] for name in self._partners]

    def given(self) -> dict[str, Any]:
        """What ``matters.upstream.claim`` takes; a department that stands for several counts
        once."""
        values = self.cleaned_data
        chosen = [values[name] for name in self._partners if values[name]]
        return {
            "lead_id": values["lead"],
            "partner_ids": list(dict.fromkeys(chosen)),
            "own_id": values["own"] or None,
            "seen": values["seen"],
        }

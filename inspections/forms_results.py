"""The filter bar of results and the form of a conclusion; the services decide."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from departments.models import Department
from inspections import result_codes
from inspections.models import PlanItem, Result
from inspections.selectors import results as selectors
from inspections.services.results import LONGEST_REMARK
from records.acts import LONGEST_OPINION
from records.middleware import actor_of


class ResultFilter(django_filters.FilterSet):
    """The filters of the list of results, for the page, its export and the API."""

    q = django_filters.CharFilter(method="search", label="对象或任务编号", max_length=120)
    state = django_filters.ChoiceFilter(
        choices=Result.State.choices, label="状态", empty_label="全部"
    )
    plan = django_filters.ModelChoiceFilter(
        field_name="part__task__item",
        queryset=PlanItem.objects.none(),
        label="计划",
        empty_label="全部",
    )
    department = django_filters.ModelChoiceFilter(
        field_name="part__department",
        queryset=Department.objects.none(),
        label="部门",
        empty_label="全部",
    )
    overdue = django_filters.BooleanFilter(
        method="late", label="只看逾期", widget=forms.CheckboxInput
    )

    class Meta:
        model = Result
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is None:
            return
        actor = actor_of(self.request)
        self.filters["plan"].queryset = selectors.plan_items_with_tasks(actor)
        self.filters["department"].queryset = selectors.departments_with_results(actor)

    def search(self, queryset: QuerySet[Result], name: str, value: str) -> QuerySet[Result]:
        return selectors.matching(queryset, value)

    def late(self, queryset: QuerySet[Result], name: str, value: bool | None) -> QuerySet[Result]:
        return selectors.overdue(queryset) if value else queryset


class ResultForm(forms.Form):
    """The conclusion of a visit: boxes of the code set that fits the subject, none ticked."""

    codes = forms.MultipleChoiceField(
        label="检查结果",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请至少选择一项检查结果。",
            "invalid_choice": "检查结果“%(value)s”不适用于该类对象。",
        },
    )
    remark = forms.CharField(
        label="说明",
        required=False,
        max_length=LONGEST_REMARK,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="供本部门负责人审核时参考，不对外公示。",
    )

    def __init__(self, *args: Any, id_kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(result_codes.codes_for(id_kind).items())
        self.fields["codes"].choices = choices  # type: ignore[attr-defined]


class OpinionForm(forms.Form):
    """The opinion with which several results are approved."""

    opinion = forms.CharField(
        label="审核意见",
        required=False,
        max_length=LONGEST_OPINION,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

"""Forms of joint sanctions: drawing one up, a department's feedback, filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory

from credit.models import CreditEvent, Sanction, SanctionMeasure, SanctionPart, Subject
from credit.rules.measures import TASKS
from credit.services.sanction_parts import Taken
from credit.services.sanctions import MeasureInput, SanctionInput
from departments.models import Department
from records.middleware import actor_of

_BLANK_ROWS = 4
_MOST_ROWS = 40


def _words(label: str, rows: int, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class SanctionForm(forms.Form):
    """Why a subject is sanctioned and for how long; the measures are rows of ``MeasureForm``."""

    refusal_fields: ClassVar = {"measures": "", "subject": ""}

    trigger = forms.ChoiceField(label="触发情形", choices=Sanction.Trigger.choices)
    event = forms.ModelChoiceField(
        label="所依据的信用记录",
        required=False,
        queryset=CreditEvent.objects.none(),
        empty_label="不依据单条记录",
    )
    facts = _words("失信事实", 4, 1000)
    basis = forms.CharField(
        label="认定依据", max_length=300, help_text="认定失信所依据的决定、判决或者名单的文号。"
    )
    months = forms.IntegerField(label="惩戒期限（月）", min_value=1, initial=12)

    def __init__(self, subject: Subject, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["event"]
        field.queryset = CreditEvent.objects.filter(subject=subject)
        field.label_from_instance = lambda event: (
            f"{event.happened_on} {event.told.label}：{subject.masked(event.title)}"
        )

    def said(self, rows: BaseFormSet[MeasureForm]) -> SanctionInput:
        """What the valid form and its valid rows say."""
        values = self.cleaned_data
        event = values["event"]
        return SanctionInput(
            trigger=values["trigger"],
            facts=values["facts"],
            basis=values["basis"],
            months=values["months"],
            measures=[said for row in rows if (said := row.said()) is not None],
            event=event.pk if event else None,
        )


class MeasureForm(forms.Form):
    """One measure by one department; an empty row is none."""

    code = forms.ChoiceField(label="惩戒措施", required=False)
    department = forms.ModelChoiceField(
        label="实施部门", required=False, queryset=Department.objects.none(), empty_label="请选择"
    )
    basis = forms.CharField(label="实施依据", required=False, max_length=300)

    def __init__(self, *args: Any, subject: Subject, region_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["code"].choices = [
            ("", "请选择"),
            *(
                (measure.code, measure.title)
                for measure in TASKS
                if subject.id_kind == "person" or not measure.persons_only
            ),
        ]
        fields["department"].queryset = Department.objects.filter(
            region__code=region_code, is_active=True
        ).select_related("region")
        fields["department"].label_from_instance = lambda department: department.name

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if any(values.get(name) for name in self.fields):
            for name, words in (
                ("code", "请选择惩戒措施。"),
                ("department", "请选择实施部门。"),
                ("basis", "请填写该措施的依据。"),
            ):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return values

    def said(self) -> MeasureInput | None:
        values = self.cleaned_data
        if not values.get("code"):
            return None
        return MeasureInput(values["code"], values["basis"], (values["department"].pk,))


def measure_rows(
    subject: Subject, region_code: str, data: Any = None, sanction: Sanction | None = None
) -> BaseFormSet[MeasureForm]:
    """The rows of measures: those of a draft, and some empty ones."""
    stored: Sequence[SanctionMeasure] = []
    if sanction is not None:
        stored = list(
            SanctionMeasure.objects.filter(part__sanction=sanction).select_related("part")
        )
    initial = [
        {"code": each.code, "department": each.part.department_id, "basis": each.basis}
        for each in stored
    ]
    rows = formset_factory(
        MeasureForm, extra=_BLANK_ROWS, max_num=_MOST_ROWS, absolute_max=_MOST_ROWS
    )
    return rows(
        data,
        initial=initial,
        prefix="measures",
        form_kwargs={"subject": subject, "region_code": region_code},
    )


class ReportForm(forms.Form):
    """What a department did of its measures, one choice and one note for each."""

    refusal_fields: ClassVar = {"measures": ""}

    report = _words("实施情况", 4, 1000)

    def __init__(self, part: SanctionPart, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.measures = list(part.measures.all())
        self.fields["report"].initial = part.report
        for each in self.measures:
            self.fields[f"applied-{each.pk}"] = forms.ChoiceField(
                label=each.measure.title,
                choices=[("", "请选择"), ("yes", "已实施"), ("no", "未实施")],
                initial={True: "yes", False: "no"}.get(each.applied, ""),  # type: ignore[arg-type]
            )
            self.fields[f"note-{each.pk}"] = forms.CharField(
                label="说明",
                required=False,
                max_length=300,
                initial=each.note,
                help_text="未实施的写明理由。",
            )

    def taken(self) -> dict[int, Taken]:
        """What the valid form says of each measure."""
        values = self.cleaned_data
        return {
            each.pk: Taken(values[f"applied-{each.pk}"] == "yes", values[f"note-{each.pk}"])
            for each in self.measures
        }

    @property
    def lines(self) -> list[tuple[SanctionMeasure, forms.BoundField, forms.BoundField]]:
        """Each measure with its two fields."""
        return [
            (each, self[f"applied-{each.pk}"], self[f"note-{each.pk}"]) for each in self.measures
        ]


class SanctionFilter(django_filters.FilterSet):
    """The filters of the list, shared by page, export and API."""

    q = django_filters.CharFilter(label="监管对象", method="matching", max_length=60)
    state = django_filters.ChoiceFilter(
        label="状态", choices=Sanction.State.choices, empty_label="全部"
    )
    trigger = django_filters.ChoiceFilter(
        label="触发情形", choices=Sanction.Trigger.choices, empty_label="全部"
    )
    department = django_filters.ModelChoiceFilter(
        label="发起部门", queryset=Department.objects.none(), empty_label="全部"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = actor_of(self.request).region_code if self.request else ""
        field: Any = self.filters["department"]
        field.queryset = Department.objects.within(code) if code else Department.objects.none()

    def matching(self, queryset: QuerySet[Sanction], name: str, value: str) -> QuerySet[Sanction]:
        return queryset.filter(subject__name__contains=value.strip())


class PeriodForm(forms.Form):
    """The days of signature that statistics cover."""

    since = forms.DateField(
        label="签发日自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="至", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

"""Beginning a set of indicators, and writing down its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.forms.formsets import BaseFormSet

from credit.models import Indicator
from credit.rules.events import EVENT_KINDS
from credit.scoring import FULL, MAX_FULL_AT, MAX_INDICATORS, MAX_MONTHS, Bands
from credit.services.indicators import SetInput
from credit.set_validation import LineInput, SetComplaint, fresh_codes

POINT = 100
"""Hundredths in a point."""

_GOOD = [(kind.code, kind.label) for kind in EVENT_KINDS.values() if kind.good]
_BAD = [(kind.code, kind.label) for kind in EVENT_KINDS.values() if not kind.good]
EVENT_CHOICES = [("", "请选择"), ("扣分项的来源", _BAD), ("加分项的来源", _GOOD)]


class PointsField(forms.DecimalField):
    """Points with two decimals, kept as whole hundredths."""

    def __init__(self, **kwargs: Any) -> None:
        limits = {"min_value": 0, "max_value": FULL // POINT, "decimal_places": 2}
        super().__init__(**limits | kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / POINT:.2f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else int(found * POINT)


class DraftForm(forms.Form):
    """For what a new set is, and why."""

    matter = forms.ChoiceField(label="适用于", required=False)
    name = forms.CharField(
        label="名称",
        max_length=100,
        required=False,
        help_text="不填的：修订时沿用生效一版的名称，首次编制通用指标时用平台建议的名称。",
    )
    reason = forms.CharField(label="编制或修订理由", max_length=300)
    proposal = forms.BooleanField(
        label="从平台建议的指标开始",
        required=False,
        initial=True,
        help_text="已有生效指标的，总是从生效的那一版开始修订。",
    )

    def __init__(self, choices: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter"].choices = list(choices)  # type: ignore[attr-defined]

    @property
    def matter_id(self) -> int | None:
        chosen = self.cleaned_data["matter"]
        return int(chosen) if chosen else None


class SetForm(forms.Form):
    """What a set says besides its lines."""

    name = forms.CharField(label="名称", max_length=100)
    reason = forms.CharField(label="编制或修订理由", max_length=300)
    a_from = PointsField(label="A 级起点（分）")
    b_from = PointsField(label="B 级起点（分）")
    c_from = PointsField(label="C 级起点（分）", help_text="低于 C 级起点或被一票否决的为 D 级。")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class LineForm(forms.Form):
    """One indicator. Whether it adds or takes follows from its source."""

    code = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    name = forms.CharField(label="指标", max_length=60)
    group = forms.CharField(
        label="维度", max_length=30, widget=forms.TextInput(attrs={"list": "dimensions"})
    )
    event = forms.ChoiceField(label="数据来源", choices=EVENT_CHOICES)
    measure = forms.ChoiceField(label="计量", choices=Indicator.Measure.choices)
    weight = PointsField(label="权重（分）")
    full_at = forms.IntegerField(
        label="扣完（加满）的数值", min_value=1, max_value=MAX_FULL_AT, initial=1
    )
    months = forms.IntegerField(
        label="有效期（月）", min_value=1, max_value=MAX_MONTHS, required=False
    )
    veto = forms.BooleanField(label="一票否决", required=False)
    own_matter = forms.BooleanField(label="只计本事项", required=False)
    basis = forms.CharField(label="依据", max_length=200, required=False)

    def line(self, code: str) -> LineInput:
        """The indicator as typed."""
        values = self.cleaned_data
        return LineInput(
            code=code,
            name=values["name"].strip(),
            group=values["group"].strip(),
            event=values["event"],
            measure=values["measure"],
            weight=values["weight"],
            full_at=values["full_at"],
            months=values["months"],
            adds=EVENT_KINDS[values["event"]].good,
            veto=values["veto"],
            own_matter=values["own_matter"],
            basis=values["basis"].strip(),
        )


class BaseLineFormSet(BaseFormSet):  # type: ignore[type-arg]
    """The lines of a set in the order of their numbers."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "too_many_forms": f"指标最多 {MAX_INDICATORS} 项。",
        "missing_management_form": "页面内容不完整，请刷新后重新填写。",
    }

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "序号"
        form.fields["DELETE"].label = "删除"

    def kept(self) -> list[LineForm]:
        """The forms that were filled in and not deleted, in the order typed."""
        used = [
            form for form in self.forms if form.has_changed() and form not in self.deleted_forms
        ]
        return sorted(used, key=lambda form: form.cleaned_data["ORDER"] or MAX_INDICATORS)

    def lines(self) -> list[LineInput]:
        """What was typed; new lines get codes of their own."""
        kept = self.kept()
        fresh = fresh_codes({form.cleaned_data["code"] for form in kept})
        return [form.line(form.cleaned_data["code"] or next(fresh)) for form in kept]

    def show(self, complaints: Sequence[SetComplaint]) -> None:
        """Each complaint at its line and field."""
        kept = self.kept()
        for each in complaints:
            if each.line is not None:
                form = kept[each.line]
                form.add_error(each.field if each.field in form.fields else None, each.message)


LineFormSet = forms.formset_factory(
    LineForm,
    formset=BaseLineFormSet,
    extra=0,
    can_order=True,
    can_delete=True,
    max_num=MAX_INDICATORS,
    absolute_max=MAX_INDICATORS * 2,
)


def said(form: SetForm, lines: BaseLineFormSet) -> SetInput:
    """All that was typed, for ``credit.services.indicators.edit``."""
    values = form.cleaned_data
    bands = Bands(values["a_from"], values["b_from"], values["c_from"])
    return SetInput(values["name"], values["reason"], bands, lines.lines())

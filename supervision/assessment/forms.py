"""Forms of assessment: a period, a scheme's weights, an appeal, extra points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from clues.forms.files import files_field
from records import clock
from supervision.assessment.rules import INDICATORS, Indicator
from supervision.assessment.scoring import FULL, Kind
from supervision.assessment.services.appeals import LONGEST
from supervision.assessment.services.schemes import Weight

_HUNDREDTHS = 100
_YEARS_BACK = 3


def _points(label: str, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=FULL // _HUNDREDTHS,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        **kwargs,
    )


def hundredths(value: Decimal | None) -> int:
    """Points as typed, in hundredths."""
    return int((value or 0) * _HUNDREDTHS)


class RoundForm(forms.Form):
    """Which period is assessed."""

    year = forms.TypedChoiceField(label="年度", coerce=int)
    quarter = forms.TypedChoiceField(
        label="周期",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("1", "第一季度"),
            ("2", "第二季度"),
            ("3", "第三季度"),
            ("4", "第四季度"),
            ("", "全年"),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = clock.today().year
        field: Any = self.fields["year"]
        field.choices = [(str(year), f"{year} 年") for year in range(this, this - _YEARS_BACK, -1)]


class SchemeDraftForm(forms.Form):
    """Begin a version."""

    name = forms.CharField(label="名称", max_length=100, initial="部门综合监管考核方案")
    reason = forms.CharField(label="编制或修订理由", max_length=300)


@dataclass(frozen=True)
class WeightRow:
    """The fields of one indicator; ``per_row`` only for deductions."""

    indicator: Indicator
    weight: forms.BoundField
    per_row: forms.BoundField | None


class WeightsForm(forms.Form):
    """The weights of all indicators; 0 does without one."""

    def __init__(self, weights: Mapping[str, Weight], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, indicator in INDICATORS.items():
            said = weights.get(key, Weight(0, indicator.per_row))
            self.fields[f"weight-{key}"] = _points(
                f"“{indicator.title}”分值", initial=Decimal(said.weight) / _HUNDREDTHS
            )
            if indicator.kind is Kind.DEDUCTION:
                self.fields[f"per_row-{key}"] = _points(
                    f"“{indicator.title}”每次扣分", initial=Decimal(said.per_row) / _HUNDREDTHS
                )

    def groups(self) -> Iterator[tuple[str, str, list[WeightRow]]]:
        """The rows by kind: title, note, rows."""
        for kind, title, note in (
            (Kind.SHARE, "基础指标", "分值合计应为 100.00；填 0 不采用。"),
            (Kind.DEDUCTION, "扣分项", "分值为扣分上限；填 0 不采用。"),
            (Kind.EXTRA, "加分项", "分值为加分上限；填 0 不采用。"),
        ):
            yield (
                title,
                note,
                [
                    WeightRow(
                        each,
                        self[f"weight-{key}"],
                        self[f"per_row-{key}"] if kind is Kind.DEDUCTION else None,
                    )
                    for key, each in INDICATORS.items()
                    if each.kind is kind
                ],
            )

    def said(self) -> dict[str, Weight]:
        """What the valid form says."""
        values = self.cleaned_data
        return {
            key: Weight(
                hundredths(values[f"weight-{key}"]), hundredths(values.get(f"per_row-{key}"))
            )
            for key in INDICATORS
        }


class AppealForm(forms.Form):
    """Why a row or line should not count."""

    refusal_fields: ClassVar = {"row": ""}

    reason = forms.CharField(
        label="申诉理由",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明哪些情况不应计入，以及可以查证的事实。",
    )


class BonusForm(forms.Form):
    """Extra points for a department."""

    title = forms.CharField(label="加分事项", max_length=100)
    points = _points("加分")
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    files = files_field("证明材料")  # type: ignore[assignment]

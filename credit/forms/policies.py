"""Forms of the differentiated supervision policy: beginning a version, and its whole table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from credit.policy_validation import (
    GRADES,
    MAX_FREQUENCY,
    PolicyComplaint,
    RowInput,
)
from credit.rules import triggers
from credit.services.policies import LONGEST_NAME, LONGEST_REASON, PolicyInput
from matters.models import MatterVersion

_BP_PER_PERCENT = 100
_GENERAL = "general"


class PolicyDraftForm(forms.Form):
    """Begin a version."""

    name = forms.CharField(label="名称", max_length=LONGEST_NAME)
    reason = forms.CharField(label="编制或修订理由", max_length=LONGEST_REASON)


@dataclass(frozen=True)
class GradeLine:
    """The fields of one grade in one matter; ``trigger`` None where H7 does not allow it."""

    grade: str
    ratio: forms.BoundField
    frequency: forms.BoundField
    way: forms.BoundField
    trigger: forms.BoundField | None


@dataclass(frozen=True)
class MatterBlock:
    """The four grades of a matter, or in general."""

    name: str
    note: str
    lines: list[GradeLine]

    @property
    def may_trigger(self) -> bool:
        """Whether a grade of the matter may be left to triggers."""
        return any(line.trigger for line in self.lines)


class PolicyForm(forms.Form):
    """A whole policy: name, reason, new industries, and the table of grades, in general and for
    each matter that has rows of its own. A ratio left empty in a matter follows the general."""

    name = forms.CharField(label="名称", max_length=LONGEST_NAME)
    reason = forms.CharField(label="编制或修订理由", max_length=LONGEST_REASON)
    industries = forms.CharField(
        label="新兴产业行业代码",
        required=False,
        max_length=300,
        help_text="国民经济行业代码 2 至 4 位，用逗号分隔，如 64，6513；触发式监管只限这些行业。",
    )
    add_matter = forms.ChoiceField(label="增加单独规定的事项", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        names: Mapping[int, str],
        chosen: Sequence[int],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        self.chosen = [pk for pk in chosen if pk in names]
        fields: dict[str, Any] = self.fields
        fields["add_matter"].choices = [
            ("", "请选择事项"),
            *((str(pk), name) for pk, name in names.items() if pk not in self.chosen),
        ]
        for key in self._keys():
            for grade in GRADES:
                self._add(fields, key, grade)

    def _keys(self) -> Iterator[str]:
        yield _GENERAL
        yield from (str(pk) for pk in self.chosen)

    def _add(self, fields: dict[str, Any], key: str, grade: str) -> None:
        general = key == _GENERAL
        fields[f"ratio-{key}-{grade}"] = forms.DecimalField(
            label=f"{grade} 级抽查比例（%）",
            required=general,
            min_value=0,
            max_value=100,
            decimal_places=2,
            widget=forms.NumberInput(
                attrs={"step": "0.01", "inputmode": "decimal"}
                | ({} if general else {"placeholder": "按通用"})
            ),
        )
        fields[f"frequency-{key}-{grade}"] = forms.IntegerField(
            label="年度频次（次，0 为不限）",
            min_value=0,
            max_value=MAX_FREQUENCY,
            initial=1,
        )
        fields[f"way-{key}-{grade}"] = forms.ChoiceField(
            label="监管方式",
            choices=MatterVersion.Way.choices,
            initial=MatterVersion.Way.ON_SITE,
        )
        if not general and grade == triggers.GRADE and triggers.trigger_field(self.names[int(key)]):
            fields[f"trigger-{key}-{grade}"] = forms.BooleanField(
                label="触发式监管", required=False
            )

    def blocks(self) -> list[MatterBlock]:
        """The table as the page shows it."""
        return [
            MatterBlock(
                "通用（不限事项）" if key == _GENERAL else self.names[int(key)],
                "" if key == _GENERAL else "比例留空的等级按通用规定；四级都留空即不再单独规定。",
                [
                    GradeLine(
                        grade,
                        self[f"ratio-{key}-{grade}"],
                        self[f"frequency-{key}-{grade}"],
                        self[f"way-{key}-{grade}"],
                        self[f"trigger-{key}-{grade}"]
                        if f"trigger-{key}-{grade}" in self.fields
                        else None,
                    )
                    for grade in GRADES
                ],
            )
            for key in self._keys()
        ]

    def said(self) -> PolicyInput:
        """All that was typed, for ``credit.services.policies.edit``."""
        values = self.cleaned_data
        typed = values["industries"].replace("，", ",").replace("、", ",").replace(" ", ",")
        industries = dict.fromkeys(code for code in typed.split(",") if code)
        rows = []
        for key in self._keys():
            for grade in GRADES:
                ratio: Decimal | None = values[f"ratio-{key}-{grade}"]
                if ratio is None:
                    continue
                rows.append(
                    RowInput(
                        None if key == _GENERAL else int(key),
                        grade,
                        int(ratio * _BP_PER_PERCENT),
                        values[f"frequency-{key}-{grade}"],
                        values[f"way-{key}-{grade}"],
                        bool(values.get(f"trigger-{key}-{grade}")),
                    )
                )
        return PolicyInput(values["name"], values["reason"], tuple(industries), rows)

    def show(self, found: Sequence[PolicyComplaint]) -> None:
        """Each complaint at its field."""
        for each in found:
            key = _GENERAL if each.matter is None else str(each.matter)
            field = {
                "ratio": f"ratio-{key}-{each.grade}",
                "frequency": f"frequency-{key}-{each.grade}",
                "way": f"way-{key}-{each.grade}",
                "trigger_only": f"trigger-{key}-{each.grade}",
            }.get(each.field, each.field)
            self.add_error(field if field in self.fields else None, each.message)


def initial_of(said: PolicyInput, seen: str) -> dict[str, Any]:
    """A stored policy as the form shows it."""
    values: dict[str, Any] = {
        "name": said.name,
        "reason": said.reason,
        "industries": "，".join(said.industries),
        "seen": seen,
    }
    for row in said.rows:
        at = f"{_GENERAL if row.matter is None else row.matter}-{row.grade}"
        values[f"ratio-{at}"] = f"{row.ratio_bp / _BP_PER_PERCENT:g}"
        values[f"frequency-{at}"] = row.frequency
        values[f"way-{at}"] = row.way
        values[f"trigger-{at}"] = row.trigger_only
    return values

"""Labelling by hand, and the conditions of rules that label."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from credit.models import Subject
from credit.rules.events import KIND_CHOICES
from credit.services.labels import (
    LONGEST_LABEL,
    LONGEST_REASON,
    MOST_MONTHS,
    MOST_TIMES,
    RuleInput,
)
from matters.selectors import category_names


class LabelForm(forms.Form):
    """One label for one subject."""

    refusal_fields: ClassVar = {"opinion": "reason"}

    label = forms.CharField(label="标签", max_length=LONGEST_LABEL)
    reason = forms.CharField(
        label="理由", max_length=LONGEST_REASON, help_text="写入变更历史，所有人可见。"
    )


class LabelRuleForm(forms.Form):
    """A new rule."""

    label = forms.CharField(
        label="标签", max_length=LONGEST_LABEL, help_text="如“重点监管”“养老机构食堂”。"
    )
    categories = forms.MultipleChoiceField(
        label="对象类别",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="属于其中任何一类即可；不选则不限。",
    )
    industry = forms.CharField(
        label="行业代码开头",
        max_length=4,
        required=False,
        help_text="国民经济行业分类（GB/T 4754）的数字，如 62 指餐饮业；不填则不限。",
    )
    grades = forms.MultipleChoiceField(
        label="信用风险等级",
        choices=Subject.Grade.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选则不限。",
    )
    event = forms.ChoiceField(
        label="信用记录", choices=[("", "不限"), *KIND_CHOICES], required=False
    )
    at_least = forms.IntegerField(label="至少几次", min_value=1, max_value=MOST_TIMES, initial=1)
    months = forms.IntegerField(label="近几个月内", min_value=1, max_value=MOST_MONTHS, initial=12)
    reason = forms.CharField(label="制定理由", max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].choices = list(category_names().items())  # type: ignore[attr-defined]

    def given(self) -> RuleInput:
        """The rule as filled in."""
        values = self.cleaned_data
        return RuleInput(
            label=values["label"],
            reason=values["reason"],
            categories=tuple(values["categories"]),
            industry=values["industry"],
            grades=tuple(values["grades"]),
            event=values["event"],
            at_least=values["at_least"],
            months=values["months"],
        )

"""Entering and changing a subject by hand."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from credit.models import Subject
from credit.rules.adjustments import MOST_MONTHS
from credit.selectors.directory import Scope, as_input
from credit.services.adjustments import last_day
from credit.validation import (
    ADDRESS_LENGTH,
    IDENTIFIER_LENGTH,
    NAME_LENGTH,
    SubjectInput,
    fingerprint,
    normalise_identifier,
)
from departments.profile import number
from matters.models import SubjectCategory

NO_TOWNSHIP = "全区（不属于某个乡镇街道）"


class SubjectEditForm(forms.Form):
    """The facts that departments keep current; the identifier stays, the grade has its own act."""

    refusal_fields: ClassVar = {"categories": "main_category", "opinion": "reason"}

    name = forms.CharField(label="名称", max_length=NAME_LENGTH)
    main_category = forms.ChoiceField(label="主要类别")
    other_categories = forms.MultipleChoiceField(
        label="其他类别",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    industry_class = forms.CharField(
        label="行业代码",
        max_length=6,
        required=False,
        help_text="国民经济行业分类（GB/T 4754），如 6210。",
    )
    township = forms.ChoiceField(label="乡镇街道", required=False)
    address = forms.CharField(label="地址", max_length=ADDRESS_LENGTH, required=False)
    status = forms.ChoiceField(label="状态", choices=Subject.ENTERED)
    reason = forms.CharField(
        label="修改理由",
        max_length=80,
        help_text="写入变更历史，所有人可见。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scope: Scope, subject: Subject | None = None, **kwargs: Any):
        if subject is not None:
            kwargs["initial"] = _initial(as_input(subject))
        super().__init__(*args, **kwargs)
        categories = [(code, kind.name) for code, kind in scope.catalogue.categories.items()]
        self.fields["main_category"].choices = [("", "请选择"), *categories]  # type: ignore[attr-defined]
        self.fields["other_categories"].choices = categories  # type: ignore[attr-defined]
        self.fields["township"].choices = [  # type: ignore[attr-defined]
            ("", NO_TOWNSHIP),
            *scope.catalogue.townships.items(),
        ]

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"]).strip()

    @property
    def categories(self) -> tuple[str, ...]:
        """The chosen category codes, the main one first."""
        main = self.cleaned_data["main_category"]
        others = self.cleaned_data["other_categories"]
        return (main, *(code for code in others if code != main))

    def changed_values(self) -> dict[str, Any]:
        """What was changed in this form, for ``credit.services.directory.update_subject``."""
        changed = set(self.changed_data)
        values = {
            name: self.cleaned_data[name]
            for name in ("name", "industry_class", "township", "address", "status")
            if name in changed
        }
        if changed & {"main_category", "other_categories"}:
            values["categories"] = self.categories
        return values


class SubjectCreateForm(SubjectEditForm):
    """A whole new entry."""

    id_kind = forms.ChoiceField(label="标识类型", choices=SubjectCategory.IdKind.choices)
    identifier = forms.CharField(label="标识", max_length=IDENTIFIER_LENGTH + 20)
    grade = forms.ChoiceField(
        label="信用风险等级", choices=[("", "请选择"), *Subject.Grade.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "新增理由"

    def entry(self) -> SubjectInput:
        """The entry as filled in."""
        values = self.cleaned_data
        return SubjectInput(
            id_kind=values["id_kind"],
            identifier=normalise_identifier(values["identifier"]),
            name=values["name"],
            categories=self.categories,
            grade=values["grade"],
            status=values["status"],
            industry_class=values["industry_class"],
            address=values["address"],
            township_code=values["township"],
        )


class GradeForm(forms.Form):
    """The new grade of a subject."""

    grade = forms.ChoiceField(label="新等级", choices=Subject.Grade.choices)
    until = forms.DateField(
        label="调整至",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    opinion = forms.CharField(required=False)

    def __init__(self, region_code: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months, last = number(region_code, MOST_MONTHS), last_day(region_code)
        until = self.fields["until"]
        until.widget.attrs["max"] = last.isoformat()
        until.help_text = (
            f"最长 {months} 个月，至 {last}；不填按最长期限。期满自动恢复为评价得出的等级。"
        )


def _initial(entry: SubjectInput) -> dict[str, Any]:
    return {
        "name": entry.name,
        "main_category": entry.categories[0] if entry.categories else "",
        "other_categories": list(entry.categories[1:]),
        "industry_class": entry.industry_class,
        "township": entry.township_code,
        "address": entry.address,
        "status": entry.status,
        "seen": fingerprint(entry),
    }

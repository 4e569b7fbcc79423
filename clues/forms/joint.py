"""Forms of joint verification, of visits that a clue joins or starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.forms import BaseFormSet, formset_factory

from clues.forms.clues import departments_of
from clues.forms.files import files_field
from clues.models import Clue, JointVerification, VerificationPart
from clues.rules import joint as rules
from clues.selectors.before_visit import joinable
from clues.services.joint import Asked
from clues.services.visits import start_kind
from credit.models import Subject
from departments.models import Department
from departments.profile import number, resolve
from inspections.rules import MIN_OFFICERS
from inspections.services.dispatch import PartPlan
from inspections.services.selected import able_inspectors, fitting_items
from inspections.services.yearly_visits import over_cap
from matters.models import CheckItem
from records import clock
from records.actor import Actor
from records.acts import LONGEST_OPINION
from records.forms import typed_day

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_BLANK_ROWS = 3


def _words(label: str, rows: int, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def _name_departments(field: Any, region_code: str) -> None:
    field.queryset = departments_of(region_code)
    field.label_from_instance = lambda department: department.name


class PurposeForm(forms.Form):
    """What is to be found out by all together."""

    refusal_fields: ClassVar = {"parts": "", "task": "", "days": "", "department": ""}

    purpose = _words(
        "核查要求", 4, 2000, help_text="写明要查清的问题和共同要求，随联合核查通知发给各部门。"
    )


class AskedForm(forms.Form):
    """One department's part; an empty row is no part."""

    department = forms.ModelChoiceField(
        label="部门", required=False, queryset=Department.objects.none(), empty_label="请选择"
    )
    task = _words("核查内容", 2, 1000, required=False)
    days = forms.IntegerField(label="期限（工作日）", required=False, min_value=1)

    def __init__(self, *args: Any, region_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_departments(self.fields["department"], region_code)
        self.usual_days = number(region_code, rules.PART_DAYS)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("department") and not values.get("task"):
            self.add_error("task", "请填写该部门的核查内容。")
        if values.get("task") and not values.get("department"):
            self.add_error("department", "请选择核查部门。")
        return values

    def asked(self) -> Asked | None:
        """The part that the valid row says; None for an empty one."""
        values = self.cleaned_data
        if not values.get("department"):
            return None
        return Asked(values["department"], values["task"], values.get("days") or self.usual_days)


def asked_rows(
    region_code: str,
    data: Any = None,
    joint: JointVerification | None = None,
    lead: Department | None = None,
) -> BaseFormSet[AskedForm]:
    """The rows of parts: those of a plan or the lead's own, and some empty ones."""
    initial: list[dict[str, Any]] = []
    if joint is not None:
        parts: Sequence[VerificationPart] = list(joint.parts.all())
        initial = [
            {"department": one.department_id, "task": one.task, "days": one.days} for one in parts
        ]
    elif lead is not None:
        initial = [{"department": lead.pk, "days": number(region_code, rules.PART_DAYS)}]
    rows = formset_factory(AskedForm, extra=_BLANK_ROWS, max_num=30, absolute_max=30)
    return rows(data, initial=initial, prefix="parts", form_kwargs={"region_code": region_code})


class ReportForm(forms.Form):
    """What a department found, with the evidence."""

    finding = _words("核查情况", 8, 5000, help_text="写明怎样核查、查明了什么、依据和建议。")
    files = files_field("核查材料")


class ChangeForm(forms.Form):
    """Another department, task or time for a part."""

    department = forms.ModelChoiceField(
        label="核查部门", queryset=Department.objects.none(), empty_label=None
    )
    task = _words("核查内容", 4, 1000)
    days = forms.IntegerField(label="期限（工作日）", min_value=1)
    opinion = _words("调整理由", 3, LONGEST_OPINION)

    def __init__(self, region_code: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_departments(self.fields["department"], region_code)

    def asked(self) -> Asked:
        values = self.cleaned_data
        return Asked(values["department"], values["task"], values["days"])


class ConclusionForm(forms.Form):
    """The one conclusion."""

    conclusion = _words(
        "核查结论",
        10,
        5000,
        help_text="汇总各部门查明的事实、认定和处理意见，签发后各参加部门可见。",
    )


class JoinVisitForm(forms.Form):
    """The visit that the clue joins, and what is to be looked at."""

    task = forms.ModelChoiceField(
        label="联合检查任务", queryset=None, widget=forms.RadioSelect, empty_label=None
    )
    request = _words("希望一并核查的内容", 4, 1000)

    def __init__(self, actor: Actor, clue: Clue, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["task"]
        field.queryset = joinable(actor, clue)
        field.label_from_instance = lambda task: (
            f"{task.code}　{task.title}　{task.lead}牵头　{task.visit_on or '日期未定'}"
        )


class DepartmentsForm(forms.Form):
    """Which departments go along."""

    departments = forms.ModelMultipleChoiceField(
        label="参加部门",
        required=False,
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, clue: Clue, subject: Subject, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["departments"]
        with_items = CheckItem.objects.filter(
            is_active=True, categories__overlap=subject.categories
        )
        field.queryset = (
            departments_of(clue.region_code)
            .filter(enforces=True, pk__in=with_items.values("department_id"))
            .exclude(pk=clue.holder_id)
        )
        field.label_from_instance = lambda department: department.name


class StartTaskForm(forms.Form):
    """Day, reason, and for each department what it checks and who goes; the least busy of those
    who may go are ticked beforehand."""

    visit_on = forms.DateField(label="检查日期", widget=_DATE)
    reason = _words(
        "启动理由",
        3,
        500,
        help_text="各参加部门都能看到，请勿写反映人信息和须保密的内容；不是工作日的一并说明理由。",
    )

    def __init__(
        self,
        clue: Clue,
        subject: Subject,
        departments: Sequence[Department],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.departments = list(departments)
        day = typed_day(self, "visit_on")
        over = over_cap(clue.region_code, subject, self.departments, start_kind(clue), day)
        if over:
            # Which year is asked about shows only with the day.
            self.fields["over_cap_reason"] = _words(
                "超过年度次数上限的理由",
                2,
                300,
                required=day is not None,
                help_text=f"{over}。由本部门负责人批准。",
            )
        today = clock.today()
        least = resolve(clue.region_code, MIN_OFFICERS).value
        items = fitting_items(subject, self.departments)
        people: dict[int, list[Any]] = {one.pk: [] for one in self.departments}
        for inspector in able_inspectors(subject, self.departments, today):
            people[inspector.department_id].append(inspector)
        for one in self.departments:
            self._choose(
                f"items_{one.pk}", "检查事项", [(row.pk, row.title) for row in items[one.pk]]
            )
            rows = people[one.pk]
            self._choose(
                f"officers_{one.pk}",
                f"到场人员（不少于 {least} 名，待办检查少的在前）",
                [(o.pk, f"{o.name}（待办 {o.visits} 次）") for o in rows],
                [o.pk for o in rows[:least]],
            )

    def _choose(
        self,
        name: str,
        label: str,
        choices: list[tuple[int, str]],
        initial: list[int] | None = None,
    ) -> None:
        self.fields[name] = forms.TypedMultipleChoiceField(
            label=label,
            required=False,
            coerce=int,
            choices=choices,
            initial=initial,
            widget=forms.CheckboxSelectMultiple,
        )

    def rows(self) -> list[tuple[Department, forms.BoundField, forms.BoundField]]:
        """Each department with its two fields."""
        return [
            (one, self[f"items_{one.pk}"], self[f"officers_{one.pk}"]) for one in self.departments
        ]

    def parts(self, subject: Subject) -> list[PartPlan]:
        """What the valid form says of each department."""
        items = fitting_items(subject, self.departments)
        able = able_inspectors(subject, self.departments, self.cleaned_data["visit_on"])
        by_pk = {inspector.pk: inspector for inspector in able}
        return [
            PartPlan(
                one,
                tuple(
                    item
                    for item in items[one.pk]
                    if item.pk in self.cleaned_data[f"items_{one.pk}"]
                ),
                tuple(by_pk[pk] for pk in self.cleaned_data[f"officers_{one.pk}"] if pk in by_pk),
            )
            for one in self.departments
        ]

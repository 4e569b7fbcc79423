"""Forms and filters of hand-overs of suspected crimes; the services decide."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms

from clues.acts.procedures import letter_of
from clues.forms.files import files_field
from clues.forms.procedures import (
    BeginForm,
    DepartmentChoice,
    ProcedureFilter,
    StepForm,
    group_filter,
    words,
)
from clues.models import Clue, CrimeHandover
from clues.selectors.procedures import CRIME_GROUPS
from clues.services.crime.department import DOCUMENTS
from departments.models import User
from departments.roles import STAFF


class CrimeFilter(ProcedureFilter):
    """The filter bar of the list of hand-overs."""

    groups = CRIME_GROUPS
    group = group_filter(CRIME_GROUPS)
    state = django_filters.ChoiceFilter(
        choices=CrimeHandover.State.choices, label="状态", empty_label="全部"
    )
    direction = django_filters.ChoiceFilter(
        choices=CrimeHandover.Direction.choices, label="方向", empty_label="全部"
    )

    class Meta:
        model = CrimeHandover
        fields: ClassVar[list[str]] = []


class PeopleChoice(forms.ModelMultipleChoiceField):
    """People of a department to tick."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            User.objects.none(), label=label, widget=forms.CheckboxSelectMultiple, **kwargs
        )

    def offer(self, department_id: int | None) -> None:
        """Offer the people at work in the department."""
        self.queryset = User.objects.filter(
            department_id=department_id, is_active=True, roles__overlap=sorted(STAFF)
        ).order_by("pk")

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name or obj.username)


class CaseForm(BeginForm):
    """Begin a hand-over: what is suspected, and who verifies it."""

    title = forms.CharField(label="案件名称", max_length=100)
    suspect = forms.CharField(label="当事人", max_length=120)
    facts = words("涉嫌犯罪的事实", rows=7)
    officers = PeopleChoice("专案组成员")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officers"].offer(self.actor.department_id)  # type: ignore[attr-defined]

    def suggestions(self, clue: Clue | None) -> dict[str, Any]:
        if clue is None:
            return {}
        return {**super().suggestions(clue), "suspect": clue.subject_name}


class BackForm(BeginForm):
    """The police hand a case over for an administrative penalty."""

    title = forms.CharField(label="案件名称", max_length=100)
    suspect = forms.CharField(label="当事人", max_length=120)
    department = DepartmentChoice("行政执法机关")
    facts = words("违法事实和移送理由", rows=7)
    files = files_field("案件材料")


class OfficersForm(StepForm):
    """Who verifies the case."""

    officers = PeopleChoice("专案组成员")

    def suggestions(self, procedure: CrimeHandover) -> dict[str, Any]:
        return {"officers": procedure.officers.all()}

    def prepare(self, procedure: CrimeHandover) -> None:
        self.fields["officers"].offer(procedure.department_id)  # type: ignore[attr-defined]


class ReportForm(StepForm):
    """The case officers' report."""

    offence = forms.CharField(label="涉嫌罪名", max_length=60)
    report = words("核实报告", rows=10, most=4000, help_text="写明查实的事实、证据和移送的理由。")
    penalties = words(
        "移送前已作出的行政处罚", rows=3, most=1000, required=False, help_text="没有的可以不填。"
    )

    def suggestions(self, procedure: CrimeHandover) -> dict[str, Any]:
        return {"offence": procedure.offence}


class AttachForm(StepForm):
    """Documents that go with the letter."""

    label = forms.ChoiceField(label="材料类别", choices=[(each, each) for each in DOCUMENTS])
    files = files_field("文件")


class RewordForm(StepForm):
    """The letter of transfer."""

    title = forms.CharField(label="标题", max_length=100)
    body = words("正文", rows=16, most=10000)

    def suggestions(self, procedure: CrimeHandover) -> dict[str, Any]:
        letter = letter_of(procedure, "criminal_handover")
        return {"title": letter.title, "body": letter.body} if letter else {}


class SupplementForm(StepForm):
    """What the police asked for."""

    note = words("补正说明", rows=3, most=1000, required=False)
    files = files_field("补正材料")


class DeliverForm(StepForm):
    """Goods and material of a filed case."""

    note = words("移交情况", rows=3, most=1000, help_text="写明移交的物品、数量和交接人。")
    files = files_field("涉案物品移交清单")

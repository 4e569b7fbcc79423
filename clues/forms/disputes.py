"""Forms and filters of disputes and of refusals of duty; the services decide."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms

from clues.acts.procedures import prepared
from clues.forms.files import files_field
from clues.forms.procedures import (
    BeginForm,
    DepartmentChoice,
    DepartmentsChoice,
    MatterChoice,
    ProcedureFilter,
    StepForm,
    group_filter,
    words,
)
from clues.models import Clue, Dispute, Refusal
from clues.selectors.procedures import DISPUTE_GROUPS, REFUSAL_GROUPS
from departments.models import Department
from departments.profile import filling
from departments.roles import Function
from records import clock
from records.actor import Actor


class DisputeFilter(ProcedureFilter):
    """The filter bar of the list of disputes."""

    groups = DISPUTE_GROUPS
    group = group_filter(DISPUTE_GROUPS)
    about = django_filters.ChoiceFilter(
        choices=Dispute.About.choices, label="类别", empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        choices=Dispute.State.choices, label="状态", empty_label="全部"
    )

    class Meta:
        model = Dispute
        fields: ClassVar[list[str]] = []


class RefusalFilter(ProcedureFilter):
    """The filter bar of the list of refusals."""

    groups = REFUSAL_GROUPS
    group = group_filter(REFUSAL_GROUPS)
    state = django_filters.ChoiceFilter(
        choices=Refusal.State.choices, label="状态", empty_label="全部"
    )

    class Meta:
        model = Refusal
        fields: ClassVar[list[str]] = []


class QuestionForm(BeginForm):
    """Begin a dispute."""

    about = forms.ChoiceField(
        label="争议类别",
        choices=Dispute.About.choices,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label="争议事项", max_length=100)
    matter = MatterChoice()
    departments = DepartmentsChoice("争议的其他部门")
    facts = words("争议情况", rows=7, help_text="写明眼前的事项、各方的意见和依据。")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        offices = "；".join(
            f"{what}由{office.name if office else '尚未指定的部门'}协调"
            for what, office in (
                ("行政执法争议", filling(actor.region_code, Function.LEGAL)),
                ("职责分工争议和新业态", filling(actor.region_code, Function.ESTABLISHMENT)),
            )
        )
        self.fields["about"].help_text = f"{offices}。"


class HandleForm(StepForm):
    """What the department did meanwhile."""

    text = words("处置情况", help_text="写明何时、何人、做了什么。")
    files = files_field("处置材料")


class TalkForm(StepForm):
    """A negotiation."""

    held_on = forms.DateField(
        label="协商日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    participants = forms.CharField(label="参加人", max_length=200)
    minutes = words("协商纪要", rows=7)
    agreed = DepartmentChoice(
        "一致同意由谁负责", required=False, help_text="未达成一致的不选；选定后由各方负责人确认。"
    )

    def suggestions(self, procedure: Dispute) -> dict[str, Any]:
        return {"held_on": clock.today()}

    def prepare(self, procedure: Dispute) -> None:
        parties = procedure.parties.values("department_id")
        agreed: Any = self.fields["agreed"]
        agreed.queryset = Department.objects.filter(pk__in=parties)
        agreed.empty_label = "未达成一致"


class SubmissionForm(StepForm):
    """The submission to the office that decides."""

    text = words("申请内容", rows=10, help_text="写明争议事项、协商经过、本部门意见和依据。")
    files = files_field("争议材料")

    def suggestions(self, procedure: Dispute) -> dict[str, Any]:
        letter = prepared(procedure, "dispute_submission")
        return {"text": letter.body if letter else procedure.facts}


class DecisionForm(StepForm):
    """The decision as a clerk of the office proposes it."""

    responsible = DepartmentChoice("责任部门")
    text = words("决定内容", rows=8, help_text="写明由谁负责、依据和其他部门的配合职责。")

    def suggestions(self, procedure: Dispute) -> dict[str, Any]:
        return {"responsible": procedure.proposed_id, "text": procedure.proposal}

    def prepare(self, procedure: Dispute) -> None:
        chosen: Any = self.fields["responsible"]
        chosen.queryset = Department.objects.filter(
            region__code=procedure.region_code, is_active=True
        )


class ComplaintForm(BeginForm):
    """Begin with a written advice to another department."""

    title = forms.CharField(label="事项", max_length=80)
    addressee = DepartmentChoice("被建议部门")
    matter = MatterChoice()
    facts = words("未履职的情况", rows=5)
    basis = forms.CharField(
        label="履职依据", max_length=300, help_text="法律法规或者职责清单条款。"
    )
    advice = words("履职建议", rows=4, most=2000)
    files = files_field("有关材料")

    def suggestions(self, clue: Clue | None) -> dict[str, Any]:
        found = super().suggestions(clue)
        return {**found, "title": found["title"][:80]} if found else {}


class ShowForm(StepForm):
    """What was corrected."""

    text = words("改正情况", rows=6)
    files = files_field("证明材料")


class LetterTextForm(StepForm):
    """The text of a letter; a subclass names its kind."""

    kind: ClassVar[str]
    text = words("正文", rows=12, most=10000)

    def suggestions(self, procedure: Refusal) -> dict[str, Any]:
        letter = prepared(procedure, self.kind)
        return {"text": letter.body if letter else self.draft(procedure)}

    def draft(self, procedure: Refusal) -> str:
        """What stands there the first time."""
        return ""


class GovernmentReportForm(LetterTextForm):
    """The report to the county government."""

    kind = "refusal_report"

    def draft(self, procedure: Refusal) -> str:
        said = procedure.answer or procedure.correction or "逾期未答复"
        answer = said.rstrip("。")
        return (
            f"{procedure.facts}\n履职依据：{procedure.basis}\n"
            f"本部门已发出履职建议书，{procedure.addressee.name}的答复：{answer}。\n报请本级人民政府处理。"
        )


class CriticismForm(LetterTextForm):
    """The notice of criticism."""

    kind = "criticism"

    def draft(self, procedure: Refusal) -> str:
        return (
            f"{procedure.addressee.name}未履行职责：{procedure.facts}\n"
            f"经责令改正（{procedure.order.rstrip('。')}）仍未改正，现予通报批评。"
        )

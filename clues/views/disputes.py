"""Pages of disputes and of refusals of duty (L9)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View

from clues.acts.disputes import DISPUTE_ACTS
from clues.acts.refusals import REFUSAL_ACTS
from clues.forms import disputes as forms
from clues.models import Clue, Dispute, Refusal
from clues.selectors import procedures as selectors
from clues.selectors.steps import dispute_steps, refusal_steps
from clues.services import disputes as services
from clues.services import refusals
from clues.views.crime import visible_clue
from clues.views.procedures import (
    BeginView,
    Button,
    Page,
    ProcedureListView,
    StepView,
    may_begin,
)
from departments.actors import is_staff_member
from departments.roles import Role
from records.actor import Actor
from records.middleware import actor_of
from records.views import ActView


class DisputeListView(ProcedureListView):
    """All disputes a person sees."""

    title = "职责争议"
    note = "先行共同处置眼前的事项，再协商；协商不成的，由行政执法监督机构或者机构编制部门决定。"
    url_name = "clues:dispute-list"
    empty = "对由谁执法或者由谁负责认识不一致时，在这里提出争议。"
    filter_class = forms.DisputeFilter
    sheet = selectors.DISPUTE_SHEET
    groups = selectors.DISPUTE_GROUPS

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return selectors.disputes(actor)

    def buttons(self, actor: Actor) -> list[Button]:
        found = [Button("提出争议", reverse("clues:dispute-new"))]
        return found if may_begin(actor) else []


class RefusalListView(ProcedureListView):
    """All refusals of duty a person sees."""

    title = "履职推诿"
    note = (
        "书面建议对方履职；不采纳、逾期不答复或者仍不改正的，报告本级政府责令改正，直至通报和追责。"
    )
    url_name = "clues:refusal-list"
    empty = "发现其他部门不履行职责时，在这里拟履职建议书。"
    filter_class = forms.RefusalFilter
    sheet = selectors.REFUSAL_SHEET
    groups = selectors.REFUSAL_GROUPS

    def may_open(self, actor: Actor) -> bool:
        return super().may_open(actor) or (is_staff_member(actor) and actor.has_role(Role.WITNESS))

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return selectors.refusals(actor)

    def buttons(self, actor: Actor) -> list[Button]:
        found = [Button("拟履职建议书", reverse("clues:refusal-new"))]
        return found if may_begin(actor) else []


class DisputeNewView(BeginView):
    """Prepare a dispute for the head."""

    title = "提出职责争议"
    note = "负责人提出后，各方先行共同处置眼前的事项（郯政发〔2023〕1号（十一））。"
    button = "送负责人提出"
    list_url = "clues:dispute-list"
    form_class = forms.QuestionForm

    def begin(self, actor: Actor, data: dict[str, Any], clue: Clue | None) -> Dispute:
        return services.begin(
            actor,
            services.Question(
                about=data["about"],
                title=data["title"],
                facts=data["facts"],
                clue_id=clue.pk if clue else None,
                matter_id=data["matter"].pk if data["matter"] else None,
            ),
            [department.pk for department in data["departments"]],
            key=data["key"],
        )


class RefusalNewView(BeginView):
    """Prepare a written advice for the head."""

    title = "拟履职建议书"
    note = "负责人签发后发送对方部门，对方应当在期限内答复（郯政发〔2023〕1号（十一））。"
    button = "送负责人签发"
    list_url = "clues:refusal-list"
    form_class = forms.ComplaintForm

    def begin(self, actor: Actor, data: dict[str, Any], clue: Clue | None) -> Refusal:
        return refusals.begin(
            actor,
            refusals.Complaint(
                title=data["title"],
                facts=data["facts"],
                basis=data["basis"],
                advice=data["advice"],
                clue_id=clue.pk if clue else None,
                matter_id=data["matter"].pk if data["matter"] else None,
            ),
            data["addressee"].pk,
            data["files"],
            key=data["key"],
        )


class DisputeView(View):
    """One dispute: whose turn it is, what each party did and says, talks, the decision."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        dispute = get_object_or_404(
            Dispute.objects.visible_to(actor)
            .select_related("raiser", "office", "legal", "proposed", "responsible", "clue")
            .prefetch_related("parties__department", "talks__agreed_on"),
            pk=pk,
        )
        letters = selectors.visible_letters(actor, dispute)
        context = {
            "dispute": dispute,
            "acts": DISPUTE_ACTS.buttons(actor, dispute),
            "turns": selectors.turns(dispute),
            "steps": dispute_steps(dispute),
            "documents": selectors.files_by_label(dispute),
            "letters": letters,
            "clue": visible_clue(actor, dispute.clue),
            "matter": selectors.matter_name(actor, dispute.matter_id),
            "shows_proposal": actor.department_id == dispute.office_id
            or dispute.state == Dispute.State.CONFIRMING,
            "entries": selectors.course(dispute, letters),
        }
        return render(request, "clues/dispute.html", context)


class RefusalView(View):
    """One refusal: whose turn it is, advice, answer, what the government did, the course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        refusal = get_object_or_404(
            Refusal.objects.visible_to(actor).select_related(
                "department", "addressee", "government", "discipline", "clue"
            ),
            pk=pk,
        )
        letters = selectors.visible_letters(actor, refusal)
        context = {
            "refusal": refusal,
            "acts": REFUSAL_ACTS.buttons(actor, refusal),
            "turns": selectors.turns(refusal),
            "steps": refusal_steps(refusal),
            "documents": selectors.files_by_label(refusal),
            "letters": letters,
            "clue": visible_clue(actor, refusal.clue),
            "matter": selectors.matter_name(actor, refusal.matter_id),
            "entries": selectors.course(refusal, letters),
        }
        return render(request, "clues/refusal.html", context)


class DisputeActView(ActView):
    """The acts that need no more than an opinion."""

    table = DISPUTE_ACTS
    handlers = services.HANDLERS
    detail_url = "clues:dispute"


class RefusalActView(ActView):
    """The acts that need no more than an opinion."""

    table = REFUSAL_ACTS
    handlers = refusals.HANDLERS
    detail_url = "clues:refusal"


def _talk(actor: Actor, pk: int, data: dict[str, Any]) -> Dispute:
    agreed = data.pop("agreed")
    return services.talk(actor, pk, agreed_id=agreed.pk if agreed else None, **data)


DISPUTE_PAGES: dict[str, Page] = {
    "handle": Page(
        forms.HandleForm,
        lambda actor, pk, data: services.handle(actor, pk, **data),
        "记录处置情况",
        "各方都记录处置情况后转入协商。",
    ),
    "talk": Page(
        forms.TalkForm,
        _talk,
        "保存协商记录",
        "达成一致的由各方负责人确认；未达成一致的可以继续协商或者提请协调。",
    ),
    "prepare": Page(
        forms.SubmissionForm,
        lambda actor, pk, data: services.prepare(actor, pk, **data),
        "送负责人签发",
        "行政执法争议提交行政执法监督机构，职责分工争议和新业态提交机构编制部门。",
    ),
    "propose": Page(
        forms.DecisionForm,
        lambda actor, pk, data: services.propose(actor, pk, data["responsible"].pk, data["text"]),
        "送负责人签发",
        "签发后告知各方，由决定的责任部门办理。",
    ),
}
REFUSAL_PAGES: dict[str, Page] = {
    "show": Page(
        forms.ShowForm,
        lambda actor, pk, data: refusals.show(actor, pk, **data),
        "反馈建议部门",
        "由建议部门核实。",
    ),
    "show-order": Page(
        forms.ShowForm,
        lambda actor, pk, data: refusals.show_order(actor, pk, **data),
        "反馈本级政府",
        "由本级人民政府核实。",
    ),
    "prepare-report": Page(
        forms.GovernmentReportForm,
        lambda actor, pk, data: refusals.prepare_report(actor, pk, **data),
        "送负责人签发",
        "签发后报送本级人民政府。",
    ),
    "prepare-criticism": Page(
        forms.CriticismForm,
        lambda actor, pk, data: refusals.prepare_criticism(actor, pk, **data),
        "送负责人签发",
        "签发后发送被通报部门，抄送建议部门和综合协调组。",
    ),
}


class DisputeStepView(StepView):
    """The acts on a dispute with a page of their own."""

    table = DISPUTE_ACTS
    pages = DISPUTE_PAGES


class RefusalStepView(StepView):
    """The acts on a refusal with a page of their own."""

    table = REFUSAL_ACTS
    pages = REFUSAL_PAGES

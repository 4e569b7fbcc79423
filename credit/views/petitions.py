"""Pages of objections and credit repairs: list, one, taking in, answering (S3)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from credit.acts.petitions import PETITION_ACTS
from credit.forms.petitions import AnswerForm, PetitionFilter, PetitionForm
from credit.models import Petition, Subject
from credit.rules import petitions as rules
from credit.selectors import petitions as selectors
from credit.services import petitions as services
from credit.services.petition_items import candidates, candidates_again, departments_of
from departments.profile import resolve
from records import deadlines, evidence
from records.actor import Actor
from records.exports import export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView

_INSIDE = ("petition.answer", "petition.return")
"""Steps within the verifying department, which only itself reads of."""
_ELSEWHERE = ("deadline.start", "evidence.keep")
"""What the page shows in other places: the clock and the papers."""


class PetitionListView(View):
    """The petitions a person may know of; ``?export=xlsx`` hands out what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = PetitionFilter(
            request.GET, queryset=selectors.petitions_for(actor), request=request
        )
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.PETITION_SHEET,
                found.qs.order_by("-id"),
                selectors.sheet_rows,
                "异议与修复.xlsx",
            )
        page = requested_page(request, found.qs, selectors.ORDER)
        chips = deadlines.chips_for(page.rows)
        context = {
            "filter": found,
            "page": page,
            "rows": [(each, chips.get(each.pk)) for each in page.rows],
            "total": capped_count(found.qs),
            "rules": _rules(actor.region_code),
        }
        return render(request, "credit/petitions/list.html", context)


def _rules(region_code: str) -> list[tuple[Any, Any]]:
    """The clocks and times that hold in a region, with their sources."""
    if not region_code:
        return []
    shown = (
        rules.ACCEPT_DUE,
        rules.VERIFY_DUE,
        rules.DECIDE_DUE,
        rules.INFORM_DUE,
        *rules.SHORTEST.values(),
        rules.BANNED_MONTHS,
        rules.SUSPENDS,
    )
    return [(rule, resolve(region_code, rule)) for rule in shown]


class PetitionView(View):
    """One petition: what it asks, what was found of each thing, its papers and its course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        petition = get_object_or_404(selectors.petitions_for(actor), pk=pk)
        inside = () if petition.verifier_id == actor.department_id else _INSIDE
        shows = selectors.shows_answer(actor, petition)
        files = evidence.of(petition)
        context = {
            "petition": petition,
            "chip": deadlines.chips_for([petition]).get(petition.pk),
            "acts": PETITION_ACTS.buttons(actor, petition),
            "items": [(item, petition.subject.masked(str(item))) for item in petition.items.all()],
            "shows_answer": shows,
            "files": files if shows else files.exclude(label=services.FOUND),
            "entries": timeline(petition, without=_ELSEWHERE + inside),
        }
        return render(request, "credit/petitions/detail.html", context)


class PetitionActView(ActView):
    """Accept, decline, confirm, return, inform, withdraw, revoke."""

    table = PETITION_ACTS
    handlers = services.HANDLERS
    detail_url = "credit:petition"


class PetitionNewView(FormPage):
    """Take in what a subject asks; ``kind`` is that of the address."""

    template_name = "credit/petitions/form.html"
    title = "登记"
    kind = Petition.Kind.OBJECTION

    def target(self, actor: Actor) -> Subject:
        visible = Subject.objects.visible_to(actor).select_related("region")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Subject) -> None:
        services.must_enter(actor)

    def form(self, actor: Actor, target: Subject, *sent: Any) -> PetitionForm:
        offered = candidates(actor, target, self.kind)
        initial = {"items": self.request.GET.getlist("item")}
        departments = departments_of(offered)
        return PetitionForm(self.kind, target, offered, departments, *sent, initial=initial)

    def carry_out(self, actor: Actor, target: Subject, form: PetitionForm) -> Petition:
        values = form.cleaned_data
        documents, proofs = values["documents"], values["proofs"]
        return services.enter(actor, target.pk, form.said(), documents, proofs)

    def more(self, target: Subject, form: PetitionForm) -> dict[str, Any]:
        is_repair = self.kind == Petition.Kind.REPAIR
        return {"subject": target, "kind": self.kind, "is_repair": is_repair}


class _PetitionPage(FormPage):
    """The form of an act on a petition."""

    code: ClassVar[str]

    def target(self, actor: Actor) -> Petition:
        return get_object_or_404(selectors.petitions_for(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Petition) -> None:
        PETITION_ACTS.check(actor, self.code, target)


class PetitionEditView(_PetitionPage):
    """Correct what was taken in, until the head takes it up."""

    template_name = "credit/petitions/edit.html"
    title = "修改"
    code = "edit"

    def form(self, actor: Actor, target: Petition, *sent: Any) -> PetitionForm:
        names = ("reason", "applicant", "contact")
        initial = {name: getattr(target, name) for name in names}
        initial["items"] = [item.named for item in target.items.all()]
        initial["seen"] = services.seen_mark(target)
        offered = candidates_again(actor, target)
        return PetitionForm(
            target.kind,
            target.subject,
            offered,
            departments_of(offered),
            *sent,
            papers_there=True,
            initial=initial,
        )

    def carry_out(self, actor: Actor, target: Petition, form: PetitionForm) -> Petition:
        values = form.cleaned_data
        documents, proofs = values["documents"], values["proofs"]
        seen = values["seen"]
        return services.edit(actor, target.pk, form.said(), documents, proofs, seen=seen)

    def more(self, target: Petition, form: PetitionForm) -> dict[str, Any]:
        return {"petition": target, "subject": target.subject}


class PetitionAnswerView(_PetitionPage):
    """Say what was found of each thing."""

    template_name = "credit/petitions/answer.html"
    title = "送负责人签发核查结果"
    code = "answer"

    def form(self, actor: Actor, target: Petition, *sent: Any) -> AnswerForm:
        return AnswerForm(target, *sent)

    def carry_out(self, actor: Actor, target: Petition, form: AnswerForm) -> Petition:
        values = form.cleaned_data
        finding, files = values["finding"], values["files"]
        return services.answer(actor, target.pk, finding, form.answers(), files)

    def more(self, target: Petition, form: AnswerForm) -> dict[str, Any]:
        lines = [
            (target.subject.masked(str(item)), outcome, note) for item, outcome, note in form.lines
        ]
        return {"petition": target, "lines": lines}

"""Pages of objections and credit repairs: list, one, taking in, answering (S3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
from records.errors import Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView, done

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


class PetitionNewView(View):
    """Take in what a subject asks; ``kind`` is that of the address."""

    kind = Petition.Kind.OBJECTION

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, subject = self._subject(request, pk)
        initial = {"items": request.GET.getlist("item")}
        return self._show(request, subject, self._form(actor, subject, initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, subject = self._subject(request, pk)
        form = self._form(actor, subject, request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                made = services.enter(
                    actor, subject.pk, form.said(), values["documents"], values["proofs"]
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done("登记", made))
                return redirect(made)
        return self._show(request, subject, form)

    def _subject(self, request: HttpRequest, pk: int) -> tuple[Actor, Subject]:
        actor = actor_of(request)
        visible = Subject.objects.visible_to(actor).select_related("region")
        subject = get_object_or_404(visible, pk=pk)
        services.must_enter(actor)
        return actor, subject

    def _form(self, actor: Actor, subject: Subject, *sent: Any, **kwargs: Any) -> PetitionForm:
        offered = candidates(actor, subject, self.kind)
        return PetitionForm(self.kind, subject, offered, departments_of(offered), *sent, **kwargs)

    def _show(self, request: HttpRequest, subject: Subject, form: PetitionForm) -> HttpResponse:
        status = 422 if form.errors else 200
        context = {
            "subject": subject,
            "form": form,
            "kind": self.kind,
            "is_repair": self.kind == Petition.Kind.REPAIR,
        }
        return render(request, "credit/petitions/form.html", context, status=status)


class PetitionEditView(View):
    """Correct what was taken in, until the head takes it up."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, petition = self._petition(request, pk)
        try:
            PETITION_ACTS.check(actor, "edit", petition)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(petition)
        names = ("reason", "applicant", "contact")
        initial = {name: getattr(petition, name) for name in names}
        initial["items"] = [item.named for item in petition.items.all()]
        initial["seen"] = services.seen_mark(petition)
        return self._show(request, petition, self._form(actor, petition, initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, petition = self._petition(request, pk)
        PETITION_ACTS.authorise(actor, "edit", petition)
        form = self._form(actor, petition, request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                services.edit(
                    actor,
                    pk,
                    form.said(),
                    values["documents"],
                    values["proofs"],
                    seen=values["seen"],
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done("修改", petition))
                return redirect(petition)
        return self._show(request, petition, form)

    def _petition(self, request: HttpRequest, pk: int) -> tuple[Actor, Petition]:
        actor = actor_of(request)
        return actor, get_object_or_404(selectors.petitions_for(actor), pk=pk)

    def _form(self, actor: Actor, petition: Petition, *sent: Any, **kwargs: Any) -> PetitionForm:
        offered = candidates_again(actor, petition)
        departments = departments_of(offered)
        return PetitionForm(
            petition.kind,
            petition.subject,
            offered,
            departments,
            *sent,
            papers_there=True,
            **kwargs,
        )

    def _show(self, request: HttpRequest, petition: Petition, form: PetitionForm) -> HttpResponse:
        context = {"petition": petition, "subject": petition.subject, "form": form}
        status = 422 if form.errors else 200
        return render(request, "credit/petitions/edit.html", context, status=status)


class PetitionAnswerView(View):
    """Say what was found of each thing."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, petition = self._petition(request, pk)
        try:
            PETITION_ACTS.check(actor, "answer", petition)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(petition)
        return self._show(request, petition, AnswerForm(petition))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, petition = self._petition(request, pk)
        PETITION_ACTS.authorise(actor, "answer", petition)
        form = AnswerForm(petition, request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                services.answer(actor, pk, values["finding"], form.answers(), values["files"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done("送负责人签发核查结果", petition))
                return redirect(petition)
        return self._show(request, petition, form)

    def _petition(self, request: HttpRequest, pk: int) -> tuple[Actor, Petition]:
        actor = actor_of(request)
        return actor, get_object_or_404(selectors.petitions_for(actor), pk=pk)

    def _show(self, request: HttpRequest, petition: Petition, form: AnswerForm) -> HttpResponse:
        status = 422 if form.errors else 200
        lines = [
            (petition.subject.masked(str(item)), outcome, note)
            for item, outcome, note in form.lines
        ]
        context = {"petition": petition, "form": form, "lines": lines}
        return render(request, "credit/petitions/answer.html", context, status=status)

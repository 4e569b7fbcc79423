"""Pages of penalties: list, one, entering and correcting (一事不再罚)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from clues.acts.penalties import PENALTY_ACTS
from clues.forms.penalties import PenaltyFilter, PenaltyForm, initial_of
from clues.models import Clue, Penalty
from clues.selectors import joint as selectors
from clues.services import penalties as services
from credit.models import Subject
from departments.models import Department
from departments.roles import Role
from records import evidence
from records.actor import Actor
from records.errors import Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.selectors import timeline
from records.views import ActView


def _may_enter(actor: Actor) -> bool:
    return (
        actor.has_role(Role.CLERK, Role.HEAD)
        and Department.objects.filter(pk=actor.department_id, enforces=True).exists()
    )


class PenaltyListView(View):
    """The penalties a person may know of."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = PenaltyFilter(actor, request.GET)
        found = form.narrow(selectors.penalty_list(actor))
        if request.GET.get("export") == "xlsx":
            found = found.order_by(*selectors.ORDER)
            return export_list(
                request, selectors.PENALTY_SHEET, found, selectors.penalty_rows, "行政处罚.xlsx"
            )
        context = {
            "form": form,
            "page": requested_page(request, found, selectors.ORDER),
            "total": capped_count(found),
            "may_enter": _may_enter(actor),
        }
        return render(request, "clues/penalty_list.html", context)


class PenaltyView(View):
    """One penalty, with what else the subject was fined for at the time."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        penalty = get_object_or_404(selectors.penalty_list(actor), pk=pk)
        visible = Clue.objects.visible_to(actor)
        context = {
            "penalty": penalty,
            "stop": selectors.stop_of(penalty),
            "acts": PENALTY_ACTS.buttons(actor, penalty),
            "near": selectors.near_penalties(actor, penalty),
            "files": evidence.of(penalty).order_by("uploaded_at"),
            "clue": visible.filter(pk=penalty.clue_id).first() if penalty.clue_id else None,
            "entries": timeline(penalty, without=("deadline.start",), files_of=penalty),
        }
        return render(request, "clues/penalty.html", context)


class PenaltyActView(ActView):
    """Acts on it."""

    table = PENALTY_ACTS
    handlers = services.HANDLERS
    detail_url = "clues:penalty"


class PenaltyFormView(View):
    """Enter a penalty; ``?clue=`` fills in what its clue tells."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = self._actor(request)
        return self._show(request, PenaltyForm(actor, initial=self._from_clue(request, actor)))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self._actor(request)
        form = PenaltyForm(actor, request.POST, request.FILES)
        if form.is_valid():
            try:
                penalty = services.enter(actor, form.data_of(), form.cleaned_data["files"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "处罚记录已送负责人签发。")
                return redirect(penalty)
        return self._show(request, form)

    def _actor(self, request: HttpRequest) -> Actor:
        actor = actor_of(request)
        services.must_enforce(actor)
        return actor

    def _from_clue(self, request: HttpRequest, actor: Actor) -> dict[str, Any]:
        key = key_of(request.GET.get("clue", ""))
        found = Clue.objects.visible_to(actor).select_related("subject")
        clue = found.filter(pk=key).first() if key else None
        if clue is None:
            return {}
        name = clue.subject.shown_name if clue.subject else clue.subject_name
        return {"clue": clue.number, "subject": clue.subject_id or "", "subject_name": name}

    def _show(
        self, request: HttpRequest, form: PenaltyForm, penalty: Penalty | None = None
    ) -> HttpResponse:
        key = key_of(str(form["subject"].value() or ""))
        visible = Subject.objects.visible_to(form.actor)
        clues = Clue.objects.visible_to(form.actor).filter(confidential=True)
        context = {
            "form": form,
            "penalty": penalty,
            "subjects": list(visible.filter(pk=key)) if key else [],
            "chosen": key,
            "secret": clues.filter(number=form["clue"].value() or "").exists(),
        }
        status = 422 if form.errors else 200
        return render(request, "clues/penalty_form.html", context, status=status)


class PenaltyEditView(PenaltyFormView):
    """Change what has not been signed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:  # type: ignore[override]
        actor = actor_of(request)
        penalty = get_object_or_404(selectors.penalty_list(actor), pk=pk)
        try:
            PENALTY_ACTS.check(actor, "edit", penalty)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(penalty)
        return self._show(request, PenaltyForm(actor, initial=initial_of(penalty)), penalty)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:  # type: ignore[override]
        actor = actor_of(request)
        penalty = get_object_or_404(selectors.penalty_list(actor), pk=pk)
        PENALTY_ACTS.authorise(actor, "edit", penalty)
        form = PenaltyForm(actor, request.POST, request.FILES)
        if form.is_valid():
            try:
                services.edit(actor, pk, form.data_of(), form.cleaned_data["files"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "处罚记录已修改，已送负责人签发。")
                return redirect(penalty)
        return self._show(request, form, penalty)

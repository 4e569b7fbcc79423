"""Pages of penalties: list, one, entering and correcting (一事不再罚)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from clues.acts.penalties import PENALTY_ACTS
from clues.forms.penalties import PenaltyFilter, PenaltyForm, initial_of
from clues.models import Clue, Penalty
from clues.selectors import joint as selectors
from clues.services import penalties as services
from clues.services.decisions import may_enforce
from clues.views.decisions import from_clue, party_context
from records import evidence
from records.actor import Actor
from records.errors import Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView


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
            "may_enter": may_enforce(actor),
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
        return self._show(request, PenaltyForm(actor, initial=from_clue(request, actor)))

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
        services.must_enter(actor)
        return actor

    def _show(
        self, request: HttpRequest, form: PenaltyForm, penalty: Penalty | None = None
    ) -> HttpResponse:
        context = {"form": form, "penalty": penalty, **party_context(form)}
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

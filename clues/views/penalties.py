"""Pages of penalties: list, one, entering and correcting (一事不再罚)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
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
from records.exports import export_list
from records.form_page import FormPage
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


class PenaltyFormView(FormPage):
    """Enter a penalty; ``?clue=`` fills in what its clue tells."""

    template_name = "clues/penalty_form.html"
    title = "登记处罚"

    def target(self, actor: Actor) -> Penalty | None:
        return None

    def check(self, actor: Actor, target: Any) -> None:
        services.must_enter(actor)

    def form(self, actor: Actor, target: Any, *sent: Any) -> PenaltyForm:
        return PenaltyForm(actor, *sent, initial=from_clue(self.request, actor))

    def carry_out(self, actor: Actor, target: Any, form: PenaltyForm) -> Penalty:
        return services.enter(actor, form.data_of(), form.cleaned_data["files"])

    def back(self, target: Penalty | None) -> str:
        return target.get_absolute_url() if target else reverse("clues:penalty-list")

    def words(self, changed: Penalty) -> str:
        return "处罚记录已送负责人签发。"

    def more(self, target: Penalty | None, form: PenaltyForm) -> dict[str, Any]:
        return {"penalty": target, **party_context(form)}


class PenaltyEditView(PenaltyFormView):
    """Change what has not been signed."""

    def target(self, actor: Actor) -> Penalty:
        return get_object_or_404(selectors.penalty_list(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Penalty) -> None:
        PENALTY_ACTS.check(actor, "edit", target)

    def form(self, actor: Actor, target: Penalty, *sent: Any) -> PenaltyForm:
        return PenaltyForm(actor, *sent, initial=initial_of(target))

    def carry_out(self, actor: Actor, target: Penalty, form: PenaltyForm) -> Penalty:
        return services.edit(actor, target.pk, form.data_of(), form.cleaned_data["files"])

    def words(self, changed: Penalty) -> str:
        return "处罚记录已修改，已送负责人签发。"

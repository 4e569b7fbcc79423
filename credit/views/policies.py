"""Pages of the differentiated supervision policy: versions, one of them, its editor, acts (S5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from credit.acts import POLICY_ACTS, may_draft_policy
from credit.forms.policies import PolicyDraftForm, PolicyForm, initial_of
from credit.models import SupervisionPolicy
from credit.rules import default_policy, triggers
from credit.selectors import policies as selectors
from credit.services import policies as services
from credit.services.policies import UnsoundPolicy
from records.actor import Actor
from records.errors import Refused
from records.exports import export
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import requested_page
from records.params import keys_of
from records.selectors import timeline
from records.views import ActView


class PolicyListView(View):
    """All versions, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        page = requested_page(request, selectors.policies_of(actor), selectors.ORDER)
        context = {"page": page, "may_draft": may_draft_policy(actor)}
        return render(request, "credit/policies/list.html", context)


class PolicyDraftView(FormPage):
    """Begin a version."""

    template_name = "credit/policies/draft.html"
    title = "建立草稿"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        services.must_draft(actor)

    def form(self, actor: Actor, target: None, *sent: Any) -> PolicyDraftForm:
        return PolicyDraftForm(*sent, initial={"name": default_policy.NAME})

    def carry_out(self, actor: Actor, target: None, form: PolicyDraftForm) -> SupervisionPolicy:
        return services.draft(actor, **form.cleaned_data, rows=default_policy.ROWS)

    def back(self, target: None) -> str:
        return reverse("credit:policy-list")

    def after(self, changed: SupervisionPolicy) -> str:
        return reverse("credit:policy-edit", args=[changed.pk])


class PolicyView(View):
    """One version: what it says, what stands behind it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        policy = get_object_or_404(selectors.policies_of(actor), pk=pk)
        if request.GET.get("export") == "xlsx":
            rows = selectors.sheet_rows(policy)
            return export(request, selectors.SHEET, rows, f"{policy}.xlsx")
        context = {
            "policy": policy,
            "acts": POLICY_ACTS.buttons(actor, policy),
            "lines": selectors.lines_of(policy),
            "trigger_source": triggers.SOURCE,
            "entries": timeline(policy),
        }
        return render(request, "credit/policies/detail.html", context)


class PolicyEditView(View):
    """The whole table of a draft on one page. A matter is added by the server, with everything
    typed kept."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        policy = self._policy(request, pk)
        try:
            POLICY_ACTS.check(actor_of(request), "edit", policy)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(policy)
        stored = services.as_input(policy)
        chosen = list(dict.fromkeys(row.matter for row in stored.rows if row.matter is not None))
        names = services.matters_of(policy.region_code)
        initial = initial_of(stored, services.seen_mark(policy))
        return self._show(request, policy, PolicyForm(names, chosen, initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        policy = self._policy(request, pk)
        POLICY_ACTS.authorise(actor, "edit", policy)
        names = services.matters_of(policy.region_code)
        chosen = sorted(keys_of(request.POST.getlist("matters")))
        if "more" in request.POST:
            chosen += keys_of([request.POST.get("add_matter", "")])
            return self._show(request, policy, self._kept(request, names, chosen))
        form = PolicyForm(names, chosen, request.POST)
        if form.is_valid():
            try:
                saved = services.edit(actor, pk, form.said(), seen=form.cleaned_data["seen"])
            except UnsoundPolicy as unsound:
                form.show(unsound.complaints)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已保存“{saved}”。")
                return redirect(saved)
        return self._show(request, policy, form)

    def _kept(self, request: HttpRequest, names: dict[int, str], chosen: list[int]) -> PolicyForm:
        """The form with what was typed so far, not judged yet."""
        typed: dict[str, Any] = {
            name: value for name, value in request.POST.items() if name != "add_matter"
        }
        return PolicyForm(names, chosen, initial=typed)

    def _policy(self, request: HttpRequest, pk: int) -> SupervisionPolicy:
        return get_object_or_404(selectors.policies_of(actor_of(request)), pk=pk)

    def _show(
        self, request: HttpRequest, policy: SupervisionPolicy, form: PolicyForm
    ) -> HttpResponse:
        context = {"policy": policy, "form": form, "trigger_source": triggers.SOURCE}
        status = 422 if form.errors else 200
        return render(request, "credit/policies/edit.html", context, status=status)


class PolicyActView(ActView):
    """Submit, return, put in force, discard."""

    table = POLICY_ACTS
    handlers = services.HANDLERS
    detail_url = "credit:policy"

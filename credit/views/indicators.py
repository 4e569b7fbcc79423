"""Pages of the sets of indicators: list, one with its versions, drafting, editing, acts (S3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from credit.acts import INDICATOR_SET_ACTS
from credit.forms.indicators import DraftForm, LineFormSet, SetForm, said
from credit.imports_indicators import EXPORT_SHEET, sheet_rows
from credit.models import IndicatorSet
from credit.scoring import FULL
from credit.selectors import evaluations
from credit.selectors import indicators as selectors
from credit.services import indicators as services
from credit.services.indicators import UnsoundSet
from credit.validation import fingerprint
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.exports import export
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import requested_page
from records.params import key_of
from records.selectors import timeline
from records.views import ActView


class IndicatorSetListView(View):
    """The sets by where they stand: in force, being prepared, past."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        chosen = request.GET.get("tab", "in_force")
        states = {code: states for code, _, states in selectors.TABS}
        found = selectors.sets_of(actor, states.get(chosen, states["in_force"]))
        page = requested_page(request, found, selectors.ORDER)
        names = selectors.matter_names(page.rows)
        context = {
            "page": page,
            "rows": [(each, selectors.for_words(each, names)) for each in page.rows],
            "tabs": [
                {"label": label, "url": f"?tab={code}", "active": code == chosen}
                for code, label, _ in selectors.TABS
            ],
            "may_draft": bool(selectors.draft_choices(actor)),
        }
        return render(request, "credit/indicators/list.html", context)


class IndicatorSetDraftView(FormPage):
    """Begin a set: for what, under what name, why, and from where."""

    template_name = "credit/indicators/draft.html"
    title = "建立草稿"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        if not selectors.draft_choices(actor):
            raise NotAllowed("您没有编制信用评价指标的权限。", verb="indicator_set.draft")

    def form(self, actor: Actor, target: None, *sent: Any) -> DraftForm:
        return DraftForm(selectors.draft_choices(actor), *sent)

    def carry_out(self, actor: Actor, target: None, form: DraftForm) -> IndicatorSet:
        given = form.cleaned_data
        name, reason = given["name"], given["reason"]
        return services.draft(actor, form.matter_id, name, reason, proposal=given["proposal"])

    def back(self, target: None) -> str:
        return reverse("credit:indicator-set-list")

    def after(self, changed: IndicatorSet) -> str:
        return reverse("credit:indicator-set-edit", args=[changed.pk])


class IndicatorSetView(View):
    """One set: its lines by dimension, grades, versions, trials and runs."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        found = get_object_or_404(selectors.sets_of(actor), pk=pk)
        if request.GET.get("export") == "xlsx":
            matter = selectors.matter_names([found]).get(found.matter_id or 0, "")
            return export(request, EXPORT_SHEET, sheet_rows(found, matter), f"{found}.xlsx")
        dimensions = selectors.dimensions(found)
        preparing = found.state in IndicatorSet.PREPARING
        context = {
            "found": found,
            "applies": selectors.for_words(found, selectors.matter_names([found])),
            "acts": INDICATOR_SET_ACTS.buttons(actor, found),
            "dimensions": dimensions,
            "complaints": selectors.standing_complaints(found) if preparing else [],
            "steps": selectors.version_line(actor, found),
            "runs": evaluations.latest_of(found),
            "entries": timeline(found),
        }
        return render(request, "credit/indicators/detail.html", context)


class IndicatorSetEditView(View):
    """All lines of a draft on one page. Without script a new line is asked of the server, with
    everything typed kept."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self._found(request, pk)
        try:
            INDICATOR_SET_ACTS.check(actor_of(request), "edit", found)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(found)
        stored = services.as_input(found)
        form = SetForm(
            initial={
                "name": stored.name,
                "reason": stored.reason,
                "a_from": stored.bands.a,
                "b_from": stored.bands.b,
                "c_from": stored.bands.c,
                "seen": fingerprint(stored),
            }
        )
        lines = [
            {name: getattr(line, name) for name in line.__dataclass_fields__} | {"ORDER": number}
            for number, line in enumerate(stored.lines, start=1)
        ]
        return self._show(request, found, form, LineFormSet(initial=lines, prefix="lines"))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        found = self._found(request, pk)
        INDICATOR_SET_ACTS.authorise(actor, "edit", found)
        sent = request.POST.copy()
        if "more" in sent:
            total = key_of(str(sent.get("lines-TOTAL_FORMS", "")))
            sent["lines-TOTAL_FORMS"] = "" if total is None else str(total + 1)
            return self._show(request, found, SetForm(sent), self._lines(sent), status=200)
        form, lines = SetForm(sent), self._lines(sent)
        if form.is_valid() and lines.is_valid():
            try:
                services.edit(actor, pk, said(form, lines), seen=form.cleaned_data["seen"])
            except UnsoundSet as refusal:
                lines.show(refusal.complaints)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已保存指标草稿。")
                return redirect(found)
        return self._show(request, found, form, lines, status=422)

    def _lines(self, sent: Any) -> Any:
        return LineFormSet(sent, prefix="lines")

    def _found(self, request: HttpRequest, pk: int) -> IndicatorSet:
        found: IndicatorSet = get_object_or_404(selectors.sets_of(actor_of(request)), pk=pk)
        return found

    def _show(
        self,
        request: HttpRequest,
        found: IndicatorSet,
        form: SetForm,
        lines: Any,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "found": found,
            "form": form,
            "lines": lines,
            "full": f"{FULL / 100:.2f}",
            "dimensions": sorted({line.group for line in found.indicators.all()}),
        }
        return render(request, "credit/indicators/edit.html", context, status=status)


class IndicatorSetActView(ActView):
    """The acts on a set; what begins a run leads to it."""

    table = INDICATOR_SET_ACTS
    detail_url = "credit:indicator-set"
    handlers = services.HANDLERS

    def next_url(self, request: HttpRequest, instance: Any) -> str:
        code = request.resolver_match.kwargs["code"] if request.resolver_match else ""
        if code in ("try", "evaluate"):
            run = instance.evaluations.order_by("-pk").first()
            if run is not None:
                return str(run.get_absolute_url())
        return self.back_url(request, instance)

    def back_url(self, request: HttpRequest, instance: Any) -> str:
        return reverse(self.detail_url, args=[instance.pk])

    def visible(self, actor: Actor) -> Any:
        return IndicatorSet.objects.visible_to(actor)

"""Pages of results: list, detail, entering, acts on one and on many (I11, I12)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from inspections.acts.rectification import RECTIFICATION_ACTS
from inspections.acts.results import RESULT_ACTS
from inspections.forms_results import OpinionForm, ResultFilter, ResultForm
from inspections.models import Rectification, Result
from inspections.selectors import results as selectors
from inspections.services import rectification
from inspections.services.results import HANDLERS, submit
from inspections.services.results_bulk import approve_many, plan_approval
from records import deadlines
from records.actor import Actor
from records.acts import ActTable
from records.bulk import preview, report
from records.errors import Conflict, Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import keys_of
from records.selectors import timeline
from records.views import ActView


class ResultListView(View):
    """The results of the visits a person sees, with their clocks."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = ResultFilter(request.GET, queryset=selectors.result_list(actor), request=request)
        if request.GET.get("export") == "xlsx":
            results = found.qs.order_by(*selectors.ORDERING)
            return export_list(
                request,
                selectors.SHEET,
                results,
                lambda shown: selectors.export_rows(shown, deadlines.chips_for(shown)),
                "检查结果.xlsx",
            )
        page = requested_page(request, found.qs, selectors.ORDERING)
        chips = deadlines.chips_for(page.rows)
        context = {
            "filter": found,
            "page": page,
            "rows": [(result, chips.get(result.pk)) for result in page],
            "total": capped_count(found.qs),
            "bulk_acts": _bulk_acts(actor, page.rows),
            "filtered": any(found.form.cleaned_data.values()),
        }
        return render(request, "inspections/results/list.html", context)


class ResultView(View):
    """One result: what was found on site, what was concluded, what the public reads.

    While an approved result awaits its publication the page asks ``?live=1`` every few seconds
    and is told to load itself again once that is over.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        result = get_object_or_404(selectors.result_details(actor), pk=pk)
        if "live" in request.GET:
            waits = result.state == Result.State.APPROVED
            return HttpResponse(status=204, headers={} if waits else {"HX-Refresh": "true"})
        publication = getattr(result, "publication", None)
        versions = selectors.versions(result)
        context = {
            "result": result,
            "task": result.part.task,
            "subject": result.part.task.subject,
            "items": selectors.items_on_site(result),
            "publication": publication,
            "deliveries": selectors.deliveries(publication),
            "versions": versions,
            "later": versions[0] if versions[0].version > result.version else None,
            "chip": deadlines.chips_for([result]).get(result.pk),
            "entries": timeline(result),
            "acts": RESULT_ACTS.buttons(actor, result),
        }
        return render(request, "inspections/results/detail.html", context)


class ResultEditView(View):
    """Enter the conclusion and hand it to the head."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        result = self._result(request, pk)
        try:
            RESULT_ACTS.check(actor_of(request), "submit", result)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(result)
        form = ResultForm(
            initial={"remark": result.remark}, id_kind=result.part.task.subject.id_kind
        )
        return self._show(request, result, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        result = self._result(request, pk)
        form = ResultForm(request.POST, id_kind=result.part.task.subject.id_kind)
        if form.is_valid():
            values = form.cleaned_data
            try:
                submit(actor_of(request), pk, values["codes"], values["remark"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已提交，等待负责人审核。")
                return redirect(result)
        return self._show(request, result, form, 422)

    def _result(self, request: HttpRequest, pk: int) -> Result:
        return get_object_or_404(selectors.result_details(actor_of(request)), pk=pk)

    def _show(
        self, request: HttpRequest, result: Result, form: ResultForm, status: int = 200
    ) -> HttpResponse:
        items = selectors.items_on_site(result)
        earlier = [each for each in selectors.versions(result) if each.version < result.version]
        context = {
            "result": result,
            "heading": "更正检查结果" if result.version > 1 else "录入检查结果",
            "form": form,
            "items": items,
            "problems": sum(row.item.outcome == "problem" for row in items),
            "previous": earlier[0] if earlier else None,
            "chip": deadlines.chips_for([result]).get(result.pk),
        }
        return render(request, "inspections/results/edit.html", context, status=status)


class ResultActView(ActView):
    """Approve, return, withdraw, correct; a correction goes on to the form of the new version."""

    table: ClassVar[ActTable[Any]] = RESULT_ACTS
    handlers = HANDLERS
    detail_url = "inspections:result"

    def next_url(self, request: HttpRequest, instance: models.Model) -> str:
        if self.kwargs["code"] == "correct" and isinstance(instance, Result):
            draft = Result.objects.filter(part_id=instance.part_id, state=Result.State.DRAFT)
            if new := draft.first():
                return reverse("inspections:result-edit", args=[new.pk])
        return self.back_url(request, instance)

    def back_url(self, request: HttpRequest, instance: models.Model) -> str:
        return super().next_url(request, instance)


class RectificationActView(ActView):
    """Acts on what was ordered to be put right; they stand on the page of the visit."""

    table: ClassVar[ActTable[Any]] = RECTIFICATION_ACTS
    handlers = rectification.HANDLERS

    def next_url(self, request: HttpRequest, instance: models.Model) -> str:
        assert isinstance(instance, Rectification)
        return instance.get_absolute_url()


class ResultBulkApproveView(View):
    """Approve the ticked rows: first what it will do, then doing it."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        pks = keys_of(request.POST.getlist("selected"))
        form = OpinionForm(request.POST if "confirm" in request.POST else None)
        try:
            if form.is_bound and form.is_valid():
                rows = approve_many(actor, pks, form.cleaned_data["opinion"])
                report(request, RESULT_ACTS["approve"].label, rows)
                return redirect("inspections:result-list")
            rows = plan_approval(actor, pks)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("inspections:result-list")
        context = {"act": RESULT_ACTS["approve"], "form": form, **preview(rows)}
        status = 422 if form.errors else 200
        return render(request, "inspections/results/bulk.html", context, status=status)


def _bulk_acts(actor: Actor, results: list[Result]) -> list[dict[str, str]]:
    """Approving, when the person may approve at least one row of the page."""
    act = RESULT_ACTS["approve"]
    if not any(RESULT_ACTS.possible(act, each) and act.who(actor, each) for each in results):
        return []
    url = reverse("inspections:result-bulk-approve")
    return [{"label": act.label, "url": url, "style": act.style}]

"""Pages: what was reconciled and what differed, for the system administrator."""

from __future__ import annotations

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from records.errors import NotAllowed
from records.exports import export, export_list
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView
from supervision.gateway.acts import administers
from supervision.reconciling import selectors, services
from supervision.reconciling.acts import RECONCILIATION_ACTS
from supervision.reconciling.models import Reconciliation
from supervision.reconciling.rules import DUE_HOUR, KEPT_DAYS

ORDER = ("-id",)
NOTE = (
    f"汇总、报送等重复留存的数据，每天 {DUE_HOUR} 时起与业务表逐条核对。"
    f"只核对，不改动数据；结果保留 {KEPT_DAYS} 天。"
)


class RunFilter(forms.Form):
    """The filters of the list; an invalid value narrows nothing."""

    kind = forms.ChoiceField(
        label="核对内容", required=False, choices=[("", "全部"), *Reconciliation.Kind.choices]
    )
    found = forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部"), ("differs", "有不一致")]
    )

    def narrow(self, runs: QuerySet[Reconciliation]) -> QuerySet[Reconciliation]:
        """The results that match what was chosen."""
        self.is_valid()
        if kind := self.cleaned_data.get("kind"):
            runs = runs.filter(kind=kind)
        if self.cleaned_data.get("found"):
            runs = runs.filter(differed__gt=0)
        return runs


class RunListView(View):
    """What was reconciled, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not administers(actor):
            raise NotAllowed("只有系统管理员可以查看核对结果。", verb="reconciliation.view")
        form = RunFilter(request.GET)
        found = form.narrow(Reconciliation.objects.visible_to(actor))
        if request.GET.get("export") == "xlsx":
            ordered = found.order_by(*ORDER)
            rows = selectors.sheet_rows
            return export_list(request, selectors.SHEET, ordered, rows, "核对结果.xlsx")
        known = selectors.newest()
        context = {
            "form": form,
            "page": requested_page(request, found.defer("rows"), ORDER),
            "total": capped_count(found),
            "note": NOTE,
            "newest": [(kind.label, known.get(kind)) for kind in Reconciliation.Kind],
        }
        return render(request, "reconciling/list.html", context)


class RunView(View):
    """One result: what differed, in words; its trail."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        run = get_object_or_404(Reconciliation.objects.visible_to(actor), pk=pk)
        rows = selectors.told(run)
        if request.GET.get("export") == "xlsx":
            return export(request, selectors.ROWS_SHEET, rows, f"{run}.xlsx")
        context = {
            "run": run,
            "means": selectors.MEANING[Reconciliation.Kind(run.kind)],
            "rows": rows,
            "shown": len(rows),
            "acts": RECONCILIATION_ACTS.buttons(actor, run),
            "entries": timeline(run),
        }
        return render(request, "reconciling/run.html", context)


class RunActView(ActView):
    """Let it be reconciled again."""

    table = RECONCILIATION_ACTS
    handlers = services.HANDLERS
    detail_url = "reconciling:run"

    def words(self, code: str, instance: models.Model) -> str:
        return "已交后台核对，办好后在“核对结果”里。"

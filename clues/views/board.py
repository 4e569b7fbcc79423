"""Pages of what waits: inbox, outbox, acts on many, and the coordination office's board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from clues.forms.stops import (
    AssignForm,
    BoardFilter,
    InboxFilter,
    OutboxFilter,
    StopFilter,
    SuperviseForm,
)
from clues.models import Stop
from clues.selectors import board as boards
from clues.selectors import stops as selectors
from clues.services import stop_bulk
from clues.services.letters.supervising import supervise
from departments.actors import fills_in, oversees
from departments.roles import Function
from records.actor import Actor
from records.bulk import preview, report
from records.deadline_levels import LEVELS
from records.errors import NotAllowed, Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import Count, requested_page
from records.params import keys_of


class StopListView(View):
    """A list of open stops: tabs by level of pressure, filters, most pressing first."""

    template_name: ClassVar[str]
    file_name: ClassVar[str]
    form_class: ClassVar[type[StopFilter]]

    def stops(self, actor: Actor) -> QuerySet[Any]:
        """The rows before any filter."""
        raise NotImplementedError

    def more_context(self, actor: Actor) -> dict[str, Any]:
        """What the page shows besides the list."""
        return {}

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = self.form_class(actor, self.stops(actor), request.GET)
        narrowed = form.narrowed()
        listed = form.of_level(narrowed)
        if request.GET.get("export") == "xlsx":
            listed = listed.order_by(*selectors.ORDER)
            return export_list(
                request, selectors.STOP_SHEET, listed, selectors.excel_rows, self.file_name
            )
        counts = selectors.counts(narrowed)
        page = requested_page(request, listed, selectors.ORDER)
        rows = selectors.rows_of(page)
        many = counts.get(form.chosen_level, sum(counts.values()))
        context = {
            "form": form,
            "page": page,
            "rows": rows,
            "show_region": len({row.stop.department.region_id for row in rows}) > 1,
            "tabs": _tabs(request, form.chosen_level, counts),
            "total": Count(many, capped=False),
            "export_url": f"?{_query(request, export='xlsx')}",
            **self.more_context(actor),
        }
        return render(request, self.template_name, context)


class InboxView(StopListView):
    """Everything of this floor that waits at the person's department (L5, D1)."""

    template_name = "clues/inbox.html"
    file_name = "收件箱.xlsx"
    form_class = InboxFilter

    def stops(self, actor: Actor) -> QuerySet[Any]:
        return selectors.inbox(actor)

    def more_context(self, actor: Actor) -> dict[str, Any]:
        if not stop_bulk.may_act(actor):
            return {}
        labels = (("receive", "签收", "primary"), ("assign", "指定责任人", "plain"))
        return {
            "acts": [
                {"label": label, "url": reverse("clues:stop-bulk", args=[code]), "style": style}
                for code, label, style in labels
            ]
        }


class OutboxView(StopListView):
    """What the person's department sent and still waits for: who has it, since when, until when."""

    template_name = "clues/outbox.html"
    file_name = "发件箱.xlsx"
    form_class = OutboxFilter

    def stops(self, actor: Actor) -> QuerySet[Any]:
        return selectors.outbox(actor)


class BoardRowsView(StopListView):
    """The rows behind the board's figures."""

    template_name = "clues/board_rows.html"
    file_name = "在途事项.xlsx"
    form_class = BoardFilter

    def stops(self, actor: Actor) -> QuerySet[Any]:
        _must_oversee(actor)
        return selectors.waiting(actor).filter(region_code__startswith=actor.region_code)

    def more_context(self, actor: Actor) -> dict[str, Any]:
        return {"supervises": fills_in(actor, Function.COORDINATION, actor.region_code)}


class BoardView(View):
    """Where things stand still in the region, and how long each stop takes (L5, D2)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        _must_oversee(actor)
        context = {
            "board": boards.board(actor),
            "durations": boards.durations(actor),
        }
        return render(request, "clues/board.html", context)


class StopView(View):
    """From a line of a list to the page of what it is about."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        stop = get_object_or_404(Stop.objects.visible_to(actor_of(request)), pk=pk)
        target: Any = stop.target
        if target is None:
            raise Http404
        return redirect(target.get_absolute_url())


class StopBulkView(View):
    """One act on many stops of the inbox: first what it will do, then doing it."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        steps: dict[str, Callable[[HttpRequest, set[int]], HttpResponse]] = {
            "receive": self._receive,
            "assign": self._assign,
        }
        if code not in steps:
            raise Http404
        try:
            return steps[code](request, keys_of(request.POST.getlist("selected")))
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("clues:inbox")

    def _receive(self, request: HttpRequest, ids: set[int]) -> HttpResponse:
        actor = actor_of(request)
        if "confirm" in request.POST:
            report(request, "签收", stop_bulk.receive(actor, ids))
            return redirect("clues:inbox")
        return self._show(request, "签收", stop_bulk.plan_receipt(actor, ids))

    def _assign(self, request: HttpRequest, ids: set[int]) -> HttpResponse:
        actor = actor_of(request)
        confirmed = "confirm" in request.POST
        form = AssignForm(actor, request.POST if confirmed else None)
        if confirmed and form.is_valid():
            try:
                rows = stop_bulk.assign(actor, ids, form.cleaned_data["person"].pk)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                report(request, "指定责任人", rows)
                return redirect("clues:inbox")
        rows = stop_bulk.plan_assignment(actor, ids)
        status = 422 if form.errors else 200
        return self._show(request, "指定责任人", rows, form=form, status=status)

    def _show(
        self, request: HttpRequest, label: str, rows: Any, form: Any = None, status: int = 200
    ) -> HttpResponse:
        context = {"label": label, "form": form, **preview(rows)}
        return render(request, "clues/inbox_bulk.html", context, status=status)


class SuperviseView(View):
    """Press a department: a draft letter of supervision about what lies there (D4)."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._stop(request, pk), SuperviseForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        stop = self._stop(request, pk)
        form = SuperviseForm(request.POST)
        if form.is_valid():
            try:
                letter = supervise(actor_of(request), stop.pk, form.cleaned_data["text"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已拟好督办函草稿，核对后送负责人签发。")
                return redirect(letter.get_absolute_url())
        return self._show(request, stop, form, status=422)

    def _stop(self, request: HttpRequest, pk: int) -> Stop:
        actor = actor_of(request)
        stop: Stop = get_object_or_404(selectors.waiting(actor), pk=pk)
        if not fills_in(actor, Function.COORDINATION, stop.region_code):
            raise NotAllowed("只有综合协调组可以督办。", verb="letter.supervise")
        return stop

    def _show(
        self, request: HttpRequest, stop: Stop, form: SuperviseForm, status: int = 200
    ) -> HttpResponse:
        (row,) = selectors.rows_of([stop])
        context = {"row": row, "stop": stop, "form": form}
        return render(request, "clues/supervise.html", context, status=status)


def _must_oversee(actor: Actor) -> None:
    if not oversees(actor, actor.region_code):
        raise NotAllowed("统筹督办看板供综合协调组和各专项工作组使用。", verb="clues.board")


def _tabs(request: HttpRequest, chosen: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    tabs = [("", "全部", sum(counts.values()))]
    tabs += [(code, label, counts[code]) for code, label in LEVELS.items()]
    return [
        {
            "label": label,
            "url": f"?{_query(request, level=code)}",
            "active": code == chosen,
            "count": many,
        }
        for code, label, many in tabs
    ]


def _query(request: HttpRequest, **changes: str) -> str:
    """The address's own query with changes, on the first page."""
    query = request.GET.copy()
    for name in ("after", "before", "export", *changes):
        query.pop(name, None)
    for name, value in changes.items():
        if value:
            query[name] = value
    return query.urlencode()

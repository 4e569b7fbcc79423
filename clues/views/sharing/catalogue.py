"""The sharing catalogue: its list, an entry, drawing one up and renewing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from clues.acts.sharing import ENTRY_ACTS
from clues.forms.sharing import EntryFilter, EntryForm
from clues.models import SharingEntry
from clues.selectors import sharing as selectors
from clues.services.sharing import adapters, catalogue
from clues.views.sharing.page import NewPage, page_context, tabs
from records import deadlines
from records.actor import Actor
from records.acts import ActTable
from records.excel import Column, Sheet, kinds
from records.exports import export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView

BASE_EXPORT = 5000
"""The most rows of a shared base in one file."""


class EntryListView(View):
    """The catalogue."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.entries(actor_of(request))
        found = EntryFilter(request.GET, queryset=rows, request=request)
        if request.GET.get("export") == "xlsx":
            listed = found.qs.order_by(*selectors.ENTRY_ORDER)
            return export_list(
                request, selectors.ENTRY_SHEET, listed, selectors.entry_rows, "共享目录.xlsx"
            )
        context = page_context(request, found, selectors.ENTRY_ORDER)
        context["rows"] = [(entry, selectors.scope_of(entry)) for entry in context["page"]]
        context["tabs"] = tabs("clues:sharing-list")
        return render(request, "clues/sharing_entries.html", context)


class EntryView(View):
    """One version of an entry; where a connected base serves it, the base's rows."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        entry = get_object_or_404(selectors.entries(actor), pk=pk)
        adapter = selectors.adapter_of(entry)
        context: dict[str, Any] = {
            "entry": entry,
            "scope": selectors.scope_of(entry),
            "event": selectors.event_of(entry),
            "adapter": adapter,
            "versions": selectors.versions(actor, entry),
            "chip": deadlines.chips_for([entry]).get(entry.pk),
            "acts": ENTRY_ACTS.buttons(actor, entry),
            "entries": timeline(entry),
        }
        if adapter is not None and adapter.rows and selectors.may_read_base(actor, entry):
            found = adapter.rows(entry.region_code)
            if request.GET.get("export") == "xlsx":
                return _export_base(request, adapter, found)
            page = requested_page(request, found, adapter.ordering, size=30)
            context["page"] = page
            context["base_rows"] = [
                list(zip(_headings(adapter), _values(adapter, row), strict=True)) for row in page
            ]
            context["base_total"] = capped_count(found)
        return render(request, "clues/sharing_entry.html", context)


def _headings(adapter: adapters.Adapter) -> list[str]:
    return [heading for _, heading in adapter.columns]


def _values(adapter: adapters.Adapter, row: Any) -> list[str]:
    cells = adapter.cells(row)
    return [str(cells[key]) for key, _ in adapter.columns]


def _export_base(
    request: HttpRequest, adapter: adapters.Adapter, found: models.QuerySet[Any]
) -> HttpResponse:
    sheet = Sheet(
        title=adapter.label,
        columns=tuple(
            Column(key, heading, kinds.text(500), width=26) for key, heading in adapter.columns
        ),
    )

    def texts(rows: models.QuerySet[Any]) -> Iterator[dict[str, str]]:
        for row in rows:
            yield {key: str(value) for key, value in adapter.cells(row).items()}

    found = found.order_by(*adapter.ordering)
    return export_list(request, sheet, found, texts, f"{adapter.label}.xlsx", limit=BASE_EXPORT)


class EntryActView(ActView):
    """Confirm, return, drop, end."""

    table: ClassVar[ActTable[Any]] = ENTRY_ACTS
    handlers = catalogue.HANDLERS
    detail_url = "clues:sharing-entry"


class EntryNewView(NewPage):
    title = "编制共享目录"
    note = "编好后由本部门负责人确认生效。"
    button = "提交负责人确认"
    verb = "sharing_entry.create"
    listed_at = "clues:sharing-list"

    def form(self, actor: Actor, target: Any, *data: Any) -> EntryForm:
        return EntryForm(*data, actor=actor)

    def carry_out(self, actor: Actor, target: Any, form: EntryForm) -> SharingEntry:
        return catalogue.create(actor, form.given())


class EntryChangeView(FormPage):
    """The returned entry, or a new version of one in force (``code``)."""

    code = "edit"
    title = "修改共享目录"
    note = EntryNewView.note
    button = EntryNewView.button

    def target(self, actor: Actor) -> SharingEntry:
        return get_object_or_404(selectors.entries(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: SharingEntry) -> None:
        ENTRY_ACTS.check(actor, self.code, target)

    def form(self, actor: Actor, target: Any, *data: Any) -> EntryForm:
        return EntryForm(*data, actor=actor, initial=EntryForm.initial_of(target))

    def carry_out(self, actor: Actor, target: Any, form: EntryForm) -> SharingEntry:
        return catalogue.edit(actor, target.pk, form.given())


class EntryRenewView(EntryChangeView):
    code = "renew"
    title = "编制新版本"
    note = "新版本由负责人确认后生效，原版本在此之前继续使用。"

    def carry_out(self, actor: Actor, target: Any, form: EntryForm) -> SharingEntry:
        return catalogue.renew(actor, target.pk, form.given())

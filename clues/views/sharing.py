"""Pages of information sharing: catalogue, records, requests, statistics (L10)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms as django_forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from clues.acts.sharing import ENTRY_ACTS, RECORD_ACTS, REQUEST_ACTS
from clues.forms.sharing import (
    CompleteForm,
    EntryFilter,
    EntryForm,
    ProposeForm,
    RecordFilter,
    RecordForm,
    RequestFilter,
    RequestForm,
    StatisticsFilter,
)
from clues.models import SharedRecord, SharingEntry, SharingRequest
from clues.selectors import sharing as selectors
from clues.services.sharing import adapters, catalogue, records, requests
from departments.actors import is_clerk_of
from records import deadlines, evidence
from records.actor import Actor
from records.acts import ActTable
from records.errors import Conflict, NotAllowed, Refused
from records.excel import Column, Sheet, kinds
from records.exports import export
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import EXPORT_LIMIT, ActView

_TABS = (
    ("共享目录", "clues:sharing-list"),
    ("共享信息", "clues:shared-record-list"),
    ("信息申请", "clues:sharing-request-list"),
    ("共享统计", "clues:sharing-statistics"),
)
BASE_EXPORT = 5000
"""The most rows of a shared base in one file."""


def _tabs(active: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(name), "active": name == active} for label, name in _TABS
    ]


def _may_prepare(actor: Actor) -> bool:
    return actor.department_id is not None and is_clerk_of(actor, actor.department_id)


def _page_context(request: HttpRequest, found: Any, order: tuple[str, ...]) -> dict[str, Any]:
    return {
        "filter": found,
        "page": requested_page(request, found.qs, order),
        "total": capped_count(found.qs),
        "filtered": any(found.form.cleaned_data.values()) if found.form.is_bound else False,
        "may_prepare": _may_prepare(actor_of(request)),
    }


class EntryListView(View):
    """The catalogue."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.entries(actor_of(request))
        found = EntryFilter(request.GET, queryset=rows, request=request)
        if request.GET.get("export") == "xlsx":
            listed = found.qs.order_by(*selectors.ENTRY_ORDER)[:EXPORT_LIMIT]
            return export(
                request, selectors.ENTRY_SHEET, selectors.entry_rows(listed), "共享目录.xlsx"
            )
        context = _page_context(request, found, selectors.ENTRY_ORDER)
        context["rows"] = [(entry, selectors.scope_of(entry)) for entry in context["page"]]
        context["tabs"] = _tabs("clues:sharing-list")
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
    rows = found.order_by(*adapter.ordering)[:BASE_EXPORT]
    texts = ({key: str(value) for key, value in adapter.cells(row).items()} for row in rows)
    return export(request, sheet, texts, f"{adapter.label}.xlsx")


class EntryActView(ActView):
    """Confirm, return, drop, end."""

    table: ClassVar[ActTable[Any]] = ENTRY_ACTS
    handlers = catalogue.HANDLERS
    detail_url = "clues:sharing-entry"


class _FormView(View):
    """A page with one form: shown, refused with what was typed kept, or done and away."""

    template_name = "clues/sharing_form.html"
    heading: ClassVar[str]
    note: ClassVar[str] = ""
    button: ClassVar[str] = "提交"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        try:
            target = self.target(actor, **kwargs)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(self.back(**kwargs))
        return self._show(request, self.form(actor, target))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        try:
            target = self.target(actor, **kwargs)
            form = self.form(actor, target, request.POST, request.FILES)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(self.back(**kwargs))
        if form.is_valid():
            try:
                done = self.carry_out(actor, target, form)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已完成：{self.heading}。")
                return redirect(done)
        return self._show(request, form, 422)

    def target(self, actor: Actor, **kwargs: Any) -> Any:
        """What the form is about; raises 404, ``NotAllowed`` or ``Conflict``."""
        raise NotImplementedError

    def form(self, actor: Actor, target: Any, *data: Any) -> django_forms.Form:
        """The form, filled in with ``data`` or with what ``target`` holds."""
        raise NotImplementedError

    def carry_out(self, actor: Actor, target: Any, form: Any) -> Any:
        """Call the service; returns the object to show."""
        raise NotImplementedError

    def back(self, **kwargs: Any) -> str:
        """Where the page leads when it is left."""
        raise NotImplementedError

    def _show(
        self, request: HttpRequest, form: django_forms.Form, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "heading": self.heading,
            "note": self.note,
            "button": self.button,
            "back": self.back(**self.kwargs),
        }
        return render(request, self.template_name, context, status=status)


class _NewView(_FormView):
    """A form that makes something new, for the clerks of any department."""

    verb: ClassVar[str]

    def target(self, actor: Actor, **kwargs: Any) -> Any:
        if not _may_prepare(actor):
            raise NotAllowed(f"只有部门经办人可以{self.heading}。", verb=self.verb)
        return None


class EntryNewView(_NewView):
    heading = "编制共享目录"
    note = "编好后由本部门负责人确认生效。"
    button = "提交负责人确认"
    verb = "sharing_entry.create"

    def form(self, actor: Actor, target: Any, *data: Any) -> EntryForm:
        return EntryForm(*data, actor=actor)

    def carry_out(self, actor: Actor, target: Any, form: EntryForm) -> SharingEntry:
        return catalogue.create(actor, form.given())

    def back(self, **kwargs: Any) -> str:
        return reverse("clues:sharing-list")


class EntryChangeView(EntryNewView):
    """The returned entry, or a new version of one in force (``code``)."""

    code = "edit"
    heading = "修改共享目录"

    def target(self, actor: Actor, **kwargs: Any) -> SharingEntry:
        entry = get_object_or_404(selectors.entries(actor), pk=kwargs["pk"])
        ENTRY_ACTS.check(actor, self.code, entry)
        return entry

    def form(self, actor: Actor, target: Any, *data: Any) -> EntryForm:
        return EntryForm(*data, actor=actor, initial=EntryForm.initial_of(target))

    def carry_out(self, actor: Actor, target: Any, form: EntryForm) -> SharingEntry:
        return catalogue.edit(actor, target.pk, form.given())

    def back(self, **kwargs: Any) -> str:
        return reverse("clues:sharing-entry", args=[kwargs["pk"]])


class EntryRenewView(EntryChangeView):
    code = "renew"
    heading = "编制新版本"
    note = "新版本由负责人确认后生效，原版本在此之前继续使用。"

    def carry_out(self, actor: Actor, target: Any, form: EntryForm) -> SharingEntry:
        return catalogue.renew(actor, target.pk, form.given())


class RecordListView(View):
    """What is or was to be shared, with how the limits were kept."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.records(actor_of(request))
        found = RecordFilter(request.GET, queryset=rows, request=request)
        if request.GET.get("export") == "xlsx":
            listed = found.qs.order_by(*selectors.RECORD_ORDER)[:EXPORT_LIMIT]
            return export(
                request, selectors.RECORD_SHEET, selectors.record_rows(listed), "共享信息.xlsx"
            )
        context = _page_context(request, found, selectors.RECORD_ORDER)
        chips = deadlines.chips_for(context["page"].rows)
        context["rows"] = [
            {
                "record": record,
                "chip": chips.get(record.pk) if record.state == "pending" else None,
                "timing": selectors.TIMINGS[record.timing],
                "tone": selectors.TIMING_TONES[record.timing],
                "given": len(record.receipts.all()),
                "read": sum(each.read_at is not None for each in record.receipts.all()),
            }
            for record in context["page"]
        ]
        context["tabs"] = _tabs("clues:shared-record-list")
        return render(request, "clues/shared_records.html", context)


class RecordView(View):
    """One shared record: content, files, who received and read it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        record = get_object_or_404(selectors.records(actor), pk=pk)
        receipts = list(record.receipts.all())
        own = next((r for r in receipts if r.department_id == actor.department_id), None)
        without = ("read",) if own is None or own.read_at else ()
        pending = record.state == SharedRecord.State.PENDING
        context = {
            "record": record,
            "timing": selectors.TIMINGS[record.timing],
            "tone": selectors.TIMING_TONES[record.timing],
            "chip": deadlines.chips_for([record]).get(record.pk) if pending else None,
            "receipts": receipts,
            "files": evidence.of(record),
            "acts": RECORD_ACTS.buttons(actor, record, without=without),
            "entries": timeline(record),
        }
        return render(request, "clues/shared_record.html", context)


class RecordActView(ActView):
    """Share, cancel, read."""

    table: ClassVar[ActTable[Any]] = RECORD_ACTS
    handlers = records.HANDLERS
    detail_url = "clues:shared-record"


class RecordNewView(_NewView):
    heading = "登记共享信息"
    note = "形成或者收到之日起五个工作日内共享（郯政发〔2023〕1号（十）），目录定得更短的从目录。"
    button = "登记"
    verb = "shared_record.register"

    def form(self, actor: Actor, target: Any, *data: Any) -> RecordForm:
        return RecordForm(*data, actor=actor)

    def carry_out(self, actor: Actor, target: Any, form: RecordForm) -> SharedRecord:
        values = dict(form.cleaned_data)
        clue = values.pop("clue")
        return records.register(
            actor,
            values.pop("entry").pk,
            clue_id=clue.pk if clue else None,
            files=values.pop("files"),
            **values,
        )

    def back(self, **kwargs: Any) -> str:
        return reverse("clues:shared-record-list")


class RecordCompleteView(_FormView):
    heading = "补充内容"
    button = "保存"

    def target(self, actor: Actor, **kwargs: Any) -> SharedRecord:
        record = get_object_or_404(SharedRecord.objects.visible_to(actor), pk=kwargs["pk"])
        RECORD_ACTS.check(actor, "complete", record)
        return record

    def form(self, actor: Actor, target: Any, *data: Any) -> CompleteForm:
        return CompleteForm(*data, initial={"content": target.content})

    def carry_out(self, actor: Actor, target: Any, form: CompleteForm) -> SharedRecord:
        files = form.cleaned_data["files"]
        return records.complete(actor, target.pk, form.cleaned_data["content"], files)

    def back(self, **kwargs: Any) -> str:
        return reverse("clues:shared-record", args=[kwargs["pk"]])


class RequestListView(View):
    """Requests for information to and from one's department."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.requests(actor_of(request))
        found = RequestFilter(request.GET, queryset=rows, request=request)
        context = _page_context(request, found, selectors.REQUEST_ORDER)
        chips = deadlines.chips_for(context["page"].rows)
        context["rows"] = [(each, chips.get(each.pk)) for each in context["page"]]
        context["tabs"] = _tabs("clues:sharing-request-list")
        return render(request, "clues/sharing_requests.html", context)


class RequestView(View):
    """One request with its answer, once the person may read it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        asked = get_object_or_404(selectors.requests(actor), pk=pk)
        context = {
            "asked": asked,
            "shows_answer": bool(asked.answer) and selectors.answer_shown(actor, asked),
            "record": selectors.record_of(actor, asked),
            "chip": deadlines.chips_for([asked]).get(asked.pk),
            "acts": REQUEST_ACTS.buttons(actor, asked),
            "entries": timeline(asked),
        }
        return render(request, "clues/sharing_request.html", context)


class RequestActView(ActView):
    """Sign, approve, reject, withdraw."""

    table: ClassVar[ActTable[Any]] = REQUEST_ACTS
    handlers = requests.HANDLERS
    detail_url = "clues:sharing-request"


class RequestNewView(_NewView):
    heading = "申请共享信息"
    note = "目录里没有、或者本部门不在共享范围内的信息在这里申请，由本部门负责人签发。"
    button = "提交负责人签发"
    verb = "sharing_request.create"

    def form(self, actor: Actor, target: Any, *data: Any) -> RequestForm:
        return RequestForm(*data, actor=actor)

    def carry_out(self, actor: Actor, target: Any, form: RequestForm) -> SharingRequest:
        values = dict(form.cleaned_data)
        return requests.create(actor, values.pop("provider").pk, **values)

    def back(self, **kwargs: Any) -> str:
        return reverse("clues:sharing-request-list")


class RequestProposeView(_FormView):
    heading = "拟答复"
    button = "提交负责人签发"

    def target(self, actor: Actor, **kwargs: Any) -> SharingRequest:
        asked = get_object_or_404(SharingRequest.objects.visible_to(actor), pk=kwargs["pk"])
        REQUEST_ACTS.check(actor, "propose", asked)
        return asked

    def form(self, actor: Actor, target: Any, *data: Any) -> ProposeForm:
        prepared = selectors.record_of(actor, target)
        initial = {"answer": target.answer, "content": prepared.content if prepared else ""}
        return ProposeForm(*data, initial=initial)

    def carry_out(self, actor: Actor, target: Any, form: ProposeForm) -> SharingRequest:
        values = dict(form.cleaned_data)
        files = values.pop("files")
        return requests.propose(actor, target.pk, files=files, **values)

    def back(self, **kwargs: Any) -> str:
        return reverse("clues:sharing-request", args=[kwargs["pk"]])


class StatisticsView(View):
    """How each department keeps the limits; every number leads to its rows."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.records(actor_of(request))
        found = StatisticsFilter(request.GET, queryset=rows, request=request)
        table = selectors.statistics(found.qs)
        if request.GET.get("export") == "xlsx":
            return export(request, selectors.STATISTICS_SHEET, table, "信息共享统计.xlsx")
        period = {key: value for key, value in request.GET.items() if key in found.filters}
        context = {
            "filter": found,
            "rows": [_linked(row, period) for row in table],
            "totals": [
                (
                    selectors.TIMINGS[code],
                    sum(row[code] for row in table),
                    _link(period, timing=code),
                    selectors.TIMING_TONES[code] if code in ("late", "overdue") else "",
                )
                for code in selectors.COUNTED
            ],
            "headings": [selectors.TIMINGS[code] for code in selectors.COUNTED],
            "tabs": _tabs("clues:sharing-statistics"),
        }
        return render(request, "clues/sharing_statistics.html", context)


def _link(period: dict[str, str], **more: Any) -> str:
    query = {**period, **{key: str(value) for key, value in more.items()}}
    return reverse("clues:shared-record-list", query=query)


def _linked(row: dict[str, Any], period: dict[str, str]) -> dict[str, Any]:
    return {
        "provider": row["provider"],
        "cells": [
            (
                selectors.TIMINGS[code],
                row[code],
                _link(period, timing=code, provider=row["provider_id"]),
            )
            for code in selectors.COUNTED
        ],
    }

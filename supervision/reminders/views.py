"""The page behind the bell: what comes due, is late, or has gone up (D4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from departments.roles import Function
from records import deadlines
from records.excel import Column, Sheet, kinds
from records.exports import export_list
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from supervision.reminders import services
from supervision.reminders.models import Reminder

ORDER = ("-at", "-id")
SHEET = Sheet(
    title="提醒",
    columns=(
        Column("at", "提醒时间", kinds.text(20), width=18),
        Column("stage", "阶段", kinds.text(10), width=12),
        Column("title", "事由", kinds.text(200), width=28),
        Column("target", "对象", kinds.text(300), width=48),
        Column("department", "责任部门", kinds.text(100), width=26),
        Column("due", "到期", kinds.text(20), width=18),
        Column("source", "依据", kinds.text(200), width=32),
        Column("now", "现在", kinds.text(20), width=18),
    ),
)


class ReminderFilter(forms.Form):
    """Which reminders to show; an invalid value narrows nothing."""

    stage = forms.ChoiceField(
        label="阶段", required=False, choices=[("", "全部"), *Reminder.Stage.choices]
    )
    open = forms.BooleanField(label="只看未办完的", required=False)

    def narrow(self, found: QuerySet[Reminder]) -> QuerySet[Reminder]:
        self.is_valid()
        if stage := self.cleaned_data.get("stage"):
            found = found.filter(stage=stage)
        return found.standing() if self.cleaned_data.get("open") else found  # type: ignore[attr-defined,no-any-return]


class NewsView(View):
    """The person's reminders, newest first; opening them makes them read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = ReminderFilter(request.GET)
        found = form.narrow(services.listed(actor))
        if request.GET.get("export") == "xlsx":
            return export_list(request, SHEET, found.order_by(*ORDER), _sheet_rows, "提醒.xlsx")
        page = requested_page(request, found, ORDER)
        rows = list(page)
        prefetch_related_objects([each.deadline for each in rows], GenericPrefetch("target", []))
        context = {
            "filter": form,
            "page": page,
            "rows": list(zip(rows, _chips(rows), strict=True)),
            "total": capped_count(found),
            "filtered": any(form.cleaned_data.values()),
            "coordinates": actor.fills(Function.COORDINATION),
        }
        response = render(request, "reminders/list.html", context)
        services.look(actor)
        return response


def _chips(rows: list[Reminder]) -> list[deadlines.Chip]:
    return deadlines.chips(each.deadline for each in rows)


def _sheet_rows(found: QuerySet[Reminder]) -> list[dict[str, Any]]:
    rows = list(found)
    return [
        {
            "at": _minute(each.at),
            "stage": each.get_stage_display(),
            "title": each.deadline.title,
            "target": each.deadline.target_name,
            "department": each.department.name,
            "due": _minute(each.due_at),
            "source": each.deadline.source,
            "now": chip.chip_text,
        }
        for each, chip in zip(rows, _chips(rows), strict=True)
    ]


def _minute(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"

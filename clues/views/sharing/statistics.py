"""How the departments keep the limits of sharing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from clues.forms.sharing import StatisticsFilter
from clues.selectors import sharing as selectors
from clues.views.sharing.page import tabs
from records.exports import export
from records.middleware import actor_of


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
            "tabs": tabs("clues:sharing-statistics"),
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

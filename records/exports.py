"""Handing out files made on the spot, Excel above all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from records import trail
from records.excel import Sheet, to_bytes
from records.middleware import actor_of
from records.paging import capped_count

M = TypeVar("M", bound=Model)

EXPORT_LIMIT = 20_000
"""The most rows of a list in one file."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes, content_type: str, file_name: str) -> HttpResponse:
    """A file as a download."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    return response


def xlsx_response(content: bytes, file_name: str) -> HttpResponse:
    """An Excel file as a download."""
    return download(content, XLSX, file_name)


def export(
    request: HttpRequest, sheet: Sheet, rows: Iterable[Mapping[str, Any]], file_name: str
) -> HttpResponse:
    """The rows under the sheet's headings as a download; that somebody took them is recorded."""
    content = to_bytes(sheet, rows)
    trail.record(
        actor_of(request),
        "export",
        f"导出{sheet.title}",
        after={"file": file_name, "query": request.GET.urlencode(), "bytes": len(content)},
    )
    return xlsx_response(content, file_name)


def export_list(
    request: HttpRequest,
    sheet: Sheet,
    found: QuerySet[M],
    rows: Callable[[QuerySet[M]], Iterable[Mapping[str, Any]]],
    file_name: str,
    *,
    limit: int | None = None,
) -> HttpResponse:
    """All that an ordered list found, as ``rows`` turns it into those of the sheet, as a download.

    A file never holds a part of a list: above ``limit`` (``EXPORT_LIMIT`` when None) the person is
    sent back to the list, which says so.
    """
    limit = EXPORT_LIMIT if limit is None else limit
    if capped_count(found, limit).capped:
        messages.error(request, f"结果超过 {limit} 条，请用筛选条件缩小范围后再导出。")
        query = request.GET.copy()
        query.pop("export", None)
        return redirect(f"{request.path}?{query.urlencode()}")
    return export(request, sheet, rows(found), file_name)

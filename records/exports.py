"""Handing out files made on the spot, Excel above all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from records import trail
from records.excel import Sheet, to_bytes
from records.middleware import actor_of

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

"""The whole history of a subject's entry."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views import View

from credit.models import Subject
from credit.selectors.labels import CHANGE_SHEET, change_rows
from records.exports import export_list
from records.middleware import actor_of
from records.paging import capped_count, requested_page


class SubjectHistoryView(View):
    """Every change of every field, newest first; ``?export=xlsx`` hands out all of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        subject = get_object_or_404(Subject.objects.visible_to(actor_of(request)), pk=pk)
        changes = subject.changes.all()
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                CHANGE_SHEET,
                changes.order_by("-id"),
                lambda found: change_rows(subject, found.iterator(chunk_size=2000), _moment),
                "监管对象变更历史.xlsx",
            )
        context = {
            "subject": subject,
            "page": requested_page(request, changes, ("-id",)),
            "total": capped_count(changes),
        }
        return render(request, "credit/subject_history.html", context)


def _moment(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"

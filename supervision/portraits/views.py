"""The portrait of a supervised subject (信用全景画像) and all that happened to it (S2, Y 十)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from clues.services.intake import may_register
from credit.acts import SUBJECT_ACTS
from credit.forms.directory import GradeForm
from credit.models import Subject
from credit.selectors import duplicates, timeline
from credit.selectors.measures_against import measures_against
from credit.services.unmasking import may_unmask
from credit.views.directory import visible
from credit.views.duplicates import merged_page
from matters.selectors import category_names
from records.exports import export
from records.middleware import actor_of
from supervision.portraits.forms import TimelineFilter
from supervision.portraits.selectors import TIMELINE_SHEET, portrait, timeline_rows


class PortraitView(View):
    """One subject on one screen: how it stands, why, what waits, and what happened."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        subject = get_object_or_404(visible(actor), pk=pk)
        if subject.merged_into_id:
            return merged_page(request, subject)
        names = category_names()
        allowed = SUBJECT_ACTS.allowed(actor, subject)
        found = portrait(actor, subject)
        context = {
            "subject": subject,
            "portrait": found,
            "ledger": found.ledger,
            "category_names": [names.get(code, code) for code in subject.categories],
            "acts": SUBJECT_ACTS.buttons(actor, subject, without=("grade",)),
            "may_unmask": may_unmask(actor, subject),
            "grade_act": next((act for act in allowed if act.code == "grade"), None),
            "grade_form": GradeForm(subject.region.code, initial={"grade": subject.grade}),
            "waiting": duplicates.waiting_for(actor, subject),
            "merges": duplicates.merged_into(subject),
            "visit_url": f"{reverse('clues:clue-add')}?subject={subject.pk}"
            if may_register(actor)
            else "",
            **measures_against(actor, subject),
        }
        return render(request, "portraits/portrait.html", context)


class TimelineView(View):
    """All that happened to a subject, newest first; ``?export=xlsx`` hands out what is shown."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        subject = get_object_or_404(visible(actor), pk=pk)
        form = TimelineFilter(request.GET, region_code=actor.region_code)
        if request.GET.get("export") == "xlsx":
            return self._export(request, subject, form)
        after = request.GET.get("after", "")
        context = {
            "subject": subject,
            "form": form,
            "page": timeline.page(actor, subject, **form.chosen, after=after),
            "is_first": not after,
        }
        return render(request, "portraits/timeline.html", context)

    def _export(self, request: HttpRequest, subject: Subject, form: TimelineFilter) -> HttpResponse:
        most = TIMELINE_SHEET.max_rows
        found = timeline.page(actor_of(request), subject, **form.chosen, size=most)
        if found.next_key:
            messages.error(request, f"结果超过 {most} 条，请用筛选条件缩小范围后再导出。")
            return redirect(reverse("portraits:timeline", args=[subject.pk]))
        rows = timeline_rows(found.entries)
        return export(request, TIMELINE_SHEET, rows, "监管全过程.xlsx")

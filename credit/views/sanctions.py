"""Pages of joint sanctions: list, one with its lanes, drawing up, ending, feeding back (S7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from credit.acts.sanctions import SANCTION_ACTS, SANCTION_PART_ACTS, may_initiate
from credit.forms.sanctions import (
    MeasureForm,
    PeriodForm,
    ReportForm,
    SanctionFilter,
    SanctionForm,
    measure_rows,
)
from credit.models import Sanction, SanctionPart, Subject
from credit.rules.measures import MEASURES, PRINCIPLE, SOURCE, Kind
from credit.selectors import sanctions as selectors
from credit.services import sanction_parts, sanctions
from departments.actors import is_staff_member
from departments.roles import Function
from records import deadlines, evidence
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.exports import export, export_list
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import TimelineEntry, timeline, waited
from records.views import ActView, done

_INSIDE = (
    "sanction.submit",
    "sanction.return",
    "sanction.repair",
    "sanction.revoke",
    "sanction.keep",
    "sanction_part.report",
    "sanction_part.return",
)
"""Steps within a department, which only itself reads of."""
_CLOCKS = ("deadline.start",)
"""The lanes show the clocks."""


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The pages of the room, those that the person may open."""
    pages = [("sanction-list", "失信惩戒")]
    if actor.fills(Function.CREDIT):
        pages.append(("sanction-proposals", "可发起惩戒"))
    pages += [("sanction-statistics", "实施统计"), ("sanction-measures", "措施清单")]
    return [
        {"label": label, "url": reverse(f"credit:{name}"), "active": name == current}
        for name, label in pages
    ]


def course(actor: Actor, sanction: Sanction) -> list[TimelineEntry]:
    """What was done with a sanction and its parts, newest first, as far as the person reads it."""
    own: list[Sanction | SanctionPart] = []
    others: list[Sanction | SanctionPart] = []
    for each in (sanction, *sanction.parts.all()):
        (own if each.department_id == actor.department_id else others).append(each)
    entries = timeline(*own, without=_CLOCKS) + timeline(*others, without=_CLOCKS + _INSIDE)
    entries.sort(key=lambda entry: entry.at)
    before = [None, *(entry.at for entry in entries)]
    return [
        replace(entry, since_previous=waited(entry.at, previous))
        for entry, previous in zip(entries, before, strict=False)
    ][::-1]


class SanctionListView(View):
    """The sanctions a person may know of; ``?export=xlsx`` hands out what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = SanctionFilter(
            request.GET, queryset=selectors.sanctions_for(actor), request=request
        )
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.SANCTION_SHEET,
                found.qs.order_by("-id"),
                selectors.sheet_rows,
                "失信惩戒.xlsx",
            )
        page = requested_page(request, found.qs, selectors.ORDER)
        context = {
            "filter": found,
            "page": page,
            "rows": [(each, "、".join(selectors.titles_of(each))) for each in page],
            "total": capped_count(found.qs),
            "tabs": tabs(actor, "sanction-list"),
        }
        return render(request, "credit/sanctions/list.html", context)


class SanctionProposalsView(View):
    """Whom the credit group may propose a sanction for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not actor.fills(Function.CREDIT):
            raise NotAllowed(
                "只有联合信用监管组可以查看可发起惩戒的对象。", verb="sanction.propose"
            )
        found = selectors.proposals(actor)
        page = requested_page(request, found, ("-id",))
        context = {
            "page": page,
            "total": capped_count(found),
            "may_initiate": may_initiate(actor),
            "tabs": tabs(actor, "sanction-proposals"),
        }
        return render(request, "credit/sanctions/proposals.html", context)


class SanctionMeasuresView(View):
    """The measures of the national list, by kind, with where their basis is to be looked up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = [
            (kind.label, [each for each in MEASURES.values() if each.kind is kind]) for kind in Kind
        ]
        context = {
            "kinds": kinds,
            "source": SOURCE,
            "principle": PRINCIPLE,
            "tabs": tabs(actor_of(request), "sanction-measures"),
        }
        return render(request, "credit/sanctions/measures.html", context)


class SanctionStatisticsView(View):
    """How the departments of the region carry out what they are told."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not is_staff_member(actor):
            raise NotAllowed("请使用部门账号查看。", verb="sanction.statistics")
        form = PeriodForm(request.GET)
        form.is_valid()
        days = form.cleaned_data
        rows = selectors.statistics(actor, days.get("since"), days.get("until"))
        if request.GET.get("export") == "xlsx":
            return export(request, selectors.STATISTICS_SHEET, rows, "失信惩戒实施统计.xlsx")
        context = {
            "form": form,
            "headings": list(selectors.COUNTED.values()),
            "rows": [
                (
                    row["department"],
                    [(label, row[code]) for code, label in selectors.COUNTED.items()],
                )
                for row in rows
            ],
            "tabs": tabs(actor, "sanction-statistics"),
        }
        return render(request, "credit/sanctions/statistics.html", context)


class SanctionView(View):
    """One sanction: what it says, a lane per implementing department, and its course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        sanction = get_object_or_404(selectors.sanctions_for(actor), pk=pk)
        address = reverse("credit:sanction-part", args=[0]).replace("/0/", "/{pk}/")
        lanes = selectors.lanes(actor, sanction, address)
        context = {
            "sanction": sanction,
            "chip": deadlines.chips_for([sanction]).get(sanction.pk),
            "acts": SANCTION_ACTS.buttons(actor, sanction),
            "lanes": lanes,
            "shows_end": selectors.shows_end(actor, sanction),
            "files": evidence.of(sanction),
            "entries": course(actor, sanction),
        }
        return render(request, "credit/sanctions/detail.html", context)


class SanctionActView(ActView):
    """Submit, sign, return, inform, revoke, lift, keep, discard."""

    table = SANCTION_ACTS
    handlers = sanctions.HANDLERS
    detail_url = "credit:sanction"


class SanctionPartView(View):
    """The address of a part leads to its sanction, where its lane is."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        part = get_object_or_404(SanctionPart.objects.visible_to(actor_of(request)), pk=pk)
        return redirect(part)


class SanctionPartActView(ActView):
    """Receive, sign or return the feedback, release."""

    table = SANCTION_PART_ACTS
    handlers = sanction_parts.HANDLERS
    detail_url = "credit:sanction-part"


class _SanctionForm(View):
    """The page on which a sanction is written."""

    def show(
        self,
        request: HttpRequest,
        subject: Subject,
        form: SanctionForm,
        rows: BaseFormSet[MeasureForm],
        back: str,
    ) -> HttpResponse:
        context = {"subject": subject, "form": form, "rows": rows, "back": back, "source": SOURCE}
        status = 422 if form.errors or rows.total_error_count() else 200
        return render(request, "credit/sanctions/form.html", context, status=status)


class SanctionNewView(_SanctionForm):
    """Draw up a sanction of a subject."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, subject = self._subject(request, pk)
        return self.show(
            request,
            subject,
            SanctionForm(subject),
            measure_rows(subject, actor.region_code),
            subject.get_absolute_url(),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, subject = self._subject(request, pk)
        form = SanctionForm(subject, request.POST)
        rows = measure_rows(subject, actor.region_code, request.POST)
        if form.is_valid() and rows.is_valid():
            try:
                made = sanctions.draft(actor, subject.pk, form.said(rows))
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done("拟办", made))
                return redirect(made)
        return self.show(request, subject, form, rows, subject.get_absolute_url())

    def _subject(self, request: HttpRequest, pk: int) -> tuple[Actor, Subject]:
        actor = actor_of(request)
        subject = get_object_or_404(Subject.objects.visible_to(actor), pk=pk)
        sanctions.must_initiate(actor)
        return actor, subject


class SanctionEditView(_SanctionForm):
    """Change a draft."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        sanction = self._sanction(request, pk)
        try:
            SANCTION_ACTS.check(actor_of(request), "edit", sanction)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(sanction)
        names = ("trigger", "event", "facts", "basis", "months")
        initial = {name: getattr(sanction, name) for name in names}
        form = SanctionForm(sanction.subject, initial=initial)
        rows = measure_rows(sanction.subject, sanction.region.code, sanction=sanction)
        return self.show(request, sanction.subject, form, rows, sanction.get_absolute_url())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, sanction = actor_of(request), self._sanction(request, pk)
        SANCTION_ACTS.authorise(actor, "edit", sanction)
        form = SanctionForm(sanction.subject, request.POST)
        rows = measure_rows(sanction.subject, sanction.region.code, request.POST)
        if form.is_valid() and rows.is_valid():
            try:
                sanctions.edit(actor, sanction.pk, form.said(rows))
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done("修改", sanction))
                return redirect(sanction)
        return self.show(request, sanction.subject, form, rows, sanction.get_absolute_url())

    def _sanction(self, request: HttpRequest, pk: int) -> Sanction:
        return get_object_or_404(selectors.sanctions_for(actor_of(request)), pk=pk)


class SanctionRepairView(View):
    """A repair is applied for like any other: leads to its form with the sanction named."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        sanction = get_object_or_404(selectors.sanctions_for(actor), pk=pk)
        try:
            SANCTION_ACTS.check(actor, "repair", sanction)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(sanction)
        form = reverse("credit:repair-new", args=[sanction.subject_id])
        return redirect(f"{form}?item=sanction:{sanction.pk}")


class SanctionReportView(FormPage):
    """Feed back what was done of each measure."""

    template_name = "credit/sanctions/report.html"
    title = "送负责人签发反馈"

    def target(self, actor: Actor) -> SanctionPart:
        visible = SanctionPart.objects.visible_to(actor)
        parts = visible.select_related("sanction__subject", "department")
        return get_object_or_404(parts, pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: SanctionPart) -> None:
        SANCTION_PART_ACTS.check(actor, "report", target)

    def form(self, actor: Actor, target: SanctionPart, *sent: Any) -> ReportForm:
        return ReportForm(target, *sent)

    def carry_out(self, actor: Actor, target: SanctionPart, form: ReportForm) -> SanctionPart:
        given = form.cleaned_data["report"]
        return sanction_parts.report(actor, target.pk, given, form.taken())

    def more(self, target: SanctionPart, form: ReportForm) -> dict[str, Any]:
        return {"part": target}

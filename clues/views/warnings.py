"""Pages of warnings and of the reports on them (L6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from clues.acts.warnings import WARNING_ACTS
from clues.forms import warnings as forms
from clues.models import RiskWarning
from clues.paper import DOCX, PDF, to_docx, to_pdf
from clues.selectors import warnings as selectors
from clues.services.warnings import reports, response
from records import deadlines
from records.actor import Actor
from records.acts import ActTable
from records.errors import Conflict, NotAllowed, Refused
from records.exports import download, export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView, done


class WarningListView(View):
    """The warnings a person sees, with their clocks."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = forms.WarningFilter(
            request.GET, queryset=selectors.warning_list(actor), request=request
        )
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.SHEET,
                found.qs.order_by(*selectors.ORDERING),
                lambda shown: selectors.export_rows(actor, shown, deadlines.chips_for(shown)),
                "预警.xlsx",
            )
        page = requested_page(request, found.qs, selectors.ORDERING)
        chips = deadlines.chips_for(page.rows)
        context = {
            "filter": found,
            "page": page,
            "rows": [(warning, chips.get(warning.pk)) for warning in page],
            "total": capped_count(found.qs),
            "may_enter": response.may_enter(actor),
            "filtered": found.form.is_valid() and any(found.form.cleaned_data.values()),
        }
        return render(request, "clues/warning_list.html", context)


class WarningView(View):
    """One warning: what was found, the events behind it, who was told, and its course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        warning = get_object_or_404(selectors.warning_details(actor), pk=pk)
        events = selectors.events_of(actor, warning)
        context = {
            "warning": warning,
            "acts": WARNING_ACTS.buttons(actor, warning),
            "chip": deadlines.chips_for([warning]).get(warning.pk),
            "steps": selectors.steps_of(warning),
            "events": events,
            "most": selectors.MOST_EVENTS if len(events) == selectors.MOST_EVENTS else None,
            "parties": warning.parties.select_related("department").order_by("pk"),
            "outcome": selectors.outcome_of(actor, warning),
            "shows_reason": selectors.shows_reason(actor, warning),
            "entries": timeline(warning, without=selectors.internal_steps(actor, warning)),
        }
        return render(request, "clues/warning.html", context)


class WarningActView(ActView):
    """The acts that need an opinion at most."""

    table: ClassVar[ActTable[Any]] = WARNING_ACTS
    handlers = response.HANDLERS
    detail_url = "clues:warning"


@dataclass(frozen=True)
class _Page:
    form: type[forms.WarningActForm]
    carry_out: Callable[[Actor, int, Any], Any]
    button: str
    note: str


def _study(actor: Actor, pk: int, form: Any) -> RiskWarning:
    asked, opinion = form.cleaned_data["departments_asked"], form.cleaned_data["opinion"]
    return response.open_study(actor, pk, list(asked), opinion)


def _check(actor: Actor, pk: int, form: Any) -> RiskWarning:
    data = form.cleaned_data
    if data["task"] is not None:
        return response.join_check(actor, pk, data["task"].pk, data["reason"])
    over = data.get("over_cap_reason", "")
    return response.start_check(actor, pk, form.part(), data["visit_on"], data["reason"], over)


PAGES: dict[str, _Page] = {
    "assign": _Page(
        forms.AssignForm,
        lambda actor, pk, form: response.assign(actor, pk, **form.cleaned_data),
        "调整",
        "由新的责任部门接收，重新计算接收期限。",
    ),
    "study": _Page(
        forms.StudyForm, _study, "发起会商", "参加部门在工作台看到本预警；会商后登记纪要和结论。"
    ),
    "conclude": _Page(
        forms.ConcludeForm,
        lambda actor, pk, form: response.conclude_study(actor, pk, **form.cleaned_data),
        "登记结论",
        "登记后由责任部门按结论处置。",
    ),
    "clue": _Page(
        forms.ClueFromWarningForm,
        lambda actor, pk, form: response.become_clue(actor, pk, **form.cleaned_data),
        "登记线索",
        "线索由本部门首接，来源为“预警转办”。",
    ),
    "check": _Page(
        forms.CheckForm,
        _check,
        "确定检查",
        "另行发起的检查由本部门负责人批准后派发；需要多部门参加的，先转为线索再发起联合检查。",
    ),
    "campaign": _Page(
        forms.CampaignFromWarningForm,
        lambda actor, pk, form: response.propose_campaign(actor, pk, **form.cleaned_data),
        "提出建议",
        "经办人提出的建议由本部门负责人签发后送综合协调组研究。",
    ),
}
"""The acts that have a page with fields of their own."""


class WarningFormView(View):
    """The page of an act with fields of its own; ``code`` is a key of ``PAGES``."""

    code: str = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, warning = actor_of(request), self._warning(request, pk)
        try:
            WARNING_ACTS.check(actor, self.code, warning)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(warning)
        return self._show(request, warning, PAGES[self.code].form(actor, warning))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, warning = actor_of(request), self._warning(request, pk)
        page = PAGES[self.code]
        WARNING_ACTS.authorise(actor, self.code, warning)
        form = page.form(actor, warning, request.POST)
        if form.is_valid():
            try:
                page.carry_out(actor, pk, form)
            except Conflict as conflict:
                messages.error(request, conflict.message)
                return redirect(warning)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done(WARNING_ACTS[self.code].label, warning))
                return redirect(warning)
        return self._show(request, warning, form, 422)

    def _warning(self, request: HttpRequest, pk: int) -> RiskWarning:
        return get_object_or_404(selectors.warning_details(actor_of(request)), pk=pk)

    def _show(
        self,
        request: HttpRequest,
        warning: RiskWarning,
        form: forms.WarningActForm,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "warning": warning,
            "form": form,
            "page": PAGES[self.code],
            "act": WARNING_ACTS[self.code],
        }
        return render(request, "clues/warning_act.html", context, status=status)


class WarningAddView(View):
    """Enter a warning that the nation or the province sent down (H12)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, forms.AboveForm(self._actor(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self._actor(request)
        form = forms.AboveForm(actor, request.POST)
        if form.is_valid():
            try:
                warning = response.from_above(actor, **form.cleaned_data)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已登记预警 {warning.number}。")
                return redirect(warning)
        return self._show(request, form, 422)

    def _actor(self, request: HttpRequest) -> Actor:
        actor = actor_of(request)
        if not response.may_enter(actor):
            raise NotAllowed("只有综合协调组可以登记上级预警。", verb="warning.enter")
        return actor

    def _show(self, request: HttpRequest, form: forms.AboveForm, status: int = 200) -> HttpResponse:
        return render(request, "clues/warning_add.html", {"form": form}, status=status)


class WarningReportListView(View):
    """The periodic reports that were sent to the person's department."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = selectors.report_list(actor_of(request))
        page = requested_page(request, found, ("-starts_on", "-id"))
        return render(request, "clues/warning_reports.html", {"page": page})


class WarningReportView(View):
    """One report with its figures; ``format`` docx or pdf gives the paper."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        report = get_object_or_404(selectors.report_list(actor), pk=pk)
        match request.GET.get("format"):
            case "docx":
                paper = reports.paper_of(report)
                return download(to_docx(paper), DOCX, f"{paper.title}.docx")
            case "pdf":
                paper = reports.paper_of(report)
                return download(to_pdf(paper), PDF, f"{paper.title}.pdf")
        receivers = report.receivers.select_related("department").order_by("pk")
        own = next((one for one in receivers if one.department_id == actor.department_id), None)
        context = {
            "report": report,
            "facts": report.figures,
            "summary": reports.summary(report),
            "notable": _linked(actor, reports.notable_of(report)),
            "receivers": receivers,
            "unread": own is not None and own.read_at is None,
        }
        return render(request, "clues/warning_report.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take note of the report for one's department."""
        actor = actor_of(request)
        report = get_object_or_404(selectors.report_list(actor), pk=pk)
        reports.read(actor, report.pk)
        messages.success(request, "已阅知。")
        return redirect(report)


def _linked(actor: Actor, warnings: list[RiskWarning]) -> list[tuple[RiskWarning, bool]]:
    """Each warning and whether the reader may open it."""
    visible = RiskWarning.objects.visible_to(actor).filter(pk__in=[one.pk for one in warnings])
    known = set(visible.values_list("pk", flat=True))
    return [(one, one.pk in known) for one in warnings]

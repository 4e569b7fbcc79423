"""Pages of an assessment: the matrix of a period, a department, a line with its rows, the paper."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.exports import export, export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView
from supervision.assessment import selectors
from supervision.assessment.acts import ROUND_ACTS, assesses, may_appeal
from supervision.assessment.forms import RoundForm
from supervision.assessment.models import Appeal, LineScore, Round, Score
from supervision.assessment.services import notices
from supervision.assessment.services import rounds as services

_LAST_PERIODS = 16


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of the room."""
    pages = (("overview", "部门考核"), ("appeal-list", "申诉"), ("scheme-list", "考核方案"))
    return [
        {"label": label, "url": reverse(f"assessment:{name}"), "active": name == current}
        for name, label in pages
    ]


class OverviewView(View):
    """The assessment of the latest period that the person may read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = selectors.rounds_for(actor).first()
        if found is not None:
            return show_round(request, actor, found)
        context = {"may_begin": assesses(actor, actor.region_code), "tabs": tabs("overview")}
        return render(request, "assessment/none.html", context)


class RoundView(View):
    """Departments by indicators in one period; ``?export=xlsx`` hands out what is shown."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        return show_round(request, actor, get_object_or_404(selectors.rounds_for(actor), pk=pk))


def show_round(request: HttpRequest, actor: Actor, found: Round) -> HttpResponse:
    """The page of a round."""
    lines, rows = selectors.matrix(actor, found)
    if request.GET.get("export") == "xlsx":
        sheet = selectors.round_sheet(found, lines)
        return export(request, sheet, selectors.sheet_rows(rows), f"{found}.xlsx")
    periods = list(selectors.rounds_for(actor)[:_LAST_PERIODS])
    context = {
        "round": found,
        "acts": ROUND_ACTS.buttons(actor, found, without=services.not_yet(found)),
        "may_begin": assesses(actor, found.region_code),
        "lines": lines,
        "rows": [row for row in rows if row.score.rank is not None],
        "idle": [row for row in rows if row.score.rank is None],
        "periods": [
            {"label": each.period, "url": each.get_absolute_url(), "active": each == found}
            for each in periods
        ],
        "tabs": tabs("overview"),
        "entries": timeline(found),
        "progress": selectors.progress(found) if found.state in Round.UNDER_WAY else None,
        "own_notice": selectors.unread_notice(actor, found),
        "told": selectors.told(found) if assesses(actor, found.region_code) else [],
    }
    return render(request, "assessment/round.html", context)


class RoundNewView(FormPage):
    """Begin the assessment of a period."""

    template_name = "assessment/round_new.html"
    title = "发起部门考核"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        if not assesses(actor, actor.region_code):
            raise NotAllowed("只有综合协调组可以发起部门考核。", verb="assessment_round.begin")

    def form(self, actor: Actor, target: None, *sent: Any) -> RoundForm:
        return RoundForm(*sent)

    def carry_out(self, actor: Actor, target: None, form: RoundForm) -> Round:
        return services.begin(actor, **form.cleaned_data)

    def back(self, target: None) -> str:
        return reverse("assessment:overview")

    def words(self, changed: Round) -> str:
        return f"已发起“{changed}”，正在测算。"


class RoundActView(ActView):
    """Compute, publish, freeze."""

    table = ROUND_ACTS
    handlers = services.HANDLERS
    detail_url = "assessment:round"


class RoundProgressView(View):
    """The part of the page that asks again until the computation has ended."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(selectors.rounds_for(actor_of(request)), pk=pk)
        return render(request, "assessment/progress.html", {"progress": selectors.progress(found)})


class RoundReadView(View):
    """A department notes that it has read how a round stands."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        found = get_object_or_404(selectors.rounds_for(actor), pk=pk)
        try:
            notices.read(actor, pk)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"已签收“{found}”。")
        return redirect(found)


class RoundMattersView(View):
    """Matters and departments of a period; ``?export=xlsx`` hands out what is shown."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        found = get_object_or_404(selectors.rounds_for(actor), pk=pk)
        shares = selectors.shares(actor, found)
        if request.GET.get("export") == "xlsx":
            rows = selectors.share_rows(shares)
            return export(request, selectors.SHARE_SHEET, rows, f"{found} 部门和事项.xlsx")
        context = {"round": found, "shares": shares, "tabs": tabs("overview")}
        return render(request, "assessment/matters.html", context)


class RoundPrintView(View):
    """The report of a period as a paper."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        found = get_object_or_404(selectors.rounds_for(actor), pk=pk)
        lines, rows = selectors.matrix(actor, found)
        shares = selectors.shares(actor, found)
        context = {
            "round": found,
            "lines": lines,
            "rows": [row for row in rows if row.score.rank is not None],
            "idle": [row.score.department for row in rows if row.score.rank is None],
            "shares": [each for each in shares if each.met < each.rows or each.deducted],
            "issuer": actor.department_name if assesses(actor, found.region_code) else "",
        }
        return render(request, "assessment/paper.html", context)


class ScoreView(View):
    """A department's result, line by line."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        score = get_object_or_404(
            Score.objects.visible_to(actor).select_related("round__region", "department"), pk=pk
        )
        lines = score.lines.select_related("line")
        appeals = selectors.appeals_for(actor).filter(line__of=score)
        office = assesses(actor, score.region_code)
        context = {
            "score": score,
            "round": score.round,
            "ranked": Score.objects.filter(round=score.round, rank__isnull=False).count(),
            "lines": list(lines),
            "appeals": list(appeals),
            "bonuses": list(selectors.bonuses_of(actor, score)),
            "shares": selectors.shares(actor, score.round, score.department_id),
            "may_add": office
            and score.round.state in (Round.State.COMPUTED, Round.State.PUBLISHED),
        }
        return render(request, "assessment/score.html", context)


class LineView(View):
    """A figure and the rows behind it; ``?export=xlsx`` hands them out."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        line = get_object_or_404(
            LineScore.objects.visible_to(actor).select_related(
                "line", "of__round__region", "of__department"
            ),
            pk=pk,
        )
        rows = selectors.rows_of(actor, line, request.GET.get("matter", ""))
        kind = line.line.kind
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.ROW_SHEET,
                rows.order_by(*selectors.ROW_ORDER),
                lambda found: selectors.row_sheet_rows(selectors.shown(actor, found, kind)),
                f"{line.of.department} {line.line}.xlsx",
            )
        page = requested_page(request, rows, selectors.ROW_ORDER)
        appealed = Appeal.objects.filter(line=line, state__in=Appeal.OPEN)
        context = {
            "line": line,
            "score": line.of,
            "round": line.of.round,
            "page": page,
            "rows": selectors.shown(actor, page, kind),
            "total": capped_count(rows),
            "narrowed": "matter" in request.GET,
            "may_appeal": may_appeal(actor, line) and services.may_still_appeal(line.of.round),
            "appealed": set(appealed.values_list("row_id", flat=True)),
        }
        return render(request, "assessment/line.html", context)

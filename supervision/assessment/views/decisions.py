"""Pages of appeals and of extra points."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from departments.actors import is_staff_member
from records import deadlines, evidence
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.selectors import timeline
from records.views import ActView
from supervision.assessment import selectors
from supervision.assessment.acts import APPEAL_ACTS, BONUS_ACTS, assesses, may_appeal
from supervision.assessment.forms import AppealForm, BonusForm, hundredths
from supervision.assessment.models import Bonus, LineScore, Round, Score, ScoreRow
from supervision.assessment.models.rounds import coordinates
from supervision.assessment.services import appeals, bonuses
from supervision.assessment.views.rounds import tabs

_INSIDE = ("assessment_appeal.accept", "assessment_appeal.reject", "assessment_appeal.return")
"""Steps within the coordination office, which only itself reads of."""


class AppealListView(View):
    """The appeals that a person may know of."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not is_staff_member(actor):
            raise NotAllowed("请使用部门账号查看。", verb="assessment_appeal.list")
        found = selectors.appeals_for(actor)
        page = requested_page(request, found, ("-id",))
        chips = deadlines.chips_for(page.rows)
        context = {
            "page": page,
            "rows": [(appeal, chips.get(appeal.pk)) for appeal in page],
            "total": capped_count(found),
            "tabs": tabs("appeal-list"),
        }
        return render(request, "assessment/appeals.html", context)


class AppealNewView(View):
    """Appeal against a line, or against the row named by ``?row=``."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        line, row = self._target(request, pk)
        return self._show(request, line, row, AppealForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        line, row = self._target(request, pk)
        form = AppealForm(request.POST)
        if form.is_valid():
            try:
                made = appeals.raise_appeal(
                    actor_of(request),
                    line.pk,
                    row.pk if row else None,
                    form.cleaned_data["reason"],
                )
            except NotAllowed:
                raise
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "申诉已提出，综合协调组将在期限内答复。")
                return redirect(made)
        return self._show(request, line, row, form)

    def _target(self, request: HttpRequest, pk: int) -> tuple[LineScore, ScoreRow | None]:
        actor = actor_of(request)
        line = get_object_or_404(
            LineScore.objects.visible_to(actor).select_related(
                "line", "of__round__region", "of__department"
            ),
            pk=pk,
        )
        if not may_appeal(actor, line):
            raise NotAllowed(
                "只有被考核部门的负责人可以申诉。", verb="assessment_appeal.raise", target=line
            )
        if "row" not in request.GET:
            return line, None
        row = selectors.rows_of(actor, line).filter(pk=key_of(request.GET["row"])).first()
        if row is None:
            raise Http404
        return line, row

    def _show(
        self, request: HttpRequest, line: LineScore, row: ScoreRow | None, form: AppealForm
    ) -> HttpResponse:
        rows = selectors.shown(actor_of(request), [row], line.line.kind) if row else []
        context = {"line": line, "rows": rows, "form": form, "until": line.of.round.appeals_until}
        status = 422 if form.errors else 200
        return render(request, "assessment/appeal_new.html", context, status=status)


class AppealView(View):
    """One appeal: against what, why, the answer once it is signed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        appeal = get_object_or_404(selectors.appeals_for(actor), pk=pk)
        office = coordinates(actor)
        rows = selectors.rows_of(actor, appeal.line).filter(pk=appeal.row_id)
        context = {
            "appeal": appeal,
            "rows": selectors.shown(actor, rows, appeal.line.line.kind),
            "chip": deadlines.chips_for([appeal]).get(appeal.pk),
            "acts": APPEAL_ACTS.buttons(actor, appeal),
            "shows_decision": office or appeal.shows_decision,
            "entries": timeline(appeal, without=() if office else _INSIDE),
        }
        return render(request, "assessment/appeal.html", context)


class AppealActView(ActView):
    """Answer, sign, return, withdraw."""

    table = APPEAL_ACTS
    handlers = appeals.HANDLERS
    detail_url = "assessment:appeal"


class BonusNewView(View):
    """Propose extra points for a department."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._score(request, pk), BonusForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        score = self._score(request, pk)
        form = BonusForm(request.POST, request.FILES)
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = bonuses.propose(
                    actor_of(request),
                    score.pk,
                    said["title"],
                    said["reason"],
                    hundredths(said["points"]),
                    said["files"],
                )
            except NotAllowed:
                raise
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "加分已提出，待负责人批准。")
                return redirect(made)
        return self._show(request, score, form)

    def _score(self, request: HttpRequest, pk: int) -> Score:
        actor = actor_of(request)
        score = get_object_or_404(
            Score.objects.visible_to(actor).select_related("round__region", "department"), pk=pk
        )
        if not assesses(actor, score.region_code):
            raise NotAllowed(
                "只有综合协调组可以提出考核加分。", verb="assessment_bonus.propose", target=score
            )
        return score

    def _show(self, request: HttpRequest, score: Score, form: BonusForm) -> HttpResponse:
        status = 422 if form.errors else 200
        context = {"score": score, "form": form}
        return render(request, "assessment/bonus_new.html", context, status=status)


class BonusView(View):
    """Extra points with the evidence of them."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor: Actor = actor_of(request)
        bonus = get_object_or_404(
            Bonus.objects.visible_to(actor).select_related("of__round__region", "of__department"),
            pk=pk,
        )
        frozen = bonus.of.round.state == Round.State.FROZEN
        context = {
            "bonus": bonus,
            "acts": [] if frozen else BONUS_ACTS.buttons(actor, bonus),
            "files": evidence.of(bonus),
            "entries": timeline(bonus, files_of=bonus),
        }
        return render(request, "assessment/bonus.html", context)


class BonusActView(ActView):
    """Grant or decline."""

    table = BONUS_ACTS
    handlers = bonuses.HANDLERS
    detail_url = "assessment:bonus"

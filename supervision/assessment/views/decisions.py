"""Pages of appeals and of extra points."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from departments.actors import is_staff_member
from records import deadlines, evidence
from records.actor import Actor
from records.errors import NotAllowed
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.selectors import timeline
from records.views import ActView
from supervision.assessment import selectors
from supervision.assessment.acts import APPEAL_ACTS, BONUS_ACTS, assesses, may_appeal
from supervision.assessment.forms import AppealForm, BonusForm, hundredths
from supervision.assessment.models import Appeal, Bonus, LineScore, Round, Score, ScoreRow
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


class AppealNewView(FormPage):
    """Appeal against a line, or against the row named by ``?row=``."""

    template_name = "assessment/appeal_new.html"
    title = "提出考核申诉"

    def target(self, actor: Actor) -> LineScore:
        lines = LineScore.objects.visible_to(actor).select_related(
            "line", "of__round__region", "of__department"
        )
        return get_object_or_404(lines, pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: LineScore) -> None:
        if not may_appeal(actor, target):
            raise NotAllowed(
                "只有被考核部门的负责人可以申诉。", verb="assessment_appeal.raise", target=target
            )

    def form(self, actor: Actor, target: LineScore, *sent: Any) -> AppealForm:
        return AppealForm(*sent)

    def carry_out(self, actor: Actor, target: LineScore, form: AppealForm) -> Appeal:
        row, reason = self._row(actor, target), form.cleaned_data["reason"]
        return appeals.raise_appeal(actor, target.pk, row.pk if row else None, reason)

    def words(self, changed: Appeal) -> str:
        return "申诉已提出，综合协调组将在期限内答复。"

    def more(self, target: LineScore, form: AppealForm) -> dict[str, Any]:
        actor = actor_of(self.request)
        row = self._row(actor, target)
        rows = selectors.shown(actor, [row], target.line.kind) if row else []
        return {"line": target, "rows": rows, "until": target.of.round.appeals_until}

    def _row(self, actor: Actor, line: LineScore) -> ScoreRow | None:
        if "row" not in self.request.GET:
            return None
        key = key_of(self.request.GET["row"])
        return get_object_or_404(selectors.rows_of(actor, line), pk=key)


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


class BonusNewView(FormPage):
    """Propose extra points for a department."""

    template_name = "assessment/bonus_new.html"
    title = "提出考核加分"

    def target(self, actor: Actor) -> Score:
        scores = Score.objects.visible_to(actor).select_related("round__region", "department")
        return get_object_or_404(scores, pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Score) -> None:
        if not assesses(actor, target.region_code):
            raise NotAllowed(
                "只有综合协调组可以提出考核加分。", verb="assessment_bonus.propose", target=target
            )

    def form(self, actor: Actor, target: Score, *sent: Any) -> BonusForm:
        return BonusForm(*sent)

    def carry_out(self, actor: Actor, target: Score, form: BonusForm) -> Bonus:
        said = form.cleaned_data
        title, reason, points = said["title"], said["reason"], hundredths(said["points"])
        return bonuses.propose(actor, target.pk, title, reason, points, said["files"])

    def words(self, changed: Bonus) -> str:
        return "加分已提出，待负责人批准。"

    def more(self, target: Score, form: BonusForm) -> dict[str, Any]:
        return {"score": target}


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

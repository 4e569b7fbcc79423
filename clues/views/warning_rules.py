"""Pages of warning rules: list, version, editor with sentence and trial; and of patterns (L12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from clues.acts.warnings import RULE_ACTS, coordinates_rules
from clues.forms.warnings import PatternCampaignForm, PatternForm, RuleForm
from clues.models import WarningRule, WarningRuleVersion
from clues.rules import warnings as w
from clues.selectors import patterns
from clues.selectors import warnings as selectors
from clues.selectors.clues import ORDER
from clues.services import campaigns
from clues.services.warnings import raising
from clues.services.warnings import rules as services
from clues.watch import Point, measured
from departments.actors import is_clerk_of
from departments.profile import number
from records import clock
from records.actor import Actor
from records.acts import ActTable
from records.errors import Conflict, NotAllowed, Refused
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView


class RuleListView(View):
    """What is warned of in the region."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        page = requested_page(request, selectors.rule_list(actor), ("rule_id", "-number"))
        may_draft = services.may_draft(actor)
        context = {
            "page": page,
            "rows": list(zip(page, services.sentences_of(page.rows), strict=True)),
            "may_draft": may_draft,
            "missing": services.missing_presets(actor.region_code) if may_draft else [],
        }
        return render(request, "clues/warning_rules.html", context)


class RulePresetsView(View):
    """Adopt the ready-made rules."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        adopted = services.adopt_presets(actor_of(request))
        if adopted:
            state = adopted[0].get_state_display()
            messages.success(request, f"已采用 {len(adopted)} 条预置规则，{state}。")
        else:
            messages.info(request, "预置规则均已采用。")
        return redirect("clues:warning-rule-list")


class RuleView(View):
    """One version of a rule; with ``trial`` its run on history, for the coordination office."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        version = get_object_or_404(selectors.rule_details(actor), pk=pk)
        may_try = coordinates_rules(actor, version)
        context = {
            "version": version,
            "sentence": services.sentence_of(version),
            "words": services.words(version),
            "acts": RULE_ACTS.buttons(actor, version),
            "versions": version.rule.versions.order_by("-number"),
            "may_try": may_try,
            "trial": _trial(version) if may_try and "trial" in request.GET else None,
            "entries": timeline(version),
        }
        return render(request, "clues/warning_rule.html", context)


class RuleActView(ActView):
    """Submit, return, put in force, end, discard."""

    table: ClassVar[ActTable[Any]] = RULE_ACTS
    handlers = services.HANDLERS
    detail_url = "clues:warning-rule"


class RuleNewView(View):
    """Draft a rule: the form, and under it the rule as a sentence and tried on history."""

    heading = "拟定预警规则"

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        actor = actor_of(request)
        version = self.version(actor, pk)
        initial = self.initial(version)
        return self._show(request, version, RuleForm(actor, initial=initial))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        actor = actor_of(request)
        version = self.version(actor, pk)
        form = RuleForm(actor, request.POST)
        tried = None
        if form.is_valid():
            try:
                if "try" not in request.POST:
                    saved = self.save(actor, pk, form.cleaned_data)
                    messages.success(request, "已保存为草稿。")
                    return redirect(saved)
                services.checked(form.cleaned_data)
            except Conflict as conflict:
                messages.error(request, conflict.message)
                return redirect("clues:warning-rule-list")
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                rule = version.rule if version else WarningRule(region_code=actor.region_code)
                tried = form.version(rule)
        return self._show(request, version, form, tried, 422 if form.errors else 200)

    def version(self, actor: Actor, pk: int | None) -> WarningRuleVersion | None:
        if not services.may_draft(actor):
            raise NotAllowed("只有综合协调组可以拟定预警规则。", verb="warning_rule.draft")
        return None

    def initial(self, version: WarningRuleVersion | None) -> dict[str, Any]:
        return {}

    def save(self, actor: Actor, pk: int | None, values: dict[str, Any]) -> WarningRuleVersion:
        return services.draft(actor, values)

    def _show(
        self,
        request: HttpRequest,
        version: WarningRuleVersion | None,
        form: RuleForm,
        tried: WarningRuleVersion | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "heading": self.heading,
            "version": version,
            "form": form,
            "sentence": services.sentence_of(tried) if tried else "",
            "trial": _trial(tried) if tried else None,
        }
        return render(request, "clues/warning_rule_form.html", context, status=status)


class RuleEditView(RuleNewView):
    """Change a draft."""

    heading = "修改预警规则"
    act = "edit"

    def version(self, actor: Actor, pk: int | None) -> WarningRuleVersion | None:
        version = get_object_or_404(selectors.rule_details(actor), pk=pk)
        RULE_ACTS.check(actor, self.act, version)
        return version

    def initial(self, version: WarningRuleVersion | None) -> dict[str, Any]:
        return RuleForm.initial_of(version) if version else {}

    def save(self, actor: Actor, pk: int | None, values: dict[str, Any]) -> WarningRuleVersion:
        return services.change(actor, pk or 0, values)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect("clues:warning-rule", pk=kwargs["pk"])


class RuleReviseView(RuleEditView):
    """Draft the next version of a rule."""

    heading = "拟定新版本"
    act = "revise"

    def initial(self, version: WarningRuleVersion | None) -> dict[str, Any]:
        return super().initial(version) | {"change_reason": ""}

    def save(self, actor: Actor, pk: int | None, values: dict[str, Any]) -> WarningRuleVersion:
        return services.revise(actor, pk or 0, values)


@dataclass(frozen=True)
class TrialRow:
    """A warning that a rule would have raised."""

    point: Point
    label: str
    found: str


def _trial(version: WarningRuleVersion) -> dict[str, Any]:
    """What the page shows of a run on history."""
    tried = services.trial(version, clock.now())
    spoken = services.words(version)
    names = raising.labels(version.group_by, {point.key for point in tried.points})
    return {
        "total": tried.total,
        "since": tried.since,
        "bars": [
            {"label": f"{month.year} 年 {month.month} 月", "value": count}
            for month, count in tried.months
        ],
        "rows": [
            TrialRow(point, names.get(point.key, point.key), _found(spoken, point))
            for point in tried.points
        ],
    }


def _found(spoken: Any, point: Point) -> str:
    return measured(spoken, point.amount, point.base)


class PatternListView(View):
    """Where clues gather, against the period before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = PatternForm(request.GET)
        by, days = _chosen(actor, form)
        context = {
            "form": PatternForm(initial={"by": by, "days": days}),
            "by": by,
            "by_label": dict(patterns.WAYS)[by],
            "days": days,
            "patterns": patterns.patterns(actor, by, clock.now(), days),
            "least": number(actor.region_code, w.PATTERN_LEAST),
            "may_propose": is_clerk_of(actor, actor.department_id),
        }
        return render(request, "clues/warning_patterns.html", context)


class PatternView(View):
    """The clues behind one number, and the form of the proposal that may follow."""

    def get(self, request: HttpRequest, by: str, key: str) -> HttpResponse:
        return self._show(request, by, key)

    def post(self, request: HttpRequest, by: str, key: str) -> HttpResponse:
        actor = actor_of(request)
        campaigns.must_be_able_to_propose(actor)
        label = _label(by, key)
        form = PatternCampaignForm(request.POST)
        if form.is_valid():
            try:
                campaign = campaigns.propose(
                    actor, township_code=_township(by, key), **form.cleaned_data
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已提出“{campaign.title}”的建议。")
                return redirect(campaign)
        return self._show(request, by, key, form, label)

    def _show(
        self,
        request: HttpRequest,
        by: str,
        key: str,
        form: PatternCampaignForm | None = None,
        label: str = "",
    ) -> HttpResponse:
        actor = actor_of(request)
        label = label or _label(by, key)
        _, days = _chosen(actor, PatternForm(request.GET))
        found = patterns.clues_of(actor, by, key, clock.now(), days)
        page = requested_page(
            request,
            found.select_related("subject", "township", "holder").defer("bands"),
            ORDER,
        )
        total = capped_count(found)
        if form is None:
            form = PatternCampaignForm(
                chosen=[key] if by == patterns.CATEGORY else (),
                initial={
                    "title": f"{label}专项整治"[:100],
                    "reason": f"近 {days} 天收到涉及“{label}”的线索 {total} 件。",
                },
            )
        context = {
            "by": by,
            "key": key,
            "label": label,
            "days": days,
            "page": page,
            "total": total,
            "form": form,
            "may_propose": is_clerk_of(actor, actor.department_id),
        }
        status = 422 if form.errors else 200
        return render(request, "clues/warning_pattern.html", context, status=status)


def _chosen(actor: Actor, form: PatternForm) -> tuple[str, int]:
    form.is_valid()
    data = form.cleaned_data
    days = data.get("days") or number(actor.region_code, w.PATTERN_DAYS)
    return data.get("by") or patterns.CATEGORY, days


def _label(by: str, key: str) -> str:
    if by not in dict(patterns.WAYS):
        raise Http404
    try:
        return patterns.label_of(by, key)
    except (ValueError, OverflowError):
        raise Http404 from None


def _township(by: str, key: str) -> str:
    if by != w.TOWNSHIP:
        return ""
    return patterns.township_code(key)

"""What pages, the export and the API read about warnings, their rules and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from clues.models import (
    Campaign,
    Clue,
    RiskWarning,
    WarningReport,
    WarningRuleVersion,
)
from clues.services.warnings.sources import SOURCES
from departments.actors import fills_in
from departments.roles import Function, Role
from inspections.models import JointTask
from records import clock
from records.actor import Actor
from records.deadlines import Chip
from records.excel import Column, Sheet, kinds
from records.models import Deadline
from records.worklist import WorkItem

ORDERING = ("-listed_at", "-id")
"""The order of every list of warnings, for ``keyset_page``."""

MOST_EVENTS = 200
# Queries of their own: so many joins take longer to plan than to read.
_DETAILS = ("owner__region", "study_lead", "outcome_clue", "outcome_task", "rule", "clue")

SHEET = Sheet(
    title="预警",
    columns=(
        Column("number", "预警编号", kinds.text(40), width=22),
        Column("level", "等级", kinds.text(10), width=8),
        Column("origin", "来源", kinds.text(20), width=12),
        Column("title", "标题", kinds.text(150), width=44),
        Column("content", "内容", kinds.text(5000), width=60),
        Column("township", "乡镇街道", kinds.text(60), width=16),
        Column("owner", "责任部门", kinds.text(100), width=24),
        Column("state", "状态", kinds.text(20), width=16),
        Column("deadline", "期限", kinds.text(60), width=18),
        Column("raised_at", "预警时间", kinds.text(20), width=18),
        Column("outcome", "处置结果", kinds.text(20), width=14),
        Column("outcome_text", "处置情况", kinds.text(2000), width=44),
        Column("settled_at", "处置时间", kinds.text(20), width=18),
    ),
)


def warning_list(actor: Actor) -> QuerySet[RiskWarning]:
    """The warnings of a list with what its rows show; ordered by ``ORDERING``."""
    return _with_names(RiskWarning.objects.listed_for(actor))


def warning_details(actor: Actor) -> QuerySet[RiskWarning]:
    """The warnings a person sees, with what the page shows of one."""
    return _with_names(RiskWarning.objects.visible_to(actor)).prefetch_related(*_DETAILS)


def warning_rows(actor: Actor) -> QuerySet[RiskWarning]:
    """The warnings of a list with what the page shows of one, for the API."""
    return warning_list(actor).prefetch_related(*_DETAILS)


def _with_names(warnings: QuerySet[RiskWarning]) -> QuerySet[RiskWarning]:
    return warnings.select_related("owner", "township", "subject", "version")


def overdue(warnings: QuerySet[RiskWarning]) -> QuerySet[RiskWarning]:
    """Those whose time has run out."""
    running = Deadline.objects.filter(
        target_type=ContentType.objects.get_for_model(RiskWarning),
        met_at=None,
        cancelled_at=None,
        due_at__lt=clock.now(),
    )
    return warnings.filter(pk__in=running.values("target_id"))


def shows_reason(actor: Actor, warning: RiskWarning) -> bool:
    """Whether the person reads why nothing shall be done: before the head of the owner has
    agreed, only within its department."""
    return warning.state != RiskWarning.State.REVIEW or actor.department_id == warning.owner_id


def internal_steps(actor: Actor, warning: RiskWarning) -> tuple[str, ...]:
    """The steps of the warning's course that only its owner's department reads."""
    own = actor.department_id == warning.owner_id
    return () if own else ("warning.dismiss", "warning.reject")


def export_rows(
    actor: Actor, warnings: Iterable[RiskWarning], chips: dict[int, Chip]
) -> Iterator[dict[str, Any]]:
    """Rows of ``SHEET`` as the person may read them."""
    for warning in warnings:
        chip = chips.get(warning.pk)
        yield {
            "number": warning.number,
            "level": warning.get_level_display(),
            "origin": warning.get_origin_display(),
            "title": warning.title,
            "content": warning.content,
            "township": warning.township.name if warning.township else "",
            "owner": warning.owner.name,
            "state": warning.get_state_display(),
            "deadline": chip.chip_text if chip else "",
            "raised_at": _moment(warning.raised_at),
            "outcome": warning.get_outcome_display(),
            "outcome_text": warning.outcome_text if shows_reason(actor, warning) else "",
            "settled_at": _moment(warning.settled_at),
        }


@dataclass(frozen=True)
class EventRow:
    """An event behind a warning as the reader may see it."""

    at: Any
    source: str
    text: str
    url: str


def events_of(actor: Actor, warning: RiskWarning) -> list[EventRow]:
    """The events that raised a warning, newest first, such as the person may see; at most
    ``MOST_EVENTS``. A fixed number of queries per source."""
    listed = list(warning.events.order_by("-at", "-pk")[:MOST_EVENTS])
    by_source: dict[str, set[int]] = {}
    for event in listed:
        by_source.setdefault(event.source, set()).add(event.object_id)
    found: dict[tuple[str, int], Any] = {}
    for code, pks in by_source.items():
        if code not in SOURCES:
            continue
        source = SOURCES[code]
        rows = source.visible(source.rows(warning.region_code).filter(pk__in=pks), actor)
        for row in rows.select_related(*source.related) if source.related else rows:
            found[code, row.pk] = row
    shown = []
    for event in listed:
        row = found.get((event.source, event.object_id))
        if row is not None:
            source = SOURCES[event.source]
            text, target = source.describe(row)
            url = target.get_absolute_url() if target is not None else ""  # type: ignore[attr-defined]
            shown.append(EventRow(event.at, source.label, text, url))
    return shown


def steps_of(warning: RiskWarning) -> list[dict[str, Any]]:
    """The course of a warning for the bar of steps."""
    state = RiskWarning.State
    received = warning.state != state.RAISED
    studied = bool(warning.study_conclusion)
    settled = bool(warning.outcome)
    steps: list[tuple[str, bool, bool, Any]] = [
        ("发出", True, False, warning.raised_at),
        ("接收", received, warning.state == state.RAISED, None),
    ]
    if warning.study_opened_at is not None or warning.needs_study:
        current = warning.state == state.STUDY or (
            warning.state == state.RECEIVED and warning.needs_study
        )
        steps.append(("联合会商", studied, current, warning.study_opened_at))
    deciding = warning.state == state.REVIEW or (
        warning.state == state.RECEIVED and not warning.needs_study
    )
    steps.append(("处置", settled, deciding, warning.settled_at))
    if warning.is_from_above:
        closed = warning.state == state.CLOSED
        steps.append(("反馈上级", closed, warning.state == state.FEEDBACK, warning.closed_at))
    steps.append(("办结", warning.state == state.CLOSED, False, warning.closed_at))
    return [
        {"label": label, "state": "current" if now else "done" if done else "todo", "at": at}
        for label, done, now, at in steps
    ]


@dataclass(frozen=True)
class Outcome:
    """What came of a warning, with a link and its words when the reader may follow it."""

    text: str
    url: str = ""
    link: str = ""


def outcome_of(actor: Actor, warning: RiskWarning) -> Outcome | None:
    """What came of the warning; the words alone where the reader may not see the object."""
    if not warning.outcome:
        return None
    target: Any = None
    if warning.outcome_clue_id is not None:
        target = Clue.objects.visible_to(actor).filter(pk=warning.outcome_clue_id).first()
    elif warning.outcome_task_id is not None:
        target = JointTask.objects.visible_to(actor).filter(pk=warning.outcome_task_id).first()
    elif warning.outcome == RiskWarning.Outcome.CAMPAIGN:
        target = Campaign.objects.visible_to(actor).filter(warning=warning).first()
    if target is None:
        return Outcome(warning.outcome_text)
    link = target.number if isinstance(target, Clue) else "查看"
    return Outcome(warning.outcome_text, target.get_absolute_url(), link)


def rule_list(actor: Actor) -> QuerySet[WarningRuleVersion]:
    """The newest version of each rule, and what is in force or being prepared beside it."""
    versions = WarningRuleVersion.objects.visible_to(actor)
    newest = versions.order_by().values("rule").annotate(newest=Max("pk")).values("newest")
    active = Q(state__in=(*WarningRuleVersion.PREPARING, WarningRuleVersion.State.IN_FORCE))
    raised = Count("warnings", filter=Q(warnings__confidential=False))
    return (
        versions.filter(active | Q(pk__in=newest))
        .exclude(state=WarningRuleVersion.State.DISCARDED)
        .select_related("rule", "counted_rule")
        .annotate(raised=raised)
        .order_by("rule_id", "-number")
    )


def rule_details(actor: Actor) -> QuerySet[WarningRuleVersion]:
    """The versions a person sees, with what the page shows of one."""
    return WarningRuleVersion.objects.visible_to(actor).select_related(
        "rule", "drafted_by", "counted_rule"
    )


def report_list(actor: Actor) -> QuerySet[WarningReport]:
    """The reports that were sent to the person's department."""
    return WarningReport.objects.visible_to(actor)


def pending_warning_rules(actor: Actor) -> list[WorkItem]:
    """Rules that wait for the coordination office: drafts for its clerks, what is to be put in
    force for its head."""
    if not fills_in(actor, Function.COORDINATION, actor.region_code):
        return []
    known = WarningRuleVersion.objects.visible_to(actor).order_by("pk")
    states = WarningRuleVersion.State
    return [
        WorkItem(what, version.name, version.get_absolute_url(), label)
        for role, state, what, label in (
            (Role.CLERK, states.DRAFT, "拟定预警规则", "办理"),
            (Role.HEAD, states.SUBMITTED, "审定预警规则", "审定"),
        )
        if actor.has_role(role)
        for version in known.filter(state=state)[:20]
    ]


def pending_warning_notes(actor: Actor) -> list[WorkItem]:
    """Warnings that were pushed to the person's department and not yet taken note of."""
    if not actor.has_role(Role.CLERK, Role.HEAD, Role.TOWNSHIP):
        return []
    told = RiskWarning.objects.visible_to(actor).filter(
        parties__department=actor.department_id,
        parties__read_at=None,
        parties__part="told",
        confidential=False,
    )
    count = told.distinct().count()
    if not count:
        return []
    url = f"{reverse('clues:warning-list')}?unread=on"
    return [WorkItem("阅知预警", f"{count} 起推送至本部门的预警", url, "查看")]


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""

"""What waits for a person, by deadline, and what they handed on (D1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Model
from django.utils import timezone

from clues.selectors.letters import pending_copies
from clues.selectors.warnings import pending_warning_notes, pending_warning_rules
from clues.worklist import pending_accounts, pending_clue_work, pending_verification
from credit.selectors.duplicates import pending_duplicates
from credit.selectors.evaluations import pending_evaluation_notices
from credit.selectors.indicators import pending_indicator_sets
from credit.selectors.petitions import pending_petitions
from credit.selectors.policies import pending_policies
from credit.selectors.sanctions import pending_sanctions
from credit.selectors.whitelist import pending_white_list, pending_white_list_notices
from departments.actors import is_staff_member
from departments.roles import Role
from inspections.models import JointTask
from inspections.services.draws.pending import pending_draw_work
from inspections.services.plans_worklist import pending_plan_work
from inspections.services.rectification import pending_rectifications
from inspections.services.results import pending_result_work
from inspections.services.tasks_worklist import pending_task_work
from matters.worklist import pending_matter_work, pending_upstream_matters
from records import clock
from records.actor import Actor
from records.concealment import reveal
from records.imports import pending_imports
from records.models import TrailEntry
from records.outbox import pending_dead
from records.periods import window
from records.worklist import WorkItem
from supervision.assessment.selectors import pending_assessment, pending_round_notices
from supervision.dashboard.administration import pending_administration

SOURCES: tuple[Callable[[Actor], list[WorkItem]], ...] = (
    pending_imports,
    pending_dead,
    pending_matter_work,
    pending_upstream_matters,
    pending_plan_work,
    pending_draw_work,
    pending_task_work,
    pending_result_work,
    pending_rectifications,
    pending_clue_work,
    pending_verification,
    pending_accounts,
    pending_copies,
    pending_warning_rules,
    pending_warning_notes,
    pending_evaluation_notices,
    pending_indicator_sets,
    pending_policies,
    pending_sanctions,
    pending_petitions,
    pending_white_list,
    pending_white_list_notices,
    pending_duplicates,
    pending_assessment,
    pending_round_notices,
    pending_administration,
)
_OF_ADMINISTRATORS = (pending_dead, pending_administration)
"""Administrators have no business of departments: the others need not be asked."""
HANDED_ON = 8
COMING_DAYS = 7
_NOT_BUSINESS = ("account.", "export", "import.upload", "evidence.", "deadline.")


@dataclass
class Lane:
    """Rows that are due in the same stretch of time."""

    code: str
    title: str
    items: list[WorkItem] = field(default_factory=list)


def lanes(actor: Actor, now: dt.datetime | None = None) -> list[Lane]:
    """Everything that waits for the person: overdue, today, this week, later, without a date."""
    sources = SOURCES if is_staff_member(actor) else _OF_ADMINISTRATORS
    found = {
        code: Lane(code, title)
        for code, title in (
            ("overdue", "已逾期"),
            ("today", "今天"),
            ("week", "七天内"),
            ("later", "以后"),
            ("open", "待办理"),
        )
    }
    now = now or clock.now()
    for source in sources:
        for item in source(actor):
            found[_lane_of(item, now)].items.append(item)
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    for lane in found.values():
        lane.items.sort(key=lambda item: item.due_at or far)
    return [lane for lane in found.values() if lane.items]


def _lane_of(item: WorkItem, now: dt.datetime) -> str:
    if item.due_at is None:
        return "open"
    if item.due_at < now:
        return "overdue"
    days = (timezone.localtime(item.due_at).date() - timezone.localtime(now).date()).days
    if days == 0:
        return "today"
    return "week" if days <= COMING_DAYS else "later"


def coming_visits(actor: Actor, now: dt.datetime | None = None) -> list[JointTask]:
    """The next visits of the person's department, an inspector's own ones only."""
    today = timezone.localtime(now or clock.now()).date()
    tasks = JointTask.objects.visible_to(actor).filter(
        parts__department_id=actor.department_id,
        visit_on__range=window(today, COMING_DAYS),
        state__in=(
            JointTask.State.SCHEDULED,
            JointTask.State.NOTIFIED,
            JointTask.State.IN_PROGRESS,
        ),
    )
    if not actor.has_role(Role.CLERK, Role.HEAD):
        tasks = tasks.filter(parts__officers__user_id=actor.user_id)
    return list(tasks.select_related("subject").distinct().order_by("visit_on", "pk")[:10])


@dataclass(frozen=True)
class HandedOn:
    """An act of the person and how its object stands now."""

    at: dt.datetime
    label: str
    target: str
    url: str
    state: Model | None


def handed_on(actor: Actor) -> list[HandedOn]:
    """The person's last acts, an object once, with its present state: who has it now."""
    own = TrailEntry.objects.filter(
        actor_id=actor.user_id, outcome=TrailEntry.Outcome.DONE, target_id__isnull=False
    )
    entries = reveal(own, actor).order_by("-id")
    for prefix in _NOT_BUSINESS:
        entries = entries.exclude(verb__startswith=prefix)
    recent = list(entries.prefetch_related(GenericPrefetch("target", []))[: HANDED_ON * 4])
    recent.sort(key=lambda entry: entry.at, reverse=True)
    seen: set[tuple[int | None, int | None]] = set()
    rows = []
    for entry in recent:
        key = (entry.target_type_id, entry.target_id)
        if key in seen or entry.target is None:
            continue
        seen.add(key)
        target = entry.target
        url = target.get_absolute_url() if hasattr(target, "get_absolute_url") else ""
        has_state = hasattr(target, "get_state_display")
        rows.append(
            HandedOn(entry.at, entry.label, entry.target_name, url, target if has_state else None)
        )
    return rows[:HANDED_ON]

"""How often subjects were visited this year, and who may not be visited again (S5).

One count for all who ask: the draw, visits started by hand, the page of a subject, simulations.
A visit counts once it was drawn or approved and was not called off; emergencies never count.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from credit.models import Subject
from departments.models import Department
from departments.profile import number, resolve
from inspections.models import Draw, DrawSelected, JointTask, PlanItemPart
from inspections.rules import VISIT_COUNTS, VISITS_POOLED, YEARLY_VISITS
from records import clock
from records.actor import Actor

VISITED_SUBJECT = Coalesce("subject__merged_into", "subject")
"""Whom a drawn visit counts for: what was drawn keeps its name, also when it was merged."""


@dataclass(frozen=True)
class VisitCap:
    """The cap of a region: at most ``limit`` visits a year (0: none), of all departments together
    when ``pooled``, else of each; only the ``counted`` origins count and are limited."""

    limit: int
    pooled: bool
    counted: frozenset[str]
    source: str

    def limits(self, origin: str) -> bool:
        """Whether a visit that starts this way is limited at all."""
        return self.limit > 0 and origin in self.counted


@dataclass(frozen=True)
class YearlyVisit:
    """One visit that counts: whose, by whom, and what it is (``task`` None until dispatched)."""

    subject_id: int
    departments: frozenset[int]
    origin: str
    task_id: int | None
    draw_id: int | None


@dataclass
class Visits:
    """The visits that count, with their numbers by subject and by department."""

    cap: VisitCap
    rows: list[YearlyVisit] = field(default_factory=list)
    pooled: Counter[int] = field(default_factory=Counter)
    by_department: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, visit: YearlyVisit) -> None:
        self.rows.append(visit)
        self.pooled[visit.subject_id] += 1
        for department in visit.departments:
            self.by_department[visit.subject_id, department] += 1

    def times(self, subject_id: int, departments: Iterable[int]) -> int:
        """How many count against a visit by these departments: all, or the most of any one."""
        if self.cap.pooled:
            return self.pooled[subject_id]
        return max((self.by_department[subject_id, pk] for pk in departments), default=0)

    def reached(self, departments: Collection[int]) -> set[int]:
        """The subjects that these departments may visit no more this year."""
        if self.cap.limit == 0:
            return set()
        return {pk for pk in self.pooled if self.times(pk, departments) >= self.cap.limit}


def cap_of(region_code: str) -> VisitCap:
    """The cap on visits that holds in a region."""
    limit = resolve(region_code, YEARLY_VISITS)
    return VisitCap(
        limit.value,
        bool(number(region_code, VISITS_POOLED)),
        frozenset(origin for origin, rule in VISIT_COUNTS.items() if number(region_code, rule)),
        limit.source,
    )


def yearly_visits(
    cap: VisitCap,
    year: int,
    subjects: QuerySet[Subject] | Collection[int],
) -> Visits:
    """The visits of a year to these subjects that count, in three queries.

    ``subjects`` are ids, or a query of subjects.
    """
    ids: Any = subjects.values("pk") if isinstance(subjects, QuerySet) else list(subjects)
    found = Visits(cap)
    if JointTask.Origin.DRAW in cap.counted:
        for visit in _drawn(year, ids):
            found.add(visit)
    rows = (
        JointTask.objects.filter(
            subject__in=ids,
            visit_on__year=year,
            origin__in=cap.counted - {JointTask.Origin.DRAW},
        )
        .exclude(state__in=(*JointTask.UNSENT, JointTask.State.CANCELLED))
        .annotate(departments=ArrayAgg("parts__department_id"))
        .order_by("pk")
        .values_list("pk", "subject_id", "origin", "departments")
    )
    for pk, subject_id, origin, departments in rows:
        found.add(YearlyVisit(subject_id, frozenset(filter(None, departments)), origin, pk, None))
    return found


def over_cap(
    region_code: str,
    subject: Subject,
    departments: Collection[Department],
    origin: str,
    on: dt.date | None = None,
) -> str:
    """Why one more visit ``on`` a day (today when None) would be over the cap of its year, in
    words; empty when it would not."""
    cap = cap_of(region_code)
    return cap_reached(cap, subject, departments, on) if cap.limits(origin) else ""


def cap_reached(
    cap: VisitCap,
    subject: Subject,
    departments: Collection[Department],
    on: dt.date | None = None,
) -> str:
    """In words that these departments may visit the subject no more in the year of a day (today
    when None), whatever kind of visit is asked about; empty when they may."""
    if cap.limit == 0:
        return ""
    year = (on or clock.today()).year
    visits = yearly_visits(cap, year, [subject.pk])
    times = {one: visits.times(subject.pk, [one.pk]) for one in departments}
    most = max(times, key=lambda one: times[one])
    if times[most] < cap.limit:
        return ""
    whose = "各部门" if cap.pooled else str(most)
    when = "今年" if year == clock.today().year else f" {year} 年"
    return (
        f"{whose}{when}对{subject}已安排检查 {times[most]} 次，"
        f"达到年度上限 {cap.limit} 次（{cap.source}）"
    )


def _drawn(year: int, ids: Any) -> Iterable[YearlyVisit]:
    drawn = DrawSelected.objects.annotate(reached=VISITED_SUBJECT)
    if isinstance(ids, list):
        merged = Subject.objects.filter(merged_into__in=ids).values_list("pk", flat=True)
        drawn = drawn.filter(subject__in=[*ids, *merged])
    rows = list(
        drawn.filter(
            reached__in=ids,
            is_reserve=False,
            draw__state=Draw.State.DONE,
            draw__item__plan__year=year,
        )
        .exclude(task__state=JointTask.State.CANCELLED)
        .order_by("pk")
        .values_list("reached", "draw_id", "draw__item_id", "task__pk")
    )
    senders: dict[int, set[int]] = {}
    parts = PlanItemPart.objects.filter(
        item__in={item for _, _, item, _ in rows}, sends_inspectors=True
    ).exclude(state=PlanItemPart.State.DECLINED)
    for item, department in parts.values_list("item_id", "department_id"):
        senders.setdefault(item, set()).add(department)
    for subject_id, draw_id, item, task_id in rows:
        yield YearlyVisit(
            subject_id,
            frozenset(senders.get(item, ())),
            JointTask.Origin.DRAW,
            task_id,
            draw_id,
        )


@dataclass(frozen=True)
class KnownVisit:
    """A visit of this year on the page of its subject; ``url`` leads to its task or draw."""

    label: str
    departments: list[Department]
    on: dt.date | None
    counts: bool
    url: str


@dataclass(frozen=True)
class YearOfVisits:
    """The visits of this year to one subject that a person may know of, and how many of them
    count: all together, or by department."""

    cap: VisitCap
    visits: list[KnownVisit]
    total: int
    by_department: list[tuple[Department, int]]


def year_of(actor: Actor, subject: Subject) -> YearOfVisits:
    """What a person may know of this year's visits to a subject: those it sees anyway, and those
    that were announced."""
    cap = cap_of(subject.region.code)
    every = replace(cap, counted=frozenset(JointTask.Origin.values))
    rows = yearly_visits(every, clock.today().year, [subject.pk]).rows
    tasks = JointTask.objects.select_related("item").in_bulk([row.task_id for row in rows])
    seen_tasks = set(JointTask.objects.visible_to(actor).filter(pk__in=tasks).values_list("pk"))
    seen_draws = (
        Draw.objects.visible_to(actor)
        .select_related("item")
        .in_bulk([row.draw_id for row in rows if row.task_id is None and row.draw_id is not None])
    )
    names = Department.objects.in_bulk({pk for row in rows for pk in row.departments})
    counted = Visits(cap)
    known = []
    for row in rows:
        task, draw = tasks.get(row.task_id or 0), seen_draws.get(row.draw_id or 0)
        seen = task is not None and (task.pk,) in seen_tasks
        if not (seen or draw or (task and task.state in JointTask.ANNOUNCED)):
            continue
        counts = row.origin in cap.counted
        if counts:
            counted.add(row)
        target = task if seen else draw
        known.append(
            KnownVisit(
                str(JointTask.Origin(row.origin).label),
                [names[pk] for pk in sorted(row.departments)],
                task.visit_on if task else None,
                counts,
                target.get_absolute_url() if target else "",
            )
        )
    by_department = [(names[pk], times) for (_, pk), times in sorted(counted.by_department.items())]
    return YearOfVisits(cap, known, counted.pooled[subject.pk], by_department)

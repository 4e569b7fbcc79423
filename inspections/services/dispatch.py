"""Dispatch: from a done draw to one task per subject, with a part per department (I8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from departments.models import Department, Region
from inspections.acts.tasks import may_dispatch
from inspections.models import (
    Draw,
    DrawAssignment,
    DrawSelected,
    Inspector,
    JointTask,
    Notice,
    PlanItem,
    PlanItemPart,
    TaskItem,
    TaskOfficer,
    TaskPart,
)
from inspections.selectors.draws import HEAVY
from matters.models import CheckItem
from records import clock, deadlines, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.workdays import next_working_day

_BATCH = 1000


@dataclass(frozen=True)
class PartPlan:
    """What one department does at one subject."""

    department: Department
    check_items: tuple[CheckItem, ...]
    officers: tuple[Inspector, ...]


@dataclass(frozen=True)
class VisitPlan:
    """One task as it will be: its subject, date and departments, the lead first."""

    selected: DrawSelected
    visit_on: dt.date
    parts: tuple[PartPlan, ...]


def dispatch(
    actor: Actor, draw_id: int, visit_on: dt.date | None = None, reason: str = ""
) -> list[JointTask]:
    """Make the tasks of a done draw, once, by a clerk or head of the lead department.

    ``visit_on`` puts all visits on one day (a day off needs ``reason``); without it they are
    spread over the working days of the plan item's period, team by team. The lead's own part is
    accepted with this. Costs a fixed number of queries per thousand rows. Raises ``NotAllowed``,
    ``Conflict`` when the draw is not done or was dispatched before, ``Refused`` otherwise.
    """
    with transaction.atomic():
        draw = (
            Draw.objects.select_for_update(of=("self",))
            .select_related("item__plan__region", "item__lead")
            .defer(*HEAVY)
            .filter(pk=draw_id)
            .first()
        )
        if draw is None:
            raise Refused("抽取不存在。", code="not_found")
        if not may_dispatch(actor, draw):
            raise NotAllowed(
                "只有牵头部门的经办人或负责人可以派发任务。", verb="task.dispatch", target=draw
            )
        visits = plan_visits(draw, visit_on, reason)
        tasks = _create(draw, visits)
        codes = f"{tasks[0].code} 至 {tasks[-1].code}"
        trail.record(
            actor,
            "draw.dispatch",
            "派发联合检查任务",
            draw,
            opinion=reason.strip(),
            after={"tasks": len(tasks), "codes": codes},
        )
        trail.record_each(actor, "task.dispatch", "派发任务，提出检查日期", tasks)
    return tasks


def plan_visits(draw: Draw, visit_on: dt.date | None = None, reason: str = "") -> list[VisitPlan]:
    """The visits that dispatching would make, in the order of their codes; writes nothing.

    Raises ``Conflict`` and ``Refused`` as ``dispatch``.
    """
    if draw.state != Draw.State.DONE:
        raise Conflict("抽取尚未完成，不能派发任务。")
    if JointTask.objects.filter(selected__draw=draw).exists():
        raise Conflict("这次抽取的任务已经派发，不能重复派发。")
    selected = list(
        DrawSelected.objects.filter(draw=draw, is_reserve=False).select_related(
            "subject__township", "subject__merged_into"
        )
    )
    if not selected:
        raise Refused("这次抽取没有抽中任何对象，无任务可派发。")
    if visit_on is None:
        dates = suggested_dates(draw.item, selected)
    else:
        check_visit_date(draw.item, visit_on, reason)
        dates = {row.pk: visit_on for row in selected}
    parts = sorted(
        draw.item.parts.filter(sends_inspectors=True, state=PlanItemPart.State.CONFIRMED)
        .select_related("department")
        .prefetch_related("check_items"),
        key=lambda part: part.department_id != draw.item.lead_id,
    )
    officers: dict[tuple[int, int], list[Inspector]] = defaultdict(list)
    assignments = DrawAssignment.objects.filter(selected__draw=draw).select_related("inspector")
    for assignment in assignments.order_by("pk"):
        officer = assignment.inspector
        officers[assignment.selected_id, officer.department_id].append(officer)
    return [
        VisitPlan(row, dates[row.pk], _parts_of(draw.item, row, parts, officers))
        for row in selected
    ]


@dataclass(frozen=True)
class TeamPlan:
    """What one team will do: how many visits, from when to when, and who goes."""

    team: int | None
    visits: int
    first: dt.date
    last: dt.date
    officers: tuple[Inspector, ...]


def team_plans(visits: Iterable[VisitPlan]) -> list[TeamPlan]:
    """The visits summed up by team."""
    teams: dict[int | None, list[VisitPlan]] = defaultdict(list)
    for visit in visits:
        teams[visit.selected.team].append(visit)
    return [
        TeamPlan(
            team,
            len(rows),
            min(row.visit_on for row in rows),
            max(row.visit_on for row in rows),
            tuple(dict.fromkeys(o for row in rows for part in row.parts for o in part.officers)),
        )
        for team, rows in sorted(teams.items(), key=lambda pair: pair[0] or 0)
    ]


def check_visit_date(item: PlanItem | None, day: dt.date, reason: str) -> None:
    """Raise ``Refused`` unless a visit may be on that day: from today on, within the period of
    the plan item if there is one, and a working day unless there is a reason."""
    if day < clock.today():
        raise Refused("检查日期不能早于今天。", field="visit_on")
    if item is not None and not item.period_start <= day <= item.period_end:
        raise Refused(
            f"检查日期应在计划的检查期限内（{item.period_start} 至 {item.period_end}）。",
            field="visit_on",
        )
    if not deadlines.calendar().is_working(day) and not reason.strip():
        raise Refused(f"{day} 不是工作日，在这一天检查须写明理由。", field="reason")


def suggested_dates(item: PlanItem, selected: Iterable[DrawSelected]) -> dict[int, dt.date]:
    """A date per drawn subject: each team's visits, neighbours together, evenly over the working
    days that are left of the period. Raises ``Refused`` when the period is over."""
    days = _days_left(item)
    teams: dict[int | None, list[DrawSelected]] = defaultdict(list)
    for row in selected:
        teams[row.team].append(row)
    dates: dict[int, dt.date] = {}
    for visits in teams.values():
        visits.sort(key=_neighbourhood)
        for index, row in enumerate(visits):
            dates[row.pk] = days[index * len(days) // len(visits)]
    return dates


def _neighbourhood(row: DrawSelected) -> tuple[str, str, int]:
    township = row.subject.township
    return (township.code if township else "", row.stratum, row.position)


def _days_left(item: PlanItem) -> list[dt.date]:
    today = clock.today()
    if item.period_end < today:
        raise Refused(
            f"计划的检查期限（{item.period_start} 至 {item.period_end}）已过，请先调整计划。"
        )
    calendar = deadlines.calendar()
    first = max(item.period_start, today)
    day = first
    if first == today or not calendar.is_working(first):
        day = next_working_day(first, calendar)
    days = []
    while day <= item.period_end:
        days.append(day)
        day = next_working_day(day, calendar)
    return days or [first]


def _parts_of(
    item: PlanItem,
    row: DrawSelected,
    parts: Sequence[PlanItemPart],
    officers: dict[tuple[int, int], list[Inspector]],
) -> tuple[PartPlan, ...]:
    """The departments that have something to check at this subject."""
    found = []
    for part in parts:
        fitting = tuple(
            entry
            for entry in part.check_items.all()
            if not set(entry.categories).isdisjoint(row.subject.categories)
        )
        if not fitting:
            continue
        people = officers.get((row.pk, part.department_id), [])
        if len(people) < item.officers_per_visit:
            raise Refused(
                f"{row.subject}：{part.department}只抽到 {len(people)} 名执法人员，"
                f"不足 {item.officers_per_visit} 名，不能派发。"
            )
        found.append(PartPlan(part.department, fitting, tuple(people)))
    if not found:
        raise Refused(f"{row.subject}没有适用的检查事项，不能派发。")
    return tuple(found)


def _create(draw: Draw, visits: Sequence[VisitPlan]) -> list[JointTask]:
    item, region = draw.item, draw.item.plan.region
    codes = next_codes(region, len(visits))
    now = clock.now()
    tasks = JointTask.objects.bulk_create(
        (
            JointTask(
                region=region,
                code=code,
                item=item,
                selected=visit.selected,
                subject=visit.selected.subject.survivor,
                lead=item.lead,
                team=visit.selected.team,
                visit_on=visit.visit_on,
                visit_proposed_by=item.lead,
                state=(
                    JointTask.State.SCHEDULED
                    if all(part.department == item.lead for part in visit.parts)
                    else JointTask.State.DISPATCHED
                ),
            )
            for code, visit in zip(codes, visits, strict=True)
        ),
        batch_size=_BATCH,
    )
    planned = [
        (plan, _new_part(task, plan, now))
        for task, visit in zip(tasks, visits, strict=True)
        for plan in visit.parts
    ]
    TaskPart.objects.bulk_create((part for _, part in planned), batch_size=_BATCH)
    TaskOfficer.objects.bulk_create(
        (TaskOfficer(part=part, inspector=o) for plan, part in planned for o in plan.officers),
        batch_size=_BATCH,
    )
    TaskItem.objects.bulk_create(
        (
            TaskItem(part=part, check_item=entry, title=entry.title)
            for plan, part in planned
            for entry in plan.check_items
        ),
        batch_size=_BATCH,
    )
    Notice.objects.bulk_create((Notice(task=task) for task in tasks), batch_size=_BATCH)
    return tasks


def _new_part(task: JointTask, plan: PartPlan, now: dt.datetime) -> TaskPart:
    if plan.department != task.lead:
        return TaskPart(task=task, department=plan.department)
    return TaskPart(
        task=task,
        department=plan.department,
        state=TaskPart.State.ACCEPTED,
        agreed_on=task.visit_on,
        accepted_at=now,
    )


def next_codes(region: Region, count: int) -> list[str]:
    """Codes in unbroken order per region and year; whoever comes second waits for the first."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    prefix = f"{region.code}-RW-{clock.today().year}-"
    last = JointTask.objects.filter(code__startswith=prefix).aggregate(last=Max("code"))["last"]
    start = int(last.removeprefix(prefix)) if last else 0
    return [f"{prefix}{start + index:06d}" for index in range(1, count + 1)]

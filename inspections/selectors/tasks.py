"""What pages and the API read of joint tasks: lists, one task, the calendar of visits."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from inspections.acts.tasks import TASK_PART_ACTS
from inspections.models import (
    CheckIn,
    JointTask,
    Notice,
    PlanItem,
    Signature,
    TaskItem,
    TaskPart,
)
from records import evidence
from records.actor import Actor
from records.excel import Column, Sheet, kinds
from records.models import Evidence

NOT_MADE = (*JointTask.UNSENT, JointTask.State.CANCELLED)
"""The states of a visit that nobody goes to."""

TASK_SHEET = Sheet(
    title="联合检查任务",
    columns=(
        Column("code", "任务编号", kinds.text(40), width=24),
        Column("subject", "检查对象", kinds.text(120), width=40),
        Column("identifier", "标识", kinds.text(40), width=22),
        Column("township", "乡镇街道", kinds.text(60), width=16),
        Column("item", "计划项目", kinds.text(120), width=34),
        Column("lead", "牵头部门", kinds.text(100), width=20),
        Column("departments", "参加部门", kinds.text(300), width=40),
        Column("visit_on", "检查日期", kinds.date(), width=14),
        Column("state", "状态", kinds.text(30), width=16),
        Column("notice", "通知书文号", kinds.text(60), width=26),
    ),
)


def task_list(actor: Actor) -> QuerySet[JointTask]:
    """The tasks a person sees, with all that lists show, in a fixed number of queries."""
    return (
        JointTask.objects.visible_to(actor)
        .select_related("subject__township", "item", "lead", "region", "notice")
        .prefetch_related(
            Prefetch("parts", TaskPart.objects.select_related("department").order_by("pk"))
        )
    )


def task_in_full(actor: Actor) -> QuerySet[JointTask]:
    """The tasks a person sees, each with everything its page shows."""
    parts = (
        TaskPart.objects.select_related("department", "rectification")
        .prefetch_related("officers__user", "items", "signatures", "results")
        .order_by("pk")
    )
    return (
        JointTask.objects.visible_to(actor)
        # As queries of their own: ten joins take longer to plan than to read.
        .select_related("subject__township", "selected__draw")
        .prefetch_related(
            "matter_version",
            "lead",
            "region",
            "visit_proposed_by",
            Prefetch("item", PlanItem.objects.select_related("plan__region", "matter_version")),
            Prefetch("notice", Notice.objects.select_related("signed_by")),
            Prefetch("parts", parts),
            Prefetch("check_ins", CheckIn.objects.select_related("inspector")),
        )
    )


def link_parts(task: JointTask) -> list[TaskPart]:
    """The prefetched parts of a task, each knowing this very task, so that acts cost nothing."""
    parts = list(task.parts.all())
    for part in parts:
        part.task = task
    return parts


def own_part(actor: Actor, task: JointTask) -> TaskPart | None:
    """The part of the person's department."""
    return next((p for p in link_parts(task) if p.department_id == actor.department_id), None)


def excel_rows(tasks: Iterable[JointTask]) -> Iterator[dict[str, Any]]:
    """Tasks as rows of ``TASK_SHEET``."""
    for task in tasks:
        township = task.subject.township
        yield {
            "code": task.code,
            "subject": task.subject.shown_name,
            "identifier": task.subject.shown_identifier,
            "township": township.name if township else "",
            "item": task.title,
            "lead": task.lead.name,
            "departments": "、".join(str(part.department) for part in task.parts.all()),
            "visit_on": task.visit_on,
            "state": task.get_state_display(),
            "notice": task.notice.number,
        }


@dataclass(frozen=True)
class Progress:
    """How far one department is on site."""

    there: int
    officers: int
    recorded: int
    items: int
    signed: int

    @property
    def complete(self) -> bool:
        return self.recorded == self.items


def progress_of(part: TaskPart, check_ins: Iterable[CheckIn]) -> Progress:
    """The progress of a part whose relations are prefetched."""
    officers = {officer.pk for officer in part.officers.all()}
    items = list(part.items.all())
    return Progress(
        there=sum(arrival.inspector_id in officers for arrival in check_ins),
        officers=len(officers),
        recorded=sum(item.outcome != "" for item in items),
        items=len(items),
        signed=sum(s.side == Signature.Side.INSPECTOR for s in part.signatures.all()),
    )


def photos_by_item(part: TaskPart, items: Iterable[TaskItem]) -> dict[int, list[Evidence]]:
    """The photos of each item of a part, in one query."""
    by_label: Mapping[str, int] = {item.photo_label: item.pk for item in items}
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in evidence.of(part).filter(label__in=by_label):
        found[by_label[row.label]].append(row)
    return found


def waiting_for_acceptance(actor: Actor, tasks: QuerySet[JointTask]) -> int:
    """How many of the tasks the person's department has yet to accept."""
    if not may_accept(actor):
        return 0
    return tasks.filter(
        state=JointTask.State.DISPATCHED,
        pk__in=TaskPart.objects.filter(
            department_id=actor.department_id, state=TaskPart.State.SENT
        ).values("task_id"),
    ).count()


def may_accept(actor: Actor) -> bool:
    """Whether the person may accept the parts of their own department."""
    own = TaskPart(department_id=actor.department_id)
    return actor.department_id is not None and TASK_PART_ACTS["accept"].who(actor, own)


@dataclass(frozen=True)
class Day:
    """One day of the calendar with its visits."""

    date: dt.date
    in_month: bool
    tasks: list[JointTask]


def calendar_of(actor: Actor, year: int, month: int) -> list[list[Day]]:
    """The weeks of a month, Monday first, with the visits of each day that will be or were made."""
    weeks = months.Calendar().monthdatescalendar(year, month)
    by_day: dict[dt.date, list[JointTask]] = defaultdict(list)
    visits = (
        JointTask.objects.visible_to(actor)
        .filter(visit_on__range=(weeks[0][0], weeks[-1][-1]))
        .exclude(state__in=NOT_MADE)
        .select_related("subject")
        .order_by("visit_on", "team", "pk")
    )
    for task in visits:
        if task.visit_on is not None:
            by_day[task.visit_on].append(task)
    return [[Day(day, day.month == month, by_day.get(day, [])) for day in week] for week in weeks]


def my_visits(actor: Actor) -> QuerySet[JointTask]:
    """The visits the person is sent to as an inspector."""
    return (
        JointTask.objects.filter(parts__task_officers__inspector__user=actor.user_id)
        .exclude(state__in=NOT_MADE)
        .select_related("subject__township", "item")
        .distinct()
    )

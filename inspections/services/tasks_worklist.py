"""What waits for a person in joint tasks (D1)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.urls import reverse

from departments.actors import is_clerk_of, is_head_of
from departments.roles import Role
from inspections.models import Draw, JointTask, TaskPart
from records import clock
from records.actor import Actor
from records.deadlines import chips_for
from records.workdays import end_of_day
from records.worklist import WorkItem

_T = JointTask.State
_P = TaskPart.State
MOST_VISITS = 30


def pending_task_work(actor: Actor) -> list[WorkItem]:
    """Draws to dispatch, parts to accept, dates to agree to, proposals to approve, notices to
    sign, visits to make.

    Office work is one row per plan item or origin, however many tasks it has; visits are a row
    each.
    """
    rows: list[WorkItem] = []
    if is_clerk_of(actor, actor.department_id):
        rows += _draws_to_dispatch(actor)
        rows += _parts(actor, "接收联合检查任务", "接收", "accept", state=_P.SENT)
        rows += _parts(
            actor, "同意新提出的检查日期", "查看", "agree", state=_P.ACCEPTED, agreed_on=None
        )
    if is_head_of(actor, actor.department_id):
        rows += _unratified(actor) + _proposals(actor) + _notices(actor)
    if actor.has_role(Role.INSPECTOR):
        rows += _visits(actor)
    return rows


def _draws_to_dispatch(actor: Actor) -> list[WorkItem]:
    dispatched = JointTask.objects.filter(lead=actor.department_id, selected__isnull=False)
    draws = (
        Draw.objects.filter(state=Draw.State.DONE, item__lead=actor.department_id)
        .exclude(pk__in=dispatched.values("selected__draw_id"))
        .select_related("item")
        .only("number", "item__title")
    )
    return [
        WorkItem(
            what="派发联合检查任务",
            about=f"{draw.item.title}（{draw}）",
            url=reverse("inspections:dispatch", args=[draw.pk]),
            label="派发",
        )
        for draw in draws
    ]


def _parts(actor: Actor, what: str, label: str, waiting: str, **conditions: Any) -> list[WorkItem]:
    parts = TaskPart.objects.filter(
        department=actor.department_id, task__state=_T.DISPATCHED, **conditions
    )
    return _by_item(
        parts.values(
            plan_item=F("task__item_id"),
            title=F("task__item__title"),
            origin=F("task__origin"),
        ).annotate(many=Count("pk"), first=Min("task__visit_on"), one=Max("task_id")),
        what,
        label,
        waiting,
    )


def _proposals(actor: Actor) -> list[WorkItem]:
    return _decisions(actor, "批准", state=_T.PROPOSED)


def _unratified(actor: Actor) -> list[WorkItem]:
    """Emergencies that began before the head could approve them."""
    return _decisions(actor, "补批", ratification=JointTask.Ratification.PENDING)


def _decisions(actor: Actor, label: str, **conditions: str) -> list[WorkItem]:
    tasks = list(
        JointTask.objects.filter(lead_id=actor.department_id, **conditions)
        .select_related("subject")
        .order_by("visit_on", "pk")
    )
    clocks = chips_for(tasks)
    return [
        WorkItem(
            what=f"{label}{task.get_origin_display()}",
            about=str(task.subject),
            url=reverse("inspections:task", args=[task.pk]),
            label=label,
            chip=clocks.get(task.pk),
        )
        for task in tasks
    ]


def _notices(actor: Actor) -> list[WorkItem]:
    tasks = JointTask.objects.filter(lead_id=actor.department_id, state=_T.SCHEDULED).exclude(
        ratification=JointTask.Ratification.PENDING
    )
    return _by_item(
        tasks.values("origin", plan_item=F("item_id"), title=F("item__title")).annotate(
            many=Count("pk"), first=Min("visit_on"), one=Max("pk")
        ),
        "签发行政检查通知书",
        "签发",
        "sign",
    )


def _by_item(groups: QuerySet[Any, Any], what: str, label: str, waiting: str) -> list[WorkItem]:
    rows = []
    for group in groups.order_by("first"):
        title, narrowed = group["title"], f"item={group['plan_item']}"
        if group["plan_item"] is None:
            title = JointTask.Origin(group["origin"]).label
            narrowed = f"origin={group['origin']}"
        url = reverse("inspections:task-list") + f"?{narrowed}&waiting={waiting}"
        if group["many"] == 1:
            url = reverse("inspections:task", args=[group["one"]])
        rows.append(
            WorkItem(
                what=what,
                about=f"{title}，共 {group['many']} 户",
                url=url,
                label=label,
                due_at=_end_of(group["first"]),
            )
        )
    return rows


def _visits(actor: Actor) -> list[WorkItem]:
    """Visits that are announced, or an emergency, and not yet submitted by the person's
    department."""
    open_to_them = Q(task__state__in=(_T.NOTIFIED, _T.IN_PROGRESS)) | Q(
        task__state=_T.SCHEDULED, task__ratification=JointTask.Ratification.PENDING
    )
    parts = (
        TaskPart.objects.filter(
            open_to_them, task_officers__inspector__user=actor.user_id, state=_P.ACCEPTED
        )
        .select_related("task__subject")
        .order_by("task__visit_on", "pk")[:MOST_VISITS]
    )
    today = clock.today()
    return [
        WorkItem(
            what="今天到场检查" if part.task.visit_on == today else "到场检查",
            about=f"{part.task.subject}（{part.task.subject.shown_address}）",
            url=reverse("inspections:visit", args=[part.task_id]),
            label="打开",
            due_at=_end_of(part.task.visit_on),
        )
        for part in parts
    ]


def _end_of(day: dt.date | None) -> dt.datetime | None:
    return end_of_day(day) if day else None

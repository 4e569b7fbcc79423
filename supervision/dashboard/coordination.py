"""The coordination office's figures, each with the rows behind it (D2, first part)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from inspections.models import Draw, JointTask, PlanItem, Result, TaskPart
from matters.models import MatterVersion
from records import clock
from records.actor import Actor
from records.concealment import oversee, reveal
from records.models import Deadline, OutboxMessage


@dataclass(frozen=True)
class Figure:
    """One number, what it counts exactly, and where its rows are."""

    label: str
    value: str
    unit: str
    definition: str
    url: str
    tone: str = ""


@dataclass(frozen=True)
class DepartmentRow:
    """How one department stands."""

    name: str
    to_accept: int
    on_site: int
    to_publish: int
    published: int
    overdue: int


def figures(actor: Actor, now: dt.datetime | None = None) -> list[Figure]:
    """The headline figures of the actor's region; a fixed number of queries."""
    now = now or clock.now()
    region = actor.region_code
    matters = _by_state(MatterVersion.objects.filter(matter__region__code__startswith=region))
    items = _by_state(PlanItem.objects.filter(plan__region__code__startswith=region))
    tasks = JointTask.objects.filter(region__code__startswith=region).exclude(
        state=JointTask.State.CANCELLED
    )
    by_task = _by_state(tasks)
    total = sum(by_task.values())
    joint = tasks.annotate(departments=Count("parts")).filter(departments__gte=2).count()
    results = Result.objects.filter(part__task__region__code__startswith=region)
    published = results.filter(state=Result.State.PUBLISHED)
    deadlines = oversee(
        Deadline.objects.filter(region_code__startswith=region, cancelled_at=None), actor
    )
    year = timezone.localtime(now).date().year
    met = deadlines.filter(met_at__year=year).aggregate(
        all=Count("pk"), on_time=Count("pk", filter=Q(met_at__lte=F("due_at")))
    )
    overdue = deadlines.filter(met_at=None, due_at__lt=now).count()
    dead = reveal(
        OutboxMessage.objects.filter(
            region_code__startswith=region, dead_at__isnull=False, delivered_at=None
        ),
        actor,
        "about",
    ).count()
    matter_list, task_list = reverse("matters:list"), reverse("inspections:task-list")
    result_list = reverse("inspections:result-list")
    prepared = sum(matters.get(s, 0) for s in ("draft", "legal_review", "reviewed"))
    return [
        Figure(
            "生效事项",
            str(matters.get("in_force", 0)),
            "项",
            "当前生效的综合监管事项",
            f"{matter_list}?state=in_force",
        ),
        Figure("在办事项", str(prepared), "项", "草稿、审核中和待公布的事项版本", matter_list),
        Figure(
            "计划项目",
            str(sum(items.values()) - items.get("withdrawn", 0)),
            "个",
            f"未撤回的计划项目，其中已公布 {items.get('published', 0)} 个",
            reverse("inspections:plans"),
        ),
        Figure("联合任务", str(total), "户次", "已派发且未取消的上门任务", task_list),
        Figure(
            "联合率",
            _percent(joint, total),
            "%",
            f"两个以上部门一起上门的任务 {joint} / {total}",
            task_list,
        ),
        Figure(
            "已公示结果",
            str(published.count()),
            "条",
            "正在公示的部门检查结果",
            f"{result_list}?state=published",
        ),
        Figure(
            "按期率",
            _percent(met["on_time"], met["all"]),
            "%",
            f"{year} 年已完成的期限中按期完成的 {met['on_time']} / {met['all']}",
            result_list,
        ),
        Figure(
            "逾期未办",
            str(overdue),
            "件",
            "已到期仍未完成的期限",
            "#overdue",
            "bad" if overdue else "ok",
        ),
        Figure(
            "推送失败",
            str(dead),
            "条",
            "多次重试后停止推送的消息",
            f"{reverse('records:outbox')}?state=dead",
            "bad" if dead else "ok",
        ),
    ]


def flow(actor: Actor) -> list[dict[str, Any]]:
    """Where the visits stand, from dispatch to publication, as rows of the bar component."""
    counts = _by_state(JointTask.objects.filter(region__code__startswith=actor.region_code))
    url = reverse("inspections:task-list")
    return [
        {"label": label, "value": counts.get(state, 0), "url": f"{url}?state={state}"}
        for state, label in JointTask.State.choices
        if state != JointTask.State.CANCELLED
    ]


def draws(actor: Actor) -> list[dict[str, Any]]:
    """Draws by state, as rows of the bar component."""
    counts = _by_state(Draw.objects.filter(item__plan__region__code__startswith=actor.region_code))
    url = reverse("inspections:draw-list")
    return [
        {"label": label, "value": counts.get(state, 0), "url": f"{url}?state={state}"}
        for state, label in Draw.State.choices
    ]


def departments(actor: Actor, now: dt.datetime | None = None) -> list[DepartmentRow]:
    """One row per department that has visits, results or deadlines; three queries."""
    now = now or clock.now()
    region = actor.region_code
    parts = (
        TaskPart.objects.filter(task__region__code__startswith=region)
        .exclude(task__state=JointTask.State.CANCELLED)
        .order_by()
        .values("department__name")
        .annotate(
            to_accept=Count("pk", filter=Q(state=TaskPart.State.SENT)),
            on_site=Count("pk", filter=Q(state=TaskPart.State.ACCEPTED)),
        )
    )
    results = (
        Result.objects.filter(part__task__region__code__startswith=region)
        .order_by()
        .values("part__department__name")
        .annotate(
            to_publish=Count("pk", filter=Q(state__in=("draft", "submitted", "approved"))),
            published=Count("pk", filter=Q(state="published")),
        )
    )
    late = _overdue(actor, now).order_by().values("department__name").annotate(overdue=Count("pk"))
    by_part = {row["department__name"]: row for row in parts}
    by_result = {row["part__department__name"]: row for row in results}
    by_late = {row["department__name"]: row["overdue"] for row in late}
    rows = [
        DepartmentRow(
            name=name,
            to_accept=by_part.get(name, {}).get("to_accept", 0),
            on_site=by_part.get(name, {}).get("on_site", 0),
            to_publish=by_result.get(name, {}).get("to_publish", 0),
            published=by_result.get(name, {}).get("published", 0),
            overdue=by_late.get(name, 0),
        )
        for name in sorted({*by_part, *by_result, *by_late})
    ]
    return sorted(rows, key=lambda row: (-row.overdue, -row.to_publish, row.name))


def overdue_deadlines(actor: Actor, now: dt.datetime | None = None) -> list[Deadline]:
    """The longest overdue deadlines of the region, at most fifty."""
    late = _overdue(actor, now or clock.now())
    return list(late.select_related("department").order_by("due_at")[:50])


def _overdue(actor: Actor, now: dt.datetime) -> QuerySet[Deadline]:
    late = Deadline.objects.filter(
        region_code__startswith=actor.region_code, met_at=None, cancelled_at=None, due_at__lt=now
    )
    return oversee(late, actor)


def _by_state(queryset: Any) -> dict[str, int]:
    return dict(queryset.order_by().values_list("state").annotate(Count("pk")))


def _percent(part: int, whole: int) -> str:
    """A share in whole per cent, rounded half up; "—" of nothing."""
    return str((part * 200 + whole) // (2 * whole)) if whole else "—"

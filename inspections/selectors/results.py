"""What pages, the export and the API read about the results of visits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from credit.models import Subject
from departments.models import Department
from inspections.models import JointTask, PlanItem, Publication, Result, TaskItem
from records import clock, evidence
from records.actor import Actor
from records.adapters import Route
from records.deadlines import Chip
from records.delivery import route_of, routes
from records.excel import Column, Sheet, kinds
from records.models import Deadline, Evidence, OutboxMessage

ORDERING = ("-id",)

SHEET = Sheet(
    title="检查结果",
    columns=(
        Column("task", "任务编号", kinds.text(40), width=22),
        Column("subject", "检查对象", kinds.text(120), width=34),
        Column("identifier", "标识", kinds.text(40), width=22),
        Column("plan", "计划项目", kinds.text(120), width=34),
        Column("matter", "监管事项", kinds.text(100), width=30),
        Column("department", "检查部门", kinds.text(100), width=24),
        Column("version", "版本", kinds.integer(), width=8),
        Column("state", "状态", kinds.text(30), width=18),
        Column("conclusion", "检查结果", kinds.text(500), width=44),
        Column("checked_on", "检查日期", kinds.date(), width=14),
        Column("deadline", "公示期限", kinds.text(60), width=18),
        Column("published_on", "公示日期", kinds.date(), width=14),
    ),
)


def result_list(actor: Actor) -> QuerySet[Result]:
    """The results a person sees, with what a row of the list shows."""
    # Few joins: the database would spend a hundred times longer on planning more than on reading.
    found = Result.objects.visible_to(actor).select_related("part__task__subject")
    return found.prefetch_related(
        "part__department",
        "part__task__region",
        "part__task__item__matter_version",
        "part__task__matter_version",
    )


def result_details(actor: Actor) -> QuerySet[Result]:
    """The results a person sees, with what the page and the API show of one."""
    return result_list(actor).prefetch_related(
        "part__task__lead",
        "part__task__selected__draw",
        "part__results",
        "entered_by",
        "approved_by",
        "publication__announcement",
        "publication__retraction",
        "publication__corrects",
        "publication__corrected_by",
    )


def matching(results: QuerySet[Result], text: str) -> QuerySet[Result]:
    """Those whose subject's name contains the text, or whose identifier or task code begins so."""
    text = text.strip()
    return results.filter(
        Q(part__task__subject__in=Subject.objects.matching(text))
        | Q(part__task__code__istartswith=text)
    )


def overdue(results: QuerySet[Result]) -> QuerySet[Result]:
    """Those whose time for publication has run out."""
    running = Deadline.objects.filter(
        target_type=ContentType.objects.get_for_model(Result),
        met_at=None,
        cancelled_at=None,
        due_at__lt=clock.now(),
    )
    return results.filter(pk__in=running.values("target_id"))


def plan_items_with_tasks(actor: Actor) -> QuerySet[PlanItem]:
    """The plan items under which visits have been sent out, newest first."""
    tasks = JointTask.objects.filter(item=OuterRef("pk"))
    return PlanItem.objects.visible_to(actor).filter(Exists(tasks)).order_by("-pk")


def departments_with_results(actor: Actor) -> QuerySet[Department]:
    """The departments of the person's region that send inspectors."""
    return Department.objects.within(actor.region_code).filter(enforces=True)


def problems_on_site(result: Result) -> int:
    """How many check items were recorded as 发现问题."""
    return result.part.items.filter(outcome=TaskItem.Outcome.PROBLEM).count()


@dataclass(frozen=True)
class ItemRow:
    """A check item as recorded on site, with its photos."""

    item: TaskItem
    photos: list[Evidence]


def items_on_site(result: Result) -> list[ItemRow]:
    """What was found on site, item by item; problems first. Two queries."""
    photos: dict[str, list[Evidence]] = {}
    for file in evidence.of(result.part):
        photos.setdefault(file.label, []).append(file)
    items = result.part.items.select_related("recorded_by")
    rows = [ItemRow(item, photos.get(item.photo_label, [])) for item in items]
    return sorted(rows, key=lambda row: row.item.outcome != TaskItem.Outcome.PROBLEM)


def versions(result: Result) -> list[Result]:
    """All versions of the result, newest first; whoever sees one sees them all."""
    found = Result.objects.filter(part_id=result.part_id).select_related(
        "entered_by", "approved_by", "publication__corrected_by"
    )
    listed = list(found.order_by("-version"))
    for each in listed:
        each.part = result.part
    return listed


@dataclass(frozen=True)
class Delivery:
    """How the news of a publication stands with the receiving system, in words."""

    what: str
    state: str
    tone: str
    note: str


def deliveries(publication: Publication | None) -> list[Delivery]:
    """The messages about a publication, in the order they were written."""
    if publication is None:
        return []
    known = routes()
    messages = (publication.announcement, publication.retraction)
    return [_delivery(known, message) for message in messages if message is not None]


def _delivery(known: Sequence[Route], message: OutboxMessage) -> Delivery:
    what = f"{message.topic_name} → {message.target_name}"
    if message.delivered_at:
        moment = timezone.localtime(message.delivered_at).strftime("%Y-%m-%d %H:%M")
        return Delivery(what, "已送达", "ok", f"{moment}，第 {message.attempts} 次送达")
    if message.given_up_at:
        return Delivery(what, message.state_label, "neutral", message.given_up_because)
    if message.dead_at:
        note = f"尝试 {message.attempts} 次没有送达，请综合协调组在“对外推送”中重新推送。"
        return Delivery(what, "已停止推送", "bad", note)
    route = route_of(known, message)
    if route is None:
        return Delivery(what, "待推送", "neutral", "尚未配置接收系统的地址，配置后自动推送。")
    if not route.on:
        return Delivery(what, "待推送", "warn", "对接已停用，启用后自动推送。")
    if message.attempts:
        return Delivery(what, "将自动重试", "warn", f"已尝试 {message.attempts} 次未成功。")
    return Delivery(what, "待推送", "info", "正在排队。")


def export_rows(results: Iterable[Result], chips: dict[int, Chip]) -> Iterator[dict[str, Any]]:
    """Rows of ``SHEET``."""
    for result in results:
        task = result.part.task
        chip = chips.get(result.pk)
        yield {
            "task": task.code,
            "subject": task.subject.shown_name,
            "identifier": task.subject.shown_identifier,
            "plan": task.title,
            "matter": task.matter_name,
            "department": result.part.department.name,
            "version": result.version,
            "state": result.get_state_display(),
            "conclusion": "；".join(result.conclusion),
            "checked_on": _day(result.part.submitted_at),
            "deadline": chip.chip_text if chip else "",
            "published_on": _day(result.published_at),
        }


def _day(moment: Any) -> Any:
    return timezone.localtime(moment).date() if moment else None

"""What pages, exports and the API read about information sharing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from clues.models import SharedRecord, ShareReceipt, SharingEntry, SharingRequest
from clues.rules.sharing import SHARE_DUE
from clues.services.sharing.adapters import ADAPTERS, Adapter
from clues.services.sharing.events import EVENTS
from departments.models import Department
from records import clock
from records.actor import Actor
from records.excel import Column, Sheet, kinds
from records.models import Deadline

ENTRY_ORDER = ("-id",)
RECORD_ORDER = ("-created_at", "-id")
REQUEST_ORDER = ("-created_at", "-id")

TIMINGS = {
    "in_time": "按时共享",
    "late": "逾期共享",
    "open": "期限内待共享",
    "overdue": "逾期未共享",
    "cancelled": "不予共享",
    "request": "依申请提供",
}
TIMING_TONES = {
    "in_time": "ok",
    "late": "bad",
    "open": "info",
    "overdue": "bad",
    "cancelled": "neutral",
    "request": "neutral",
}
COUNTED = ("in_time", "late", "open", "overdue")
"""What the statistics count: what the catalogue obliges a department to share."""

ENTRY_SHEET = Sheet(
    title="共享目录",
    columns=(
        Column("number", "目录编号", kinds.text(40), width=18),
        Column("version", "版本", kinds.integer(), width=8),
        Column("category", "信息类别", kinds.text(30), width=22),
        Column("title", "信息名称", kinds.text(100), width=30),
        Column("content", "信息内容", kinds.text(2000), width=44),
        Column("provider", "提供部门", kinds.text(100), width=26),
        Column("scope", "共享范围", kinds.text(1000), width=40),
        Column("way", "共享方式", kinds.text(30), width=14),
        Column("base", "基础库", kinds.text(30), width=16),
        Column("procedure", "共享程序", kinds.text(1000), width=40),
        Column("limit", "期限（工作日）", kinds.integer(), width=12),
        Column("frequency", "频率", kinds.text(20), width=12),
        Column("secrecy", "使用限制", kinds.text(20), width=16),
        Column("state", "状态", kinds.text(20), width=14),
    ),
)
RECORD_SHEET = Sheet(
    title="共享信息",
    columns=(
        Column("title", "标题", kinds.text(100), width=34),
        Column("number", "目录编号", kinds.text(40), width=18),
        Column("category", "信息类别", kinds.text(30), width=22),
        Column("provider", "提供部门", kinds.text(100), width=26),
        Column("event_on", "形成或者收到日期", kinds.date(), width=16),
        Column("due_on", "共享期限", kinds.date(), width=14),
        Column("shared_on", "共享日期", kinds.date(), width=14),
        Column("timing", "时限情况", kinds.text(20), width=14),
        Column("read", "已阅收部门", kinds.integer(), width=12),
        Column("given", "接收部门", kinds.integer(), width=12),
    ),
)
STATISTICS_SHEET = Sheet(
    title="信息共享统计",
    columns=(
        Column("provider", "提供部门", kinds.text(100), width=30),
        *(Column(code, TIMINGS[code], kinds.integer(), width=16) for code in COUNTED),
    ),
)


def entries(actor: Actor) -> QuerySet[SharingEntry]:
    """The catalogue a person sees, with what a row shows."""
    found: QuerySet[SharingEntry] = SharingEntry.objects.visible_to(actor)
    return found.select_related("provider").prefetch_related("receivers")


def registrable(actor: Actor) -> QuerySet[SharingEntry]:
    """The entries under which a clerk of the department registers what is to be shared."""
    found: QuerySet[SharingEntry] = SharingEntry.objects.visible_to(actor)
    return (
        found.filter(provider_id=actor.department_id, state=SharingEntry.State.CURRENT)
        .exclude(way=SharingEntry.Way.ADAPTER)
        .order_by("number")
    )


def versions(actor: Actor, entry: SharingEntry) -> list[SharingEntry]:
    """All versions of an entry that the person sees, newest first."""
    return list(entries(actor).filter(number=entry.number).order_by("-version"))


def scope_of(entry: SharingEntry) -> str:
    """Who receives it, in words."""
    if entry.for_all:
        return "本地区全部部门"
    return "、".join(str(department) for department in entry.receivers.all())


def event_of(entry: SharingEntry) -> str:
    """When it is registered by itself, in words; empty if by hand."""
    return EVENTS[entry.opens_on].label if entry.opens_on in EVENTS else ""


def adapter_of(entry: SharingEntry) -> Adapter | None:
    """The adapter of the shared base, for an entry shared that way."""
    return ADAPTERS.get(entry.adapter)


def may_read_base(actor: Actor, entry: SharingEntry) -> bool:
    """Whether the department is in the scope of an entry in force that a base serves."""
    adapter = adapter_of(entry)
    if adapter is None or not adapter.connected or entry.state != SharingEntry.State.CURRENT:
        return False
    if actor.region_code != entry.region_code:
        return False
    return (
        entry.for_all
        or entry.provider_id == actor.department_id
        or any(department.pk == actor.department_id for department in entry.receivers.all())
    )


def records(actor: Actor) -> QuerySet[Any]:
    """The shared records a person sees, each with ``due_at`` and ``timing`` (a key of
    ``TIMINGS``)."""
    clocks = Deadline.objects.filter(
        target_type=ContentType.objects.get_for_model(SharedRecord),
        target_id=OuterRef("pk"),
        rule=SHARE_DUE.key,
    ).order_by("-id")
    state = SharedRecord.State
    now = clock.now()
    timing = Case(
        When(request__isnull=False, then=Value("request")),
        When(state=state.CANCELLED, then=Value("cancelled")),
        When(state=state.SHARED, shared_at__lte=F("due_at"), then=Value("in_time")),
        When(state=state.SHARED, then=Value("late")),
        When(due_at__lt=now, then=Value("overdue")),
        default=Value("open"),
        output_field=CharField(),
    )
    visible: QuerySet[Any] = SharedRecord.objects.visible_to(actor)
    return (
        visible.annotate(due_at=Subquery(clocks.values("due_at")[:1]))
        .annotate(timing=timing)
        .select_related("entry", "provider", "clue", "request__requester")
        .prefetch_related(Prefetch("receipts", ShareReceipt.objects.select_related("department")))
    )


def requests(actor: Actor) -> QuerySet[SharingRequest]:
    """The requests a person sees, with what a row shows."""
    found: QuerySet[SharingRequest] = SharingRequest.objects.visible_to(actor)
    return found.select_related("requester", "provider", "drafted_by")


def answer_shown(actor: Actor, request: SharingRequest) -> bool:
    """Whether the person may read the answer: before the head signs, the provider's people only."""
    ended = request.state in (SharingRequest.State.PROVIDED, SharingRequest.State.DECLINED)
    return ended or actor.department_id == request.provider_id


def record_of(actor: Actor, request: SharingRequest) -> SharedRecord | None:
    """What is given in answer to a request, if the person sees it."""
    found: SharedRecord | None = (
        SharedRecord.objects.visible_to(actor).filter(request=request).first()
    )
    return found


def providers(actor: Actor) -> QuerySet[Department]:
    """Departments of the person's region, as filters and forms offer them."""
    return Department.objects.filter(region__code=actor.region_code, is_active=True)


def others(actor: Actor) -> QuerySet[Department]:
    """The same without the person's own: whom it can give to or ask."""
    found = providers(actor)
    return found if actor.department_id is None else found.exclude(pk=actor.department_id)


def statistics(found: QuerySet[Any]) -> list[dict[str, Any]]:
    """How each department kept the limits among some of ``records``: one query."""
    counts = {code: Count("pk", filter=Q(timing=code)) for code in COUNTED}
    # The prefetches and joins of the list are of no use to a grouping.
    rows = (
        found.filter(timing__in=COUNTED)
        .select_related(None)
        .prefetch_related(None)
        .order_by()
        .values("provider_id", "provider__name")
        .annotate(**counts)
        .order_by("provider_id")
    )
    return [{"provider": row["provider__name"], **row} for row in rows]


def entry_rows(found: Iterable[SharingEntry]) -> Iterator[dict[str, Any]]:
    """Rows of ``ENTRY_SHEET``."""
    for entry in found:
        adapter = adapter_of(entry)
        yield {
            "number": entry.number,
            "version": entry.version,
            "category": entry.get_category_display(),
            "title": entry.title,
            "content": entry.content,
            "provider": entry.provider.name,
            "scope": scope_of(entry),
            "way": entry.get_way_display(),
            "base": adapter.label if adapter else "",
            "procedure": entry.procedure,
            "limit": entry.limit_days,
            "frequency": entry.get_frequency_display(),
            "secrecy": entry.get_secrecy_display(),
            "state": entry.get_state_display(),
        }


def record_rows(found: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Rows of ``RECORD_SHEET``."""
    for record in found:
        receipts = list(record.receipts.all())
        yield {
            "title": record.title,
            "number": record.entry.number if record.entry else "",
            "category": record.entry.get_category_display() if record.entry else "",
            "provider": record.provider.name,
            "event_on": record.event_on,
            "due_on": timezone.localtime(record.due_at).date() if record.due_at else None,
            "shared_on": timezone.localtime(record.shared_at).date() if record.shared_at else None,
            "timing": TIMINGS[record.timing],
            "read": sum(receipt.read_at is not None for receipt in receipts),
            "given": len(receipts),
        }

"""What pages, exports and the API read of hand-overs, disputes and refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from clues.models import CrimeHandover, Dispute, Referral, Refusal, Stop
from clues.models.procedure import Procedure
from clues.services.crime.department import DOCUMENTS
from clues.services.procedures import letters_of
from departments.models import Department
from matters.models import MatterVersion
from records import clock, deadlines, evidence
from records.actor import Actor
from records.deadlines import Chip
from records.excel import Column, Sheet, kinds
from records.models import Evidence
from records.selectors import TimelineEntry, timeline

ORDERING = ("-id",)

_COLUMNS = (
    Column("number", "编号", kinds.text(40), width=24),
    Column("title", "标题", kinds.text(100), width=40),
    Column("kind", "类别", kinds.text(30), width=16),
    Column("from", "提出或移送部门", kinds.text(100), width=24),
    Column("to", "对方部门", kinds.text(300), width=30),
    Column("state", "状态", kinds.text(30), width=18),
    Column("turn", "现在何处", kinds.text(100), width=24),
    Column("waits", "等待事项", kinds.text(60), width=22),
    Column("deadline", "时限", kinds.text(60), width=18),
    Column("begun_on", "开始日期", kinds.date(), width=14),
    Column("closed_on", "结束日期", kinds.date(), width=14),
)
CRIME_SHEET = Sheet(title="行刑衔接案件", columns=_COLUMNS)
DISPUTE_SHEET = Sheet(title="职责争议", columns=_COLUMNS)
REFUSAL_SHEET = Sheet(title="履职推诿", columns=_COLUMNS)


@dataclass(frozen=True)
class Row:
    """A line of a list: the procedure, who began it against whom, and where it lies."""

    procedure: Any
    kind: str
    begun_by: str
    other: str
    stop: Stop | None
    chip: Chip | None


def crimes(actor: Actor) -> QuerySet[CrimeHandover]:
    """The hand-overs a person sees, with what a row shows."""
    return CrimeHandover.objects.visible_to(actor).select_related("department", "police")


def disputes(actor: Actor) -> QuerySet[Dispute]:
    """The disputes a person sees, with what a row shows."""
    found = Dispute.objects.visible_to(actor).select_related("raiser")
    return found.prefetch_related("parties__department")


def refusals(actor: Actor) -> QuerySet[Refusal]:
    """The refusals a person sees, with what a row shows."""
    return Refusal.objects.visible_to(actor).select_related("department", "addressee")


def matching(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose title contains the text or whose number begins so."""
    return found.filter(Q(title__icontains=text.strip()) | Q(number__istartswith=text.strip()))


def overdue(found: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose present step is late."""
    late = Stop.objects.open().filter(
        code=Stop.MAIN,
        target_type=ContentType.objects.get_for_model(found.model),
        deadline__due_at__lt=clock.now(),
    )
    return found.filter(pk__in=late.values("target_id"))


def at_own_department(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Those that wait for the person's department, for the main step or beside it."""
    own = Stop.objects.open().filter(
        target_type=ContentType.objects.get_for_model(found.model),
        department_id=actor.department_id,
    )
    return found.filter(pk__in=own.values("target_id"))


def rows_of(procedures: Sequence[Procedure]) -> list[Row]:
    """The rows with their main stops, in one query for all."""
    stops = _main_stops(procedures)
    with_clock = [stop.deadline for stop in stops.values() if stop.deadline]
    chips = {chip.deadline.pk: chip for chip in deadlines.chips(with_clock)}
    return [_row(each, stops.get(each.pk), chips) for each in procedures]


def _main_stops(procedures: Sequence[Procedure]) -> dict[int, Stop]:
    if not procedures:
        return {}
    found = Stop.objects.open().filter(
        code=Stop.MAIN,
        target_type=ContentType.objects.get_for_model(procedures[0]),
        target_id__in=[each.pk for each in procedures],
    )
    return {stop.target_id: stop for stop in found.select_related("department", "deadline")}


def _row(procedure: Procedure, stop: Stop | None, chips: dict[int, Chip]) -> Row:
    chip = chips.get(stop.deadline_id) if stop and stop.deadline_id else None
    kind, begun_by, other = _sides(procedure)
    return Row(procedure, kind, begun_by, other, stop, chip)


def _sides(procedure: Procedure) -> tuple[str, str, str]:
    if isinstance(procedure, CrimeHandover):
        sides = [str(procedure.department), str(procedure.police)]
        if not procedure.goes_out:
            sides.reverse()
        return procedure.get_direction_display(), sides[0], sides[1]
    if isinstance(procedure, Dispute):
        others = [
            str(each.department)
            for each in procedure.parties.all()
            if each.department_id != procedure.raiser_id
        ]
        return procedure.get_about_display(), str(procedure.raiser), "、".join(others)
    if isinstance(procedure, Refusal):
        return "履职建议", str(procedure.department), str(procedure.addressee)
    raise TypeError(type(procedure))


def excel_rows(procedures: Sequence[Procedure]) -> Iterator[dict[str, Any]]:
    """Rows of the sheets."""
    for row in rows_of(procedures):
        each = row.procedure
        yield {
            "number": each.number,
            "title": each.title,
            "kind": row.kind,
            "from": row.begun_by,
            "to": row.other,
            "state": each.get_state_display(),
            "turn": row.stop.department.name if row.stop else "",
            "waits": row.stop.waits if row.stop else "",
            "deadline": row.chip.chip_text if row.chip else "",
            "begun_on": _day(each.created_at),
            "closed_on": _day(each.closed_at),
        }


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localtime(moment).date() if moment else None


@dataclass(frozen=True)
class Group:
    """States that are counted together, under a word for the reader."""

    code: str
    label: str
    states: tuple[str, ...]
    tone: str = ""


_C = CrimeHandover
CRIME_GROUPS = (
    Group("preparing", "核实审批中", _C.PREPARING),
    Group("police", "公安机关办理中", _C.WITH_POLICE),
    Group("filed", "已立案", _C.FILED_STATES, "ok"),
    Group("objecting", "不予立案和监督", _C.OBJECTING, "warn"),
    Group("returned", "行政处理", _C.RETURNED),
    Group("ended", "未移送或转送", _C.NOT_PURSUED),
)
DISPUTE_GROUPS = (
    Group("open", "处理中", tuple(s for s in Dispute.State.values if s not in Dispute.FINAL)),
    Group("settled", "协商一致", (Dispute.State.SETTLED,), "ok"),
    Group("decided", "协调决定", (Dispute.State.DECIDED,), "ok"),
    Group("ended", "未提出或撤回", (Dispute.State.DROPPED, Dispute.State.WITHDRAWN)),
)
_R = Refusal.State
REFUSAL_GROUPS = (
    Group("advised", "建议和改正中", (_R.DRAFT, _R.ADVISED, _R.CORRECTING, _R.SHOWN)),
    Group(
        "government", "政府处理中", (_R.UNRESOLVED, _R.REPORTED, _R.ORDERED, _R.ORDER_SHOWN), "warn"
    ),
    Group("criticised", "通报和追责", (_R.UNCORRECTED, _R.CRITICISED, _R.REFERRED), "bad"),
    Group("corrected", "已改正", (_R.CORRECTED,), "ok"),
    Group("ended", "其他结果", (_R.DROPPED, _R.WITHDRAWN, _R.DISMISSED, _R.ACCOUNTED)),
)


def counts(found: QuerySet[Any], groups: Sequence[Group]) -> list[tuple[Group, int]]:
    """How many of the visible procedures are in each group, in one query."""
    by_state = dict(
        found.order_by()
        .values_list("state")
        .annotate(many=Count("pk"))
        .values_list("state", "many")
    )
    return [(group, sum(by_state.get(state, 0) for state in group.states)) for group in groups]


_TOLD_BY_ACTS = (
    "letter.prepare",
    "letter.send",
    *(f"letter.{state}" for state in Referral.State.values),
    "deadline.start",
    "crime.attach",
)


@dataclass(frozen=True)
class Turn:
    """One department's turn on a page: what it owes, under which clock."""

    stop: Stop
    chip: Chip | None


def turns(procedure: Procedure) -> list[Turn]:
    """Whose turn it is now, the main one first."""
    stops = list(
        Stop.objects.open().of(procedure).select_related("department", "deadline", "person")
    )
    stops.sort(key=lambda stop: (stop.code != Stop.MAIN, stop.pk))
    chips = {
        chip.deadline.pk: chip
        for chip in deadlines.chips(stop.deadline for stop in stops if stop.deadline)
    }
    return [Turn(stop, chips.get(stop.deadline_id or 0)) for stop in stops]


def visible_letters(actor: Actor, procedure: Procedure) -> list[Referral]:
    """The letters of the procedure that the person may read."""
    readable = Referral.objects.visible_to(actor).filter(pk__in=letters_of(procedure).values("pk"))
    return list(readable.select_related("sender", "to").order_by("id"))


def course(procedure: Procedure, letters: Iterable[Referral]) -> list[TimelineEntry]:
    """The timeline of a procedure with that of its letters, whose course its own acts tell."""
    return timeline(procedure, *letters, without=_TOLD_BY_ACTS, files_of=procedure)


@dataclass(frozen=True)
class Document:
    """A line of the checklist: a kind of document and the files there are of it."""

    label: str
    required: bool
    files: list[Evidence]


_NOTHING_TO_SEND = (CrimeHandover.State.ENDED, CrimeHandover.State.REFUSED)


def checklist(case: CrimeHandover) -> list[Document]:
    """The documents of 第六条, unless nothing is going to be handed over, and what else was
    attached. One query."""
    by_label: dict[str, list[Evidence]] = {}
    for file in evidence.of(case):
        by_label.setdefault(file.label, []).append(file)
    required = DOCUMENTS if case.goes_out and case.state not in _NOTHING_TO_SEND else ()
    listed = [Document(label, True, by_label.pop(label, [])) for label in required]
    return [*listed, *(Document(label, False, files) for label, files in by_label.items())]


def files_by_label(procedure: models.Model) -> list[Document]:
    """The files of a procedure by their label. One query."""
    by_label: dict[str, list[Evidence]] = {}
    for file in evidence.of(procedure):
        by_label.setdefault(file.label, []).append(file)
    return [Document(label, False, files) for label, files in by_label.items()]


def other_departments(actor: Actor) -> QuerySet[Department]:
    """The departments of the person's region but their own."""
    found = Department.objects.filter(region__code=actor.region_code, is_active=True)
    own = [actor.department_id] if actor.department_id is not None else []
    return found.exclude(pk__in=own).order_by("pk")


def matter_name(actor: Actor, matter_id: int | None) -> str:
    """The name of a matter as it is in force, empty when the person sees none."""
    if matter_id is None:
        return ""
    version = MatterVersion.objects.visible_to(actor).filter(
        matter_id=matter_id, state=MatterVersion.State.IN_FORCE
    )
    return version.values_list("name", flat=True).first() or ""

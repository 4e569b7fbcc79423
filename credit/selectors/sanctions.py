"""What pages, files and the API read of joint sanctions (S7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from credit.acts.sanctions import SANCTION_PART_ACTS
from credit.models import CreditEvent, Sanction, SanctionMeasure, SanctionPart, Standing, Subject
from credit.rules import sanctions as rules
from credit.rules.events import LISTED
from credit.rules.measures import MEASURES
from departments.actors import does_clerks_work, is_staff_member
from departments.roles import Role
from records import clock, deadlines
from records.actor import Actor
from records.deadlines import Chip
from records.excel import Column, Sheet, kinds
from records.models import Deadline
from records.worklist import WorkItem

ORDER = ("-id",)

SANCTION_SHEET = Sheet(
    title="失信惩戒",
    columns=(
        Column("number", "编号", kinds.integer(), width=8),
        Column("subject", "监管对象", kinds.text(120), width=36),
        Column("department", "发起部门", kinds.text(100), width=26),
        Column("trigger", "触发情形", kinds.text(30), width=18),
        Column("measures", "惩戒措施", kinds.text(500), width=40),
        Column("parts", "实施部门", kinds.text(500), width=36),
        Column("state", "状态", kinds.text(20), width=14),
        Column("since", "自", kinds.date(), width=12),
        Column("until", "至", kinds.date(), width=12),
        Column("end_reason", "解除理由", kinds.text(300), width=36),
    ),
)

COUNTED = {
    "handed_out": "下达",
    "received": "已接收",
    "received_in_time": "按期接收",
    "reported": "已反馈",
    "reported_in_time": "按期反馈",
    "overdue": "逾期未办",
    "measures": "措施项数",
    "applied": "已实施",
}
"""What the statistics count of each implementing department."""

STATISTICS_SHEET = Sheet(
    title="失信惩戒实施统计",
    columns=(
        Column("department", "实施部门", kinds.text(100), width=30),
        *(Column(code, label, kinds.integer(), width=12) for code, label in COUNTED.items()),
    ),
)


def sanctions_for(actor: Actor) -> QuerySet[Sanction]:
    """The sanctions a person may know of, with what lists show."""
    parts = SanctionPart.objects.select_related("department").prefetch_related("measures")
    return (
        Sanction.objects.visible_to(actor)
        .select_related("subject", "department", "region")
        .prefetch_related(Prefetch("parts", parts))
    )


def titles_of(sanction: Sanction) -> list[str]:
    """The titles of a prefetched sanction's measures, each once, in the order of the list."""
    codes = {each.code for part in sanction.parts.all() for each in part.measures.all()}
    return [measure.title for code, measure in MEASURES.items() if code in codes]


def of_subject(actor: Actor, subject: Subject) -> list[Sanction]:
    """The sanctions of a subject that the person may know of, newest first."""
    return list(sanctions_for(actor).filter(subject=subject)[:20])


def shows_end(actor: Actor, sanction: Sanction) -> bool:
    """Why a sanction ends shows to others once the head of its department has signed that."""
    return sanction.ended_at is not None or (
        sanction.lifting != "" and sanction.department_id == actor.department_id
    )


def sheet_rows(sanctions: Iterable[Sanction]) -> Iterator[dict[str, Any]]:
    """Sanctions as rows of ``SANCTION_SHEET``; a natural person stands without a name."""
    for row in sanctions:
        yield {
            "number": row.pk,
            "subject": "自然人" if row.subject.is_natural_person else row.subject.name,
            "department": row.department.name,
            "trigger": row.get_trigger_display(),
            "measures": "、".join(titles_of(row)),
            "parts": "、".join(str(part.department) for part in row.parts.all()),
            "state": row.get_state_display(),
            "since": row.since,
            "until": row.until,
            "end_reason": "" if row.state in Sanction.OPEN else row.end_reason,
        }


@dataclass(frozen=True)
class Lane:
    """One implementing department's part with its clock and the buttons of the person."""

    part: SanctionPart
    measures: list[SanctionMeasure]
    chip: Chip | None
    acts: list[dict[str, Any]]
    acts_url: str
    shows_report: bool


def lanes(actor: Actor, sanction: Sanction, address: str) -> list[Lane]:
    """A sanction by implementing department; ``address`` leads to a part's acts (``…/{pk}/``).
    What a department has not signed yet only itself reads."""
    parts = list(sanction.parts.all())
    chips = deadlines.chips_for(parts)
    return [
        Lane(
            part,
            list(part.measures.all()),
            chips.get(part.pk),
            SANCTION_PART_ACTS.buttons(actor, part),
            address.format(pk=part.pk),
            shows_report=part.reported_at is not None or part.department_id == actor.department_id,
        )
        for part in parts
    ]


def listed_now() -> QuerySet[CreditEvent]:
    """The facts that somebody is listed as dishonest, as far as they hold."""
    held = Q(until=None) | Q(until__gt=clock.today())
    return CreditEvent.objects.filter(held, kind__in=LISTED)


def vetoed_now() -> QuerySet[Standing]:
    """The grades that follow from a veto."""
    # A standing's assessment is always of its own subject; said here, it leads by index from the
    # few with a veto to their standings.
    return Standing.objects.filter(assessment__veto__isnull=False, subject=F("assessment__subject"))


def proposals(actor: Actor) -> QuerySet[Subject]:
    """The subjects whom nobody sanctions yet, as far as the person may know, though they are listed
    as dishonest or came out of their evaluation with a veto (可发起惩戒)."""
    listed, vetoed = listed_now(), vetoed_now()
    open_ones = Sanction.objects.visible_to(actor).filter(
        subject=OuterRef("pk"), state__in=Sanction.OPEN
    )
    few = listed.values("subject_id").union(vetoed.values("subject_id"))
    return (
        Subject.objects.visible_to(actor)
        .filter(~Exists(open_ones), pk__in=few)
        .annotate(
            is_listed=Exists(listed.filter(subject=OuterRef("pk"))),
            is_vetoed=Exists(vetoed.filter(subject=OuterRef("pk"))),
        )
        .exclude(
            status__in=(
                Subject.Status.DEREGISTERED,
                Subject.Status.MOVED,
                Subject.Status.MERGED,
            )
        )
    )


def statistics(
    actor: Actor, since: dt.date | None = None, until: dt.date | None = None
) -> list[dict[str, Any]]:
    """How the departments of the region carried out what they were told between two days of
    signature (both included), in two queries."""
    handed_out = SanctionPart.objects.filter(
        sanction__region__code__startswith=actor.region_code or "-",
        sanction__signed_at__isnull=False,
    )
    if since is not None:
        handed_out = handed_out.filter(sanction__since__gte=since)
    if until is not None:
        handed_out = handed_out.filter(sanction__since__lte=until)
    met = _clocks(met_at__lte=F("due_at"))
    running = _clocks(met_at=None, cancelled_at=None, due_at__lt=clock.now())
    rows = (
        handed_out.order_by()
        .values("department_id", "department__name")
        .annotate(
            handed_out=Count("pk"),
            received=Count("pk", filter=Q(received_at__isnull=False)),
            received_in_time=Count("pk", filter=Exists(met.filter(rule=rules.RECEIVE_DUE.key))),
            reported=Count("pk", filter=Q(reported_at__isnull=False)),
            reported_in_time=Count("pk", filter=Exists(met.filter(rule=rules.REPORT_DUE.key))),
            overdue=Count("pk", filter=Exists(running)),
        )
        .order_by("department_id")
    )
    measured = {
        row["part__department_id"]: row
        for row in SanctionMeasure.objects.filter(part__in=handed_out)
        .order_by()
        .values("part__department_id")
        .annotate(
            measures=Count("pk"),
            applied=Count("pk", filter=Q(applied=True, part__reported_at__isnull=False)),
        )
    }
    return [
        {
            "department": row["department__name"],
            **row,
            "measures": measured[row["department_id"]]["measures"],
            "applied": measured[row["department_id"]]["applied"],
        }
        for row in rows
    ]


def _clocks(**conditions: Any) -> QuerySet[Deadline]:
    """The deadlines of a part, in a subquery."""
    kind = ContentType.objects.get_for_model(SanctionPart)
    return Deadline.objects.filter(target_type=kind, target_id=OuterRef("pk"), **conditions)


def pending_sanctions(actor: Actor) -> list[WorkItem]:
    """What waits for the person: sanctions to mend, sign, tell of or lift, and the parts of their
    department to receive, feed back, sign or release."""
    if not is_staff_member(actor) or not actor.has_role(Role.CLERK, Role.HEAD):
        return []
    return [*_pending_own(actor), *_pending_parts(actor)]


_S, _P = Sanction.State, SanctionPart.State


def _pending_own(actor: Actor) -> list[WorkItem]:
    found = Sanction.objects.filter(department_id=actor.department_id).select_related("subject")
    waiting = Q()
    if does_clerks_work(actor):
        waiting |= Q(state=_S.DRAFT) | Q(state__in=Sanction.IN_FORCE, informed_at=None)
    if actor.has_role(Role.HEAD):
        waiting |= Q(state__in=(_S.REVIEW, _S.LIFTING))
    rows = list(found.filter(waiting))
    chips = deadlines.chips_for(rows)
    over = []
    if actor.has_role(Role.CLERK):
        over = list(found.filter(state=_S.ACTIVE, event__until__lte=clock.today()))
    words = {
        _S.DRAFT: ("拟办失信惩戒", "办理"),
        _S.REVIEW: ("签发失信惩戒", "签发"),
        _S.ACTIVE: ("告知失信惩戒当事人", "登记告知"),
        _S.LIFTING: ("签发解除失信惩戒", "签发"),
    }
    return [
        *(_item(*words[_S(row.state)], row, chips.get(row.pk)) for row in rows),
        *(_item("所依据的信用记录已失效，办理解除失信惩戒", "办理", row, None) for row in over),
    ]


def _pending_parts(actor: Actor) -> list[WorkItem]:
    states: list[str] = []
    if does_clerks_work(actor):
        states += [_P.WAITING, _P.RECEIVED]
    if actor.has_role(Role.HEAD):
        states += [_P.REVIEW, _P.RELEASING]
    rows = list(
        SanctionPart.objects.filter(
            department_id=actor.department_id, state__in=states
        ).select_related("sanction__subject", "department")
    )
    chips = deadlines.chips_for(rows)
    words = {
        _P.WAITING: ("接收失信惩戒任务", "接收"),
        _P.RECEIVED: ("反馈惩戒措施实施情况", "反馈"),
        _P.REVIEW: ("签发惩戒措施反馈", "签发"),
        _P.RELEASING: ("解除惩戒措施", "确认解除"),
    }
    return [_item(*words[_P(row.state)], row, chips.get(row.pk)) for row in rows]


def _item(what: str, label: str, row: Sanction | SanctionPart, chip: Chip | None) -> WorkItem:
    sanction = row.sanction if isinstance(row, SanctionPart) else row
    return WorkItem(what, str(sanction), row.get_absolute_url(), label, chip=chip)

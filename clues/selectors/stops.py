"""What pages read of stops: a department's inbox and outbox, each row with its clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from clues.models import Stop
from departments.actors import is_staff_member
from departments.models import User
from departments.roles import STAFF
from records.actor import Actor
from records.deadline_levels import LEVELS, level, pressing_first
from records.deadlines import Chip, chips
from records.errors import NotAllowed
from records.excel import Column, Sheet, kinds

ORDER = ("due", "id")
"""Most pressing first; ``due`` is never null."""

STOP_SHEET = Sheet(
    title="流转环节",
    columns=(
        Column("kind", "类别", kinds.text(30), width=12),
        Column("waits", "等待事项", kinds.text(60), width=20),
        Column("about", "事由", kinds.text(200), width=48),
        Column("department", "责任部门", kinds.text(100), width=28),
        Column("sender", "来自部门", kinds.text(100), width=28),
        Column("person", "责任人", kinds.text(60), width=12),
        Column("entered_at", "到达时间", kinds.text(20), width=18),
        Column("due_at", "到期时间", kinds.text(20), width=18),
        Column("level", "时限状态", kinds.text(20), width=12),
    ),
)


def waiting(actor: Actor, now: dt.datetime | None = None) -> QuerySet[Any]:
    """The open stops a person may know of, with ``level`` and ``due``, and all that lists show."""
    return (
        Stop.objects.visible_to(actor)
        .open()
        .annotate(level=level(now, "deadline__"), due=pressing_first("deadline__"))
        .select_related("deadline", "department__region", "sender", "person")
    )


def inbox(actor: Actor, now: dt.datetime | None = None) -> QuerySet[Any]:
    """What waits at the person's department. Raises ``NotAllowed`` for who works in none."""
    _must_work_here(actor, "clues.inbox")
    return waiting(actor, now).filter(department_id=actor.department_id)


def outbox(actor: Actor, now: dt.datetime | None = None) -> QuerySet[Any]:
    """What the person's department sent and is still waited for from others.

    Raises ``NotAllowed`` for who works in no department.
    """
    _must_work_here(actor, "clues.outbox")
    sent = waiting(actor, now).filter(sender_id=actor.department_id)
    return sent.exclude(department_id=actor.department_id)


def works_here(actor: Actor) -> bool:
    """Whether the person has an inbox at all."""
    return is_staff_member(actor) and actor.has_role(*STAFF)


def _must_work_here(actor: Actor, verb: str) -> None:
    if not works_here(actor):
        raise NotAllowed("收件箱和发件箱供各部门工作人员使用。", verb=verb)


def counts(stops: QuerySet[Any]) -> dict[str, int]:
    """How many stops there are of each level of pressure; one query."""
    found = stops.order_by().values("level").annotate(many=Count("pk")).values_list("level", "many")
    by_level = dict(found)
    return {name: by_level.get(name, 0) for name in LEVELS}


def colleagues(actor: Actor) -> QuerySet[User]:
    """The people of the actor's department who can be made responsible for something."""
    return User.objects.filter(
        department_id=actor.department_id, is_active=True, roles__overlap=sorted(STAFF)
    ).order_by("name", "pk")


@dataclass(frozen=True)
class StopRow:
    """A line of a list: the stop and its clock."""

    stop: Stop
    chip: Chip | None


def rows_of(stops: Iterable[Stop], now: dt.datetime | None = None) -> list[StopRow]:
    """The lines of a page."""
    listed = list(stops)
    clocks = [stop.deadline for stop in listed if stop.deadline is not None]
    by_deadline = {chip.deadline.pk: chip for chip in chips(clocks, now)}
    return [StopRow(stop, by_deadline.get(stop.deadline_id)) for stop in listed]


def excel_rows(stops: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Stops as rows of ``STOP_SHEET``."""
    for stop in stops:
        yield {
            "kind": stop.kind_label,
            "waits": stop.waits,
            "about": stop.about,
            "department": stop.department.name,
            "sender": stop.sender.name if stop.sender else "",
            "person": stop.person.name if stop.person else "",
            "entered_at": _minute(stop.entered_at),
            "due_at": _minute(stop.deadline.due_at) if stop.deadline else "",
            "level": LEVELS[stop.level],
        }


def _minute(moment: dt.datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""

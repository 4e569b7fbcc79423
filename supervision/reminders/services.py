"""Telling of deadlines before they pass and after, from the one table of deadlines (D4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value

from departments.profile import number
from records import clock
from records.actor import Actor
from records.deadline_levels import level
from records.deadlines import calendar
from records.models import Deadline
from records.periods import ahead, beginning, day_after
from records.workdays import SHANGHAI, Calendar, add_working_days
from supervision.reminders.models import LastLook, Reminder
from supervision.reminders.rules import ESCALATE_AFTER

Stage = Reminder.Stage

_TOLD_AHEAD = (Stage.SOON, Stage.TODAY, Stage.OVERDUE)
_LOOK_AHEAD_DAYS = 30
"""More than the working days that count as near can span, holidays included."""

_BATCH = 1000
_FRESH_SECONDS = 60


def remind() -> int:
    """Write down every stage that a running deadline has reached since; returns how many.

    Safe to run twice, also at the same time: a stage is told once per date.
    """
    now = clock.now()
    running = Deadline.objects.filter(met_at=None, cancelled_at=None)
    near = running.filter(due_at__lt=ahead(now, days=_LOOK_AHEAD_DAYS))
    staged = near.annotate(reached=level(now)).filter(reached__in=_TOLD_AHEAD)
    told = _tell(staged, now)
    codes = running.filter(due_at__lt=now).order_by().values_list("region_code", flat=True)
    for code in sorted(codes.distinct()):
        last = _last_due_day(now.astimezone(SHANGHAI).date(), number(code, ESCALATE_AFTER))
        late = running.filter(region_code=code, due_at__lt=beginning(day_after(last)))
        told += _tell(late.annotate(reached=Value(Stage.ESCALATED, CharField())), now)
    return told


def _tell(staged: QuerySet[Any], now: dt.datetime) -> int:
    before = Reminder.objects.filter(
        deadline=OuterRef("pk"), stage=OuterRef("reached"), due_at=OuterRef("due_at")
    )
    rows = staged.filter(~Exists(before)).order_by("pk")
    made = [
        Reminder(
            deadline_id=row["pk"],
            department_id=row["department"],
            region_code=row["region_code"],
            stage=row["reached"],
            due_at=row["due_at"],
            at=now,
        )
        for row in rows.values("pk", "department", "region_code", "reached", "due_at")
    ]
    Reminder.objects.bulk_create(made, batch_size=_BATCH, ignore_conflicts=True)
    return len(made)


def _last_due_day(today: dt.date, working_days: int) -> dt.date:
    """The last day such that ``working_days`` after it are over."""
    days: Calendar = calendar()
    day = day_after(today, -1)
    while add_working_days(day, working_days, days) >= today:
        day = day_after(day, -1)
    return day


def unread(actor: Actor, most: int) -> int:
    """As ``count_unread``, for every page: counted anew when reminders came or the person looked,
    else once a minute."""
    key = _key(actor)
    if not key:
        return 0
    known = cache.get(key)
    if known is None:
        known = count_unread(actor, most)
        cache.set(key, known, _FRESH_SECONDS)
    return int(known)


def count_unread(actor: Actor, most: int) -> int:
    """How many reminders came since the person last looked, counted to ``most`` at the most;
    those whose deadline was met meanwhile are nobody's business any more."""
    if actor.user_id is None:
        return 0
    looks = LastLook.objects.filter(user_id=actor.user_id, at__gte=OuterRef("at"))
    found = Reminder.objects.standing().visible_to(actor).filter(~Exists(looks))
    return found.order_by()[:most].count()


def look(actor: Actor) -> None:
    """Note that the person has opened their reminders."""
    if actor.user_id is not None:
        LastLook.objects.update_or_create(user_id=actor.user_id, defaults={"at": clock.now()})
        if key := _key(actor):
            cache.delete(key)


def _key(actor: Actor) -> str:
    """Names the person and the last reminder of all; empty when there is none."""
    last = Reminder.objects.order_by("-pk").values_list("pk", flat=True).first()
    return "" if last is None or actor.user_id is None else f"unread:{actor.user_id}:{last}"


def listed(actor: Actor) -> QuerySet[Reminder]:
    """The reminders that a person reads, with what their rows show."""
    found = Reminder.objects.visible_to(actor)
    return found.select_related("deadline", "department", "deadline__target_type")

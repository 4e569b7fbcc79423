"""Starting, pausing, extending, meeting and showing deadlines: the only place besides
``records.workdays`` that knows how a date comes about (R of "one mechanism", D4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from records import clock, trail
from records.actor import Actor
from records.concealment import hidden_id
from records.errors import Conflict, Refused
from records.lateness import Remaining, State, lateness, remaining
from records.models import DayOverride, Deadline, DeadlineExtension, DeadlinePause
from records.periods import day_after
from records.workdays import (
    Calendar,
    Due,
    Limit,
    Pause,
    Unit,
    compute,
    explain,
    fixed_date,
)

SOON_WORKING_DAYS = 3
_BATCH = 1000
_OVERRIDES_KEY = "records:day-overrides"


def calendar() -> Calendar:
    """The working calendar with the administrator's overrides (kept in the cache)."""
    overrides = cache.get(_OVERRIDES_KEY)
    if overrides is None:
        overrides = dict(DayOverride.objects.values_list("day", "is_working"))
        cache.set(_OVERRIDES_KEY, overrides, timeout=300)
    return Calendar(overrides)


def forget_calendar() -> None:
    """Read the overrides anew next time; call it once a change of them is committed."""
    cache.delete(_OVERRIDES_KEY)


def start(
    actor: Actor,
    target: models.Model,
    *,
    rule: str,
    title: str,
    source: str,
    limit: Limit,
    department_id: int,
    region_code: str,
    started_at: dt.datetime | None = None,
) -> Deadline:
    """Start a clock for an object; the day of the event is not counted. Call it inside the act's
    transaction. Starting a rule that already runs for the object and department returns it."""
    started_at = started_at or clock.now()
    due = compute(limit, started_at, calendar())
    own_id = {"id": hidden_id()} if getattr(target, "confidential", False) else {}
    deadline, created = Deadline.objects.get_or_create(
        rule=rule,
        target_type=ContentType.objects.get_for_model(target),
        target_id=target.pk,
        department_id=department_id,
        met_at=None,
        cancelled_at=None,
        defaults={
            "title": title,
            "source": source,
            "amount": limit.amount,
            "unit": str(limit.unit),
            "region_code": region_code,
            "target_name": str(target)[:300],
            "started_at": started_at,
            "due_at": due.due_at,
            "provisional": due.provisional,
        }
        | own_id,
    )
    if created:
        trail.record(
            actor,
            "deadline.start",
            f"起算期限：{title}",
            target,
            after={"rule": rule, "due_at": due.due_at, "source": source},
        )
    return deadline


@dataclass(frozen=True, kw_only=True)
class Start:
    """What ``start`` takes, for one of many objects."""

    target: models.Model
    rule: str
    title: str
    source: str
    limit: Limit
    department_id: int
    region_code: str
    started_at: dt.datetime


def start_each(actor: Actor, starts: Sequence[Start]) -> list[Deadline]:
    """As ``start`` for objects that were created just now, which have no clocks yet and are not
    confidential; in a few statements per thousand."""
    days = calendar()
    created = Deadline.objects.bulk_create(
        (
            Deadline(
                rule=each.rule,
                target_type=ContentType.objects.get_for_model(each.target),
                target_id=each.target.pk,
                department_id=each.department_id,
                title=each.title,
                source=each.source,
                amount=each.limit.amount,
                unit=str(each.limit.unit),
                region_code=each.region_code,
                target_name=str(each.target)[:300],
                started_at=each.started_at,
                due_at=due.due_at,
                provisional=due.provisional,
            )
            for each in starts
            for due in (compute(each.limit, each.started_at, days),)
        ),
        batch_size=_BATCH,
    )
    titles = dict.fromkeys(each.title for each in starts)
    for title in titles:
        trail.record_changes(
            actor,
            "deadline.start",
            f"起算期限：{title}",
            (
                (
                    each.target,
                    {},
                    {"rule": each.rule, "due_at": deadline.due_at, "source": each.source},
                )
                for each, deadline in zip(starts, created, strict=True)
                if each.title == title
            ),
        )
    return created


def start_fixed(
    actor: Actor,
    target: models.Model,
    *,
    rule: str,
    title: str,
    source: str,
    year: int,
    month: int,
    day: int,
    department_id: int,
    region_code: str,
) -> Deadline:
    """A date that the rule itself names (30 April). Idempotent as ``start``."""
    due_at = fixed_date(year, month, day)
    deadline, created = Deadline.objects.get_or_create(
        rule=rule,
        target_type=ContentType.objects.get_for_model(target),
        target_id=target.pk,
        department_id=department_id,
        defaults={
            "title": title,
            "source": source,
            "amount": 0,
            "unit": Deadline.Kind.FIXED,
            "region_code": region_code,
            "target_name": str(target)[:300],
            "started_at": clock.now(),
            "due_at": due_at,
        },
    )
    if created:
        trail.record(
            actor,
            "deadline.start",
            f"设定期限：{title}",
            target,
            after={"rule": rule, "due_at": due_at, "source": source},
        )
    return deadline


def running_of(target: models.Model, rule: str | None = None) -> QuerySet[Deadline]:
    """The running deadlines of an object."""
    found = Deadline.objects.filter(
        target_type=ContentType.objects.get_for_model(target),
        target_id=target.pk,
        met_at=None,
        cancelled_at=None,
    )
    return found.filter(rule=rule) if rule else found


def meet(
    target: models.Model,
    rule: str,
    *,
    department_id: int | None = None,
    at: dt.datetime | None = None,
) -> int:
    """Stop the clock of a rule because the thing was done; returns how many were running."""
    found = running_of(target, rule)
    if department_id is not None:
        found = found.filter(department_id=department_id)
    return found.update(met_at=at or clock.now())


def reopen(actor: Actor, target: models.Model, rule: str, department_id: int) -> None:
    """Let a clock run on because what met it was undone (a filing was returned or withdrawn)."""
    if running_of(target, rule).filter(department_id=department_id).exists():
        return
    deadline = (
        Deadline.objects.filter(
            rule=rule,
            target_type=ContentType.objects.get_for_model(target),
            target_id=target.pk,
            department_id=department_id,
            cancelled_at=None,
        )
        .order_by("-id")
        .first()
    )
    if deadline is None:
        return
    before = {"met_at": deadline.met_at}
    deadline.met_at = None
    deadline.save(update_fields=("met_at",))
    trail.record(
        actor,
        "deadline.reopen",
        "恢复计算期限",
        deadline,
        before=before,
        after={"met_at": None},
        region_code=deadline.region_code,
    )


def cancel(target: models.Model, rule: str | None = None) -> int:
    """Drop the clocks of an object that has ended otherwise; returns how many were running."""
    return running_of(target, rule).update(cancelled_at=clock.now())


@transaction.atomic
def pause(actor: Actor, deadline_id: int, reason: str, days: int | None = None) -> Deadline:
    """Stop the clock from today on: for so many days with today the first, or until it is resumed.
    Raises ``Refused`` / ``Conflict`` in words."""
    deadline = _lock(deadline_id, reason)
    today = clock.today()
    if _standing(deadline).exists():
        raise Conflict("该期限已经暂停。")
    if days is not None and days < 1:
        raise Refused("暂停的天数至少为 1。", field="days")
    until = None if days is None else day_after(today, days - 1)
    DeadlinePause.objects.create(deadline=deadline, since=today, until=until, reason=reason.strip())
    return _recompute(actor, deadline, "暂停期限", reason)


@transaction.atomic
def resume(actor: Actor, deadline_id: int, reason: str) -> Deadline:
    """Let the clock run again from tomorrow on; today is the last day of the pause."""
    deadline = _lock(deadline_id, reason)
    open_pause = _standing(deadline).first()
    if open_pause is None:
        raise Conflict("该期限没有暂停。")
    open_pause.until = clock.today()
    open_pause.save(update_fields=("until",))
    return _recompute(actor, deadline, "恢复期限", reason)


@transaction.atomic
def extend(actor: Actor, deadline_id: int, amount: int, reason: str) -> Deadline:
    """Give more time, in the unit of the deadline. Raises ``Refused`` when not positive."""
    deadline = _lock(deadline_id, reason)
    if amount < 1:
        raise Refused("延长的数量至少为 1。", field="amount")
    if deadline.unit == Deadline.Kind.FIXED:
        raise Refused("固定日期的期限不能延长。")
    DeadlineExtension.objects.create(deadline=deadline, amount=amount, reason=reason.strip())
    return _recompute(actor, deadline, "延长期限", reason)


def recompute_running(actor: Actor) -> int:
    """Compute every running deadline again after the calendar changed; returns how many moved."""
    forget_calendar()
    moved = 0
    ids = Deadline.objects.filter(met_at=None, cancelled_at=None).exclude(unit=Deadline.Kind.FIXED)
    for pk in ids.values_list("pk", flat=True).iterator():
        with transaction.atomic():
            deadline = Deadline.objects.select_for_update().get(pk=pk)
            due = calculation(deadline)
            if due is None or (deadline.due_at, deadline.provisional) == (
                due.due_at,
                due.provisional,
            ):
                continue
            _recompute(actor, deadline, "工作日历变化，重新计算期限", "工作日历变化")
            moved += 1
    return moved


def calculation(deadline: Deadline) -> Due | None:
    """The calculation of a deadline as of now; None for a fixed date."""
    if deadline.unit == Deadline.Kind.FIXED:
        return None
    return compute(
        Limit(deadline.amount, Unit(deadline.unit)),
        deadline.started_at,
        calendar(),
        [Pause(p.since, p.until) for p in deadline.pauses.all()],
        [e.amount for e in deadline.extensions.all()],
    )


def explanation(deadline: Deadline) -> list[str]:
    """The lines that show how the date came about, in Chinese (interface: the chip opens it)."""
    due = calculation(deadline)
    lines = [f"依据：{deadline.source}"]
    if due is None:
        day = timezone.localtime(deadline.due_at).date() if deadline.due_at else ""
        return [*lines, f"规定的固定日期：{day}"]
    return [*lines, *explain(due)]


class Chip:
    """What the deadline chip of the interface shows."""

    def __init__(self, deadline: Deadline, left: Remaining, level: str) -> None:
        self.deadline = deadline
        self.chip_text = left.text + ("（暂定）" if deadline.provisional else "")
        self.chip_level = level
        self.explanation_url = f"/deadlines/{deadline.pk}/"


def chip(deadline: Deadline, now: dt.datetime | None = None) -> Chip:
    """The chip of a deadline: words, and ok / soon / today / overdue / paused / met."""
    return chips([deadline], now)[0]


def chips(deadlines: Iterable[Deadline], now: dt.datetime | None = None) -> list[Chip]:
    """The chip of each deadline, in their order; the calendar is read once."""
    days, moment = calendar(), now or clock.now()
    return [_chip(deadline, moment, days) for deadline in deadlines]


def _chip(deadline: Deadline, now: dt.datetime, days: Calendar) -> Chip:
    unit = Unit.CALENDAR_DAY if deadline.unit == Deadline.Kind.FIXED else Unit(deadline.unit)
    left = remaining(deadline.due_at, now, days, unit, met_at=deadline.met_at)
    level = {
        State.PAUSED: "paused",
        State.MET: "met",
        State.OVERDUE: "overdue",
        State.TODAY: "today",
    }.get(left.state)
    if level is None:
        soon = SOON_WORKING_DAYS if left.unit is not Unit.HOUR else SOON_WORKING_DAYS * 8
        level = "soon" if left.amount <= soon else "ok"
    return Chip(deadline, left, level)


def late_by(
    deadline: Deadline, at: dt.datetime | None = None, days: Calendar | None = None
) -> Remaining | None:
    """How late the deadline was met, or while it runs is at ``at`` (now unless given), in the unit
    of its rule; None when in time or paused. ``days`` saves reading the calendar again."""
    if deadline.due_at is None:
        return None
    unit = Unit.CALENDAR_DAY if deadline.unit == Deadline.Kind.FIXED else Unit(deadline.unit)
    moment = deadline.met_at or at or clock.now()
    return lateness(deadline.due_at, moment, days or calendar(), unit)


def chips_for(targets: Iterable[models.Model]) -> dict[int, Chip]:
    """The most pressing running chip per object of one model, with the department that owes it, in
    one query."""
    by_id = {target.pk: target for target in targets}
    if not by_id:
        return {}
    content_type = ContentType.objects.get_for_model(next(iter(by_id.values())))
    found = (
        Deadline.objects.filter(
            target_type=content_type, target_id__in=by_id, met_at=None, cancelled_at=None
        )
        .select_related("department")
        .order_by("target_id", models.F("due_at").asc(nulls_last=True))
    )
    first: dict[int, Deadline] = {}
    for deadline in found:
        first.setdefault(deadline.target_id, deadline)
    return dict(zip(first, chips(first.values()), strict=True))


def _standing(deadline: Deadline) -> QuerySet[DeadlinePause]:
    """The pause that goes on after today, if any."""
    return deadline.pauses.filter(models.Q(until=None) | models.Q(until__gt=clock.today()))


def _lock(deadline_id: int, reason: str) -> Deadline:
    if not reason.strip():
        raise Refused("请填写理由。", field="reason")
    deadline = Deadline.objects.select_for_update().filter(pk=deadline_id).first()
    if deadline is None:
        raise Refused("期限不存在。", code="not_found")
    if not deadline.is_running:
        raise Conflict("该期限已经结束。")
    return deadline


def _recompute(actor: Actor, deadline: Deadline, label: str, reason: str) -> Deadline:
    before: dict[str, Any] = {"due_at": deadline.due_at, "provisional": deadline.provisional}
    due = calculation(deadline)
    if due is not None:
        deadline.due_at = due.due_at
        deadline.provisional = due.provisional
        deadline.save(update_fields=("due_at", "provisional"))
    trail.record(
        actor,
        "deadline.change",
        label,
        deadline,
        opinion=reason.strip(),
        before=before,
        after={"due_at": deadline.due_at, "provisional": deadline.provisional},
        region_code=deadline.region_code,
    )
    return deadline

"""Working days and time limits: with ``records.periods`` the only place that moves dates.

Pure: values in, values out, no Django. Days are Chinese calendar days (Asia/Shanghai). Which days
are worked comes from the State Council's yearly announcements as packaged by ``chinese_calendar``,
and from the administrator's overrides, which win. A year that is not announced yet is
*provisional*: its weekends are days off and nothing else; whatever was computed over it is to be
computed again once the announcement is there.

How a limit runs: the day of the event is not counted; a limit in days ends with its last day
(23:59:59), one in hours at the exact moment; a pause stops the clock for whole days, both its ends
included; extensions add to the amount, in the limit's own unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_WEEKDAYS = "一二三四五六日"
# The package's short names of these three read oddly inside a sentence.
_FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"

    @property
    def chinese(self) -> str:
        """The measure word shown after a number: 个工作日, 天 or 小时."""
        return _UNIT_NAMES[self]


_UNIT_NAMES = {Unit.WORKING_DAY: "个工作日", Unit.CALENDAR_DAY: "天", Unit.HOUR: "小时"}


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit as a rule states it.

    ``roll_to_working_day``: a limit in calendar days whose last day is a day off ends with the next
    working day instead. Off unless the rule says so.

    Raises ValueError when the amount is negative, or when hours are asked to roll.
    """

    amount: int
    unit: Unit
    roll_to_working_day: bool = False

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("期限不能为负数")
        if self.roll_to_working_day and self.unit is Unit.HOUR:
            raise ValueError("按小时计算的期限不能顺延到工作日")


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which the clock stands still, both ends included; open while ``to_date`` is None.

    Raises ValueError when it ends before it begins.
    """

    from_date: date
    to_date: date | None = None

    def __post_init__(self) -> None:
        if self.to_date is not None and self.to_date < self.from_date:
            raise ValueError("暂停的结束日期早于开始日期")

    def covers(self, day: date) -> bool:
        """Whether the clock stands still on this day."""
        return self.from_date <= day and (self.to_date is None or day <= self.to_date)


@cache
def last_announced_year() -> int:
    """The last year whose days off the State Council had announced for ``chinese_calendar``.

    New Year's Day may be listed through the announcement for the year before or after; National
    Day cannot, so a year counts when its own is listed.
    """
    national_days = (day for day in chinese_calendar.holidays if (day.month, day.day) == (10, 1))
    latest: date = max(national_days)
    return latest.year


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. ``overrides`` maps a day to whether it is worked, and wins."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether the day is worked."""
        override = self.overrides.get(day)
        return _is_working_by_announcement(day) if override is None else override

    def is_provisional(self, day: date) -> bool:
        """Whether it is not settled yet if the day is worked: nobody has announced or set it.

        The last week of the last announced year is not settled either: the announcement for the
        next year has moved working days there around New Year's Day (as in 2018 and 2022).
        """
        return day not in self.overrides and not (
            _is_announced(day) and day < date(last_announced_year(), 12, 25)
        )

    def is_overridden(self, day: date) -> bool:
        """Whether the administrator made this day other than it was announced."""
        override = self.overrides.get(day)
        return override is not None and override != _is_working_by_announcement(day)

    def holiday(self, day: date) -> str | None:
        """The festival that makes this day free, or worked in exchange, in Chinese; else None."""
        if self.is_overridden(day) or not _is_announced(day):
            return None
        name = chinese_calendar.get_holiday_detail(day)[1]
        if name is None:
            return None
        chinese: str = chinese_calendar.Holiday(name).chinese
        return _FULL_NAMES.get(chinese, chinese)


def _is_announced(day: date) -> bool:
    first = min(chinese_calendar.holidays).year
    return bool(first <= day.year <= last_announced_year())


@cache
def _is_working_by_announcement(day: date) -> bool:
    if _is_announced(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


class StepKind(StrEnum):
    """What one line of a calculation says."""

    START = "start"
    LIMIT = "limit"
    EXTENSION = "extension"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    EXCHANGED = "exchanged"
    EXTRA_DAY = "extra_day"
    PAUSE = "pause"
    ROLLED = "rolled"
    PROVISIONAL = "provisional"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of a calculation, about the days ``first`` to ``last``.

    ``amount`` is the limit or extension (in the limit's unit), or the number of days in the span;
    ``name`` the festival. An open pause has no ``last``.
    """

    kind: StepKind
    first: date
    last: date | None
    amount: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends and how that came about.

    ``due_at`` is None while an open pause stands before the end. ``provisional`` says that the
    calculation ran over days of which it is not settled yet whether they are worked.
    """

    limit: Limit
    started: datetime
    due_at: datetime | None
    provisional: bool
    steps: tuple[Step, ...]

    @property
    def paused(self) -> bool:
        """Whether an open pause keeps the limit from ending."""
        return self.due_at is None


def compute(
    rule: Limit,
    started: datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[int] = (),
) -> Due:
    """Find when ``rule`` ends for an event at ``started`` (aware; read in Asia/Shanghai).

    Raises ValueError for a naive ``started`` or a negative extension.
    """
    if started.tzinfo is None:
        raise ValueError("期限的起算时间必须带时区")
    if any(amount < 0 for amount in extensions):
        raise ValueError("延长的期限不能为负数")
    started = started.astimezone(SHANGHAI)
    start_day = started.date()
    steps = [
        Step(StepKind.START, start_day, start_day),
        Step(StepKind.LIMIT, start_day, start_day, rule.amount),
        *(Step(StepKind.EXTENSION, start_day, start_day, amount) for amount in extensions),
    ]
    total = rule.amount + sum(extensions)
    if rule.unit is Unit.HOUR:
        due_at, facts = _run_hours(started, total, pauses)
    else:
        due_at, facts = _run_days(start_day, total, rule, calendar, pauses)
    steps.extend(facts)
    if due_at is not None:
        steps.append(Step(StepKind.DUE, due_at.date(), due_at.date()))
    provisional = any(step.kind is StepKind.PROVISIONAL for step in facts)
    return Due(rule, started, due_at, provisional, tuple(steps))


def _run_hours(
    started: datetime, hours: int, pauses: Sequence[Pause]
) -> tuple[datetime | None, list[Step]]:
    """Let the clock run ``hours``, standing still from the first to the last moment of pauses."""
    due_at = started + hours * _HOUR
    facts: list[Step] = []
    resumed = started
    for pause in sorted(pauses, key=lambda pause: pause.from_date):
        stopped = max(datetime.combine(pause.from_date, time.min, SHANGHAI), resumed)
        if stopped >= due_at:
            break
        if pause.to_date is None:
            return None, [*facts, Step(StepKind.PAUSE, pause.from_date, None)]
        running_again = datetime.combine(pause.to_date + _DAY, time.min, SHANGHAI)
        if running_again > stopped:
            due_at += running_again - stopped
            resumed = running_again
            days = (pause.to_date - pause.from_date).days + 1
            facts.append(Step(StepKind.PAUSE, pause.from_date, pause.to_date, days))
    return due_at, facts


def _run_days(
    start_day: date, amount: int, rule: Limit, calendar: Calendar, pauses: Sequence[Pause]
) -> tuple[datetime | None, list[Step]]:
    """Walk day by day from the day after the event until ``amount`` days have counted."""
    by_working_day = rule.unit is Unit.WORKING_DAY
    spans = _Spans()
    day, left, unsettled = start_day, amount, False
    rolled_from: date | None = None
    while True:
        if left == 0:
            if not rule.roll_to_working_day or calendar.is_working(day):
                break
            rolled_from = rolled_from or day
        day += _DAY
        if pause := next((pause for pause in pauses if pause.covers(day)), None):
            if pause.to_date is None:
                return None, [*spans.steps, Step(StepKind.PAUSE, pause.from_date, None)]
            spans.add(StepKind.PAUSE, day)
            continue
        if by_working_day:
            unsettled = unsettled or calendar.is_provisional(day)
            spans.note(day, calendar)
            if not calendar.is_working(day):
                continue
        left = max(left - 1, 0)
    facts = spans.steps
    if rolled_from is not None:
        facts.append(Step(StepKind.ROLLED, rolled_from, day))
    if rule.roll_to_working_day:
        looked_at = _days(rolled_from or day, day)
        unsettled = unsettled or any(calendar.is_provisional(each) for each in looked_at)
    if unsettled:
        facts.append(Step(StepKind.PROVISIONAL, day, day))
    return end_of_day(day), facts


class _Spans:
    """Collects what happened day by day and joins neighbours of one kind into spans."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def note(self, day: date, calendar: Calendar) -> None:
        """Record the day if it is anything but an ordinary working day."""
        weekend, name = day.weekday() >= 5, calendar.holiday(day)
        if calendar.is_working(day):
            if calendar.is_overridden(day):
                self.add(StepKind.EXTRA_DAY, day)
            elif weekend:
                self.add(StepKind.EXCHANGED, day, name or "")
        elif calendar.is_overridden(day):
            self.add(StepKind.DAY_OFF, day)
        elif name:
            self.add(StepKind.HOLIDAY, day, name)
        else:
            self.add(StepKind.WEEKEND if weekend else StepKind.DAY_OFF, day)

    def add(self, kind: StepKind, day: date, name: str = "") -> None:
        """Append a day, joined to the span before it when it continues that."""
        before = self.steps[-1] if self.steps else None
        if before and (before.kind, before.name, before.last) == (kind, name, day - _DAY):
            self.steps[-1] = Step(kind, before.first, day, before.amount + 1, name)
        else:
            self.steps.append(Step(kind, day, day, 1, name))


def explain(due: Due) -> list[str]:
    """The calculation as Chinese lines, in the order in which the days pass.

    Ordinary weekends are told in one line, since nobody doubts them.
    """
    lines: list[str] = []
    weekend_days = sum(step.amount for step in due.steps if step.kind is StepKind.WEEKEND)
    for step in due.steps:
        if step.kind is StepKind.WEEKEND:
            continue
        if step.kind in (StepKind.ROLLED, StepKind.PROVISIONAL, StepKind.DUE) and weekend_days:
            lines.append(f"其间周末 {weekend_days} 天，不计")
            weekend_days = 0
        lines.append(_line(step, due))
    return lines


def _line(step: Step, due: Due) -> str:
    span = f"{step.first}" if step.first == step.last else f"{step.first} 至 {step.last}"
    weekday = f"(周{_WEEKDAYS[step.first.weekday()]})"
    unit = due.limit.unit.chinese
    match step.kind:
        case StepKind.START if due.limit.unit is Unit.HOUR:
            return f"自 {due.started:%Y-%m-%d %H:%M} 起算"
        case StepKind.START:
            return f"自 {step.first} 起算，当日不计入"
        case StepKind.LIMIT:
            return f"{step.amount} {unit}"
        case StepKind.EXTENSION:
            return f"延长 {step.amount} {unit}"
        case StepKind.HOLIDAY:
            return f"{span} {step.name}放假，不计"
        case StepKind.DAY_OFF:
            return f"{span} 本地设定为休息日，不计"
        case StepKind.EXCHANGED:
            return f"{span}{weekday}调休上班,计入"
        case StepKind.EXTRA_DAY:
            return f"{span}{weekday}本地设定为工作日,计入"
        case StepKind.PAUSE if step.last is None:
            return f"自 {step.first} 起暂停计算,恢复后继续"
        case StepKind.PAUSE:
            return f"{span} 暂停计算，不计"
        case StepKind.ROLLED:
            return f"{step.first} 为休息日,顺延至其后的工作日 {step.last}"
        case StepKind.PROVISIONAL:
            return "其间有放假安排尚未公布的日子,暂按周末休息推算,公布后重新计算"
    if due.limit.unit is Unit.HOUR and due.due_at:
        return f"到期时间 {due.due_at:%Y-%m-%d %H:%M}"
    return f"到期日 {step.first}"


def add_working_days(day: date, amount: int, calendar: Calendar) -> date:
    """The ``amount``-th working day after ``day``, or before it for a negative amount.

    Zero gives ``day`` itself, worked or not.
    """
    step = _DAY if amount > 0 else -_DAY
    left = abs(amount)
    while left:
        day += step
        left -= calendar.is_working(day)
    return day


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """How many working days lie after ``first`` up to and with ``last``; negative if before."""
    if last < first:
        return -working_days_between(last, first, calendar)
    return sum(calendar.is_working(day) for day in _days(first + _DAY, last))


def next_working_day(day: date, calendar: Calendar) -> date:
    """The first working day after ``day``."""
    return add_working_days(day, 1, calendar)


def fixed_date(year: int, month: int, day: int) -> datetime:
    """The end of a day that a rule names itself, such as 30 April of each year.

    Raises ValueError when there is no such day.
    """
    return end_of_day(date(year, month, day))


def end_of_day(day: date) -> datetime:
    """The last second of a day, aware, in Asia/Shanghai."""
    return datetime.combine(day, time(23, 59, 59), SHANGHAI)


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _DAY

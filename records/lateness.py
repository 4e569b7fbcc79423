"""How a deadline stands: what is left of it, or how late it is, counted as its rule counts.

Pure: values in, values out, no Django. Days are Chinese calendar days (Asia/Shanghai).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from records.workdays import SHANGHAI, Calendar, Unit, working_days_between

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


class State(StrEnum):
    """How a deadline stands."""

    PAUSED = "paused"
    MET = "met"
    OVERDUE = "overdue"
    TODAY = "today"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Remaining:
    """How a deadline stands: the amount left, or late (also for one met late)."""

    state: State
    amount: int = 0
    unit: Unit = Unit.CALENDAR_DAY

    @property
    def text(self) -> str:
        """The words on the deadline chip."""
        late = f"逾期 {self.amount} {self.unit.chinese}"
        match self.state:
            case State.PAUSED:
                return "已暂停"
            case State.MET:
                return f"已完成（{late}）" if self.amount else "已完成"
            case State.OVERDUE:
                return late
            case State.TODAY:
                return "今天到期"
        return f"剩 {self.amount} {self.unit.chinese}" if self.amount else "剩不足 1 小时"


def remaining(
    due_at: datetime | None,
    now: datetime,
    calendar: Calendar,
    unit: Unit,
    *,
    met_at: datetime | None = None,
    paused: bool = False,
) -> Remaining:
    """How a deadline stands at ``now`` (aware, like ``due_at`` and ``met_at``).

    What is left is told in the rule's own ``unit``; lateness in calendar days, for hours in hours
    during the first day. A missing ``due_at`` means paused.
    """
    if met_at is not None:
        late = _lateness(due_at, met_at, unit) if due_at else None
        return Remaining(State.MET, late.amount, late.unit) if late else Remaining(State.MET)
    if due_at is None or paused:
        return Remaining(State.PAUSED)
    if late := _lateness(due_at, now, unit):
        return late
    today, due_day = _local_day(now), _local_day(due_at)
    if unit is Unit.HOUR:
        return Remaining(State.LEFT, (due_at - now) // _HOUR, unit)
    if today == due_day:
        return Remaining(State.TODAY)
    # Zero working days before a due day that an override made free: calendar days tell more.
    if unit is Unit.WORKING_DAY and (days := working_days_between(today, due_day, calendar)):
        return Remaining(State.LEFT, days, unit)
    return Remaining(State.LEFT, (due_day - today).days)


def _lateness(due_at: datetime, now: datetime, unit: Unit) -> Remaining | None:
    if unit is Unit.HOUR:
        late = now - due_at
        if late <= timedelta(0):
            return None
        if late < _DAY:
            return Remaining(State.OVERDUE, max(late // _HOUR, 1), unit)
        return Remaining(State.OVERDUE, late // _DAY)
    days = (_local_day(now) - _local_day(due_at)).days
    return Remaining(State.OVERDUE, days) if days > 0 else None


def lateness(due_at: datetime, at: datetime, calendar: Calendar, unit: Unit) -> Remaining | None:
    """How late something was at ``at``, counted as its rule counts; None when in time.

    For a rule in working days these are the working days after the due day up to and with that of
    ``at``; where all of them were days off, calendar days.
    """
    late = _lateness(due_at, at, unit)
    if late is None or unit is not Unit.WORKING_DAY:
        return late
    days = working_days_between(_local_day(due_at), _local_day(at), calendar)
    return Remaining(State.OVERDUE, days, unit) if days else late


def _local_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()

"""Looks ahead and back over calendar days, months and quarters: with ``records.workdays`` the only
place that moves dates (``tests/test_dates.py`` sees to it). Time limits are not counted here but
by ``records.deadlines``.

Pure: values in, values out, no Django. Days are Chinese calendar days (Asia/Shanghai).
"""

from __future__ import annotations

import calendar
import datetime as dt

from records.workdays import SHANGHAI


def ahead(moment: dt.datetime, *, days: int = 0, hours: int = 0, minutes: int = 0) -> dt.datetime:
    """The moment so much later than ``moment``; earlier, if negative."""
    return moment + dt.timedelta(days=days, hours=hours, minutes=minutes)


def ago(moment: dt.datetime, *, days: int) -> dt.datetime:
    """The start of a look back over so many days."""
    return ahead(moment, days=-days)


def day_after(day: dt.date, days: int = 1) -> dt.date:
    """The day so many days after ``day``; before it, if negative."""
    return day + dt.timedelta(days=days)


def window(first: dt.date, days: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a look ahead of so many days."""
    return first, day_after(first, days)


def length(days: int) -> dt.timedelta:
    """So many days as a length of time, for what measures windows itself: the database."""
    return dt.timedelta(days=days)


def beginning(day: dt.date) -> dt.datetime:
    """The first moment of a day in China."""
    return dt.datetime.combine(day, dt.time.min, SHANGHAI)


def ending(day: dt.date) -> dt.datetime:
    """The last moment of a day in China; the calendar's last day has one, but no day after it."""
    return dt.datetime.combine(day, dt.time.max, SHANGHAI)


def month_after(day: dt.date, months: int) -> dt.date:
    """The first day of the month so many months after that of ``day`` (before, if negative)."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def last_ended(today: dt.date, months: int) -> tuple[dt.date, dt.date]:
    """The first day of the last ended period of ``months`` months (1 or 3), and that of the
    period after it."""
    this = dt.date(today.year, (today.month - 1) // months * months + 1, 1)
    return month_after(this, -months), this


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, or the last one of a month too short to have it."""
    first = month_after(day, -months)
    return first.replace(day=min(day.day, calendar.monthrange(first.year, first.month)[1]))


def last_day_within(day: dt.date, months: int) -> dt.date:
    """The last day from which ``months_before`` still reaches back to ``day``."""
    last = months_before(day, -months)
    while months_before(day_after(last), months) <= day:
        last = day_after(last)
    return last

"""Months and quarters of the calendar."""

from __future__ import annotations

import datetime as dt

from records.workdays import SHANGHAI


def beginning(day: dt.date) -> dt.datetime:
    """The first moment of a day in China."""
    return dt.datetime.combine(day, dt.time.min, SHANGHAI)


def month_after(day: dt.date, months: int) -> dt.date:
    """The first day of the month so many months after that of ``day`` (before, if negative)."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def last_ended(today: dt.date, months: int) -> tuple[dt.date, dt.date]:
    """The first day of the last ended period of ``months`` months (1 or 3), and that of the
    period after it."""
    this = dt.date(today.year, (today.month - 1) // months * months + 1, 1)
    return month_after(this, -months), this

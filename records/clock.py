"""What time it is: whatever writes a time asks here.

The product never sets the clock. ``at`` is for whoever writes down what happened on another day
(the demo county): within it every service dates what it does accordingly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_ahead: ContextVar[dt.timedelta] = ContextVar("clock_ahead", default=dt.timedelta())


def now() -> dt.datetime:
    """This moment, aware."""
    return timezone.now() + _ahead.get()


def today() -> dt.date:
    """The present day where the office is."""
    return timezone.localtime(now()).date()


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let the clock go on from ``moment`` (aware) in this thread until the block ends."""
    token = _ahead.set(moment - timezone.now())
    try:
        yield
    finally:
        _ahead.reset(token)

"""How pressing deadlines are, told by the database: the same levels as the chip shows, so that a
tab leads to exactly the rows it counted (D4)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, CharField, DateTimeField, F, Q, Value, When
from django.db.models.functions import Coalesce

from records import clock
from records.deadlines import SOON_WORKING_DAYS, calendar
from records.models import Deadline
from records.workdays import SHANGHAI, add_working_days

LEVELS = {
    "overdue": "已逾期",
    "today": "今天到期",
    "soon": "临近到期",
    "ok": "未到期",
    "paused": "已暂停",
}
"""The levels of running deadlines, most pressing first, in words."""

_NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


def level(now: dt.datetime | None = None, deadline: str = "") -> Case:
    """The level of a running deadline as an expression; ``deadline`` is the path to it
    (``"deadline__"``), empty for deadlines themselves. A row without one counts as paused."""
    now = now or clock.now()
    today = now.astimezone(SHANGHAI).date()
    days = calendar()
    due, hours = f"{deadline}due_at", Q(**{f"{deadline}unit": Deadline.Kind.HOUR})
    working = Q(**{f"{deadline}unit": Deadline.Kind.WORKING_DAY})

    def before(day: dt.date) -> Q:
        return Q(**{f"{due}__lt": dt.datetime.combine(day, dt.time.min, SHANGHAI)})

    late = (hours & Q(**{f"{due}__lt": now})) | (~hours & before(today))
    few_hours = hours & Q(**{f"{due}__lt": now + dt.timedelta(hours=SOON_WORKING_DAYS * 8 + 1)})
    # Working days are counted as the chip counts them: those after today, the due day with them.
    few_working_days = (
        working
        & ~before(add_working_days(today, 1, days))
        & before(add_working_days(today, SOON_WORKING_DAYS + 1, days))
    )
    few_days = ~hours & before(today + dt.timedelta(days=SOON_WORKING_DAYS + 1))
    return Case(
        When(Q(**{f"{due}__isnull": True}), then=Value("paused")),
        When(late, then=Value("overdue")),
        When(~hours & before(today + dt.timedelta(days=1)), then=Value("today")),
        When(few_hours | few_working_days | few_days, then=Value("soon")),
        default=Value("ok"),
        output_field=CharField(),
    )


def pressing_first(deadline: str = "") -> Coalesce:
    """The due date for sorting: what is paused or has none comes last, never null."""
    return Coalesce(
        F(f"{deadline}due_at"), Value(_NEVER, DateTimeField()), output_field=DateTimeField()
    )

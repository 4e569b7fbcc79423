"""The clock tells the present, and within ``at`` another moment to everything that is written."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from departments.models import Region
from records import clock, deadlines, trail
from records.actor import SYSTEM
from records.workdays import SHANGHAI, Limit, Unit

NOON = dt.datetime(2026, 9, 30, 12, 0, tzinfo=SHANGHAI)
EARLIER = dt.datetime(2026, 9, 1, 23, 30, tzinfo=SHANGHAI)


def test_the_day_is_that_of_the_office() -> None:
    with time_machine.travel(dt.datetime(2026, 9, 30, 16, 30, tzinfo=dt.UTC), tick=False):
        assert clock.today() == dt.date(2026, 10, 1)


def test_the_clock_goes_on_from_the_moment_and_returns_even_after_an_error() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        with pytest.raises(RuntimeError), clock.at(EARLIER):
            traveller.shift(60)
            assert clock.now() == EARLIER + dt.timedelta(seconds=60)
            raise RuntimeError
        assert clock.now() == NOON + dt.timedelta(seconds=60)


def test_what_is_written_meanwhile_bears_that_date(county: Region) -> None:
    with clock.at(EARLIER):
        entry = trail.record(SYSTEM, "test.note", "记录")
        deadline = deadlines.start(
            SYSTEM,
            entry,
            rule="test.note",
            title="办理",
            source="测试",
            limit=Limit(1, Unit.WORKING_DAY),
            department_id=county.departments.first().pk,
            region_code=county.code,
        )
    assert entry.at - EARLIER < dt.timedelta(minutes=1)
    assert deadline.due_at == dt.datetime(2026, 9, 2, 23, 59, 59, tzinfo=SHANGHAI)

"""How deadlines stand and how late something was, counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from records import deadlines
from records.actor import SYSTEM
from records.lateness import Remaining, State, lateness, remaining
from records.workdays import SHANGHAI, Calendar, Limit, Unit, fixed_date

PLAIN = Calendar()


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due", "done", "unit", "late"),
    [
        # Done on the due day itself, in its last minute.
        ("2026-09-30 23:59:59", "2026-09-30 23:59", Unit.WORKING_DAY, None),
        # Over National Day: 8 October is the first working day after 30 September.
        ("2026-09-30 23:59:59", "2026-10-08 09:00", Unit.WORKING_DAY, (1, Unit.WORKING_DAY)),
        # 8, 9 and the exchanged Saturday 10 October.
        ("2026-09-30 23:59:59", "2026-10-10 09:00", Unit.WORKING_DAY, (3, Unit.WORKING_DAY)),
        # All days after the due day were free: told in calendar days.
        ("2026-09-30 23:59:59", "2026-10-03 09:00", Unit.WORKING_DAY, (3, Unit.CALENDAR_DAY)),
        # A calendar-day rule counts calendar days whatever they are.
        ("2026-09-30 23:59:59", "2026-10-08 09:00", Unit.CALENDAR_DAY, (8, Unit.CALENDAR_DAY)),
        # Spring Festival: Saturday 14 February worked, 15 to 23 free, 24 worked.
        ("2026-02-13 23:59:59", "2026-02-24 09:00", Unit.WORKING_DAY, (2, Unit.WORKING_DAY)),
        ("2026-09-28 20:00", "2026-09-28 23:30", Unit.HOUR, (3, Unit.HOUR)),
    ],
)
def test_lateness_is_counted_as_the_rule_counts(due, done, unit, late):
    found = lateness(moment(due), moment(done), PLAIN, unit)
    assert found == (Remaining(State.OVERDUE, *late) if late else None)


@pytest.mark.django_db
def test_a_clock_met_late_stays_as_late_as_it_was(county, person):
    target = person("mzj_clerk")
    deadline = deadlines.start(
        SYSTEM,
        target,
        rule="test.late",
        title="移送",
        source="郯政发〔2023〕1号（九）",
        limit=Limit(3, Unit.WORKING_DAY),
        department_id=target.department_id,
        region_code="411603",
        started_at=moment("2026-09-28 10:00"),
    )
    # Due on 8 October.
    assert deadlines.late_by(deadline, moment("2026-10-08 20:00")) is None
    running = deadlines.late_by(deadline, moment("2026-10-12 09:00"))
    assert running is not None and running.text == "逾期 3 个工作日"
    deadline.met_at = moment("2026-10-09 09:00")
    met = deadlines.late_by(deadline, moment("2026-12-01 09:00"))
    assert met is not None and met.text == "逾期 1 个工作日"
    deadline.due_at = None
    assert deadlines.late_by(deadline) is None


class TestChip:
    @pytest.mark.parametrize(
        ("now", "unit", "text"),
        [
            ("2026-09-28 15:30", Unit.WORKING_DAY, "剩 3 个工作日"),
            ("2026-09-28 15:30", Unit.CALENDAR_DAY, "剩 10 天"),
            ("2026-10-07 09:00", Unit.WORKING_DAY, "剩 1 个工作日"),
            ("2026-10-08 23:00", Unit.WORKING_DAY, "今天到期"),
            ("2026-10-10 00:00", Unit.WORKING_DAY, "逾期 2 天"),
        ],
    )
    def test_days(self, now: str, unit: Unit, text: str) -> None:
        assert remaining(fixed_date(2026, 10, 8), moment(now), PLAIN, unit).text == text

    @pytest.mark.parametrize(
        ("now", "text"),
        [
            ("2026-10-08 06:10", "剩 5 小时"),
            ("2026-10-08 11:30", "剩不足 1 小时"),
            ("2026-10-08 12:01", "逾期 1 小时"),
            ("2026-10-08 15:30", "逾期 3 小时"),
            ("2026-10-10 13:00", "逾期 2 天"),
        ],
    )
    def test_hours(self, now: str, text: str) -> None:
        due_at = moment("2026-10-08 12:00")
        assert remaining(due_at, moment(now), PLAIN, Unit.HOUR).text == text

    def test_paused_and_met(self) -> None:
        due_at, now = fixed_date(2026, 10, 8), moment("2026-11-01 09:00")
        unit = Unit.WORKING_DAY
        assert remaining(None, now, PLAIN, unit).text == "已暂停"
        assert remaining(due_at, now, PLAIN, unit, paused=True).state is State.PAUSED
        in_time = remaining(due_at, now, PLAIN, unit, met_at=moment("2026-10-08 23:59:59"))
        assert (in_time.state, in_time.text) == (State.MET, "已完成")
        late = remaining(due_at, now, PLAIN, unit, met_at=moment("2026-10-09 08:00"))
        assert (late.state, late.text) == (State.MET, "已完成（逾期 1 天）")

    def test_a_due_day_made_free_afterwards_is_counted_in_calendar_days(self) -> None:
        calendar = Calendar({dt.date(2026, 10, 16): False})
        due_at, now = fixed_date(2026, 10, 16), moment("2026-10-15 09:00")
        assert remaining(due_at, now, calendar, Unit.WORKING_DAY).text == "剩 1 天"

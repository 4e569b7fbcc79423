"""The arithmetic of time limits: dates worked out by hand, and laws that hold for any limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.workdays import (
    SHANGHAI,
    Calendar,
    Due,
    Limit,
    Pause,
    StepKind,
    Unit,
    add_working_days,
    compute,
    explain,
    fixed_date,
    last_announced_year,
    next_working_day,
    working_days_between,
)

PLAIN = Calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def working(amount: int, started: str, calendar: Calendar = PLAIN, **more: Sequence) -> Due:
    limit = Limit(amount, Unit.WORKING_DAY)
    return compute(limit, moment(f"{started} 15:20"), calendar, **more)


def due_day(due: Due) -> str | None:
    return due.due_at.date().isoformat() if due.due_at else None


class TestCalendar:
    def test_festivals_and_exchanged_weekends_of_2026(self) -> None:
        assert not PLAIN.is_working(date(2026, 10, 1))
        assert PLAIN.is_working(date(2026, 10, 10)), "a Saturday worked for National Day"
        assert PLAIN.holiday(date(2026, 10, 10)) == "国庆节"
        assert PLAIN.holiday(date(2026, 9, 25)) == "中秋节"
        assert PLAIN.holiday(date(2026, 9, 28)) is None

    def test_overrides_win_in_both_directions(self) -> None:
        calendar = Calendar({date(2026, 10, 1): True, date(2026, 9, 28): False})
        assert calendar.is_working(date(2026, 10, 1))
        assert not calendar.is_working(date(2026, 9, 28))

    def test_unannounced_years_have_weekends_only_and_are_provisional(self) -> None:
        year = last_announced_year() + 1
        national_day = date(year, 10, 1)
        assert PLAIN.is_provisional(national_day)
        assert PLAIN.is_working(national_day) == (national_day.weekday() < 5)
        assert PLAIN.holiday(national_day) is None
        assert not Calendar({national_day: False}).is_provisional(national_day)
        assert not PLAIN.is_provisional(date(year - 1, 12, 24))

    def test_the_last_week_of_the_last_announced_year_may_still_move(self) -> None:
        assert PLAIN.is_provisional(date(last_announced_year(), 12, 31))


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("amount", "started", "expected"),
        [
            (3, "2026-09-28", "2026-10-08"),
            (5, "2026-09-28", "2026-10-10"),
            (20, "2026-09-28", "2026-10-30"),
            # Spring Festival 2026: free 15 to 23 February, Saturdays 14 and 28 worked.
            (1, "2026-02-13", "2026-02-14"),
            (2, "2026-02-13", "2026-02-24"),
            (3, "2026-02-12", "2026-02-24"),
            (10, "2026-02-12", "2026-03-04"),
            (1, "2026-02-18", "2026-02-24"),
            # New Year 2026: free 1 to 3 January, Sunday 4 worked.
            (2, "2025-12-30", "2026-01-04"),
            (3, "2025-12-30", "2026-01-05"),
            (0, "2026-09-28", "2026-09-28"),
        ],
    )
    def test_dates_worked_out_by_hand(self, amount: int, started: str, expected: str) -> None:
        due = working(amount, started)
        assert due_day(due) == expected
        assert not due.provisional

    def test_the_limit_ends_with_the_last_second_of_its_day_in_shanghai(self) -> None:
        assert working(3, "2026-09-28").due_at == datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)

    def test_the_day_of_the_event_is_the_day_in_shanghai(self) -> None:
        late = datetime(2026, 9, 27, 16, 30, tzinfo=UTC)  # half past midnight on the 28th
        assert due_day(compute(Limit(3, Unit.WORKING_DAY), late, PLAIN)) == "2026-10-08"

    def test_year_end_is_provisional_until_the_new_year_is_known(self) -> None:
        due = working(5, "2026-12-28")
        assert (due_day(due), due.provisional) == ("2027-01-04", True)
        known = {date(2026, 12, day): True for day in (29, 30, 31)}
        known |= {date(2027, 1, day): day >= 4 for day in range(1, 6)}
        due = working(5, "2026-12-28", Calendar(known))
        assert (due_day(due), due.provisional) == ("2027-01-05", False)

    def test_a_pause_stops_the_clock_on_both_its_ends(self) -> None:
        pause = Pause(date(2026, 9, 29), date(2026, 9, 30))
        assert due_day(working(3, "2026-09-28", pauses=[pause])) == "2026-10-10"

    def test_days_off_inside_a_pause_cost_nothing(self) -> None:
        pause = Pause(date(2026, 10, 1), date(2026, 10, 7))
        assert due_day(working(3, "2026-09-28", pauses=[pause])) == "2026-10-08"

    def test_an_open_pause_leaves_no_due_date(self) -> None:
        due = working(3, "2026-09-28", pauses=[Pause(date(2026, 10, 8))])
        assert due.paused
        assert due_day(due) is None

    def test_an_open_pause_after_the_end_changes_nothing(self) -> None:
        due = working(3, "2026-09-28", pauses=[Pause(date(2026, 10, 9))])
        assert due_day(due) == "2026-10-08"

    def test_extensions_add_in_the_same_unit(self) -> None:
        assert due_day(working(3, "2026-09-28", extensions=[1, 1])) == "2026-10-10"


class TestOtherUnits:
    def test_calendar_days_keep_a_last_day_that_is_off(self) -> None:
        due = compute(Limit(15, Unit.CALENDAR_DAY), moment("2026-09-19 09:00"), PLAIN)
        assert due_day(due) == "2026-10-04"

    def test_calendar_days_roll_when_the_rule_says_so(self) -> None:
        due = compute(Limit(15, Unit.CALENDAR_DAY, True), moment("2026-09-19 09:00"), PLAIN)
        assert due_day(due) == "2026-10-08"
        assert explain(due)[-2] == "2026-10-04 为休息日,顺延至其后的工作日 2026-10-08"

    def test_calendar_days_need_no_announcement_unless_they_roll(self) -> None:
        started = moment("2026-12-20 09:00")
        assert not compute(Limit(30, Unit.CALENDAR_DAY), started, PLAIN).provisional
        assert compute(Limit(30, Unit.CALENDAR_DAY, True), started, PLAIN).provisional

    def test_hours_run_exactly_and_through_days_off(self) -> None:
        due = compute(Limit(24, Unit.HOUR), moment("2026-09-30 17:30"), PLAIN)
        assert due.due_at == moment("2026-10-01 17:30")
        assert explain(due) == ["自 2026-09-30 17:30 起算", "24 小时", "到期时间 2026-10-01 17:30"]

    def test_hours_stand_still_for_the_whole_days_of_overlapping_pauses(self) -> None:
        pauses = [
            Pause(date(2026, 9, 2), date(2026, 9, 3)),
            Pause(date(2026, 9, 1), date(2026, 9, 2)),
        ]
        due = compute(Limit(24, Unit.HOUR), moment("2026-09-01 18:00"), PLAIN, pauses)
        assert due.due_at == moment("2026-09-05 00:00")
        assert compute(
            Limit(24, Unit.HOUR), moment("2026-09-01 18:00"), PLAIN, [Pause(date(2026, 9, 2))]
        ).paused


class TestExplanation:
    def test_tells_how_the_date_came_about(self) -> None:
        assert explain(working(20, "2026-09-28")) == [
            "自 2026-09-28 起算，当日不计入",
            "20 个工作日",
            "2026-10-01 至 2026-10-07 国庆节放假，不计",
            "2026-10-10(周六)调休上班,计入",
            "其间周末 5 天，不计",
            "到期日 2026-10-30",
        ]

    def test_tells_overrides_pauses_extensions_and_what_is_not_settled(self) -> None:
        calendar = Calendar({date(2026, 12, 30): False, date(2027, 1, 2): True})
        pause = Pause(date(2026, 12, 21), date(2026, 12, 24))
        assert explain(working(4, "2026-12-18", calendar, pauses=[pause], extensions=[2])) == [
            "自 2026-12-18 起算，当日不计入",
            "4 个工作日",
            "延长 2 个工作日",
            "2026-12-21 至 2026-12-24 暂停计算，不计",
            "2026-12-30 本地设定为休息日，不计",
            "2027-01-02(周六)本地设定为工作日,计入",
            "其间周末 4 天，不计",
            "其间有放假安排尚未公布的日子,暂按周末休息推算,公布后重新计算",
            "到期日 2027-01-02",
        ]

    def test_an_open_pause_is_told_instead_of_a_date(self) -> None:
        lines = explain(working(3, "2026-09-28", pauses=[Pause(date(2026, 9, 30))]))
        assert lines[-1] == "自 2026-09-30 起暂停计算,恢复后继续"

    def test_confirming_a_day_as_announced_is_no_local_setting(self) -> None:
        calendar = Calendar({date(2026, 10, 1): False})
        assert explain(working(3, "2026-09-28", calendar)) == explain(working(3, "2026-09-28"))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Limit(-1, Unit.HOUR), "负数"),
        (lambda: Limit(1, Unit.HOUR, True), "顺延"),
        (lambda: Pause(date(2026, 2, 2), date(2026, 2, 1)), "早于"),
        (lambda: compute(Limit(1, Unit.HOUR), datetime(2026, 1, 1), PLAIN), "时区"),
        (lambda: working(1, "2026-09-28", extensions=[-1]), "负数"),
        (lambda: fixed_date(2026, 2, 30), "day"),
    ],
)
def test_what_makes_no_sense_is_refused(build, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


def test_neighbours_of_a_day() -> None:
    assert next_working_day(date(2026, 9, 30), PLAIN) == date(2026, 10, 8)
    assert add_working_days(date(2026, 10, 10), -2, PLAIN) == date(2026, 10, 8)
    assert add_working_days(date(2026, 10, 4), 0, PLAIN) == date(2026, 10, 4)
    assert working_days_between(date(2026, 9, 28), date(2026, 10, 30), PLAIN) == 20
    assert working_days_between(date(2026, 10, 30), date(2026, 9, 28), PLAIN) == -20


# 2026 as the State Council announced it, typed in from the announcement: the oracle knows nothing
# of the package that the code reads.
FREE_2026 = {
    date(2026, month, day)
    for month, days in {
        1: range(1, 4),
        2: range(15, 24),
        4: range(4, 7),
        5: range(1, 6),
        6: range(19, 22),
        9: range(25, 28),
        10: range(1, 8),
    }.items()
    for day in days
}
WORKED_2026 = {
    date(2026, month, day) for month, day in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
}
YEAR_2026 = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
COUNTING_2026 = [
    day
    for day in YEAR_2026
    if day in WORKED_2026 or (day.isoweekday() < 6 and day not in FREE_2026)
]

start_days = st.dates(date(2026, 1, 1), date(2026, 8, 31))
amounts = st.integers(0, 40)


@st.composite
def closed_pauses(draw: st.DrawFn) -> Pause:
    first = draw(st.dates(date(2026, 1, 1), date(2026, 9, 30)))
    return Pause(first, first + timedelta(days=draw(st.integers(0, 10))))


@given(start_days, st.integers(1, 40), st.lists(closed_pauses(), max_size=2))
def test_agrees_with_a_list_of_the_days_that_count(
    day: date, amount: int, pauses: list[Pause]
) -> None:
    stopped = {
        pause.from_date + timedelta(days=n)
        for pause in pauses
        for n in range(11)
        if pause.from_date + timedelta(days=n) <= pause.to_date
    }
    counting = [each for each in COUNTING_2026 if each > day and each not in stopped]
    assert due_day(working(amount, day.isoformat(), pauses=pauses)) == str(counting[amount - 1])


@given(start_days, amounts, amounts)
def test_more_time_never_ends_earlier(day: date, amount: int, more: int) -> None:
    shorter, longer = working(amount, str(day)), working(amount + more, str(day))
    assert shorter.due_at <= longer.due_at


@given(start_days, start_days, amounts)
def test_a_later_start_never_ends_earlier(one: date, other: date, amount: int) -> None:
    earlier, later = sorted([one, other])
    assert working(amount, str(earlier)).due_at <= working(amount, str(later)).due_at


@given(start_days, amounts, st.lists(st.integers(0, 15), max_size=3))
def test_extensions_are_as_good_as_a_longer_limit(
    day: date, amount: int, extensions: list[int]
) -> None:
    extended = working(amount, str(day), extensions=extensions)
    assert extended.due_at == working(amount + sum(extensions), str(day)).due_at


@given(start_days, st.integers(1, 40), closed_pauses())
def test_a_pause_moves_the_end_by_its_working_days(day: date, amount: int, pause: Pause) -> None:
    unpaused = working(amount, str(day)).due_at.date()
    paused = working(amount, str(day), pauses=[pause]).due_at.date()
    first = max(pause.from_date, day + timedelta(days=1))
    if first > unpaused or pause.to_date < first:
        assert paused == unpaused
    else:
        lost = working_days_between(first - timedelta(days=1), pause.to_date, PLAIN)
        assert working_days_between(unpaused, paused, PLAIN) == lost


@given(st.dates(date(2025, 1, 1), date(2028, 12, 31)), st.integers(-60, 60))
def test_counting_back_what_was_added_gives_the_amount(day: date, amount: int) -> None:
    start = add_working_days(day, 1, PLAIN)
    assert working_days_between(start, add_working_days(start, amount, PLAIN), PLAIN) == amount


@given(start_days, amounts, st.lists(closed_pauses(), max_size=2))
def test_the_steps_account_for_every_day(day: date, amount: int, pauses: list[Pause]) -> None:
    due = working(amount, str(day), pauses=pauses)
    skipped = {StepKind.WEEKEND, StepKind.HOLIDAY, StepKind.DAY_OFF, StepKind.PAUSE}
    not_counted = sum(step.amount for step in due.steps if step.kind in skipped)
    assert (due.due_at.date() - day).days == not_counted + amount

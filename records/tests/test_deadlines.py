import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from records import deadlines
from records.actor import SYSTEM
from records.errors import Conflict, Refused
from records.models import DayOverride, Deadline, TrailEntry
from records.workdays import Limit, Unit

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = dt.datetime(2026, 9, 28, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def start(county, person):
    target = person("mzj_clerk")

    def run(amount=20, unit=Unit.WORKING_DAY, started_at=MONDAY, rule="test.rule"):
        return deadlines.start(
            SYSTEM,
            target,
            rule=rule,
            title="公示检查结果",
            source="会政办发〔2024〕64号",
            limit=Limit(amount, unit),
            department_id=target.department_id,
            region_code="411603",
            started_at=started_at,
        )

    return run


def day_of(deadline):
    return deadline.due_at.astimezone(SHANGHAI).date()


@pytest.mark.parametrize(
    ("amount", "due"),
    [(3, dt.date(2026, 10, 8)), (5, dt.date(2026, 10, 10)), (20, dt.date(2026, 10, 30))],
)
def test_working_days_across_the_national_day(start, amount, due):
    assert day_of(start(amount)) == due


def test_starting_the_same_rule_twice_keeps_the_first_clock(start):
    first = start()
    second = start(started_at=MONDAY + dt.timedelta(days=1))

    assert second.pk == first.pk
    assert TrailEntry.objects.filter(verb="deadline.start").count() == 1


def test_a_met_clock_stands_and_the_rule_may_start_again(start, person):
    first = start()

    assert deadlines.meet(first.target, "test.rule") == 1
    assert deadlines.meet(first.target, "test.rule") == 0
    assert start().pk != first.pk


def test_an_extension_moves_the_due_date_by_working_days(start):
    deadline = start(3)

    moved = deadlines.extend(SYSTEM, deadline.pk, 2, "情况复杂")

    assert day_of(moved) == dt.date(2026, 10, 10)


def test_a_pause_takes_the_due_date_away_and_the_chip_says_so(start):
    deadline = start(3, started_at=dt.datetime.now(SHANGHAI))

    paused = deadlines.pause(SYSTEM, deadline.pk, "等待鉴定")

    assert paused.due_at is None
    assert deadlines.chip(paused).chip_text == "已暂停"
    with pytest.raises(Conflict):
        deadlines.pause(SYSTEM, deadline.pk, "再停一次")
    assert deadlines.resume(SYSTEM, deadline.pk, "鉴定完成").due_at is not None


def test_a_change_of_the_clock_needs_a_reason(start):
    with pytest.raises(Refused, match="理由"):
        deadlines.pause(SYSTEM, start().pk, " ")


def test_a_new_holiday_moves_running_deadlines(start):
    deadline = start(3)
    DayOverride.objects.create(day=dt.date(2026, 9, 29), is_working=False, source="测试放假")

    assert deadlines.recompute_running(SYSTEM) == 1

    deadline.refresh_from_db()
    assert day_of(deadline) == dt.date(2026, 10, 9)


def test_the_explanation_names_source_and_holidays(start):
    lines = deadlines.explanation(start(3))

    assert lines[0] == "依据：会政办发〔2024〕64号"
    assert any("国庆" in line for line in lines)
    assert any("2026-10-08" in line for line in lines)


@pytest.mark.parametrize(
    ("now", "text", "level"),
    [
        (dt.datetime(2026, 9, 29, 9, tzinfo=SHANGHAI), "剩 19 个工作日", "ok"),
        (dt.datetime(2026, 10, 29, 9, tzinfo=SHANGHAI), "剩 1 个工作日", "soon"),
        (dt.datetime(2026, 10, 30, 9, tzinfo=SHANGHAI), "今天到期", "today"),
        (dt.datetime(2026, 11, 1, 9, tzinfo=SHANGHAI), "逾期 2 天", "overdue"),
    ],
)
def test_the_chip(start, now, text, level):
    chip = deadlines.chip(start(20), now)

    assert (chip.chip_text, chip.chip_level) == (text, level)


def test_chips_for_a_list_cost_one_query(start, person, django_assert_num_queries):
    start(20)
    start(3, rule="test.other")
    target = person("mzj_clerk")
    deadlines.chips_for([target])

    with django_assert_num_queries(1):
        chips = deadlines.chips_for([target])

    assert chips[target.pk].deadline.amount == 3
    assert Deadline.objects.count() == 2

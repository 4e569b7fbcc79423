import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records import deadlines
from records.deadline_levels import LEVELS, level, pressing_first
from records.models import Deadline
from records.workdays import SHANGHAI, end_of_day

pytestmark = pytest.mark.django_db

# Around the long October holiday, where working and calendar days differ most.
FIRST = dt.datetime(2026, 9, 25, tzinfo=SHANGHAI)


def running(target, due_at, unit, rule="test"):
    return Deadline.objects.create(
        rule=rule,
        title="测试",
        source="测试",
        amount=1,
        unit=unit,
        region_code="411603",
        department=target.department,
        target=target,
        target_name="对象",
        started_at=FIRST,
        due_at=due_at,
    )


@pytest.fixture
def clerk(person):
    return person("mzj_clerk")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    now=st.integers(0, 20 * 24 * 60),
    due=st.integers(-3 * 24, 25 * 24),
    unit=st.sampled_from(Deadline.Kind.values),
)
def test_the_database_tells_the_level_of_the_chip(clerk, now, due, unit):
    moment = FIRST + dt.timedelta(minutes=now)
    due_at = FIRST + dt.timedelta(hours=due)
    if unit != Deadline.Kind.HOUR:
        due_at = end_of_day(due_at.date())
    Deadline.objects.filter(rule="test").delete()
    deadline = running(clerk, due_at, unit)

    told = Deadline.objects.annotate(level=level(moment)).get(pk=deadline.pk)

    assert told.level == deadlines.chip(deadline, moment).chip_level


@pytest.mark.parametrize("minutes", [-1, 0, 1])
@pytest.mark.parametrize("hours", [0, 1, 24, 25])
def test_hours_turn_at_the_same_minute_as_the_chip(clerk, minutes, hours):
    due_at = FIRST + dt.timedelta(hours=hours, minutes=minutes)
    deadline = running(clerk, due_at, Deadline.Kind.HOUR)

    told = Deadline.objects.annotate(level=level(FIRST)).get(pk=deadline.pk)

    assert told.level == deadlines.chip(deadline, FIRST).chip_level


def test_what_is_paused_has_a_level_and_comes_last(clerk):
    paused = running(clerk, None, Deadline.Kind.WORKING_DAY, rule="paused")
    late = running(clerk, FIRST, Deadline.Kind.WORKING_DAY, rule="late")
    now = FIRST + dt.timedelta(days=2)

    found = Deadline.objects.filter(pk__in=(paused.pk, late.pk)).annotate(
        level=level(now), due=pressing_first()
    )

    assert [(d.pk, d.level) for d in found.order_by("due")] == [
        (late.pk, "overdue"),
        (paused.pk, "paused"),
    ]
    assert set(LEVELS) == {"overdue", "today", "soon", "ok", "paused"}

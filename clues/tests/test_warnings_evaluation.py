"""Which warnings follow from which events: windows, watermarks, repetition, secrecy."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues.models import RiskWarning, Stop, WarningRuleVersion
from clues.rules import warnings as w
from clues.services.warnings import counting, evaluation, raising, rules
from clues.tests.warning_samples import COUNTY, complaints, day, raised, rule, subject
from clues.watch import Point, spaced
from departments.models import Department, Region
from records import trail
from records.actor import SYSTEM
from records.models import Deadline

pytestmark = pytest.mark.django_db

NOW = day("11-20")
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def ground(county: Region) -> None:
    """The demo county."""


def test_third_complaint_within_thirty_days_warns() -> None:
    home = subject()
    complaints(home, [day("10-25"), day("11-05"), day("11-18")])
    (warning,) = raised(rule(), NOW)
    assert warning.subject == home
    assert warning.value == 3
    assert warning.content == (
        "2026 年 10 月 19 日至 2026 年 11 月 18 日，监管对象“幸福养老院”"
        "被投诉举报 3 件，达到预警值 3 件。"
    )
    assert warning.events.count() == 3
    assert warning.owner.short_name == "民政局"
    stop = Stop.objects.open().of(warning).get()
    assert (stop.department_id, stop.waits) == (warning.owner_id, "接收预警")
    assert stop.deadline.rule == "clues.warning.receive.serious"


def test_first_moment_of_the_window_counts_and_the_one_before_does_not() -> None:
    last = day("11-18")
    inside, outside = subject("甲"), subject("乙")
    complaints(inside, [last - 30 * DAY, last - DAY, last])
    complaints(outside, [last - 30 * DAY - dt.timedelta(microseconds=1), last - DAY, last])
    assert [one.subject for one in raised(rule(), NOW)] == [inside]


def test_two_subjects_do_not_add_up() -> None:
    for name in ("甲", "乙"):
        complaints(subject(name), [day("11-10"), day("11-11")])
    assert raised(rule(), NOW) == []


def test_confidential_and_merged_clues_are_never_counted() -> None:
    home = subject()
    first, *_ = complaints(home, [day("11-01")])
    complaints(home, [day("11-02"), day("11-03")], confidential=True)
    complaints(home, [day("11-04")], state="merged", merged_into=first)
    assert raised(rule(threshold=Decimal(2)), NOW) == []


def test_filters_narrow_what_is_counted() -> None:
    home = subject()
    complaints(home, [day("11-01"), day("11-02")])
    complaints(home, [day("11-03")], channel="media")
    assert raised(rule(channels=["hotline"]), NOW) == []
    assert raised(rule(categories=["pharmacy"]), NOW) == []
    assert raised(rule(townships=["411603102"]), NOW) == []
    assert len(raised(rule(channels=["hotline", "media"], townships=["411603101"]), NOW)) == 1


def test_doubling_needs_the_period_before_and_a_floor() -> None:
    version = rule(
        measure=w.CHANGE, group_by=w.TOWNSHIP, threshold=Decimal(2), at_least=4, window_days=10
    )
    home = subject()
    before = [day("11-01"), day("11-02")]
    complaints(home, [*before, day("11-12"), day("11-13"), day("11-14")])
    assert raised(version, day("11-14", 12)) == []
    complaints(home, [day("11-15")])
    (warning,) = raised(version, NOW)
    assert warning.township == home.township
    assert warning.value == 2
    assert "被投诉举报 4 件，前 10 天 2 件，达到预警值（前期的 2 倍）" in warning.content


def test_change_compares_with_the_period_before() -> None:
    version = rule(measure=w.CHANGE, group_by=w.TOWNSHIP, threshold=Decimal(2), window_days=10)
    complaints(subject(), [day(f"11-0{n}") for n in (2, 3, 4)])
    complaints(subject(), [day(f"11-{n}") for n in (15, 15, 16, 16, 16)])
    # 5 against 3 is less than double.
    assert counting.latest(version, day("11-12"), NOW) == []
    version.threshold = Decimal("1.66")
    (point,) = counting.latest(version, day("11-12"), NOW)
    assert (point.amount, point.base) == (5, 3)


def test_counted_warnings_of_one_township() -> None:
    inner = rule()
    for name in ("甲", "乙", "丙"):
        complaints(subject(name), [day("11-10"), day("11-11"), day("11-12")])
    outer = rule(source="warning", group_by=w.TOWNSHIP, counted_rule=inner.rule, level=w.MAJOR)
    assert len(raised(inner, NOW)) == 3
    (warning,) = raised(outer, NOW)
    assert warning.township.code == "411603101"
    assert warning.events.count() == 3
    assert warning.needs_study


def test_evaluating_twice_raises_nothing_new() -> None:
    complaints(subject(), [day("11-10"), day("11-11"), day("11-12")])
    version = rule()
    assert len(raised(version, NOW)) == 1
    version.refresh_from_db()
    assert raised(version, NOW) == []
    WarningRuleVersion.objects.update(evaluated_at=None)
    assert raised(version, NOW) == []


def test_database_refuses_a_second_open_warning_of_a_group() -> None:
    complaints(subject(), [day("11-10"), day("11-11"), day("11-12")])
    (warning,) = raised(rule(), NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskWarning.objects.create(
            region_code=COUNTY,
            number="YJ-2",
            level=w.MINOR,
            title="重复",
            content="重复",
            rule=warning.rule,
            group_key=warning.group_key,
            owner=warning.owner,
        )


def close(warning: RiskWarning, at: dt.datetime) -> None:
    RiskWarning.objects.filter(pk=warning.pk).update(
        state="closed", outcome="nothing", closed_at=at
    )


def test_closed_warning_comes_again_only_after_the_quiet_days() -> None:
    home = subject()
    complaints(home, [day("10-20"), day("10-21"), day("10-22")])
    version = rule()
    (first,) = raised(version, day("10-23"))
    close(first, day("10-25"))
    complaints(home, [day("11-04")])
    assert raised(version, day("11-04", 11)) == []
    # 10 days after closing at ten in the morning are over.
    complaints(home, [day("11-04", 11)])
    assert [one.group_key for one in raised(version, day("11-04", 12))] == [str(home.pk)]


def test_late_entry_of_an_earlier_event_is_noticed_through_the_trail() -> None:
    home, other = subject("甲"), subject("乙")
    complaints(home, [day("11-10"), day("11-12")])
    complaints(other, [day("11-10"), day("11-11"), day("11-12")])
    version = rule()
    assert [one.subject for one in raised(version, NOW)] == [other]
    (late,) = complaints(home, [day("11-11")])
    assert raised(version, NOW + DAY) == []
    trail.record(SYSTEM, "clue.register", "登记线索", late)
    assert [one.subject for one in raised(version, NOW + DAY)] == [home]


def test_broken_off_evaluation_is_done_again_without_double_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("甲", "乙", "丙"):
        complaints(subject(name), [day("11-10"), day("11-11"), day("11-12")])
    version = rule()
    push = raising.push
    done = []

    def die_at_second(*args: object) -> None:
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(push(*args))

    with monkeypatch.context() as patched:
        patched.setattr(raising, "push", die_at_second)
        with pytest.raises(KeyboardInterrupt):
            evaluation.evaluate(version.pk, NOW)
    assert not RiskWarning.objects.exists()
    assert not Deadline.objects.filter(rule__startswith="clues.warning").exists()
    assert len(raised(version, NOW)) == 3


def test_more_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_MOST_AT_ONCE", 2)
    for name in "甲乙丙丁戊":
        complaints(subject(name), [day("11-10"), day("11-11"), day("11-12")])
    assert len(raised(rule(), NOW)) == 5


def test_without_anybody_else_coordination_answers() -> None:
    complaints(subject(), [day("11-10"), day("11-11"), day("11-12")])
    (warning,) = raised(rule(push_to=[w.TOWNSHIP_OFFICE]), NOW)
    coordination = Department.objects.get(functions__function="coordination", region__code=COUNTY)
    assert warning.owner == coordination
    assert warning.parties.filter(part="told").count() == 1


days = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 90), st.integers(0, 23)), min_size=1, max_size=14
)
many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
START = day("08-01", 0)


def _enter(events: list[tuple[int, int, int]]) -> dict[int, list[dt.datetime]]:
    """The events of two subjects, by subject; each as (which, day, hour)."""
    homes = (subject("甲"), subject("乙"))
    times: dict[int, list[dt.datetime]] = {home.pk: [] for home in homes}
    for which, of_day, hour in events:
        times[homes[which].pk].append(START + of_day * DAY + dt.timedelta(hours=hour))
    for home in homes:
        complaints(home, times[home.pk])
    return times


class Undo(Exception):
    pass


@many
@given(events=days, window=st.integers(1, 40), threshold=st.integers(1, 4))
def test_points_are_those_counted_by_hand(
    events: list[tuple[int, int, int]], window: int, threshold: int
) -> None:
    with pytest.raises(Undo), transaction.atomic():
        times = _enter(events)
        version = rule(window_days=window, threshold=Decimal(threshold))
        expected = set()
        for key, moments in times.items():
            for moment in moments:
                within = [m for m in moments if moment - window * DAY <= m <= moment]
                if len(within) >= threshold:
                    expected.add((str(key), moment, len(within)))
        found = {(p.key, p.at, int(p.amount)) for p in counting.over(version, START - DAY, NOW)}
        assert found == expected
        raise Undo


@many
@given(events=days, threshold=st.integers(1, 4))
def test_higher_threshold_never_raises_more(
    events: list[tuple[int, int, int]], threshold: int
) -> None:
    with pytest.raises(Undo), transaction.atomic():
        _enter(events)
        lower = rules.trial(rule(threshold=Decimal(threshold)), NOW).total
        higher = rules.trial(rule(threshold=Decimal(threshold + 1)), NOW).total
        assert higher <= lower
        raise Undo


@many
@given(events=days, threshold=st.integers(1, 3), data=st.data())
def test_step_by_step_full_and_trial_agree(
    events: list[tuple[int, int, int]], threshold: int, data: st.DataObject
) -> None:
    """Evaluated after every event and closed at once, a rule raises what its trial showed; and
    whatever order the events were entered in."""
    with pytest.raises(Undo), transaction.atomic():
        version = rule(threshold=Decimal(threshold))
        homes = (subject("甲"), subject("乙"))
        moments = [(START + d * DAY + dt.timedelta(hours=h), homes[n]) for n, d, h in events]
        live: list[tuple[str, dt.datetime]] = []
        for at in sorted({at for at, _ in moments}):
            for when, home in moments:
                if when == at:
                    complaints(home, [when])
            for warning in raised(version, at):
                live.append((warning.group_key, warning.window_to))
                close(warning, at)
        tried = rules.trial(version, NOW)
        assert sorted(live) == sorted((p.key, p.at) for p in tried.points)
        assert sum(n for _, n in tried.months) == tried.total == len(live)
        raise Undo


@many
@given(events=days, cut=st.integers(0, 90))
def test_incremental_finds_what_full_finds(events: list[tuple[int, int, int]], cut: int) -> None:
    with pytest.raises(Undo), transaction.atomic():
        version, again = rule(), rule()
        middle, last = START + cut * DAY, START + 91 * DAY
        homes = (subject("甲"), subject("乙"))
        moments = [(START + d * DAY + dt.timedelta(hours=h), homes[n]) for n, d, h in events]
        for at, home in moments:
            if at <= middle:
                complaints(home, [at])
        first = raised(version, middle)
        for at, home in moments:
            if at > middle:
                complaints(home, [at])
        # The second rule, evaluated for the first time, stands where the first would if it had
        # warned at the same moments.
        for warning in raised(again, middle):
            close(warning, middle)
        for warning in first:
            close(warning, middle)
        incremental = {one.group_key for one in raised(version, last)}
        WarningRuleVersion.objects.filter(pk=again.pk).update(evaluated_at=None)
        assert incremental == {one.group_key for one in raised(again, last)}
        raise Undo


@given(
    points=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60)), max_size=20),
    quiet=st.integers(1, 20),
)
def test_spaced_points_keep_their_distance(points: list[tuple[str, int]], quiet: int) -> None:
    ordered = [Point(k, START + n * DAY, Decimal(1)) for k, n in sorted(points, key=lambda p: p[1])]
    kept = list(spaced(ordered, quiet))
    for key in "ab":
        times = [p.at for p in kept if p.key == key]
        assert all(later - earlier > quiet * DAY for earlier, later in pairwise(times))
        of_key = [p.at for p in ordered if p.key == key]
        assert times[:1] == of_key[:1]

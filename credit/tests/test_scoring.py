"""What a score and a grade follow from: by example and by property."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.scoring import FULL, Bands, Fact, Indicator, Measure, assess
from credit.tests.facts import BANDS, TODAY, facts, indicators


def fact(event: str, amount: int = 1, day: str = "2026-05-01", **more: object) -> Fact:
    return Fact(event, dt.date.fromisoformat(day), amount, serial=1, **more)  # type: ignore[arg-type]


PENALTIES = Indicator("fines", "penalty", Measure.SUM, weight=3_000, full_at=50_000)
CHECKS = Indicator("findings", "finding", Measure.COUNT, weight=2_000, full_at=3)
RATING = Indicator("rating", "public_rating", Measure.LATEST, weight=3_000, full_at=3)
DISHONEST = Indicator("list", "dishonest", Measure.COUNT, weight=0, full_at=1, veto=True)
HONOUR = Indicator("honour", "honour", Measure.COUNT, weight=500, full_at=1, adds=True)


def test_who_has_done_nothing_keeps_all_points() -> None:
    found = assess([PENALTIES, CHECKS], BANDS, [], TODAY)
    assert (found.score, found.grade, found.lines) == (FULL, "A", ())


def test_each_line_says_what_was_measured_and_taken() -> None:
    """20,000 of 50,000 yuan take 12 of 30 points; two findings of three 13.33 of 20."""
    known = [fact("penalty", 20_000), fact("finding"), fact("finding", day="2026-06-01")]
    found = assess([PENALTIES, CHECKS], BANDS, known, TODAY)
    assert [(line.measured, line.points) for line in found.lines] == [(20_000, 1_200), (2, 1_333)]
    assert (found.score, found.grade) == (7_467, "B")


def test_no_line_takes_more_than_its_weight() -> None:
    assert assess([PENALTIES], BANDS, [fact("penalty", 9_000_000)], TODAY).score == 7_000


def test_only_the_latest_rating_counts() -> None:
    rated = [fact("public_rating", 3, "2025-03-01"), fact("public_rating", 1, "2026-03-01")]
    assert assess([RATING], BANDS, rated, TODAY).lines[0].points == 1_000


def test_what_is_good_gives_back_but_never_beyond_all_points() -> None:
    honoured = [fact("honour")]
    assert assess([HONOUR], BANDS, honoured, TODAY).score == FULL
    both = [*honoured, fact("finding")]
    assert assess([CHECKS, HONOUR], BANDS, both, TODAY).score == FULL - 666 + 500


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (10_000, "A"),
        (8_500, "A"),
        (8_499, "B"),
        (7_000, "B"),
        (6_999, "C"),
        (5_000, "C"),
        (4_999, "D"),
    ],
)
def test_bands(score: int, grade: str) -> None:
    assert Bands(8_500, 7_000, 5_000).grade(score) == grade


def test_a_fact_of_another_matter_does_not_count_where_only_its_own_do() -> None:
    own = Indicator("own", "finding", Measure.COUNT, weight=1_000, full_at=1, own_matter=True)
    assert assess([own], BANDS, [fact("finding", matter=7)], TODAY, matter=8).score == FULL
    assert assess([own], BANDS, [fact("finding", matter=8)], TODAY, matter=8).score == 9_000


@given(indicators(), facts())
def test_a_veto_wins_over_every_score(lines: list[Indicator], known: list[Fact]) -> None:
    found = assess([*lines, DISHONEST], BANDS, [*known, fact("dishonest")], TODAY)
    assert found.grade == "D"
    assert found.veto is not None


@given(indicators(), facts(), st.randoms())
def test_the_order_of_facts_has_no_effect(
    lines: list[Indicator], known: list[Fact], rng: random.Random
) -> None:
    shuffled = rng.sample(known, len(known))
    assert assess(lines, BANDS, shuffled, TODAY) == assess(lines, BANDS, known, TODAY)


@given(indicators(), facts())
def test_expired_facts_have_no_effect(lines: list[Indicator], known: list[Fact]) -> None:
    def expired(one: Fact) -> bool:
        ended = one.until is not None and one.until <= TODAY
        old = all(
            line.since is not None and one.day < line.since
            for line in lines
            if line.event == one.event
        )
        return ended or old or one.day > TODAY

    standing = [one for one in known if not expired(one)]
    assert assess(lines, BANDS, standing, TODAY) == assess(lines, BANDS, known, TODAY)


@given(indicators(), facts(), st.sampled_from(["penalty", "finding", "honour"]))
def test_scores_fall_with_what_is_bad_and_rise_with_what_is_good(
    lines: list[Indicator], known: list[Fact], event: str
) -> None:
    """One more fact of a counted kind moves the score only the way its indicators point."""
    lines = [line for line in lines if line.measure is not Measure.LATEST]
    ways = {line.adds for line in lines if line.event == event}
    if len(ways) != 1:
        return
    before = assess(lines, BANDS, known, TODAY).score
    after = assess(lines, BANDS, [*known, fact(event, 5)], TODAY).score
    assert after >= before if ways == {True} else after <= before


@given(indicators(), facts())
def test_a_score_stays_between_none_and_all(lines: list[Indicator], known: list[Fact]) -> None:
    assert 0 <= assess(lines, BANDS, known, TODAY).score <= FULL

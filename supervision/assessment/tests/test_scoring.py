"""Properties of the arithmetic: order, bounds, monotony, what has nothing to count."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

from hypothesis import given
from hypothesis import strategies as st

from departments.profile import RULES
from supervision.assessment import scoring
from supervision.assessment.rules import INDICATORS
from supervision.assessment.scoring import Fact, Kind, Line, Tally

SHARES = st.builds(Line, st.just(Kind.SHARE), st.integers(1, 5_000))
RULE_MODULES = (
    "inspections.rules",
    "credit.rules.sanctions",
    "credit.rules.petitions",
    *(f"clues.rules.{each}" for each in ("clue", "kinds", "joint", "sharing", "warnings")),
)
FACTS = st.lists(st.builds(Fact, st.booleans(), left_out=st.booleans()), max_size=30)


def base_total(lines: list[tuple[Line, list[Fact]]]) -> scoring.Total:
    return scoring.total(
        (line, scoring.line_score(line, scoring.tally(facts))) for line, facts in lines
    )


@given(SHARES, FACTS, st.randoms())
def test_the_order_of_rows_is_without_effect(line, facts, random) -> None:  # type: ignore[no-untyped-def]
    mixed = list(facts)
    random.shuffle(mixed)
    assert scoring.tally(mixed) == scoring.tally(facts)


@given(st.lists(st.tuples(SHARES, FACTS), max_size=8))
def test_the_base_lies_between_nothing_and_all(lines) -> None:  # type: ignore[no-untyped-def]
    result = base_total(lines)
    assert result.base is None or 0 <= result.base <= scoring.FULL


@given(st.lists(st.tuples(SHARES, FACTS), min_size=1, max_size=8), st.integers(0, 7))
def test_a_met_row_more_never_lowers_its_line(lines, index) -> None:  # type: ignore[no-untyped-def]
    line, facts = lines[index % len(lines)]
    before = scoring.line_score(line, scoring.tally(facts))
    after = scoring.line_score(line, scoring.tally([*facts, Fact(met=True)]))
    assert after is not None and (before is None or after >= before)


@given(st.lists(st.tuples(SHARES, FACTS), min_size=1, max_size=8), st.data())
def test_a_row_that_comes_to_be_met_never_lowers_the_total(lines, data) -> None:  # type: ignore[no-untyped-def]
    before = base_total(lines)
    _, facts = lines[data.draw(st.integers(0, len(lines) - 1))]
    if facts:
        at = data.draw(st.integers(0, len(facts) - 1))
        facts[at] = replace(facts[at], met=True)
    after = base_total(lines)
    assert (before.total is None) == (after.total is None)
    assert before.total is None or (after.total is not None and after.total >= before.total)


@given(st.lists(st.tuples(SHARES, FACTS), max_size=8), SHARES)
def test_a_line_without_rows_neither_gains_nor_loses(lines, idle) -> None:  # type: ignore[no-untyped-def]
    assert base_total([*lines, (idle, [])]) == base_total(lines)
    assert base_total([*lines, (idle, [Fact(False, left_out=True)])]) == base_total(lines)


@given(st.integers(1, 3_000), st.integers(1, 3_000), st.integers(0, 50))
def test_a_deduction_grows_up_to_its_cap(weight, per_row, rows) -> None:  # type: ignore[no-untyped-def]
    line = Line(Kind.DEDUCTION, weight, per_row)
    less = scoring.line_score(line, Tally(rows, 0))
    more = scoring.line_score(line, Tally(rows + 1, 0))
    assert less is not None and more is not None
    assert -weight <= more <= less <= 0


def test_deductions_and_extra_points_stand_beside_the_base() -> None:
    lines = [
        (Line(Kind.SHARE, 6_000), 3_000),
        (Line(Kind.SHARE, 4_000), None),
        (Line(Kind.DEDUCTION, 500, 100), -200),
        (Line(Kind.EXTRA, 500), 150),
    ]
    assert scoring.total(lines) == scoring.Total(base=5_000, deducted=200, extra=150, total=4_950)
    # Nothing to assess: no total, though points were given by hand.
    assert scoring.total(lines[1:]).total is None
    heavy = (Line(Kind.DEDUCTION, 9_000, 9_000), -9_000)
    assert scoring.total([*lines, heavy]).total == 0


def test_equals_share_a_place_and_who_has_no_total_has_none() -> None:
    assert scoring.ranks({"a": 90, "b": 95, "c": 90, "d": None, "e": 10}) == {
        "a": 2,
        "b": 1,
        "c": 2,
        "d": None,
        "e": 4,
    }


def test_the_platforms_proposal_is_sound() -> None:
    lines = [
        (each.title, Line(each.kind, each.weight, each.per_row)) for each in INDICATORS.values()
    ]
    assert scoring.weight_complaints(lines) == []
    wrong = scoring.weight_complaints(lines[1:])
    assert [words for _, words in wrong] == ["基础指标的分值合计应为 100.00，现为 90.00。"]


def test_every_clock_that_is_assessed_exists_and_counts_once() -> None:
    for rules in RULE_MODULES:
        import_module(rules)
    # The days of a part of a verification are given by its lead department, no rule of the region.
    known = {*RULES, "clues.joint.part", "inspections.plan_filing_date.7"}
    counted: dict[str, str] = {}
    for each in INDICATORS.values():
        for clock in each.clocks:
            fitting = [
                rule for rule in known if rule == clock or (clock[-1] == "." and clock in rule)
            ]
            assert fitting, f"{each.key} names a clock that nobody starts: {clock}"
            for rule in fitting:
                assert rule not in counted, f"{rule} counts for {counted[rule]} and {each.key}"
                counted[rule] = each.key

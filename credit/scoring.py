"""How a score and a grade follow from what is known of a subject (S3, S4). Pure: values in, values
out, no Django.

This is the definition. ``credit.evaluation_sql`` computes the same for a million subjects inside
the database; a property test holds the two together.

A score begins at 100.00 points, kept as whole hundredths. Each indicator measures the facts of one
kind: how many, how much in sum, the most, or the latest. It takes its weight in proportion to that
measure until ``full_at``, where all of it is taken, rounded down to the hundredth in the subject's
favour; an indicator that ``adds`` gives back in the same way, never beyond 100.00. A veto puts the
subject in the lowest grade whatever the score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

FULL = 10_000
"""The score of a subject about whom nothing counts, in hundredths of a point."""

GRADES = ("A", "B", "C", "D")
LOWEST = GRADES[-1]

MAX_FULL_AT = 10**12
MAX_MONTHS = 120
MAX_INDICATORS = 100


class Measure(StrEnum):
    """What is taken of the facts of a kind."""

    COUNT = "count"
    SUM = "sum"
    MOST = "most"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of an indicator set.

    ``weight`` is in hundredths of a point. Facts count from ``since`` on (None: however old).
    ``own_matter`` counts only facts of the matter the set belongs to.
    """

    code: str
    event: str
    measure: Measure
    weight: int
    full_at: int
    since: dt.date | None = None
    adds: bool = False
    veto: bool = False
    own_matter: bool = False


@dataclass(frozen=True, slots=True)
class Bands:
    """From which score on, in hundredths of a point, a subject is A, B or C; below is D."""

    a: int
    b: int
    c: int

    def grade(self, score: int) -> str:
        for grade, least in zip(GRADES, (self.a, self.b, self.c), strict=False):
            if score >= least:
                return grade
        return LOWEST


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of a subject. It counts on ``day`` and after, and before ``until`` (repair,
    removal from a list). ``serial`` is the order of recording, which decides between two facts
    of the same day where only the latest counts."""

    event: str
    day: dt.date
    amount: int
    serial: int
    until: dt.date | None = None
    matter: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Why points were taken or given: the indicator's position in the set, what was measured, and
    the points in hundredths."""

    position: int
    measured: int
    points: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The score in hundredths, the grade, the position of the first veto that holds, the lines."""

    score: int
    grade: str
    veto: int | None
    lines: tuple[Line, ...]


def points(weight: int, full_at: int, measured: int) -> int:
    """What an indicator takes or gives for what it measured, in hundredths of a point."""
    return weight * min(measured, full_at) // full_at


def assess(
    indicators: Sequence[Indicator],
    bands: Bands,
    facts: Iterable[Fact],
    as_of: dt.date,
    matter: int | None = None,
) -> Outcome:
    """Score and grade of one subject on a day; ``matter`` is the one the set belongs to."""
    known = [fact for fact in facts if _holds(fact, as_of)]
    lines: list[Line] = []
    change = 0
    veto: int | None = None
    for position, indicator in enumerate(indicators):
        counted = [fact for fact in known if _counts(indicator, fact, matter)]
        if not counted:
            continue
        measured = _measure(indicator.measure, counted)
        moved = points(indicator.weight, indicator.full_at, measured)
        lines.append(Line(position, measured, moved))
        change += moved if indicator.adds else -moved
        if veto is None and indicator.veto and measured >= indicator.full_at:
            veto = position
    score = min(FULL, max(0, FULL + change))
    grade = bands.grade(score) if veto is None else LOWEST
    return Outcome(score, grade, veto, tuple(lines))


def _holds(fact: Fact, as_of: dt.date) -> bool:
    return fact.day <= as_of and (fact.until is None or fact.until > as_of)


def _counts(indicator: Indicator, fact: Fact, matter: int | None) -> bool:
    return (
        fact.event == indicator.event
        and (indicator.since is None or fact.day >= indicator.since)
        and (not indicator.own_matter or (matter is not None and fact.matter == matter))
    )


def _measure(measure: Measure, facts: Sequence[Fact]) -> int:
    if measure is Measure.COUNT:
        return len(facts)
    if measure is Measure.SUM:
        return sum(fact.amount for fact in facts)
    if measure is Measure.MOST:
        return max(fact.amount for fact in facts)
    return max(facts, key=lambda fact: (fact.day, fact.serial)).amount

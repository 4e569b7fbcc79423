"""What rows make of a department's score (D3).

Pure: values in, values out, no Django. Points are whole hundredths. The base lines share 100 points
by their weights: each gives the part of its weight that its met rows are of all its rows. A base
line without rows is not scored, and the others share its weight, so that having nothing to do
neither gains nor loses. Deductions and extra points stand beside the base, each up to its cap.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

FULL = 10_000
"""100 points."""

K = TypeVar("K", bound=Hashable)


class Kind(StrEnum):
    """How a line moves the score."""

    SHARE = "share"
    DEDUCTION = "deduction"
    EXTRA = "extra"


@dataclass(frozen=True)
class Line:
    """A line of a scheme. ``weight`` is the most it can give or take; ``per_row`` is what each row
    of a deduction takes."""

    kind: Kind
    weight: int
    per_row: int = 0


@dataclass(frozen=True)
class Fact:
    """A row: whether what it asked for was met, the extra ``points`` it was granted, and whether
    it was left out after an appeal."""

    met: bool
    points: int = 0
    left_out: bool = False


@dataclass(frozen=True)
class Tally:
    """What the rows of a line add up to: the counted ones, the met ones, the points granted."""

    rows: int
    met: int
    points: int = 0


def tally(facts: Iterable[Fact]) -> Tally:
    """Add up the rows that count."""
    rows = met = points = 0
    for fact in facts:
        if not fact.left_out:
            rows += 1
            met += fact.met
            points += fact.points
    return Tally(rows, met, points)


def line_score(line: Line, counted: Tally) -> int | None:
    """What a line gives (or takes: negative); None for a base line that has nothing to count."""
    match line.kind:
        case Kind.SHARE:
            if counted.rows == 0:
                return None
            return _half_up(line.weight * counted.met, counted.rows)
        case Kind.DEDUCTION:
            return -min(line.weight, line.per_row * (counted.rows - counted.met))
        case Kind.EXTRA:
            return min(line.weight, counted.points)


@dataclass(frozen=True)
class Total:
    """A department's result. ``base`` and ``total`` are None where no base line has rows: there is
    nothing to assess, and the department has no rank."""

    base: int | None
    deducted: int
    extra: int
    total: int | None


def total(lines: Iterable[tuple[Line, int | None]]) -> Total:
    """The result of the lines with their scores; it never falls below 0."""
    weight = scored = deducted = extra = 0
    for line, score in lines:
        if score is None:
            continue
        match line.kind:
            case Kind.SHARE:
                weight += line.weight
                scored += score
            case Kind.DEDUCTION:
                deducted -= score
            case Kind.EXTRA:
                extra += score
    if weight == 0:
        return Total(None, deducted, extra, None)
    base = _half_up(FULL * scored, weight)
    return Total(base, deducted, extra, max(0, base - deducted + extra))


def ranks(totals: Mapping[K, int | None]) -> dict[K, int | None]:
    """The place of each: the highest is first, equals share a place, None has none."""
    placed = sorted((each for each in totals.values() if each is not None), reverse=True)
    return {key: None if each is None else placed.index(each) + 1 for key, each in totals.items()}


def weight_complaints(lines: Sequence[tuple[str, Line]]) -> list[tuple[str, str]]:
    """What is wrong with the weights of a scheme, as (title of the line or "", in words).

    The base lines must sum to exactly 100.00; a deduction must take something and at most its cap
    with one row.
    """
    wrong = []
    for title, line in lines:
        if not 0 < line.weight <= FULL:
            wrong.append((title, f"“{title}”的分值应在 0.01 至 100.00 之间。"))
        if line.kind is Kind.DEDUCTION and not 0 < line.per_row <= line.weight:
            wrong.append((title, f"“{title}”每次扣分应大于 0，且不超过扣分上限。"))
    base = sum(line.weight for _, line in lines if line.kind is Kind.SHARE)
    if base != FULL:
        wrong.append(("", f"基础指标的分值合计应为 100.00，现为 {base // 100}.{base % 100:02d}。"))
    return wrong


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)

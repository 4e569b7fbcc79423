"""From the moments at which a group is over the threshold to the warnings that are raised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from records.periods import ahead


@dataclass(frozen=True)
class Point:
    """An event with which the group ``key`` was over the threshold: ``amount`` is what was
    counted in the window that ends with it, ``base`` what it is compared with (the other count
    of a ratio, the period before of a change; 0 otherwise)."""

    key: str
    at: dt.datetime
    amount: Decimal
    base: Decimal = Decimal(0)


def spaced(points: Iterable[Point], quiet: int) -> Iterator[Point]:
    """The warnings that a history would have raised, each closed at once: the first point of a
    group, then the first that comes more than ``quiet`` days after the last one raised.

    ``points`` come ordered by time within each group; groups may be mixed.
    """
    last: dict[str, dt.datetime] = {}
    for point in points:
        before = last.get(point.key)
        if before is None or point.at > ahead(before, days=quiet):
            last[point.key] = point.at
            yield point

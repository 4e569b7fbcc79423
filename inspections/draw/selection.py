"""Who is selected, and who stands in reserve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .seed import Tickets

MIN_RESERVES = 5
_SLACK = 1024

Drawn = tuple[tuple[str, str], ...]
"""Pairs (id, ticket in hex) in ticket order."""


@dataclass(frozen=True)
class Selection:
    """``selected`` and ``reserves`` by stratum code."""

    selected: Mapping[str, Drawn]
    reserves: Mapping[str, Drawn]

    @property
    def subjects(self) -> list[str]:
        """All selected ids of all strata, in ticket order."""
        pairs = [(ticket, id_) for drawn in self.selected.values() for id_, ticket in drawn]
        return [id_ for _, id_ in sorted(pairs)]


def reserve_limit(quota: int) -> int:
    """How many reserves a stratum has, as far as there are candidates."""
    return max(quota, MIN_RESERVES)


class _Smallest:
    """The ``limit`` smallest keys of a stream, in memory proportional to ``limit``."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._keys: list[tuple[bytes, str]] = []
        self._bound: tuple[bytes, str] | None = None

    def add(self, key: tuple[bytes, str]) -> None:
        if self._bound is not None and key > self._bound:
            return
        self._keys.append(key)
        if len(self._keys) >= 2 * self._limit + _SLACK:
            self._bound = self.sorted()[-1]

    def sorted(self) -> list[tuple[bytes, str]]:
        self._keys.sort()
        del self._keys[self._limit :]
        return self._keys


def select(seed: bytes, pool: Iterable[tuple[str, str]], quotas: Mapping[str, int]) -> Selection:
    """Select from pool rows (id, stratum), in any order, the quota of every stratum.

    Order is by (ticket, id); the quota comes first, the next max(quota, 5) are the reserves.
    """
    key = Tickets(seed, "subject").key
    best = {stratum: _Smallest(quota + reserve_limit(quota)) for stratum, quota in quotas.items()}
    for id_, stratum in pool:
        best[stratum].add(key(id_))
    selected: dict[str, Drawn] = {}
    reserves: dict[str, Drawn] = {}
    for stratum, quota in quotas.items():
        drawn = tuple((id_, ticket.hex()) for ticket, id_ in best[stratum].sorted())
        selected[stratum], reserves[stratum] = drawn[:quota], drawn[quota:]
    return Selection(selected, reserves)

"""Staffing subject by subject: least-loaded officer first, ties by ticket, augmenting paths.

Departments do not depend on each other. Each place of a visit goes to the officer with the least
load that an alternating path can reach; the loads are therefore as even as the recusals allow,
and a place stays empty only if no staffing exists.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import StaffingImpossible
from .rules import StaffingRule

_NOBODY: frozenset[str] = frozenset()


def assign(
    rule: StaffingRule,
    officers: Mapping[str, Sequence[str]],
    recused: Mapping[str, frozenset[str]],
    subjects: Sequence[str],
) -> dict[str, Any]:
    """``{"mode": "singly", "visits": {subject: {department: [officer codes]}}}``.

    ``officers`` and ``subjects`` are in ticket order. Raises StaffingImpossible with the cut.
    """
    visits: dict[str, dict[str, list[str]]] = {subject: {} for subject in subjects}
    for department in sorted(rule.departments):
        plan = _Department(department, officers[department], recused, rule.visits_cap)
        for subject in subjects:
            for _ in range(rule.size):
                plan.place(subject)
        for subject in subjects:
            visits[subject][department] = plan.codes(subject)
    return {"mode": rule.mode, "visits": visits}


class _Department:
    """One department's officers, known by their position in ticket order."""

    def __init__(
        self,
        name: str,
        officers: Sequence[str],
        recused: Mapping[str, frozenset[str]],
        cap: int | None,
    ) -> None:
        self._name = name
        self._officers = officers
        self._recused = recused
        self._cap = cap
        self._visits: list[set[str]] = [set() for _ in officers]
        self._on: dict[str, set[int]] = {}
        self._turn: dict[str, int] = {}
        # One live entry (load, position) per officer; entries with an old load are left behind.
        self._queue = [(0, position) for position in range(len(officers))]

    def codes(self, subject: str) -> list[str]:
        """Codes of the officers on a subject, in ticket order."""
        return [self._officers[position] for position in sorted(self._on[subject])]

    def place(self, subject: str) -> None:
        """Put one more officer on the subject, moving others where that is needed."""
        self._on.setdefault(subject, set())
        self._turn.setdefault(subject, len(self._turn))
        least = self._least_load()
        position = self._idlest(subject, least)
        if position is None or least == self._cap:
            self._augment(subject, least)
        else:
            self._put(subject, position)

    def _may_go(self, subject: str, position: int) -> bool:
        return (
            self._officers[position] not in self._recused.get(subject, _NOBODY)
            and position not in self._on[subject]
        )

    def _put(self, subject: str, position: int) -> None:
        self._visits[position].add(subject)
        self._on[subject].add(position)
        heapq.heappush(self._queue, (len(self._visits[position]), position))

    def _least_load(self) -> int:
        while self._queue[0][0] != len(self._visits[self._queue[0][1]]):
            heapq.heappop(self._queue)
        return self._queue[0][0]

    def _idlest(self, subject: str, least: int) -> int | None:
        """First officer with the least load of all who may go to the subject directly."""
        passed = []
        found = None
        while self._queue and self._queue[0][0] == least:
            entry = self._queue[0]
            if len(self._visits[entry[1]]) == least and self._may_go(subject, entry[1]):
                found = entry[1]
                break
            passed.append(heapq.heappop(self._queue))
        for entry in passed:
            heapq.heappush(self._queue, entry)
        return found

    def _augment(self, subject: str, least: int) -> None:
        """Breadth-first from the subject to the first found officer of least reachable load."""
        unseen = dict.fromkeys(range(len(self._officers)))
        reached: dict[int, tuple[str, int | None]] = {}

        def reach(gainer: str, loses: int | None) -> None:
            for position in [p for p in unseen if self._may_go(gainer, p)]:
                del unseen[position]
                reached[position] = (gainer, loses)
                found.append(position)

        seen = {subject}
        found: list[int] = []
        reach(subject, None)
        for position in found:  # grows while it is walked
            if len(self._visits[position]) == least != self._cap:
                break  # nobody is idler; without room anywhere the whole cut is gathered
            for other in sorted(self._visits[position] - seen, key=self._turn.__getitem__):
                seen.add(other)
                reach(other, position)
        end = min(found, key=lambda position: len(self._visits[position]), default=None)
        if end is None or len(self._visits[end]) == self._cap:
            rule = "recusal" if end is None else "visits_cap"
            raise StaffingImpossible(self._name, tuple(sorted(seen)), rule)
        self._shift(end, reached)

    def _shift(self, end: int, reached: Mapping[int, tuple[str, int | None]]) -> None:
        """Give ``end`` to the subject that reached it, what that loses to the next, and so on."""
        position: int | None = end
        while position is not None:
            gainer, loses = reached[position]
            if loses is not None:
                self._visits[loses].remove(gainer)
                self._on[gainer].remove(loses)
            self._put(gainer, position)
            position = loses

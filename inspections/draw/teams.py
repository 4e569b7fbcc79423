"""Staffing by teams: fixed teams, subjects bundled by township, recusals resolved by moving.

Bundle sizes stay within one of each other. A subject that no move can free of recusals stays in a
bundle, and the recused officers alone are replaced for that visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import StaffingImpossible
from .rules import StaffingRule
from .seed import Tickets

_NOBODY: frozenset[str] = frozenset()


def assign(
    rule: StaffingRule,
    seed: bytes,
    officers: Mapping[str, Sequence[str]],
    recused: Mapping[str, frozenset[str]],
    subjects: Sequence[str],
    townships: Mapping[str, str],
) -> dict[str, Any]:
    """``{"mode": "teams", "teams": […], "substitutes": […]}``.

    ``officers`` and ``subjects`` are in ticket order. A team is ``{"team": number, "officers":
    {department: [codes]}, "subjects": [ids in bundle order]}``; a substitute is ``[subject,
    department, recused code, code that goes instead]``.
    """
    number = team_count(rule, officers, len(subjects))
    if number == 0:
        return {"mode": rule.mode, "teams": [], "substitutes": []}
    crews = [
        {name: list(codes[t : number * rule.size : number]) for name, codes in officers.items()}
        for t in range(number)
    ]
    members = [frozenset(code for codes in crew.values() for code in codes) for crew in crews]
    rank = Tickets(seed, "bundle").order([str(t + 1) for t in range(number)])
    turns = [int(name) - 1 for name in rank]
    route = sorted(subjects, key=lambda subject: townships[subject])  # stable: ticket order within
    bundles = _Bundles(members, recused, turns, subjects)
    bundles.deal(route)
    bundles.resolve()
    place = {subject: turn for turn, subject in enumerate(route)}
    teams = [
        {
            "team": t + 1,
            "officers": crews[t],
            "subjects": sorted(bundles.held[t], key=place.__getitem__),
        }
        for t in range(number)
    ]
    loads = {code: len(bundles.held[t]) for t in range(number) for code in members[t]}
    substitutes = []
    for subject in bundles.left:
        crew = crews[bundles.team_of[subject]]
        for name in sorted(crew):
            substitutes += [
                [subject, name, out, into]
                for out, into in replace(
                    name, crew[name], officers[name], recused[subject], loads, subject
                )
            ]
    return {"mode": rule.mode, "teams": teams, "substitutes": substitutes}


def team_count(rule: StaffingRule, officers: Mapping[str, Sequence[str]], subjects: int) -> int:
    """Teams: as many as every department can man, at most one per subject and ``teams_max``."""
    bounds = [len(officers[name]) // rule.size for name in rule.departments] + [subjects]
    if rule.teams_max is not None:
        bounds.append(rule.teams_max)
    return min(bounds)


def replace(
    department: str,
    crew: Sequence[str],
    officers: Sequence[str],
    barred: frozenset[str],
    loads: dict[str, int],
    subject: str,
) -> list[tuple[str, str]]:
    """Pairs (recused code, code instead) for one visit; counts the visits in ``loads``.

    The least-loaded officer of the department goes who is neither recused nor in the crew, ties
    by ticket. Raises StaffingImpossible when there are not enough.
    """
    pairs: list[tuple[str, str]] = []
    for out in [code for code in crew if code in barred]:
        taken = {*crew, *barred, *(into for _, into in pairs)}
        free = [code for code in officers if code not in taken]
        if not free:
            raise StaffingImpossible(department, (subject,), "recusal")
        into = min(free, key=lambda code: loads.get(code, 0))
        loads[into] = loads.get(into, 0) + 1
        pairs.append((out, into))
    return pairs


class _Bundles:
    """Which team holds which subjects; ``turns`` is the order in which teams are looked at."""

    def __init__(
        self,
        members: Sequence[frozenset[str]],
        barred: Mapping[str, frozenset[str]],
        turns: Sequence[int],
        subjects: Sequence[str],
    ) -> None:
        self.held: list[set[str]] = [set() for _ in members]
        self.team_of: dict[str, int] = {}
        self.left: list[str] = []
        self._members = members
        self._barred = barred
        self._turns = turns
        self._subjects = subjects
        self._turn = {subject: turn for turn, subject in enumerate(subjects)}
        self._low, self._longer = divmod(len(subjects), len(members))

    def deal(self, route: Sequence[str]) -> None:
        """Cut the route into bundles, the longer ones first, one to each team in turn."""
        start = 0
        for turn, team in enumerate(self._turns):
            stop = start + self._low + (turn < self._longer)
            for subject in route[start:stop]:
                self._put(subject, team)
            start = stop

    def resolve(self) -> None:
        """Move subjects until as few as possible stand with a team that may not visit them."""
        conflicts = [s for s in self._subjects if not self._allowed(s, self.team_of[s])]
        for subject in conflicts:
            self.held[self.team_of.pop(subject)].remove(subject)
        self.left = [subject for subject in conflicts if not self._insert(subject)]
        for subject in self.left:
            barred = self._barred[subject]
            room = [team for team in self._turns if self._has_room(team)]
            self._put(subject, min(room, key=lambda team: len(self._members[team] & barred)))

    def _put(self, subject: str, team: int) -> None:
        self.held[team].add(subject)
        self.team_of[subject] = team

    def _allowed(self, subject: str, team: int) -> bool:
        return self._members[team].isdisjoint(self._barred.get(subject, _NOBODY))

    def _extra_left(self) -> bool:
        return sum(len(held) > self._low for held in self.held) < self._longer

    def _has_room(self, team: int) -> bool:
        size = len(self.held[team])
        return size < self._low or (size == self._low and self._extra_left())

    def _insert(self, subject: str) -> bool:
        """Breadth-first search for a team with room; moves the subjects on the path."""
        # Team → the subject that would move into it, or None where the team before it takes over
        # its place as a longer bundle; and the team before it on the path.
        reached: dict[int, tuple[str | None, int | None]] = {}
        queue: list[int] = []

        def reach(team: int, mover: str | None, before: int | None) -> None:
            reached[team] = (mover, before)
            queue.append(team)

        for team in self._turns:
            if self._allowed(subject, team):
                reach(team, subject, None)
        for team in queue:  # grows while it is walked
            if self._has_room(team):
                self._shift(team, reached)
                return True
            if len(self.held[team]) == self._low:
                for longer in self._turns:
                    if longer not in reached and len(self.held[longer]) > self._low:
                        reach(longer, None, team)
            far = [other for other in self._turns if other not in reached]
            if not far:
                continue
            for mover in sorted(self.held[team], key=self._turn.__getitem__):
                for other in far:
                    if other not in reached and self._allowed(mover, other):
                        reach(other, mover, team)
        return False

    def _shift(self, end: int, reached: Mapping[int, tuple[str | None, int | None]]) -> None:
        team: int | None = end
        while team is not None:
            mover, before = reached[team]
            if mover is not None:
                if before is not None:
                    self.held[before].remove(mover)
                self._put(mover, team)
            team = before

"""Which officers visit which subject: by teams or singly, recusals and caps always kept.

The exact rule is in docs/draw.md. Every order is by ticket, so one seed gives one staffing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import singly, teams
from .errors import StaffingImpossible
from .rules import TEAMS, StaffingRule
from .seed import Tickets

Recused = Mapping[str, frozenset[str]]
"""Subject id to the codes of the officers who may not visit it."""


@dataclass(frozen=True)
class Staff:
    """Who could go: officer codes by department in ticket order, and recusals by subject."""

    officers: Mapping[str, tuple[str, ...]]
    recused: Recused


def gather(
    rule: StaffingRule,
    seed: bytes,
    officers: Iterable[tuple[str, str]],
    recusals: Iterable[tuple[str, str]],
) -> Staff:
    """Order the officers (code, department) by ticket and index the recusals (code, id)."""
    return Staff(
        {
            name: tuple(Tickets(seed, f"officer/{name}").order(codes))
            for name, codes in _by_department(rule, officers).items()
        },
        index_recusals(recusals),
    )


def index_recusals(recusals: Iterable[tuple[str, str]]) -> Recused:
    """Recusals (code, id) as subject id to officer codes."""
    found: dict[str, set[str]] = {}
    for code, subject in recusals:
        found.setdefault(subject, set()).add(code)
    return {subject: frozenset(codes) for subject, codes in found.items()}


def staff(
    rule: StaffingRule,
    seed: bytes,
    officers: Iterable[tuple[str, str]],
    recusals: Iterable[tuple[str, str]],
    subjects: Sequence[str],
    townships: Mapping[str, str],
) -> dict[str, Any]:
    """The ``staffing`` of a certificate for the selected ``subjects`` (in ticket order).

    ``townships``: subject id to township code, needed for teams only. Raises StaffingImpossible
    when the rule, the recusals and the cap admit no staffing at all.
    """
    people = gather(rule, seed, officers, recusals)
    check_enough(rule, people.officers, people.recused, subjects)
    if rule.mode == TEAMS:
        return teams.assign(rule, seed, people.officers, people.recused, subjects, townships)
    return singly.assign(rule, people.officers, people.recused, subjects)


def check_enough(
    rule: StaffingRule,
    officers: Mapping[str, Sequence[str]],
    recused: Recused,
    subjects: Iterable[str],
) -> None:
    """Raise StaffingImpossible unless every subject has enough officers of every department.

    This is also sufficient, whatever the seed, unless a cap on visits is set; it can therefore be
    checked before the freeze. Departments are looked at in order of their codes.
    """
    wanted = list(subjects)
    if not wanted:
        return
    for department in sorted(rule.departments):
        codes = officers.get(department, ())
        if len(codes) < rule.size:
            raise StaffingImpossible(department, tuple(sorted(wanted)), "officers")
        short = _short(codes, recused, rule.size, wanted)
        if short:
            raise StaffingImpossible(department, tuple(sorted(short)), "recusal")


def unstaffable(
    rule: StaffingRule,
    officers: Iterable[tuple[str, str]],
    recusals: Iterable[tuple[str, str]],
    candidates: Iterable[str],
) -> dict[str, str]:
    """Candidates that recusals leave without enough officers, with the first such department.

    These must be excluded by name before the freeze. ``officers``: (code, department);
    ``recusals``: (code, id). Codes and ids are in their normal form.
    """
    recused = index_recusals(recusals)
    pool = list(candidates)
    found: dict[str, str] = {}
    for department, codes in sorted(_by_department(rule, officers).items()):
        for subject in _short(codes, recused, rule.size, pool):
            found.setdefault(subject, department)
    return found


def check_feasible(
    rule: StaffingRule,
    officers: Iterable[tuple[str, str]],
    recusals: Iterable[tuple[str, str]],
    candidates: Iterable[str],
    visits: int,
) -> None:
    """What can be known before the seed: raise StaffingImpossible when some draw would fail.

    ``candidates``: ids of all strata with a quota above zero; ``visits``: how many are selected.
    A candidate that could not be staffed if selected must be excluded by name before the freeze:
    otherwise its selection would void the draw, and never visiting it could be arranged.
    """
    if visits == 0:
        return
    by_department = _by_department(rule, officers)
    pool = list(candidates)
    check_enough(rule, by_department, index_recusals(recusals), pool)
    if rule.visits_cap is None:
        return
    for department, codes in sorted(by_department.items()):
        if sum(min(rule.visits_cap, visits) for _ in codes) < visits * rule.size:
            raise StaffingImpossible(department, tuple(sorted(pool)), "visits_cap")


def _by_department(rule: StaffingRule, officers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in sorted(rule.departments)}
    for code, department in officers:
        found[department].append(code)
    return found


def _short(codes: Sequence[str], recused: Recused, size: int, subjects: Iterable[str]) -> list[str]:
    """Subjects for which fewer than ``size`` of the officers remain after recusals."""
    members = set(codes)
    if len(members) < size:
        return list(subjects)
    return [
        subject
        for subject in subjects
        if subject in recused and len(members - recused[subject]) < size
    ]

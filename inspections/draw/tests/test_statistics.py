"""The draw is uniform: over many seeds, one by one and in pairs; biased variants are caught.

Selections of k of N are draws without replacement: counts are correlated, so the chi-square
carries the finite-population correction (N-1)/N, and pairs use the inverse of their covariance.
Seeds are fixed, so the tests always give the same answer.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import comb

import numpy as np
from scipy.stats import chi2

from inspections.draw import SINGLY, TEAMS, StaffingRule
from inspections.draw.seed import Tickets
from inspections.draw.selection import select
from inspections.draw.staffing import staff

Draw = Callable[[bytes, Sequence[str], int], Iterable[str]]


def seeds(number: int) -> Iterable[bytes]:
    return (hashlib.sha256(b"statistics %d" % turn).digest() for turn in range(number))


def ours(seed: bytes, ids: Sequence[str], quota: int) -> list[str]:
    drawn = select(seed, ((id_, "A") for id_ in ids), {"A": quota}).selected["A"]
    return [id_ for id_, _ in drawn]


def short_tickets(seed: bytes, ids: Sequence[str], quota: int) -> list[str]:
    """Biased: tickets of one byte collide, and ties go by the order of the list."""
    tickets = Tickets(seed, "subject")
    return sorted(ids, key=lambda id_: tickets.ticket(id_)[0])[:quota]


def every_nth(seed: bytes, ids: Sequence[str], quota: int) -> list[str]:
    """Biased: each candidate has the same chance, but neighbours never go together."""
    step = len(ids) // quota
    start = int.from_bytes(seed, "big") % step
    return [ids[place] for place in range(start, len(ids), step)]


def single_p(draw: Draw, size: int, quota: int, turns: int) -> float:
    """p-value of equal inclusion of every candidate."""
    ids = [f"P-{n:03d}" for n in range(size)]
    counts = Counter(id_ for seed in seeds(turns) for id_ in draw(seed, ids, quota))
    chance = quota / size
    squares = sum((counts[id_] - turns * chance) ** 2 for id_ in ids)
    statistic = squares / (turns * chance * (1 - chance)) * (size - 1) / size
    return float(chi2.sf(statistic, size - 1))


def pair_p(draw: Draw, size: int, quota: int, turns: int) -> float:
    """p-value of equal inclusion of every pair."""
    ids = [f"P-{n:03d}" for n in range(size)]
    counts = Counter(
        pair for seed in seeds(turns) for pair in combinations(sorted(draw(seed, ids, quota)), 2)
    )
    pairs = list(combinations(ids, 2))
    # Chance that a given set of m candidates is selected entirely.
    chance = {m: comb(size - m, quota - m) / comb(size, quota) for m in (2, 3, 4)}
    covariance = np.array(
        [[chance[len({*a, *b})] - chance[2] ** 2 for b in pairs] for a in pairs], dtype=float
    )
    excess = np.array([counts[pair] - turns * chance[2] for pair in pairs])
    statistic = excess @ np.linalg.pinv(covariance, rcond=1e-9) @ excess / turns
    return float(chi2.sf(statistic, len(pairs) - 1))


def test_every_candidate_is_selected_equally_often() -> None:
    assert single_p(ours, 400, 4, 4000) > 0.001
    assert single_p(ours, 30, 9, 4000) > 0.001


def test_every_pair_is_selected_equally_often() -> None:
    assert pair_p(ours, 12, 4, 6000) > 0.001


def test_short_tickets_fail_the_same_test() -> None:
    assert single_p(short_tickets, 400, 4, 4000) < 1e-6


def test_systematic_sampling_passes_one_by_one_and_fails_in_pairs() -> None:
    assert single_p(every_nth, 12, 4, 6000) > 0.001
    assert pair_p(every_nth, 12, 4, 6000) < 1e-6


def went(mode: str, subjects: Sequence[str]) -> Draw:
    """The officers that go, as a draw of officers."""

    def draw(seed: bytes, codes: Sequence[str], quota: int) -> set[str]:
        rule = StaffingRule(mode, ("d0",))
        officers = [(code, "d0") for code in codes]
        result = staff(rule, seed, officers, [], subjects, dict.fromkeys(subjects, "t"))
        if mode == SINGLY:
            return {code for crew in result["visits"].values() for code in crew["d0"]}
        return {code for team in result["teams"] for code in team["officers"]["d0"]}

    return draw


def test_officers_who_may_all_go_go_equally_often() -> None:
    for mode in (SINGLY, TEAMS):
        assert single_p(went(mode, ["P-1", "P-2", "P-3"]), 10, 6, 3000) > 0.001
        assert pair_p(went(mode, ["P-1", "P-2", "P-3"]), 10, 6, 3000) > 0.001

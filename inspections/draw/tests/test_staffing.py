"""Staffing: hard rules on random instances, and found whenever a maximum flow says one exists."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from inspections.draw import (
    SINGLY,
    TEAMS,
    Rules,
    StaffingImpossible,
    StaffingRule,
    StratumRule,
    freeze,
    make_bundle,
)
from inspections.draw.staffing import check_feasible, staff
from inspections.draw.verify import verify_bundle

from .samples import finish, inputs

Edges = list[tuple[int, int, int]]
SEED = b"\x17" * 32


def max_flow(edges: Edges, source: int, sink: int) -> int:
    """Value of a maximum flow over edges (from, to, capacity), by scipy."""
    size = max(max(a, b) for a, b, _ in edges) + 1
    matrix = np.zeros((size, size), dtype=np.int32)
    for a, b, capacity in edges:
        matrix[a, b] += capacity
    return int(maximum_flow(csr_matrix(matrix), source, sink).flow_value)


def instance(chance: random.Random, barred: float, departments: int = 1) -> dict[str, Any]:
    """Officers, subjects and recusals of a small draw."""
    subjects = [f"P-{n}" for n in range(chance.randint(1, 9))]
    officers = [
        (f"Z-{d}-{n}", f"d{d}") for d in range(departments) for n in range(chance.randint(2, 7))
    ]
    return {
        "subjects": subjects,
        "officers": officers,
        "recusals": [(c, s) for c, _ in officers for s in subjects if chance.random() < barred],
        "townships": {s: f"t{chance.randint(1, 3)}" for s in subjects},
    }


def places(case: dict[str, Any], size: int, cap: int) -> int:
    """How many places of one department's visits a maximum flow can fill."""
    subjects, codes = case["subjects"], [code for code, _ in case["officers"]]
    barred = set(case["recusals"])
    sink = 1 + len(subjects) + len(codes)
    edges: Edges = [(0, 1 + s, size) for s in range(len(subjects))]
    for o, code in enumerate(codes):
        edges.append((1 + len(subjects) + o, sink, cap))
        edges += [
            (1 + s, 1 + len(subjects) + o, 1)
            for s, subject in enumerate(subjects)
            if (code, subject) not in barred
        ]
    return max_flow([*edges, (0, sink, 0)], 0, sink)


def run(rule: StaffingRule, case: dict[str, Any], seed: bytes = SEED) -> dict[str, Any]:
    return staff(
        rule, seed, case["officers"], case["recusals"], case["subjects"], case["townships"]
    )


def check_hard_rules(
    case: dict[str, Any], rule: StaffingRule, crews: dict[str, dict[str, list[str]]]
) -> None:
    barred, home = set(case["recusals"]), dict(case["officers"])
    assert set(crews) == set(case["subjects"])
    for subject, crew in crews.items():
        assert sorted(crew) == sorted(rule.departments)
        for department, codes in crew.items():
            assert len(codes) == len(set(codes)) == rule.size
            assert all(home[code] == department for code in codes)
            assert not any((code, subject) in barred for code in codes)


def test_singly_finds_a_staffing_exactly_when_a_flow_exists() -> None:
    chance = random.Random(1)
    found = refused = 0
    for turn in range(2500):
        case = instance(chance, chance.choice((0.1, 0.3, 0.5)))
        cap, size = chance.choice((1, 2, 2, 3, 4)), chance.choice((2, 2, 3))
        rule = StaffingRule(SINGLY, ("d0",), size, visits_cap=cap)
        exists = places(case, size, cap) == size * len(case["subjects"])
        seed = turn.to_bytes(32, "big")
        try:
            visits = run(rule, case, seed)["visits"]
        except StaffingImpossible as error:
            assert not exists
            check_cut(case, rule, error)
            refused += 1
            continue
        assert exists
        check_hard_rules(case, rule, visits)
        loads = Counter(code for crew in visits.values() for code in crew["d0"])
        assert max(loads.values()) <= cap
        found += 1
    assert min(found, refused) > 400  # the instances are tight enough to mean something


def check_cut(case: dict[str, Any], rule: StaffingRule, error: StaffingImpossible) -> None:
    """The subjects named cannot be staffed even if all others are left out."""
    alone = {**case, "subjects": list(error.subjects)}
    cap = rule.visits_cap or len(case["subjects"])
    assert error.department == "d0"
    assert places(alone, rule.size, cap) < rule.size * len(error.subjects)
    if error.rule != "visits_cap":
        assert places(alone, rule.size, len(case["subjects"])) < rule.size * len(error.subjects)


def test_loads_are_as_even_as_the_recusals_allow() -> None:
    chance = random.Random(2)
    for turn in range(300):
        case = instance(chance, 0.3)
        rule = StaffingRule(SINGLY, ("d0",))
        try:
            visits = run(rule, case, turn.to_bytes(32, "big"))["visits"]
        except StaffingImpossible:
            continue
        loads = Counter(code for crew in visits.values() for code in crew["d0"])
        heaviest = max(loads.values())
        assert places(case, 2, heaviest - 1) < 2 * len(case["subjects"])


def test_loads_differ_by_one_at_most_without_recusals() -> None:
    for officers, subjects in ((7, 9), (5, 50), (12, 4), (2, 3)):
        case = {
            "subjects": [f"P-{n}" for n in range(subjects)],
            "officers": [(f"Z-{n}", "d0") for n in range(officers)],
            "recusals": [],
            "townships": {},
        }
        visits = run(StaffingRule(SINGLY, ("d0",)), case)["visits"]
        loads = Counter({code: 0 for code, _ in case["officers"]})
        loads.update(code for crew in visits.values() for code in crew["d0"])
        assert max(loads.values()) - min(loads.values()) <= 1


def free_of_recusal(case: dict[str, Any], teams: list[dict[str, Any]]) -> int:
    """How many subjects a flow can place with teams that may visit them, sizes within one."""
    subjects, barred = case["subjects"], set(case["recusals"])
    low, longer = divmod(len(subjects), len(teams))
    first = 1 + len(subjects)
    extra = first + len(teams)
    edges: Edges = [(0, 1 + s, 1) for s in range(len(subjects))]
    edges.append((extra, extra + 1, longer))
    for t, team in enumerate(teams):
        edges += [(first + t, extra + 1, low), (first + t, extra, 1)]
        members = [code for codes in team["officers"].values() for code in codes]
        edges += [
            (1 + s, first + t, 1)
            for s, subject in enumerate(subjects)
            if not any((code, subject) in barred for code in members)
        ]
    return max_flow(edges, 0, extra + 1)


def test_teams_are_found_always_and_substitutes_only_where_no_move_helps() -> None:
    chance = random.Random(3)
    moved = substituted = impossible = 0
    for turn in range(1500):
        case = instance(chance, chance.choice((0.05, 0.15, 0.35)), departments=2)
        rule = StaffingRule(TEAMS, ("d0", "d1"), teams_max=chance.choice((None, 2, 3)))
        able = all(
            sum(
                home == department and (code, subject) not in set(case["recusals"])
                for code, home in case["officers"]
            )
            >= 2
            for subject in case["subjects"]
            for department in rule.departments
        )
        try:
            result = run(rule, case, turn.to_bytes(32, "big"))
        except StaffingImpossible:
            assert not able
            impossible += 1
            continue
        assert able
        sizes = [len(team["subjects"]) for team in result["teams"]]
        assert sum(sizes) == len(case["subjects"])
        assert max(sizes) - min(sizes) <= 1
        members = [c for t in result["teams"] for codes in t["officers"].values() for c in codes]
        assert len(members) == len(set(members))
        check_hard_rules(case, rule, as_visits(result))
        stuck = {subject for subject, *_ in result["substitutes"]}
        assert len(case["subjects"]) - len(stuck) == free_of_recusal(case, result["teams"])
        substituted += bool(stuck)
        moved += bool(case["recusals"]) and not stuck
    assert min(moved, substituted, impossible) > 150


def as_visits(result: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Who visits whom in a staffing by teams, substitutes included."""
    crews = {
        subject: {name: list(codes) for name, codes in team["officers"].items()}
        for team in result["teams"]
        for subject in team["subjects"]
    }
    for subject, name, out, into in result["substitutes"]:
        crews[subject][name][crews[subject][name].index(out)] = into
    return crews


@pytest.mark.parametrize(
    ("officers", "subjects", "most", "expected"),
    [((6, 9), 20, None, 3), ((6, 9), 20, 2, 2), ((20, 20), 4, None, 4), ((3, 9), 20, None, 1)],
)
def test_the_number_of_teams(
    officers: tuple[int, int], subjects: int, most: int | None, expected: int
) -> None:
    case = {
        "subjects": [f"P-{n}" for n in range(subjects)],
        "officers": [(f"Z-{d}-{n}", f"d{d}") for d in (0, 1) for n in range(officers[d])],
        "recusals": [],
        "townships": {f"P-{n}": f"t{n // 5}" for n in range(subjects)},
    }
    teams = run(StaffingRule(TEAMS, ("d0", "d1"), teams_max=most), case)["teams"]
    assert len(teams) == expected
    assert all(len(codes) == 2 for team in teams for codes in team["officers"].values())


def test_bundles_follow_the_townships() -> None:
    case = {
        "subjects": [f"P-{n}" for n in range(12)],
        "officers": [(f"Z-{n}", "d0") for n in range(6)],
        "recusals": [],
        "townships": {f"P-{n}": f"t{n // 4}" for n in range(12)},
    }
    for team in run(StaffingRule(TEAMS, ("d0",)), case)["teams"]:
        assert len({case["townships"][subject] for subject in team["subjects"]}) == 1


def test_no_subjects_need_no_officers() -> None:
    case: dict[str, Any] = {"subjects": [], "officers": [], "recusals": [], "townships": {}}
    assert run(StaffingRule(TEAMS, ("d0",)), case)["teams"] == []
    assert run(StaffingRule(SINGLY, ("d0",)), case)["visits"] == {}


def test_a_cap_that_cannot_hold_is_known_before_the_freeze() -> None:
    officers = [(f"Z-{n}", "d0") for n in range(4)]
    ids = [f"P-{n}" for n in range(9)]
    check_feasible(StaffingRule(SINGLY, ("d0",), visits_cap=2), officers, [], ids, 4)
    with pytest.raises(StaffingImpossible) as error:
        check_feasible(StaffingRule(SINGLY, ("d0",), visits_cap=2), officers, [], ids, 5)
    assert error.value.rule == "visits_cap"


@pytest.mark.parametrize("mode", [TEAMS, SINGLY])
def test_the_verifier_arrives_at_the_same_staffing_on_tight_instances(mode: str) -> None:
    chance = random.Random(4)
    checked = 0
    for _ in range(250):
        case = instance(chance, 0.25, departments=2)
        cap = chance.choice((None, len(case["subjects"]))) if mode == SINGLY else None
        rule = StaffingRule(mode, ("d0", "d1"), visits_cap=cap)
        values = inputs(
            mode,
            pool=[(subject, "A") for subject in case["subjects"]],
            excluded=[],
            officers=case["officers"],
            recusals=case["recusals"],
            townships=case["townships"],
            rules=Rules("x", 1, {"A": StratumRule("x", bp=10000)}, rule),
        )
        try:
            frozen = freeze(**values)
            certificate = finish(frozen)
        except StaffingImpossible:
            continue
        bundle = make_bundle(certificate.canonical, frozen.files, [])
        assert verify_bundle(bundle, frozen.hash)[-1].ok
        checked += 1
    assert checked > 50

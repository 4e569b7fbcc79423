"""Ids, quotas, commitments, freeze and certificate: what is accepted, refused and produced."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.draw import (
    SINGLY,
    TEAMS,
    InputError,
    NonceError,
    Rules,
    StaffingImpossible,
    StaffingRule,
    StratumRule,
    commitment,
    freeze,
    load,
    normalise_id,
    quota_of,
    spread_total,
    unstaffable,
    visits,
    void,
)
from inspections.draw.canonical import TableWriter, canonical, timestamp
from inspections.draw.selection import select
from inspections.draw.verify import verify_bundle

from .samples import HOUR, NOON, drawn, finish, inputs, nonce, replacement


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [
        ("91110000600037341L", "91110000600037341L"),
        (" 91110000600037341l\u3000", "91110000600037341L"),
        ("９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
        ("p-7k2m9q", "P-7K2M9Q"),
        ("411602.123-A", "411602.123-A"),
        ("410000000000123", "410000000000123"),
    ],
)
def test_ids_are_normalised(given_id: str, expected: str) -> None:
    assert normalise_id(given_id) == expected


@pytest.mark.parametrize(
    "bad",
    [
        "91110000600037341M",  # wrong check digit
        "91110000600037341I",  # a letter that unified codes do not use
        "11010519491231002X",  # a resident identity number
        "",
        "P 1",
        "张三",
        "P_1",
        "A" * 65,
    ],
)
def test_other_ids_are_refused_by_name(bad: str) -> None:
    with pytest.raises(InputError) as error:
        normalise_id(bad, "pool.tsv")
    assert error.value.field == "pool.tsv"


@pytest.mark.parametrize(
    ("count", "bp", "expected"),
    [(100, 700, 7), (101, 700, 8), (100, 1, 1), (0, 10000, 0), (3, 10000, 3), (10000, 1, 1),
     (10001, 1, 2), (57, 0, 0), (29, 10000, 29), (1000, 290, 29), (10**15, 1, 10**11)],
)  # fmt: skip
def test_quota_rounds_up_in_whole_numbers(count: int, bp: int, expected: int) -> None:
    assert quota_of(count, bp=bp) == expected


def test_fixed_quota_is_limited_by_count() -> None:
    assert quota_of(4, quota=9) == 4
    assert quota_of(40, quota=9) == 9


def test_total_goes_by_largest_remainder_with_ties_to_the_smaller_code() -> None:
    # Weights 1:1:1 for 10: 3.33 each, the one left over goes to A.
    assert spread_total(10, {"C": (20, 50), "A": (20, 50), "B": (20, 50)}) == {
        "A": 4, "B": 3, "C": 3,
    }  # fmt: skip
    # Exact shares 1.5, 4.5 and 4: the half goes to A.
    assert spread_total(10, {"A": (15, 1000), "B": (45, 1000), "C": (40, 1000)}) == {
        "A": 2, "B": 4, "C": 4,
    }  # fmt: skip
    # D is full at 2; the other 8 are split 1:3 between A and B.
    assert spread_total(10, {"A": (100, 100), "B": (100, 300), "D": (2, 10000)}) == {
        "A": 2, "B": 6, "D": 2,
    }  # fmt: skip
    assert spread_total(99, {"A": (5, 100), "B": (7, 0)}) == {"A": 5, "B": 0}


@given(
    st.integers(0, 300),
    st.dictionaries(
        st.sampled_from("ABCDEFG"), st.tuples(st.integers(0, 60), st.integers(0, 10000)), min_size=1
    ),
)
def test_total_is_spent_exactly_and_no_stratum_overflows(
    total: int, strata: dict[str, tuple[int, int]]
) -> None:
    quotas = spread_total(total, strata)
    room = sum(count for count, bp in strata.values() if bp)
    assert sum(quotas.values()) == min(total, room)
    assert all(0 <= quotas[code] <= count for code, (count, _) in strata.items())


def test_commitment_is_the_hash_the_format_names() -> None:
    text = b"dr-nonce-v1\x0012\x00legal\x00" + b"0f" * 32
    assert commitment(12, "legal", "0f" * 32) == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("bad", ["0F" * 32, "0f" * 31, "0f" * 33, "zz" * 32, "0f" * 32 + "\n"])
def test_odd_nonces_are_refused(bad: str) -> None:
    with pytest.raises(NonceError):
        commitment(1, "legal", bad)


def test_times_are_utc_without_fractions() -> None:
    beijing = timezone(timedelta(hours=8))
    assert timestamp(datetime(2026, 1, 1, 7, 30, 5, 999999, beijing)) == "2025-12-31T23:30:05Z"
    with pytest.raises(InputError):
        timestamp(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_batch_size_does_not_change_a_table(sizes: list[int]) -> None:
    rows = [(f"P-{n:04d}", "A") for n in range(sum(sizes))]
    whole, parts = TableWriter("pool.tsv"), TableWriter("pool.tsv")
    expected = whole.write(rows)
    written, start = b"", 0
    for size in sizes:
        written += parts.write(rows[start : start + size])
        start += size
    assert (written, parts.digest, parts.count) == (expected, whole.digest, len(rows))
    assert hashlib.sha256(expected).hexdigest() == whole.digest


def test_a_table_refuses_rows_out_of_order() -> None:
    writer = TableWriter("pool.tsv")
    writer.write([("B", "x")])
    with pytest.raises(InputError):
        writer.write([("A", "x")])


@pytest.mark.parametrize("mode", [TEAMS, SINGLY])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_order_of_rows_changes_nothing(mode: str, data: st.DataObject) -> None:
    shuffle = random.Random(data.draw(st.integers(0, 2**32))).sample
    values = inputs(mode)
    first = freeze(**values)
    for name in ("pool", "excluded", "officers", "recusals"):
        values[name] = shuffle(values[name], len(values[name]))
    for name in ("townships", "parties"):
        values[name] = dict(shuffle(list(values[name].items()), len(values[name])))
    second = freeze(**values)
    assert (second.canonical, second.files) == (first.canonical, first.files)
    assert finish(second).canonical == finish(first).canonical


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 400), st.data(), st.binary(min_size=32, max_size=32))
def test_removing_one_candidate_keeps_the_order_of_the_others(
    size: int, data: st.DataObject, seed: bytes
) -> None:
    pool = [(f"P-{n}", "A") for n in range(size)]
    gone = data.draw(st.sampled_from(pool))
    full = select(seed, pool, {"A": size}).selected["A"]
    less = select(seed, [row for row in pool if row != gone], {"A": size - 1}).selected["A"]
    assert [pair for pair in full if pair[0] != gone[0]] == list(less)


def test_selection_of_a_long_stream_equals_a_full_sort() -> None:
    seed = b"s" * 32
    pool = [(f"P-{n}", "AB"[n > 3000]) for n in range(9000)]
    chosen = select(seed, iter(pool), {"A": 20, "B": 2})
    prefix = seed + b"dr-ticket-v1subject\0"
    for stratum, quota, spare in (("A", 20, 20), ("B", 2, 5)):
        ordered = sorted(
            (hashlib.sha256(prefix + id_.encode()).hexdigest(), id_)
            for id_, code in pool
            if code == stratum
        )
        pairs = [(id_, ticket) for ticket, id_ in ordered]
        assert list(chosen.selected[stratum]) == pairs[:quota]
        assert list(chosen.reserves[stratum]) == pairs[quota : quota + spare]


@pytest.mark.parametrize("mode", [TEAMS, SINGLY])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_level_and_mode_is_accepted_by_the_verifier(mode: str, level: int) -> None:
    frozen, bundle = drawn(mode, level)
    findings = verify_bundle(bundle, frozen.hash)
    assert [finding for finding in findings if not finding.ok] == []
    assert {"seed", "selected", "staffing", "amendments"} <= {one.field for one in findings}
    assert drawn(mode, level)[1] == bundle


def test_quotas_are_met_and_reserves_are_as_many_but_at_least_five() -> None:
    content = finish(freeze(**inputs())).content
    assert {code: len(pairs) for code, pairs in content["selected"].items()} == {
        "A": 1, "B": 3, "C": 9, "D": 30,
    }  # fmt: skip
    assert {code: len(pairs) for code, pairs in content["reserves"].items()} == {
        "A": 5, "B": 5, "C": 9, "D": 0,
    }  # fmt: skip


def test_a_total_becomes_quotas_that_the_verifier_accepts() -> None:
    rules = replace(inputs()["rules"], total=21)
    frozen = freeze(**inputs(rules=rules))
    assert sum(frozen.quotas.values()) == 21
    assert all("quota" in entry for entry in frozen.commit["pool"]["strata"].values())


def test_stored_parts_give_the_same_draw_and_altered_ones_are_refused() -> None:
    frozen = freeze(**inputs())
    again = load(frozen.canonical, frozen.files)
    assert finish(again).canonical == finish(frozen).canonical
    for name in frozen.files:
        with pytest.raises(InputError) as error:
            load(frozen.canonical, {**frozen.files, name: frozen.files[name] + b" "})
        assert error.value.field == name
    with pytest.raises(InputError):
        load(json.dumps(frozen.commit).encode(), frozen.files)


def test_the_chain_starts_with_zeros() -> None:
    assert freeze(**inputs(previous=None)).commit["previous"] == "0" * 64


ONE = {"A": StratumRule("x", bp=100)}
TWO_TEAMS = StaffingRule(TEAMS, ("market",))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pool": [("P-1", "A"), ("p-1", "B")]}, "pool.tsv"),
        ({"pool": [("P-1", "E")]}, "pool.tsv"),
        ({"excluded": [("P-000001", "white")]}, "excluded.tsv"),
        ({"excluded": [("P-X", "whim")]}, "excluded.tsv"),
        ({"officers": [("Z-1", "market"), ("Z-1", "health")]}, "officers.tsv"),
        ({"officers": [("Z-1", "fire")]}, "officers.tsv"),
        ({"townships": {}}, "townships.tsv"),
        ({"level": 0}, "parties"),
        ({"level": 3}, "level"),
        ({"level": 2}, "public"),
        ({"parties": {"legal": "00" * 32}}, "parties"),
        ({"parties": {"legal": "00" * 32, "market": "nonce"}}, "parties"),
        ({"previous": "none"}, "previous"),
        ({"draw": 0}, "commit"),
        ({"occurrence": " "}, "occurrence"),
        ({"occurrence": "一\n二"}, "occurrence"),
        ({"rules": Rules("x", 1, {"A": StratumRule("", 1)}, TWO_TEAMS)}, "rules.strata.A"),
        ({"rules": Rules("x", 1, {}, TWO_TEAMS)}, "rules.strata"),
        ({"rules": Rules("x", 1, {"A": StratumRule("x", 1, 1)}, TWO_TEAMS)}, "rules.strata.A"),
        ({"rules": Rules("x", 1, {"A": StratumRule("x", 10001)}, TWO_TEAMS)}, "rules.strata.A"),
        ({"rules": Rules("x", 1, ONE, replace(TWO_TEAMS, size=1))}, "rules.staffing"),
        ({"rules": Rules("x", 1, ONE, replace(TWO_TEAMS, visits_cap=3))}, "rules.staffing"),
        ({"rules": Rules("x", 1, ONE, StaffingRule(SINGLY, ()))}, "rules.staffing"),
    ],
)
def test_the_freeze_refuses_bad_input_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as error:
        freeze(**{**inputs(), **changes})
    assert error.value.field == field


def test_the_freeze_names_candidates_that_could_not_be_staffed() -> None:
    recusals = [(f"Z-{n:04d}", "P-000003") for n in range(8, 15)]  # one of eight of market is left
    with pytest.raises(StaffingImpossible) as error:
        freeze(**inputs(recusals=recusals))
    found = error.value
    assert (found.department, found.subjects, found.rule) == ("market", ("P-000003",), "recusal")
    assert "market" in str(found)
    assert "P-000003" in str(found)
    values = inputs(recusals=recusals)
    ids = [id_ for id_, _ in values["pool"]]
    rule = values["rules"].staffing
    assert unstaffable(rule, values["officers"], recusals, ids) == {"P-000003": "market"}
    one_only = [("Z-0001", "health")] + [(f"Z-1{n}", "market") for n in range(4)]
    with pytest.raises(StaffingImpossible) as error:
        freeze(**inputs(officers=one_only))
    assert (error.value.department, error.value.rule) == ("health", "officers")
    assert len(error.value.subjects) == 120


def test_recusals_of_those_who_take_no_part_are_left_out() -> None:
    more = [*inputs()["recusals"], ("Z-0001", "P-ABSENT"), ("Z-9999", "P-000001")]
    assert freeze(**inputs(recusals=more)).canonical == freeze(**inputs()).canonical


def test_the_party_whose_nonce_is_missing_or_wrong_is_named() -> None:
    frozen = freeze(**inputs())
    nonces = {party: nonce(party) for party in ("legal", "market", "witness")}
    for party in nonces:
        for wrong in ({**nonces, party: nonce("x")}, {k: nonces[k] for k in nonces if k != party}):
            with pytest.raises(NonceError) as error:
                finish(frozen, nonces=wrong)
            assert error.value.party == party
    with pytest.raises(NonceError) as error:
        finish(frozen, nonces={**nonces, "guest": nonce("guest")})
    assert error.value.party == "guest"


def test_public_values_count_only_when_due_and_fallbacks_three_days_later() -> None:
    frozen = freeze(**inputs(level=2))
    day = 24 * HOUR
    plain = finish(frozen, public="  7 \t 9\n", finished_at=NOON + day)
    assert plain.content["public"] == "7 9"
    assert finish(frozen, public="7 9", finished_at=NOON + day).canonical == plain.canonical
    late = finish(frozen, public="7 9", fallback=True, finished_at=NOON + 4 * day)
    assert late.content["fallback"] is True
    assert late.content["seed"] == plain.content["seed"]
    for changes in (
        {"finished_at": NOON + day - HOUR},
        {"fallback": True, "finished_at": NOON + 4 * day - HOUR},
        {"public": " "},
        {"frozen_at": NOON + day},
    ):
        with pytest.raises(InputError):
            finish(frozen, **changes)
    with pytest.raises(InputError):
        finish(freeze(**inputs()), public="7 9")


def test_one_changed_nonce_changes_the_whole_selection() -> None:
    values = inputs()
    first = finish(freeze(**values)).content
    other = {**values["parties"], "legal": commitment(7, "legal", nonce("other"))}
    nonces = {**first["nonces"], "legal": nonce("other")}
    second = finish(freeze(**{**values, "parties": other}), nonces=nonces).content
    assert first["seed"] != second["seed"]
    assert first["selected"]["C"] != second["selected"]["C"]


def test_void_certificates_before_and_after_the_freeze() -> None:
    frozen = freeze(**inputs())
    refused = void(frozen, reason="参与方拒绝公开", party="legal", finished_at=NOON)
    assert (refused.content["commit"], refused.content["party"]) == (frozen.commit, "legal")
    given_up = void(None, draw=9, reason="承诺未到齐", party="legal", finished_at=NOON)
    assert canonical(given_up.content) == given_up.canonical
    assert (given_up.content["commit"], given_up.content["draw"]) == (None, 9)
    for arguments in (
        {"frozen": frozen, "draw": 9},
        {"frozen": None},
        {"frozen": frozen, "party": "guest"},
        {"frozen": frozen, "reason": " "},
    ):
        with pytest.raises(InputError):
            void(**{"reason": "x", "party": None, "finished_at": NOON, **arguments})


def test_replacements_take_the_reserves_in_order_and_leave_the_certificate_alone() -> None:
    certificate = finish(freeze(**inputs()))
    before = certificate.canonical
    done: list[dict[str, Any]] = []
    for turn in range(9):
        done.append(replacement(certificate, done))
        assert done[-1]["taken"] == certificate.content["reserves"]["C"][turn]
    assert canonical(certificate.content) == before
    with pytest.raises(InputError) as error:  # the pool of C has 30, the reserves were 9
        replacement(certificate, done)
    assert error.value.field == "taken"
    assert replacement(certificate, [], stratum="D")["taken"] is None  # all of D were selected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"skipped": "P-000000"}, "skipped"),
        ({"reason": "inconvenient"}, "reason"),
        ({"evidence": "photo.jpg"}, "evidence"),
        ({"second": "u17"}, "second"),
        ({"at": NOON}, "at"),
    ],
)
def test_replacements_are_refused_by_field(changes: dict[str, Any], field: str) -> None:
    certificate = finish(freeze(**inputs()))
    with pytest.raises(InputError) as error:
        replacement(certificate, [], **changes)
    assert error.value.field == field


@pytest.mark.parametrize("mode", [TEAMS, SINGLY])
def test_visits_after_replacements_still_keep_the_hard_rules(mode: str) -> None:
    values = inputs(mode)
    pool = [id_ for id_, _ in values["pool"]]
    chance = random.Random(5)
    values["recusals"] = [
        (f"Z-{department * 8 + n:04d}", id_)
        for id_ in pool
        for department in range(3)
        for n in chance.sample(range(8), 5)
    ]
    frozen = freeze(**values)
    certificate = finish(frozen)
    done: list[dict[str, Any]] = []
    for _ in range(9):
        done.append(replacement(certificate, done))
    now = visits(frozen, certificate, done)
    gone = {one["skipped"][1] for one in done}
    taken = {one["taken"][0] for one in done}
    assert len(now) == 43
    assert taken - gone <= set(now)
    assert not gone & set(now)
    barred = set(values["recusals"])
    home = dict(values["officers"])
    for subject, crew in now.items():
        for department, codes in crew.items():
            assert len(set(codes)) == 2
            assert all(home[code] == department for code in codes)
            assert not any((code, subject) in barred for code in codes)

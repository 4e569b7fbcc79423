"""The directory of inspectors, recusals and demo accounts."""

import re
from collections import Counter
from datetime import date

import pytest

from supervision.demo import county
from supervision.demo.accounts import ACCOUNTS
from supervision.demo.inspectors import (
    InspectorRow,
    InspectorStatus,
    generate_inspectors,
    generate_recusals,
)
from supervision.demo.subjects import generate_subjects

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def inspectors() -> tuple[InspectorRow, ...]:
    return generate_inspectors(2026, TODAY)


def test_600_unique_licences_the_same_for_the_same_seed(
    inspectors: tuple[InspectorRow, ...],
) -> None:
    assert len(inspectors) == 600
    assert len({row.licence for row in inspectors}) == 600
    assert all(re.fullmatch(r"161603\d{5}", row.licence) for row in inspectors)
    assert generate_inspectors(2026, TODAY) == inspectors


def test_exactly_the_enforcing_departments_have_inspectors(
    inspectors: tuple[InspectorRow, ...],
) -> None:
    counts = Counter(row.department for row in inspectors)
    assert set(counts) == {row.code for row in county.departments() if row.enforces}
    assert min(counts.values()) >= 2


def test_some_licences_are_expired_and_some_soon_will_be(
    inspectors: tuple[InspectorRow, ...],
) -> None:
    expired = [row for row in inspectors if row.valid_to < TODAY]
    soon = [row for row in inspectors if TODAY <= row.valid_to <= date(2026, 4, 1)]
    assert 5 <= len(expired) <= 50
    assert 5 <= len(soon) <= 50
    assert all(row.valid_from < row.valid_to for row in inspectors)


def test_account_holders_can_always_be_drawn(inspectors: tuple[InspectorRow, ...]) -> None:
    held = {row.username: row for row in inspectors if row.username}
    accounts = {a.username: a for a in ACCOUNTS if "inspector" in a.roles}
    assert set(held) == set(accounts)
    assert len(held) == 8
    for username, row in held.items():
        assert (row.name, row.department) == (
            accounts[username].name,
            accounts[username].department,
        )
        assert row.valid_to > date(2026, 8, 1)
        assert row.townships == ()
        assert row.status is InspectorStatus.ACTIVE


def test_recusals_name_known_people_and_subjects(inspectors: tuple[InspectorRow, ...]) -> None:
    subjects = list(generate_subjects(2026, 1000))
    recusals = generate_recusals(5, inspectors, subjects)
    assert len(recusals) == 12
    assert len({row.licence for row in recusals}) == 12
    assert {row.licence for row in recusals} <= {row.licence for row in inspectors}
    homes = {row.identifier for row in subjects if "nursing-home" in row.categories}
    assert {row.identifier for row in recusals} <= {row.identifier for row in subjects}
    assert sum(row.identifier in homes for row in recusals) >= 6
    assert generate_recusals(5, inspectors, subjects) == recusals


def test_recusals_need_a_nursing_home(inspectors: tuple[InspectorRow, ...]) -> None:
    with pytest.raises(ValueError, match="nursing home"):
        generate_recusals(5, inspectors, [])


def test_accounts_name_known_departments_roles_and_townships() -> None:
    known = {row.code for row in county.departments()}
    roles = {
        "clerk",
        "head",
        "inspector",
        "witness",
        "township",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
    assert len({a.username for a in ACCOUNTS}) == len({a.name for a in ACCOUNTS}) == len(ACCOUNTS)
    assert {a.department for a in ACCOUNTS} <= known
    assert {role for a in ACCOUNTS for role in a.roles} == roles
    units = {unit.code for unit in county.townships()}
    assert {a.township for a in ACCOUNTS if "township" in a.roles} <= units
    assert all(a.story.endswith("。") for a in ACCOUNTS)


@pytest.mark.parametrize("department", ["XZSP", "SFJ", "SCJG", "MZJ", "WJW", "XFDD", "NYNC"])
def test_departments_of_the_story_have_a_clerk_and_a_head(department: str) -> None:
    roles = {role for a in ACCOUNTS if a.department == department for role in a.roles}
    assert {"clerk", "head"} <= roles

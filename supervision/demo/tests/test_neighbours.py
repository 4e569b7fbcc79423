"""The regions beside the demo county, and what a region of its own profile changes."""

from __future__ import annotations

import pytest

from clues.rules.clue import TELL_DUE, TRANSFER_DUE
from clues.rules.sharing import SHARE_DUE
from departments.models import Department, Region, User
from departments.profile import RULES, filling, resolve
from departments.roles import Function
from supervision.demo.accounts import ACCOUNTS
from supervision.demo.neighbours import accounts, neighbours


def test_nobody_is_listed_twice() -> None:
    people = [*ACCOUNTS, *accounts()]
    assert len({each.username for each in people}) == len(people)
    assert len({each.name for each in people}) == len(people)
    assert all("：" in each.story and each.story.endswith("。") for each in people)


def test_rules_of_a_region_are_rules_of_the_platform() -> None:
    assert {key for region in neighbours() for key, _, _ in region.rules} <= set(RULES)


def test_every_account_has_a_department_of_its_own_region(county: Region) -> None:
    stored = User.objects.filter(username__in=[each.username for each in accounts()])
    assert stored.count() == len(accounts())
    assert set(stored.values_list("department__region__code", flat=True)) == {
        "4116",
        "411622",
        "371322",
    }


def test_the_independent_county_assigns_duties_by_its_own_document(county: Region) -> None:
    def holder(function: Function) -> str:
        department = filling("371322", function)
        return department.name if department else ""

    assert holder(Function.PLAN_RECEIVER) == "县司法局"
    assert holder(Function.LEGAL) == "县司法局"
    assert holder(Function.ESTABLISHMENT) == "县委机构编制委员会办公室"
    assert holder(Function.GOVERNMENT) == "县人民政府办公室"
    assert Region.objects.get(code="371322").children.count() == 13
    assert Department.objects.get(name="县综合行政执法局").enforces


@pytest.mark.parametrize(("rule", "days"), [(TRANSFER_DUE, 3), (TELL_DUE, 3), (SHARE_DUE, 5)])
def test_its_numbers_rest_on_its_document_and_no_other_county_inherits_them(
    county, rule, days
) -> None:  # type: ignore[no-untyped-def]
    assert resolve("371322", rule).overridden
    assert resolve("371322", rule).value == days
    assert not resolve("411603", rule).overridden


@pytest.mark.parametrize(
    "username", ["zk_scjg_head", "xh_xzsp_head", "tc_zfj_clerk", "tc_sfj_head"]
)
def test_people_of_other_regions_find_a_working_platform(client_of, username) -> None:  # type: ignore[no-untyped-def]
    client = client_of(username)
    for address in ("/", "/matters/", "/credit/subjects/", "/inspections/plans/"):
        assert client.get(address).status_code in (200, 302), address


def test_the_public_site_opens_with_the_county_that_joined_first(county, client) -> None:  # type: ignore[no-untyped-def]
    assert client.get("/public/").context["region_name"] == "周口市淮阳区"
    assert "临沂市郯城县" in client.get("/public/").content.decode()

"""From a draft of differentiated supervision to what holds: who, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from credit.models import PolicyRow, SupervisionPolicy
from credit.policy_validation import GRADES, RowInput
from credit.services import policies
from credit.services.policies import PolicyInput, UnsoundPolicy
from departments.models import Region, User
from matters.models import Matter, MatterVersion
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.trail import entries_of

pytestmark = pytest.mark.django_db

GENERAL = [
    RowInput(None, grade, bp) for grade, bp in zip(GRADES, (200, 800, 2500, 10000), strict=True)
]


@pytest.fixture
def clerk(county: Region, actor: Callable[[str], Actor]) -> Actor:
    return actor("fgw_clerk")


@pytest.fixture
def head(county: Region, actor: Callable[[str], Actor]) -> Actor:
    return actor("fgw_head")


@pytest.fixture
def matter(county: Region, person: Callable[[str], User]) -> Matter:
    found = Matter.objects.create(region=county, number=90, code="M-90")
    version = MatterVersion(
        matter=found,
        number=1,
        state="in_force",
        name="企业年报公示信息检查",
        change_reason="首次",
        source="试验",
        lead=User.objects.get(username="mzj_clerk").department,
        created_by=User.objects.get(username="mzj_clerk"),
    )
    version.save()
    return found


def drafted(clerk: Actor) -> SupervisionPolicy:
    return policies.draft(clerk, "差异化监管方案", "年度修订", GENERAL)


def test_from_draft_to_force_and_the_next_version(clerk: Actor, head: Actor) -> None:
    first = drafted(clerk)
    with pytest.raises(Conflict, match="正在编制"):
        drafted(clerk)
    with pytest.raises(Conflict):
        policies.enforce(head, first.pk)
    policies.submit(clerk, first.pk)
    with pytest.raises(NotAllowed):
        policies.enforce(clerk, first.pk)
    first = policies.enforce(head, first.pk)
    assert (first.state, first.in_force_at is not None) == ("in_force", True)
    with pytest.raises(Conflict):
        policies.edit(clerk, first.pk, policies.as_input(first))

    second = drafted(clerk)
    assert second.version == 2
    assert policies.as_input(second).rows == policies.as_input(first).rows
    said = replace(policies.as_input(second), rows=[*GENERAL[:3], replace(GENERAL[3], frequency=2)])
    policies.edit(clerk, second.pk, said)
    policies.submit(clerk, second.pk)
    policies.enforce(head, second.pk)
    first.refresh_from_db()
    assert (first.state, first.retired_at is not None) == ("retired", True)
    assert policies.held(clerk.region_code, 0)["D"].frequency == 2
    assert entries_of(first).order_by("-pk")[0].verb == "policy.retire"


def test_only_the_credit_group_drafts(actor: Callable[[str], Actor], county: Region) -> None:
    for who in ("mzj_clerk", "mzj_head", "xzsp_clerk"):
        with pytest.raises(NotAllowed):
            drafted(actor(who))


def test_what_is_wrong_is_not_saved_nor_submitted(clerk: Actor) -> None:
    policy = drafted(clerk)
    falling = [*GENERAL[:2], replace(GENERAL[2], ratio_bp=100), GENERAL[3]]
    with pytest.raises(UnsoundPolicy, match="风险高的比例不能更低") as refusal:
        policies.edit(clerk, policy.pk, PolicyInput("方案", "理由", (), falling))
    assert refusal.value.complaints[0].grade == "C"
    PolicyRow.objects.filter(of=policy, grade="D").delete()
    with pytest.raises(UnsoundPolicy, match="缺少 D 级"):
        policies.submit(clerk, policy.pk)
    with pytest.raises(Refused, match="理由"):
        policies.edit(clerk, policy.pk, PolicyInput("方案", " ", (), GENERAL))


def test_who_saves_last_does_not_overwrite_unseen(clerk: Actor) -> None:
    policy = drafted(clerk)
    seen = policies.seen_mark(policy)
    said = policies.as_input(policy)
    policies.edit(clerk, policy.pk, replace(said, reason="先改"), seen=seen)
    with pytest.raises(Conflict, match="已被他人修改"):
        policies.edit(clerk, policy.pk, replace(said, reason="后改"), seen=seen)


def test_the_matters_row_goes_before_the_general_one(
    clerk: Actor, head: Actor, matter: Matter, django_assert_max_num_queries: Callable
) -> None:
    assert policies.held(clerk.region_code, matter.pk) == {}
    policy = drafted(clerk)
    own = RowInput(matter.pk, "A", 0, 1, "off_site_first", True)
    said = PolicyInput("方案", "理由", ("62", "6422"), [*GENERAL, own])
    policies.edit(clerk, policy.pk, said)
    assert policies.held(clerk.region_code, matter.pk) == {}
    policies.submit(clerk, policy.pk)
    policies.enforce(head, policy.pk)

    with django_assert_max_num_queries(2):
        found = policies.held(clerk.region_code, matter.pk)
    assert {grade: row.ratio_bp for grade, row in found.items()} == {
        "A": 0,
        "B": 800,
        "C": 2500,
        "D": 10000,
    }
    assert found["A"].source == "方案（第 1 版）·本事项" and found["A"].way == "off_site_first"
    assert found["B"].source == "方案（第 1 版）·通用"
    triggered = found["A"].leaves_to_triggers
    assert [triggered(code) for code in ("6210", "6422", "642", "8511", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert not found["B"].leaves_to_triggers("6210")
    assert not policies.held(clerk.region_code, 0)["A"].leaves_to_triggers("6210")
    # A region below takes what its superior region put in force.
    assert policies.held(clerk.region_code + "001", matter.pk) == found
    assert policies.held("371322", matter.pk) == {}


def test_a_matter_that_is_no_more_is_not_carried_on(
    clerk: Actor, head: Actor, matter: Matter
) -> None:
    policy = drafted(clerk)
    own = RowInput(matter.pk, "A", 100)
    policies.edit(clerk, policy.pk, PolicyInput("方案", "理由", (), [*GENERAL, own]))
    policies.submit(clerk, policy.pk)
    policies.enforce(head, policy.pk)
    MatterVersion.objects.filter(matter=matter).update(state="abolished")
    assert policies.as_input(drafted(clerk)).rows == GENERAL


def test_drafts_are_the_credit_groups_own(clerk: Actor, actor: Callable[[str], Actor]) -> None:
    policy = drafted(clerk)
    seen = SupervisionPolicy.objects.visible_to
    assert policy in seen(clerk) and policy not in seen(actor("mzj_clerk"))


@pytest.mark.parametrize(
    ("industry_class", "left"),
    [("6422", True), ("I6422", True), ("64", True), ("6510", False), ("I", False), ("", False)],
)
def test_the_letter_of_the_section_makes_no_difference(industry_class: str, left: bool) -> None:
    held = policies.Held(300, 1, "on_site", ("64",), "方案")
    assert held.leaves_to_triggers(industry_class) is left


def test_without_new_industries_nobody_is_left_to_triggers() -> None:
    assert not policies.Held(300, 1, "on_site", (), "方案").leaves_to_triggers("")

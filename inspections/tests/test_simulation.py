"""What is simulated is what is drawn (S5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.models import Subject, SupervisionPolicy
from credit.policy_validation import GRADES, RowInput
from credit.services import policies
from credit.tests.test_white_list import listed
from departments.models import Region
from inspections.models import PlanItem
from inspections.services import draws
from inspections.services.simulation import simulate, simulate_policy
from inspections.tests.draw_world import fill_directories, plan_item
from matters.models import MatterVersion, SubjectCategory
from records.actor import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def region(county: Region) -> Region:
    fill_directories(county, 160)
    return county


@pytest.fixture
def item(region: Region) -> PlanItem:
    item = plan_item(region, ratios={}, draw_level=PlanItem.Level.SYSTEM)
    MatterVersion.objects.filter(pk=item.matter_version_id).update(name="企业年报公示信息检查")
    codes = SubjectCategory.objects.filter(code__in=item.categories)
    item.matter_version.categories.set(codes)
    item.parties.all().delete()
    return PlanItem.objects.get(pk=item.pk)


def drafted(clerk: Actor, item: PlanItem) -> SupervisionPolicy:
    rows = [
        RowInput(None, grade, bp)
        for grade, bp in zip(GRADES, (500, 2000, 5000, 10000), strict=True)
    ]
    made = policies.draft(clerk, "方案", "首次", rows)
    own = RowInput(item.matter_version.matter_id, "A", 500, 1, "on_site", True)
    said = policies.PolicyInput("方案", "首次", ("64",), [*rows, own])
    return policies.edit(clerk, made.pk, said)


def drawn(item: PlanItem, actor: Callable[[str], Actor]) -> dict[str, int]:
    draw = draws.freeze(actor("mzj_clerk"), draws.announce(actor("mzj_clerk"), item.pk).pk)
    chosen = draw.selected.filter(is_reserve=False)
    return {grade: chosen.filter(stratum=grade).count() for grade in GRADES}


def by_grade(simulation: Any) -> dict[str, int]:
    return {row.grade: row.drawn for row in simulation.rows}


def test_a_draft_is_simulated_as_it_would_be_drawn(
    item: PlanItem, actor: Callable[[str], Actor], client_of: Callable
) -> None:
    low = Subject.objects.filter(status="open", grade="A").values("pk")[:9]
    Subject.objects.filter(pk__in=[row["pk"] for row in low]).update(industry_class="6420")
    white = Subject.objects.filter(status="open", grade="A").order_by("-pk").first()
    assert white is not None
    listed(actor, white, item.matter_version.matter)
    policy = drafted(actor("fgw_clerk"), item)

    (found,) = simulate_policy(policy)
    assert by_grade(found.before) == by_grade(simulate(item))
    assert found.before.exempt == 1 and found.after.exempt == 10
    promised = by_grade(found.after)

    policies.submit(actor("fgw_clerk"), policy.pk)
    policies.enforce(actor("fgw_head"), policy.pk)
    shown = simulate(item)
    assert by_grade(shown) == promised and shown.exempt == 10
    assert drawn(item, actor) == promised

    # The same again: who was drawn is not drawn a second time.
    again = plan_item(item.plan.region, 2, ratios={}, draw_level=PlanItem.Level.SYSTEM)
    again.parties.all().delete()
    (found,) = simulate_policy(policy)
    shown = simulate(again)
    assert shown.visited == sum(promised.values()) == found.after.visited
    assert by_grade(shown) == by_grade(found.after)
    page = client_of("mzj_clerk").get(f"/inspections/plans/items/{again.pk}/simulation/")
    text = page.content.decode()
    assert f"按此方案将抽取 <strong>{shown.drawn}</strong> 户" in text
    assert f"<strong>{shown.visited}</strong> 户今年已被检查" in text
    page = client_of("fgw_clerk").get(f"/inspections/policies/{policy.pk}/simulation/")
    current = [group for group in page.context["nav"] if group["active"]]
    assert [group["label"] for group in current] == ["对象与信用"]
    assert drawn(again, actor) == by_grade(shown)


def test_more_matters_take_no_more_queries(
    item: PlanItem, actor: Callable[[str], Actor], django_assert_num_queries: Callable
) -> None:
    policy = drafted(actor("fgw_clerk"), item)
    with CaptureQueriesContext(connection) as counted:
        assert len(simulate_policy(policy)) == 1
    version = item.matter_version
    for number in (91, 92):
        matter = version.matter.__class__.objects.create(
            region=item.plan.region, number=number, code=f"M-{number}"
        )
        other = MatterVersion.objects.get(pk=version.pk)
        other.pk, other.matter, other.name = None, matter, f"事项 {number}"
        other.save()
        other.categories.set(version.categories.all())
    with django_assert_num_queries(len(counted)):
        assert len(simulate_policy(policy)) == 3

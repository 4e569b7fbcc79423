"""What the workbench and the page of an item say is next for the lead department."""

from __future__ import annotations

import pytest
from django.utils import timezone

from inspections.models import Draw, PlanItem
from inspections.services import plans as services
from inspections.services.plans_worklist import pending_plan_work
from inspections.tests import plan_story as story
from records.models import Deadline


@pytest.fixture
def version(county):
    story.inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    return story.matter()


def create_item(version, actor, year):
    return services.create_item(
        actor("mzj_clerk"), year, version.pk, story.item_data(version, year)
    )


def words(actor):
    return [row.what for row in pending_plan_work(actor)]


def test_a_matter_in_force_sends_the_lead_clerk_to_this_years_plan(version, actor):
    year = timezone.localdate().year
    [row] = pending_plan_work(actor("mzj_clerk"))
    assert (row.what, row.about) == ("编制年度计划项目", version.name)
    assert row.url == f"/inspections/plans/{year}/"
    assert words(actor("wjw_clerk")) == words(actor("xzsp_clerk")) == []


def test_several_matters_are_one_row(version, actor):
    story.matter(number=20, name="殡葬服务综合监管", category="funeral")
    [row] = pending_plan_work(actor("mzj_clerk"))
    assert row.about == f"“{version.name}”等 2 个事项"


def test_the_row_goes_with_the_item_and_comes_back_when_it_is_withdrawn(version, actor):
    item = create_item(version, actor, story.next_year())
    assert words(actor("mzj_clerk"))[0] == "编报年度计划"
    Deadline.objects.update(cancelled_at=timezone.now())
    assert words(actor("mzj_clerk"))[0] == "编制年度计划项目"
    item.plan.year = timezone.localdate().year
    item.plan.save()
    assert words(actor("mzj_clerk")) == ["完成计划项目并提请确认"]
    PlanItem.objects.update(state=PlanItem.State.WITHDRAWN)
    assert words(actor("mzj_clerk")) == ["编制年度计划项目"]


@pytest.mark.parametrize(
    ("state", "offered"), [(None, True), ("void", True), ("announced", False), ("done", False)]
)
def test_an_item_with_a_live_draw_offers_no_second_one(version, actor, client_of, state, offered):
    item = create_item(version, actor, story.next_year())
    PlanItem.objects.update(state=PlanItem.State.PUBLISHED)
    if state:
        Draw.objects.create(
            number=1,
            item=item,
            occurrence=item.occurrence,
            planned_at=item.draw_at,
            level=item.draw_level,
            state=state,
        )
    page = client_of("mzj_clerk").get(item.get_absolute_url()).content.decode()
    assert ("启动抽取" in page) is offered


def test_parties_are_named_by_what_they_are_for(version, actor, client_of):
    item = create_item(version, actor, story.next_year())
    page = client_of("mzj_clerk").get(item.get_absolute_url()).content.decode()
    assert "牵头部门" in page and "联合执法组" in page
    assert "LEAD" not in page and "LEGAL" not in page

"""A county whose document names another receiver of plans (T 三: the legal office)."""

from __future__ import annotations

import pytest

from inspections.acts.plans import receives_plans
from inspections.models import PlanItem, YearPlan
from inspections.services import plan_acts as acts
from inspections.services import plans
from inspections.tests import plan_story as story
from records.errors import NotAllowed

YEAR = story.next_year()


def test_the_legal_office_receives_merges_and_publishes_the_plan(county, actor) -> None:
    story.inspectors("tc_zjj_clerk", "tc_zfj_clerk")
    version = story.matter(lead="tc_zjj_clerk", enforcing=("tc_zfj_clerk",), assisting=())
    with pytest.raises(NotAllowed):
        plans.open_year(actor("tc_xzsp_clerk"), YEAR)
    plan = plans.open_year(actor("tc_sfj_clerk"), YEAR)

    parties = (version.lead_id, story.department("tc_sfj_clerk").pk)
    data = story.item_data(version, YEAR, parties=parties)
    item = plans.create_item(actor("tc_zjj_clerk"), YEAR, version.pk, data)
    acts.submit(actor("tc_zjj_clerk"), item.pk)
    acts.confirm(actor("tc_zfj_head"), story.part_of(item, "tc_zfj_clerk").pk)
    item = acts.file(actor("tc_zjj_head"), item.pk)
    assert (item.plan, item.filed_with.name) == (plan, "县司法局")

    # The coordination office of this county, and the receivers of another, have no say.
    for stranger in ("tc_xzsp_head", "xzsp_head"):
        assert not receives_plans(actor(stranger), "371322")
        with pytest.raises(NotAllowed):
            acts.merge(actor(stranger), plan.pk)
    acts.merge(actor("tc_sfj_clerk"), plan.pk)
    plan = acts.publish(actor("tc_sfj_head"), plan.pk)
    assert (story.state(item), plan.state) == (PlanItem.State.PUBLISHED, YearPlan.State.PUBLISHED)

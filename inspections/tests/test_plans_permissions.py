"""Who may do what with plan items, their parts and the plan (I2)."""

from __future__ import annotations

import pytest

from inspections.models import PlanItem, YearPlan
from inspections.services import plan_acts as acts
from inspections.services import plans as services
from inspections.tests import plan_story as story
from records.errors import NotAllowed

YEAR = story.next_year()
S = PlanItem.State


@pytest.fixture
def version(county):
    story.inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    return story.matter()


@pytest.fixture
def item(version, actor):
    return services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR)
    )


PERMITTED = {
    "submit": {"mzj_clerk", "mzj_head"},
    "file": {"mzj_head"},
    "return": {"xzsp_clerk", "xzsp_head"},
    "adjust": {"mzj_head"},
    "withdraw": {"mzj_head"},
}


SOURCE = {"submit": S.DRAFT, "file": S.CONFIRMED}


EVERYBODY = (
    "mzj_clerk",
    "mzj_head",
    "mzj_inspector1",
    "wjw_clerk",
    "wjw_head",
    "sfj_head",
    "xzsp_clerk",
    "xzsp_head",
    "nync_clerk",
    "nync_head",
    "jjz_witness",
    "system_admin",
    "audit_admin",
)


@pytest.mark.parametrize("code", PERMITTED)
def test_permissions_of_each_act(item, actor, code):
    for username in EVERYBODY:
        PlanItem.objects.filter(pk=item.pk).update(state=SOURCE.get(code, S.FILED))
        handler = acts.ITEM_HANDLERS[code]
        if username in PERMITTED[code]:
            handler(actor(username), item.pk, "理由")
        else:
            with pytest.raises(NotAllowed):
                handler(actor(username), item.pk, "理由")


def test_permissions_of_parts_and_plan(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    part = story.part_of(item, "wjw_head")
    for username in set(EVERYBODY) - {"wjw_head"}:
        with pytest.raises(NotAllowed):
            acts.confirm(actor(username), part.pk)
        with pytest.raises(NotAllowed):
            acts.decline(actor(username), part.pk, "人手不足")
    for username in set(EVERYBODY) - {"xzsp_clerk", "xzsp_head"}:
        with pytest.raises(NotAllowed):
            acts.merge(actor(username), item.plan_id)
        with pytest.raises(NotAllowed):
            services.open_year(actor(username), YEAR)
    YearPlan.objects.update(state=YearPlan.State.MERGED)
    for username in set(EVERYBODY) - {"xzsp_head"}:
        with pytest.raises(NotAllowed):
            acts.publish(actor(username), item.plan_id)


def test_a_published_item_is_seen_by_every_department(item, actor):
    story.filed(item, actor)
    stranger = actor("nync_clerk")
    assert not PlanItem.objects.visible_to(stranger).exists()
    acts.merge(actor("xzsp_clerk"), item.plan_id)
    acts.publish(actor("xzsp_head"), item.plan_id)
    assert list(PlanItem.objects.visible_to(stranger)) == [item]

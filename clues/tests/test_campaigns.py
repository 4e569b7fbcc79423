"""From a pattern to an item of the plan (L12)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from clues.models import Campaign
from clues.services import campaigns
from clues.stages import main_stop
from clues.tests.joint_samples import clue_at, department_of, subject
from clues.tests.samples import own_handling, person
from inspections.models import PlanItem
from inspections.services import plan_acts
from inspections.tests.plan_story import inspectors, matter
from records.actor import SYSTEM
from records.errors import NotAllowed, Refused

pytestmark = pytest.mark.django_db


def propose(username: str = "mzj_clerk", **over) -> Campaign:
    values = {
        "title": "养老机构食堂专项检查",
        "reason": "近三个月食堂类投诉明显上升。",
        "categories": ["nursing-home"],
    } | over
    return campaigns.propose(person(username), **values)


def test_a_clerks_proposal_goes_through_the_head_to_coordination(county) -> None:
    campaign = propose("wjw_clerk")
    assert main_stop(campaign).department == department_of("wjw_clerk")
    with pytest.raises(NotAllowed):
        campaigns.sign(person("wjw_clerk"), campaign.pk)
    campaigns.sign(person("wjw_head"), campaign.pk)
    stop = main_stop(campaign)
    assert stop.department == department_of("xzsp_head") and stop.deadline.due_at is not None
    with pytest.raises(NotAllowed):
        campaigns.decline(person("wjw_head"), campaign.pk, "不")
    with pytest.raises(Refused):
        campaigns.decline(person("xzsp_head"), campaign.pk, " ")
    words = "已有在办专项。" * 100
    declined = campaigns.decline(person("xzsp_head"), campaign.pk, words)
    assert (declined.state, declined.decision) == ("declined", words)
    assert main_stop(campaign) is None
    assert campaign not in Campaign.objects.visible_to(person("nync_clerk"))


def test_the_figures_count_clues_and_no_confidential_ones(county) -> None:
    clue_at(subject=subject(1))
    clue_at(subject=subject(1))
    own_handling(person("mzj_clerk"), confidential=True, subject=subject(2))
    found = propose("mzj_head").evidence
    assert (found["clues"], found["open"], found["subjects"]) == (2, 2, 1)
    assert propose("mzj_head").state == "proposed"


def test_an_accepted_campaign_becomes_a_plan_item(county) -> None:
    version = matter(category="nursing-home")
    inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    campaign = propose("mzj_head")
    campaigns.accept(person("xzsp_head"), campaign.pk, version, "请民政局牵头")
    stop = main_stop(campaign)
    assert (stop.department, stop.waits) == (version.lead, "编制专项检查计划项目")
    today = timezone.localdate()
    item = campaigns.plan(
        person("mzj_clerk"),
        campaign.pk,
        period_start=today,
        period_end=today.replace(month=12, day=31),
        draw_at=timezone.now() + dt.timedelta(hours=1),
    )
    assert (item.title, item.state) == (campaign.title, PlanItem.State.DRAFT)
    assert item.categories == ["nursing-home"]
    assert plan_acts.submit(person("mzj_clerk"), item.pk).state == PlanItem.State.CONFIRMING
    campaign.refresh_from_db()
    assert (campaign.state, campaign.plan_item) == ("planned", item)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": ""}, "title"),
        ({"reason": " "}, "reason"),
        ({"categories": []}, "categories"),
        ({"categories": ["no-such"]}, "categories"),
        ({"township_code": "110000000"}, "township"),
    ],
)
def test_a_wrong_proposal_is_refused_at_its_field(county, over, field) -> None:
    with pytest.raises(Refused) as refusal:
        propose(**over)
    assert refusal.value.field == field


def test_the_system_needs_a_warning_to_propose_from(county) -> None:
    with pytest.raises(Refused):
        campaigns.propose(
            SYSTEM, title="专项", reason="规律", categories=["nursing-home"], warning_id=0
        )
    with pytest.raises(NotAllowed):
        propose("mzj_inspector1")

"""Who stands on the white list is left out of routine draws, of nothing else (S6)."""

from __future__ import annotations

import pytest

from credit.models import Subject, WhiteListEntry
from credit.rules.whitelist import EXEMPTS
from departments.models import Region, RuleValue
from inspections.models import PlanItem
from inspections.services import selected
from inspections.services.dispatch import PartPlan
from inspections.services.draws.gathering import EXCLUSIONS, Gathered, gather, subjects_of
from inspections.tests.draw_world import fill_directories, plan_item
from inspections.tests.visit_samples import make_story
from records import clock
from records.periods import months_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(county: Region) -> PlanItem:
    fill_directories(county, 160)
    return plan_item(county, ratios={})


@pytest.fixture
def listed(item: PlanItem) -> Subject:
    """A subject of the item, on the white list for its matter since last month."""
    subject = subjects_of(item).filter(status="open", grade="A", id_kind="uscc")[0]
    put_on(subject, item)
    return subject


def put_on(subject: Subject, item: PlanItem) -> None:
    today = clock.today()
    WhiteListEntry.objects.create(
        region=subject.region,
        subject=subject,
        matter_id=item.matter_version.matter_id,
        department=item.lead,
        reason="连续三年无问题",
        months=12,
        state=WhiteListEntry.State.LISTED,
        created_at=clock.now(),
        applied_by="曾佳颖",
        since=months_before(today, 1),
        until=months_before(today, -11),
    )


def gathered(item: PlanItem) -> Gathered:
    return gather(item, "00" * 32)


def test_left_out_of_a_routine_draw(item: PlanItem, listed: Subject) -> None:
    found = gathered(item)
    assert [id_ for id_, rule in found.excluded if rule == "white_list"] == [listed.identifier]
    assert listed.identifier not in dict(found.pool)
    assert found.rules.exclusions["white_list"] == EXCLUSIONS["white_list"]
    assert found.counts["excluded"]["white_list"] == 1


def test_full_coverage_visits_everybody(item: PlanItem, listed: Subject) -> None:
    item.full_coverage = True
    assert listed.identifier in dict(gathered(item).pool)


def test_a_worse_grade_brings_it_back_at_once(item: PlanItem, listed: Subject) -> None:
    Subject.objects.filter(pk=listed.pk).update(grade="B")
    assert listed.identifier in dict(gathered(item).pool)


def test_a_county_may_switch_it_off(county: Region, item: PlanItem, listed: Subject) -> None:
    RuleValue.objects.create(region=county, key=EXEMPTS.key, value=0, source="县规定")
    assert listed.identifier in dict(gathered(item).pool)


def test_never_left_out_of_a_visit_that_a_clue_starts(county: Region) -> None:
    story = make_story(county, codes=("MZJ", "WJW"))
    subject = story.draw.selected.first().subject
    Subject.objects.filter(pk=subject.pk).update(grade="A")
    put_on(subject, story.draw.item)
    lead = story.departments["MZJ"]
    items = selected.fitting_items(subject, [lead])
    part = PartPlan(lead, tuple(items[lead.pk][:2]), tuple(story.inspectors["MZJ"]))
    task = selected.start_selected(
        story.actor("mzj_clerk"), subject, lead, [part], clock.today(), "群众反映食堂卫生差"
    )
    assert task.subject_id == subject.pk

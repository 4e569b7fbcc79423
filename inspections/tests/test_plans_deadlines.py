"""The date by which each lead department files its plan (I2)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from departments.models import Region, RuleValue
from inspections.models import YearPlan
from inspections.selectors import plans as selectors
from inspections.services import plan_acts as acts
from inspections.services import plans as services
from inspections.tests import plan_story as story
from records import deadlines

YEAR = story.next_year()


@pytest.fixture
def version(county):
    story.inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    return story.matter()


@pytest.fixture
def item(version, actor):
    return services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR)
    )


def running(item):
    rule = selectors.filing_rule(item.matter_version.matter_id)
    return deadlines.running_of(item.plan, rule)


def test_filing_meets_the_deadline_and_returning_reopens_it(item, actor):
    deadline = running(item).get()
    due = timezone.localtime(deadline.due_at)
    assert (due.year, due.month, due.day) == (YEAR, 4, 30)
    assert deadline.department == story.department("mzj_clerk")
    assert "（三）" in deadline.source
    story.filed(item, actor)
    assert not running(item).exists()
    acts.return_item(actor("xzsp_clerk"), item.pk, "比例偏低")
    assert running(item).get().pk == deadline.pk
    story.filed(item, actor)
    acts.withdraw(actor("mzj_head"), item.pk, "并入其他项目")
    assert running(item).exists()


def test_another_filed_item_keeps_the_deadline_met(item, version, actor):
    second = services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR)
    )
    story.filed(item, actor)
    story.filed(second, actor)
    acts.withdraw(actor("mzj_head"), second.pk, "重复")
    assert not running(item).exists()


def test_who_has_not_filed_by_the_date_is_overdue(version, actor):
    last_year = timezone.localdate().year - 1
    version.in_force_at = dt.datetime(last_year, 1, 1, tzinfo=dt.UTC)
    version.save()
    plan = YearPlan.objects.create(region=version.matter.region, year=last_year)
    services.start_filing_deadlines(actor("xzsp_clerk"), plan)
    (deadline,) = selectors.filing_deadlines(actor("xzsp_clerk"), plan)
    assert deadlines.chip(deadline).chip_level == "overdue"
    assert selectors.filing_deadlines(actor("nync_clerk"), plan) == []


def test_a_matter_in_force_after_the_date_owes_nothing_that_year(version, actor):
    version.in_force_at = dt.datetime(YEAR, 5, 2, tzinfo=dt.UTC)
    version.save()
    plan = services.open_year(actor("xzsp_clerk"), YEAR)
    assert selectors.filing_deadlines(actor("xzsp_clerk"), plan) == []


def test_opening_again_adds_only_what_is_new(version, actor):
    plan = services.open_year(actor("xzsp_clerk"), YEAR)
    story.matter(number=7, name="农资", lead="nync_clerk", category="seed")
    assert services.open_year(actor("xzsp_clerk"), YEAR) == plan
    titles = [d.title for d in selectors.filing_deadlines(actor("xzsp_clerk"), plan)]
    assert len(titles) == 2 and any("农资" in title for title in titles)


def test_a_department_that_leads_no_longer_is_released(version, actor):
    plan = services.open_year(actor("xzsp_clerk"), YEAR)
    version.lead = story.department("nync_clerk")
    version.save()
    services.open_year(actor("xzsp_clerk"), YEAR)
    (deadline,) = selectors.filing_deadlines(actor("xzsp_clerk"), plan)
    assert deadline.department == story.department("nync_clerk")


def test_a_region_sets_its_own_date(version, actor):
    RuleValue.objects.create(
        region=Region.objects.get(code="411603"),
        key="inspections.plan_filing_date",
        value=331,
        source="本地规定",
    )
    plan = services.open_year(actor("xzsp_clerk"), YEAR)
    (deadline,) = selectors.filing_deadlines(actor("xzsp_clerk"), plan)
    due = timezone.localtime(deadline.due_at)
    assert (due.month, due.day, deadline.source) == (3, 31, "本地规定")

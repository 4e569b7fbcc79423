"""Estimates, overlaps and load of the plan, against counting by hand."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from credit.models import Subject
from inspections.selectors import plan_pages
from inspections.selectors import plans as selectors
from inspections.services import plans as services
from inspections.tests import plan_story as story

YEAR = story.next_year()
RATIOS = {"A": 300, "B": 1000, "C": 3000, "D": 10000}


@pytest.fixture
def directory(county):
    story.subjects("A" * 101 + "B" * 25 + "C" * 7 + "D" * 2)
    story.subjects("AAB", start=500, status="closed")
    story.subjects("AC", category="seed")
    both = Subject.objects.filter(identifier=f"{story.CATEGORY}-0").get()
    both.categories = [story.CATEGORY, "seed"]
    both.save()


def by_hand(categories, bp):
    """Row by row, in plain arithmetic."""
    counts = dict.fromkeys("ABCD", 0)
    for subject in Subject.objects.all():
        if subject.status == "open" and set(subject.categories) & set(categories):
            counts[subject.grade] += 1
    return {g: (n, math.ceil(n * bp[g] / 10000)) for g, n in counts.items()}


@pytest.mark.parametrize("categories", [[story.CATEGORY], ["seed"], [story.CATEGORY, "seed"]])
def test_the_estimate_is_what_counting_gives(directory, django_assert_num_queries, categories):
    with django_assert_num_queries(1):
        stock = selectors.stocks("411603", categories)
    found = selectors.estimate(stock, categories, ratios=RATIOS)
    assert {row.grade: (row.count, row.drawn) for row in found.grades} == by_hand(
        categories, RATIOS
    )


def test_a_total_is_spread_and_full_coverage_takes_all(directory):
    stock = selectors.stocks("411603", [story.CATEGORY])
    quota = selectors.estimate(stock, [story.CATEGORY], ratios=RATIOS, quota=6)
    assert quota.drawn == 6
    assert quota.count == 135
    everything = selectors.estimate(stock, [story.CATEGORY], ratios=RATIOS, full_coverage=True)
    assert everything.drawn == everything.count == 135


def test_no_categories_cost_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert selectors.stocks("411603", []) == []


@pytest.fixture
def pair(county, actor):
    story.inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk", "nync_clerk")
    first = story.matter()
    second = story.matter(
        number=7, name="农资", lead="nync_clerk", enforcing=("wjw_clerk",), assisting=()
    )
    return [
        services.create_item(actor(who), YEAR, version.pk, story.item_data(version, YEAR))
        for who, version in (("mzj_clerk", first), ("nync_clerk", second))
    ]


def test_overlaps_need_common_subjects_time_and_different_leads(pair):
    first, second = pair
    (found,) = selectors.overlaps(pair)
    assert found.categories == {story.CATEGORY}
    assert (found.since, found.until) == (dt.date(YEAR, 3, 1), dt.date(YEAR, 5, 31))
    second.period_start = dt.date(YEAR, 6, 1)
    second.period_end = dt.date(YEAR, 7, 1)
    assert selectors.overlaps(pair) == []
    second.period_start = dt.date(YEAR, 5, 31)
    assert len(selectors.overlaps(pair)) == 1
    second.categories = ["seed"]
    assert selectors.overlaps(pair) == []
    second.categories, second.lead_id = first.categories, first.lead_id
    assert selectors.overlaps(pair) == []


def test_withdrawn_items_do_not_overlap(pair):
    pair[0].state = "withdrawn"
    assert selectors.overlaps(pair) == []


def test_load_spreads_an_item_over_its_months(pair):
    story.subjects("D" * 10)
    found = selectors.estimates("411603", pair)
    load = selectors.load_by_month(pair[:1], found)
    assert load == [0, 0, 3, 3, 4, 0, 0, 0, 0, 0, 0, 0]
    assert sum(selectors.load_by_month(pair, found)) == 20


def test_the_timeline_knows_half_months(pair):
    first = pair[0]
    first.period_start, first.period_end = dt.date(YEAR, 1, 15), dt.date(YEAR, 12, 16)
    lanes = plan_pages.lanes([first])
    assert [(bar.first, bar.last) for bar in lanes[0].bars] == [(1, 24)]


def test_ratio_in_words(pair):
    item = pair[0]
    assert plan_pages.ratio_text(item) == "A 3% B 10% C 30% D 100%"
    item.ratios = dict.fromkeys("ABCD", 1250)
    assert plan_pages.ratio_text(item) == "12.5%"
    item.quota = 12
    assert plan_pages.ratio_text(item) == "共 12 户"
    item.full_coverage = True
    assert plan_pages.ratio_text(item) == "全覆盖"

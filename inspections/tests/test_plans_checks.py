"""What a plan item must hold to be planned, each refusal at its field (I2)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from inspections.models import PlanItem
from inspections.services import plans as services
from inspections.services.plan_data import PlanInvalid
from inspections.tests import plan_story as story
from records.errors import NotAllowed, Refused

YEAR = story.next_year()


@pytest.fixture
def version(county):
    story.inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    return story.matter()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": "  "}, "title", "计划名称"),
        ({"categories": ()}, "categories", "至少选择一类"),
        ({"categories": ("pesticide",)}, "categories", "不在该事项的监管对象之内"),
        ({"ratios": {"A": 10001, "B": 0, "C": 0, "D": 0}}, "ratio_a", "0 到 100%"),
        ({"ratios": {"A": 100, "B": 100, "C": 100}}, "ratio_d", "0 到 100%"),
        ({"ratios": {"A": 0, "B": 0, "C": 0, "D": 0}}, "ratio_a", "不能全部为 0"),
        ({"quota": 0}, "quota", "至少为 1"),
        ({"period_start": dt.date(YEAR - 1, 12, 31)}, "period_start", f"{YEAR} 年度"),
        ({"period_end": dt.date(YEAR + 1, 1, 1)}, "period_end", f"{YEAR} 年度"),
        ({"period_end": dt.date(YEAR, 2, 28)}, "period_end", "不能早于"),
        (
            {"draw_at": dt.datetime(YEAR, 6, 1, 9, tzinfo=dt.UTC)},
            "draw_at",
            "不能晚于检查截止日期",
        ),
        (
            {
                "draw_at": dt.datetime(YEAR - 2, 1, 1, tzinfo=dt.UTC),
                "draw_mode": PlanItem.DrawMode.SCHEDULED,
            },
            "draw_at",
            "必须晚于现在",
        ),
        ({"draw_mode": "dice"}, "draw_mode", "抽取方式"),
        ({"draw_level": 7}, "draw_level", "公信级别"),
        ({"staffing": "alone"}, "staffing", "派人方式"),
        ({"officers_per_visit": 1}, "officers_per_visit", "不得少于 2 名"),
        ({"officers_per_visit": 7}, "officers_per_visit", "最多 6 名"),
        ({"max_teams": 0}, "max_teams", "1 到 200"),
        ({"parties": ()}, "parties", "至少要有 2 个不同部门"),
        ({"parties": (999999, 999998)}, "parties", "不能担任见证"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(version, actor, changes, field, words):
    data = story.item_data(version, YEAR, **changes)
    with pytest.raises(PlanInvalid) as refusal:
        services.create_item(actor("mzj_clerk"), YEAR, version.pk, data)
    assert any(p.field == field and words in p.message for p in refusal.value.problems)
    assert not PlanItem.objects.exists()


def test_all_problems_are_named_at_once(version, actor):
    data = story.item_data(version, YEAR, title="", parties=(), max_teams=0)
    with pytest.raises(PlanInvalid) as refusal:
        services.create_item(actor("mzj_clerk"), YEAR, version.pk, data)
    assert {p.field for p in refusal.value.problems} == {"title", "parties", "max_teams"}


def test_level_zero_needs_no_parties(version, actor):
    data = story.item_data(version, YEAR, draw_level=PlanItem.Level.SYSTEM, parties=())
    item = services.create_item(actor("mzj_clerk"), YEAR, version.pk, data)
    assert not item.parties.exists()


def test_a_partner_is_needed(version, actor):
    data = story.item_data(version, YEAR)
    alone = {version.lead_id: data.check_items[version.lead_id]}
    with pytest.raises(PlanInvalid, match="至少要有一个配合部门"):
        services.create_item(
            actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR, check_items=alone)
        )


def test_somebody_must_check_something(version, actor):
    nothing = dict.fromkeys(story.item_data(version, YEAR).check_items, ())
    with pytest.raises(PlanInvalid, match="至少要有一个执法部门参加"):
        services.create_item(
            actor("mzj_clerk"),
            YEAR,
            version.pk,
            story.item_data(version, YEAR, check_items=nothing),
        )


def test_check_items_of_others_and_strangers_are_refused(version, actor):
    data = story.item_data(version, YEAR)
    wjw, xfdd = story.department("wjw_clerk").pk, story.department("xfdd_clerk").pk
    swapped = {**data.check_items, wjw: data.check_items[xfdd]}
    with pytest.raises(PlanInvalid, match="不属于该部门"):
        services.create_item(
            actor("mzj_clerk"),
            YEAR,
            version.pk,
            story.item_data(version, YEAR, check_items=swapped),
        )
    stranger = {**data.check_items, story.department("nync_clerk").pk: ()}
    with pytest.raises(PlanInvalid, match="不是该事项的牵头或配合部门"):
        services.create_item(
            actor("mzj_clerk"),
            YEAR,
            version.pk,
            story.item_data(version, YEAR, check_items=stranger),
        )


def test_too_few_licences_are_named_with_department_and_numbers(county, actor):
    version = story.matter()
    story.inspectors("mzj_clerk", "wjw_clerk")
    story.inspectors("xfdd_clerk", count=1)
    with pytest.raises(PlanInvalid) as refusal:
        services.create_item(actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR))
    (problem,) = refusal.value.problems
    assert problem.field == "departments"
    assert story.department("xfdd_clerk").name in problem.message
    assert "只有 1 名" in problem.message and "不足每次到场 2 名" in problem.message


def test_only_the_lead_department_plans(version, actor):
    data = story.item_data(version, YEAR)
    for username in ("wjw_clerk", "nync_clerk", "xzsp_head", "mzj_inspector1"):
        with pytest.raises(NotAllowed):
            services.create_item(actor(username), YEAR, version.pk, data)
    assert not PlanItem.objects.exists()


def test_matters_not_in_force_cannot_be_planned(version, actor):
    version.state = version.State.SUPERSEDED
    version.save()
    with pytest.raises(Refused, match="已生效"):
        services.create_item(actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR))


def test_past_years_are_closed(version, actor):
    with pytest.raises(Refused, match="只能编制"):
        services.year_plan(actor("mzj_clerk"), timezone.localdate().year - 1)

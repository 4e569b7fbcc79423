"""The course of a plan item, and each refusal in words (I2)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from departments.models import Region, RuleValue
from inspections.models import Draw, PlanItem, PlanItemPart, YearPlan
from inspections.selectors import plans as selectors
from inspections.services import plan_acts as acts
from inspections.services import plans as services
from inspections.services.plan_data import PlanInvalid
from inspections.tests import plan_story as story
from records import deadlines
from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry

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


def part_of(item, username):
    return item.parts.get(department=story.department(username))


def state(item):
    item.refresh_from_db()
    return item.state


def confirmed(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    for username in ("wjw_head", "xfdd_head"):
        acts.confirm(actor(username), part_of(item, username).pk)
    item.refresh_from_db()
    return item


def filed(item, actor):
    confirmed(item, actor)
    acts.file(actor("mzj_head"), item.pk)
    item.refresh_from_db()
    return item


def published(item, actor):
    filed(item, actor)
    acts.merge(actor("xzsp_clerk"), item.plan_id)
    acts.publish(actor("xzsp_head"), item.plan_id)
    item.refresh_from_db()
    return item


def draw_of(item, number=1, state=Draw.State.DONE):
    return Draw.objects.create(
        number=number,
        item=item,
        occurrence=item.occurrence,
        planned_at=item.draw_at,
        level=item.draw_level,
        state=state,
        announced_by="测试",
    )


def test_the_whole_course(item, actor):
    assert (item.number, item.version, state(item)) == (1, 1, S.DRAFT)
    acts.submit(actor("mzj_clerk"), item.pk)
    assert state(item) == S.CONFIRMING
    assert part_of(item, "mzj_clerk").state == PlanItemPart.State.CONFIRMED
    acts.confirm(actor("wjw_head"), part_of(item, "wjw_head").pk, "同意")
    assert state(item) == S.CONFIRMING
    acts.confirm(actor("xfdd_head"), part_of(item, "xfdd_head").pk)
    assert state(item) == S.CONFIRMED
    acts.file(actor("mzj_head"), item.pk)
    item.refresh_from_db()
    assert item.state == S.FILED
    assert item.filed_with == story.department("xzsp_clerk")
    plan = acts.merge(actor("xzsp_clerk"), item.plan_id)
    assert (state(item), plan.state) == (S.MERGED, YearPlan.State.MERGED)
    plan = acts.publish(actor("xzsp_head"), item.plan_id)
    assert (state(item), plan.state) == (S.PUBLISHED, YearPlan.State.PUBLISHED)
    verbs = list(
        TrailEntry.objects.filter(verb__startswith="plan-item.")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert verbs == [
        "plan-item.create",
        "plan-item.submit",
        "plan-item.confirmed",
        "plan-item.file",
        "plan-item.merge",
        "plan-item.publish",
    ]


def test_who_sends_inspectors_and_the_parties(item):
    assert {p.department.short_name for p in item.parts.filter(sends_inspectors=True)} == {
        story.department(name).short_name for name in ("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    }
    assert list(item.parties.values_list("code", flat=True)) == ["LEAD", "LEGAL"]


def test_later_items_are_merged_and_published_too(item, version, actor):
    published(item, actor)
    second = services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR)
    )
    assert second.number == 2
    published(second, actor)
    assert second.state == S.PUBLISHED
    assert state(item) == S.PUBLISHED


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
    part = part_of(item, "wjw_head")
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


def test_the_order_of_the_course_is_kept(item, actor):
    with pytest.raises(Conflict):
        acts.file(actor("mzj_head"), item.pk)
    with pytest.raises(Conflict):
        acts.confirm(actor("wjw_head"), part_of(item, "wjw_head").pk)
    with pytest.raises(Refused, match="没有“已备案”的项目"):
        acts.merge(actor("xzsp_clerk"), item.plan_id)
    acts.submit(actor("mzj_clerk"), item.pk)
    with pytest.raises(Conflict):
        services.update_item(
            actor("mzj_clerk"), item.pk, story.item_data(item.matter_version, YEAR)
        )


def test_reasons_are_demanded(item, actor):
    filed(item, actor)
    for username, act in (
        ("xzsp_clerk", acts.return_item),
        ("mzj_head", acts.adjust),
        ("mzj_head", acts.withdraw),
    ):
        with pytest.raises(Refused, match="必须填写"):
            act(actor(username), item.pk, "  ")
    assert state(item) == S.FILED


def test_a_partner_that_declines_sends_nobody(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    with pytest.raises(Refused, match="必须填写"):
        acts.decline(actor("wjw_head"), part_of(item, "wjw_head").pk, "")
    acts.decline(actor("wjw_head"), part_of(item, "wjw_head").pk, "今年已单独检查")
    part = part_of(item, "wjw_head")
    assert (part.state, part.sends_inspectors, part.opinion) == (
        PlanItemPart.State.DECLINED,
        False,
        "今年已单独检查",
    )
    acts.confirm(actor("xfdd_head"), part_of(item, "xfdd_head").pk)
    assert state(item) == S.CONFIRMED


def test_with_no_partner_left_the_item_goes_back(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    for username in ("wjw_head", "xfdd_head"):
        acts.decline(actor(username), part_of(item, username).pk, "人手不足")
    assert state(item) == S.DRAFT
    assert TrailEntry.objects.filter(verb="plan-item.reopened", target_id=item.pk).exists()
    with pytest.raises(PlanInvalid, match="至少要有一个配合部门"):
        acts.submit(actor("mzj_clerk"), item.pk)
    services.update_item(actor("mzj_clerk"), item.pk, story.item_data(item.matter_version, YEAR))
    assert confirmed(item, actor).state == S.CONFIRMED


def test_a_partner_puts_its_check_items_right(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    part = part_of(item, "wjw_clerk")
    own = set(part.check_items.values_list("pk", flat=True))
    foreign = set(part_of(item, "xfdd_clerk").check_items.values_list("pk", flat=True))
    with pytest.raises(Refused, match="不属于本部门"):
        acts.choose_check_items(actor("wjw_clerk"), part.pk, own | foreign)
    with pytest.raises(NotAllowed):
        acts.choose_check_items(actor("xfdd_clerk"), part.pk, own)
    acts.choose_check_items(actor("wjw_clerk"), part.pk, set())
    with pytest.raises(Refused, match="请先选择检查事项"):
        acts.confirm(actor("wjw_head"), part.pk)
    acts.choose_check_items(actor("wjw_clerk"), part.pk, own)
    acts.confirm(actor("wjw_head"), part.pk)
    with pytest.raises(Conflict):
        acts.choose_check_items(actor("wjw_clerk"), part.pk, set())


def test_changes_of_parts_are_in_the_trail(item, actor):
    data = story.item_data(item.matter_version, YEAR)
    fewer = {pk: ids for pk, ids in data.check_items.items()}
    del fewer[story.department("wjw_clerk").pk]
    services.update_item(
        actor("mzj_clerk"),
        item.pk,
        story.item_data(item.matter_version, YEAR, check_items=fewer, quota=5),
    )
    item.refresh_from_db()
    assert item.quota == 5
    assert not item.parts.filter(department=story.department("wjw_clerk")).exists()
    entry = TrailEntry.objects.get(verb="plan-item.parts")
    assert story.department("wjw_clerk").name in entry.before["parts"]
    assert story.department("wjw_clerk").name not in entry.after["parts"]


def test_adjusting_makes_the_next_version(item, actor):
    published(item, actor)
    acts.adjust(actor("mzj_head"), item.pk, "增加抽查比例")
    item.refresh_from_db()
    assert (item.state, item.version, item.filed_at) == (S.DRAFT, 2, None)
    published(item, actor)
    assert (item.state, item.version) == (S.PUBLISHED, 2)


@pytest.mark.parametrize("drawn", [Draw.State.DONE, Draw.State.ANNOUNCED, Draw.State.FROZEN])
def test_what_is_drawn_stays(item, actor, drawn):
    published(item, actor)
    draw_of(item, state=drawn)
    for act in (acts.adjust, acts.withdraw):
        with pytest.raises(Conflict, match="抽取"):
            act(actor("mzj_head"), item.pk, "理由")
        with pytest.raises(NotAllowed):
            act(actor("wjw_head"), item.pk, "理由")
    assert (state(item), item.version) == (S.PUBLISHED, 1)


def test_a_void_draw_hinders_nothing(item, actor):
    published(item, actor)
    draw_of(item, state=Draw.State.VOID)
    acts.adjust(actor("mzj_head"), item.pk, "理由")
    assert state(item) == S.DRAFT


def test_a_newer_version_of_the_matter_must_be_looked_at(item, version, actor):
    version.state = version.State.SUPERSEDED
    version.save()
    duties = list(version.duties.all())
    categories = list(version.categories.all())
    version.pk, version.number, version.state = None, 2, version.State.IN_FORCE
    version._state.adding = True
    version.save()
    version.categories.set(categories)
    for duty in duties:
        duty.pk, duty.version = None, version
        duty._state.adding = True
        duty.save()
    with pytest.raises(Conflict, match="新版本"):
        acts.submit(actor("mzj_clerk"), item.pk)
    services.update_item(actor("mzj_clerk"), item.pk, story.item_data(version, YEAR))
    acts.submit(actor("mzj_clerk"), item.pk)
    item.refresh_from_db()
    assert item.matter_version_id == version.pk


def running(item):
    rule = selectors.filing_rule(item.matter_version.matter_id)
    return deadlines.running_of(item.plan, rule)


def test_filing_meets_the_deadline_and_returning_reopens_it(item, actor):
    deadline = running(item).get()
    due = timezone.localtime(deadline.due_at)
    assert (due.year, due.month, due.day) == (YEAR, 4, 30)
    assert deadline.department == story.department("mzj_clerk")
    assert "（三）" in deadline.source
    filed(item, actor)
    assert not running(item).exists()
    acts.return_item(actor("xzsp_clerk"), item.pk, "比例偏低")
    assert running(item).get().pk == deadline.pk
    filed(item, actor)
    acts.withdraw(actor("mzj_head"), item.pk, "并入其他项目")
    assert running(item).exists()


def test_another_filed_item_keeps_the_deadline_met(item, version, actor):
    second = services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR)
    )
    filed(item, actor)
    filed(second, actor)
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


def test_a_published_item_is_seen_by_every_department(item, actor):
    filed(item, actor)
    stranger = actor("nync_clerk")
    assert not PlanItem.objects.visible_to(stranger).exists()
    acts.merge(actor("xzsp_clerk"), item.plan_id)
    acts.publish(actor("xzsp_head"), item.plan_id)
    assert list(PlanItem.objects.visible_to(stranger)) == [item]

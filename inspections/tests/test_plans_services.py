"""The course of a plan item and what each act refuses (I2)."""

from __future__ import annotations

import pytest

from inspections.models import Draw, PlanItem, PlanItemPart, YearPlan
from inspections.services import plan_acts as acts
from inspections.services import plans as services
from inspections.services.plan_data import PlanInvalid
from inspections.tests import plan_story as story
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
    assert (item.number, item.version, story.state(item)) == (1, 1, S.DRAFT)
    acts.submit(actor("mzj_clerk"), item.pk)
    assert story.state(item) == S.CONFIRMING
    assert story.part_of(item, "mzj_clerk").state == PlanItemPart.State.CONFIRMED
    acts.confirm(actor("wjw_head"), story.part_of(item, "wjw_head").pk, "同意")
    assert story.state(item) == S.CONFIRMING
    acts.confirm(actor("xfdd_head"), story.part_of(item, "xfdd_head").pk)
    assert story.state(item) == S.CONFIRMED
    acts.file(actor("mzj_head"), item.pk)
    item.refresh_from_db()
    assert item.state == S.FILED
    assert item.filed_with == story.department("xzsp_clerk")
    plan = acts.merge(actor("xzsp_clerk"), item.plan_id)
    assert (story.state(item), plan.state) == (S.MERGED, YearPlan.State.MERGED)
    plan = acts.publish(actor("xzsp_head"), item.plan_id)
    assert (story.state(item), plan.state) == (S.PUBLISHED, YearPlan.State.PUBLISHED)
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
    story.published(item, actor)
    second = services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR)
    )
    assert second.number == 2
    story.published(second, actor)
    assert second.state == S.PUBLISHED
    assert story.state(item) == S.PUBLISHED


def test_the_order_of_the_course_is_kept(item, actor):
    with pytest.raises(Conflict):
        acts.file(actor("mzj_head"), item.pk)
    with pytest.raises(Conflict):
        acts.confirm(actor("wjw_head"), story.part_of(item, "wjw_head").pk)
    with pytest.raises(Refused, match="没有“已备案”的项目"):
        acts.merge(actor("xzsp_clerk"), item.plan_id)
    acts.submit(actor("mzj_clerk"), item.pk)
    with pytest.raises(Conflict):
        services.update_item(
            actor("mzj_clerk"), item.pk, story.item_data(item.matter_version, YEAR)
        )


def test_reasons_are_demanded(item, actor):
    story.filed(item, actor)
    for username, act in (
        ("xzsp_clerk", acts.return_item),
        ("mzj_head", acts.adjust),
        ("mzj_head", acts.withdraw),
    ):
        with pytest.raises(Refused, match="必须填写"):
            act(actor(username), item.pk, "  ")
    assert story.state(item) == S.FILED


def test_a_partner_that_declines_sends_nobody(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    with pytest.raises(Refused, match="必须填写"):
        acts.decline(actor("wjw_head"), story.part_of(item, "wjw_head").pk, "")
    acts.decline(actor("wjw_head"), story.part_of(item, "wjw_head").pk, "今年已单独检查")
    part = story.part_of(item, "wjw_head")
    assert (part.state, part.sends_inspectors, part.opinion) == (
        PlanItemPart.State.DECLINED,
        False,
        "今年已单独检查",
    )
    acts.confirm(actor("xfdd_head"), story.part_of(item, "xfdd_head").pk)
    assert story.state(item) == S.CONFIRMED


def test_with_no_partner_left_the_item_goes_back(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    for username in ("wjw_head", "xfdd_head"):
        acts.decline(actor(username), story.part_of(item, username).pk, "人手不足")
    assert story.state(item) == S.DRAFT
    assert TrailEntry.objects.filter(verb="plan-item.reopened", target_id=item.pk).exists()
    with pytest.raises(PlanInvalid, match="至少要有一个配合部门"):
        acts.submit(actor("mzj_clerk"), item.pk)
    services.update_item(actor("mzj_clerk"), item.pk, story.item_data(item.matter_version, YEAR))
    assert story.confirmed(item, actor).state == S.CONFIRMED


def test_a_partner_puts_its_check_items_right(item, actor):
    acts.submit(actor("mzj_clerk"), item.pk)
    part = story.part_of(item, "wjw_clerk")
    own = set(part.check_items.values_list("pk", flat=True))
    foreign = set(story.part_of(item, "xfdd_clerk").check_items.values_list("pk", flat=True))
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
    story.published(item, actor)
    acts.adjust(actor("mzj_head"), item.pk, "增加抽查比例")
    item.refresh_from_db()
    assert (item.state, item.version, item.filed_at) == (S.DRAFT, 2, None)
    story.published(item, actor)
    assert (item.state, item.version) == (S.PUBLISHED, 2)


@pytest.mark.parametrize("drawn", [Draw.State.DONE, Draw.State.ANNOUNCED, Draw.State.FROZEN])
def test_what_is_drawn_stays(item, actor, drawn):
    story.published(item, actor)
    draw_of(item, state=drawn)
    for act in (acts.adjust, acts.withdraw):
        with pytest.raises(Conflict, match="抽取"):
            act(actor("mzj_head"), item.pk, "理由")
        with pytest.raises(NotAllowed):
            act(actor("wjw_head"), item.pk, "理由")
    assert (story.state(item), item.version) == (S.PUBLISHED, 1)


def test_a_void_draw_hinders_nothing(item, actor):
    story.published(item, actor)
    draw_of(item, state=Draw.State.VOID)
    acts.adjust(actor("mzj_head"), item.pk, "理由")
    assert story.state(item) == S.DRAFT


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

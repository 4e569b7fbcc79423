"""Visits started by selection with a reason: proposed, approved, then like any other visit."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from inspections.models import Inspector, JointTask, Notice, Recusal, TaskPart
from inspections.services import results, selected, tasks, visits
from inspections.services.dispatch import PartPlan
from inspections.services.notices import sign_notice
from inspections.services.tasks_worklist import pending_task_work
from inspections.tests.visit_samples import CLERKS, SIGNATURE, Story, make_story
from records.errors import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county) -> Story:
    return make_story(county, codes=("MZJ", "WJW", "XFDD"))


def plans(story: Story, codes=("MZJ", "WJW")) -> list[PartPlan]:
    subject = story.draw.selected.first().subject
    departments = [story.departments[code] for code in codes]
    items = selected.fitting_items(subject, departments)
    return [
        PartPlan(
            story.departments[code],
            tuple(items[story.departments[code].pk][:2]),
            tuple(story.inspectors[code]),
        )
        for code in codes
    ]


def start(story: Story, parts=None, who="mzj_clerk", **changes) -> JointTask:
    values = {"visit_on": timezone.localdate(), "reason": "群众反映食堂卫生差"} | changes
    return selected.start_selected(
        story.actor(who),
        story.draw.selected.first().subject,
        story.departments["MZJ"],
        plans(story) if parts is None else parts,
        **values,
    )


def test_only_the_lead_department_knows_of_a_proposal(story: Story) -> None:
    task = start(story)
    seen = JointTask.objects.visible_to
    assert task in seen(story.actor("mzj_head"))
    assert task not in seen(story.actor("wjw_clerk"))
    assert "批准个案检查" in [row.what for row in pending_task_work(story.actor("mzj_head"))]
    selected.decline(story.actor("mzj_head"), task.pk, "证据不足")
    assert task not in seen(story.actor("wjw_clerk"))
    with pytest.raises(Conflict):
        selected.approve(story.actor("mzj_head"), task.pk)


def test_an_approved_visit_goes_the_whole_way(story: Story, client_of) -> None:
    task = start(story)
    with pytest.raises(NotAllowed):
        selected.approve(story.actor("mzj_clerk"), task.pk)
    selected.approve(story.actor("mzj_head"), task.pk)
    task.refresh_from_db()
    assert task.state == JointTask.State.DISPATCHED
    rows = pending_task_work(story.actor("wjw_clerk"))
    assert rows[0].about == "个案检查，共 1 户"
    tasks.accept(story.actor("wjw_clerk"), story.part(task, "WJW").pk)
    notice = sign_notice(story.actor("mzj_head"), task.pk)
    assert notice.content["plan"] == "" and notice.content["matter"] == ""
    paper = client_of("mzj_clerk").get(f"/inspections/tasks/{task.pk}/notice/").content.decode()
    assert "检查事项为" not in paper and "有关法律、法规和规章的规定，定于" in paper
    for code in ("MZJ", "WJW"):
        _visit(story, task, code)
    task.refresh_from_db()
    assert task.state == JointTask.State.CHECKED
    result = story.part(task, "MZJ").results.get()
    results.submit(story.actor("mzj_clerk"), result.pk, ["no_problem"], "")
    page = client_of("mzj_head").get(result.get_absolute_url()).content.decode()
    assert "个案检查" in page


def _visit(story: Story, task: JointTask, code: str) -> None:
    part = story.part(task, code)
    people = [story.actor(f"{CLERKS[code]}_inspector{number}") for number in (1, 2)]
    for person in people:
        visits.check_in(person, task.pk)
    for item in part.items.all():
        visits.record_item(people[0], item.pk, "no_problem")
    for person in people:
        visits.sign(person, part.pk, SIGNATURE)
    visits.sign_subject(people[0], part.pk, "王院长", SIGNATURE)
    visits.submit_part(people[0], part.pk)


@pytest.mark.parametrize(
    "page", ["/inspections/tasks/", "/inspections/tasks/?export=xlsx", "/api/v1/tasks/"]
)
def test_lists_show_visits_without_a_plan_item(story: Story, client_of, page: str) -> None:
    task = start(story)
    answer = client_of("mzj_clerk").get(page)
    assert answer.status_code == 200
    if "xlsx" not in page:
        assert task.code in answer.content.decode()


def test_the_page_of_a_proposal_offers_the_heads_decision(story: Story, client_of) -> None:
    task = start(story)
    page = client_of("mzj_head").get(task.get_absolute_url()).content.decode()
    assert "群众反映食堂卫生差" in page and "批准检查" in page and "不批准" in page
    assert "批准检查" not in client_of("mzj_clerk").get(task.get_absolute_url()).content.decode()


def test_who_must_not_or_may_not_go_is_refused(story: Story) -> None:
    subject = story.draw.selected.first().subject
    first = story.inspectors["WJW"][0]
    Recusal.objects.create(inspector=first, subject=subject, reason="亲属")
    with pytest.raises(Refused, match="回避") as refusal:
        start(story)
    assert refusal.value.field == f"officers_{story.departments['WJW'].pk}"
    able = selected.able_inspectors(subject, [story.departments["WJW"]], timezone.localdate())
    assert first not in able


def test_a_licence_that_ended_meanwhile_stops_the_approval(story: Story) -> None:
    task = start(story)
    Inspector.objects.filter(pk=story.inspectors["MZJ"][0].pk).update(
        valid_until=timezone.localdate() - dt.timedelta(days=1)
    )
    with pytest.raises(Refused, match="执法证"):
        selected.approve(story.actor("mzj_head"), task.pk)


def test_two_inspectors_of_each_department_are_needed(story: Story) -> None:
    lead, partner = plans(story)
    with pytest.raises(Refused, match="第四十二条"):
        start(story, [lead, PartPlan(partner.department, partner.check_items, ())])
    with pytest.raises(Refused, match="请为"):
        start(story, [lead, PartPlan(partner.department, (), partner.officers)])
    with pytest.raises(Refused, match="牵头部门须参加"):
        start(story, [partner])


def test_what_is_not_the_departments_own_is_refused(story: Story) -> None:
    lead, partner = plans(story)
    foreign = PartPlan(partner.department, lead.check_items, partner.officers)
    with pytest.raises(Refused, match="不适用于该对象"):
        start(story, [lead, foreign])


def test_it_needs_a_reason_and_a_day_to_come(story: Story) -> None:
    with pytest.raises(Refused, match="理由"):
        start(story, reason="  ")
    with pytest.raises(Refused, match="不能早于今天"):
        start(story, visit_on=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(NotAllowed):
        start(story, who="wjw_clerk")


def test_the_database_wants_a_plan_item_or_a_reason(story: Story) -> None:
    task = start(story)
    with pytest.raises(IntegrityError), transaction.atomic():
        JointTask.objects.filter(pk=task.pk).update(reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        JointTask.objects.filter(pk=task.pk).update(origin="draw")


def test_nobody_is_sent_to_a_proposal(story: Story, client_of) -> None:
    start(story)
    assert not Notice.objects.exclude(number="").exists()
    assert "养老院" not in client_of("mzj_inspector1").get("/inspections/m/").content.decode()
    assert TaskPart.objects.filter(state="accepted").count() == 0

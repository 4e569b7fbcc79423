from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from departments.models import Region
from inspections.models import Draw, JointTask, Notice, TaskItem, TaskOfficer, TaskPart
from inspections.services.dispatch import dispatch
from inspections.tests.visit_samples import Story, make_story
from matters.models import CheckItem
from records import deadlines
from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county: Region) -> Story:
    return make_story(county, homes=5, codes=("MZJ", "WJW", "XFDD"))


def test_one_task_per_drawn_subject_with_a_part_per_department(story: Story) -> None:
    tasks = story.dispatch()
    year = timezone.localdate().year
    assert [task.code for task in tasks] == [f"411603-RW-{year}-{n:06d}" for n in range(1, 6)]
    assert TaskPart.objects.count() == 15
    assert TaskOfficer.objects.count() == 30
    assert Notice.objects.filter(state="draft", number="").count() == 5
    reserve = story.draw.selected.get(is_reserve=True)
    assert not JointTask.objects.filter(subject=reserve.subject).exists()


def test_lead_has_accepted_and_the_others_are_asked(story: Story) -> None:
    task = story.dispatch()[0]
    lead, other = story.part(task, "MZJ"), story.part(task, "WJW")
    assert (lead.state, lead.agreed_on) == ("accepted", task.visit_on)
    assert (other.state, other.agreed_on) == ("sent", None)
    assert task.state == "dispatched"
    assert task.visit_proposed_by == story.departments["MZJ"]


def test_a_lead_that_goes_alone_needs_nobodys_consent(county: Region) -> None:
    story = make_story(county, homes=1, codes=("MZJ",))
    assert story.dispatch()[0].state == "scheduled"


def test_items_are_copied_with_their_titles(story: Story) -> None:
    task = story.dispatch()[0]
    row = TaskItem.objects.filter(part__task=task).select_related("check_item").first()
    assert row is not None
    title = row.title
    CheckItem.objects.filter(pk=row.check_item_id).update(title="改过的名称")
    row.refresh_from_db()
    assert row.title == title
    assert row.outcome == ""


def test_items_that_do_not_fit_the_subject_are_left_out(story: Story) -> None:
    part = story.item.parts.get(department=story.departments["WJW"])
    CheckItem.objects.filter(pk__in=part.check_items.values("pk")).update(categories=["gas-user"])
    task = story.dispatch()[0]
    assert not task.parts.filter(department=story.departments["WJW"]).exists()
    assert task.parts.count() == 2


def test_a_subject_that_nothing_fits_stops_the_dispatch(story: Story) -> None:
    subject = story.draw.selected.get(position=2).subject
    subject.categories = ["gas-user"]
    subject.save()
    CheckItem.objects.update(categories=["nursing-home"])
    with pytest.raises(Refused, match=subject.name):
        story.dispatch()
    assert not JointTask.objects.exists()


def test_too_few_officers_stop_the_dispatch(story: Story) -> None:
    story.draw.selected.get(position=1).assignments.first().delete()
    with pytest.raises(Refused, match="只抽到 1 名"):
        story.dispatch()


def test_a_draw_is_dispatched_once(story: Story) -> None:
    story.dispatch()
    with pytest.raises(Conflict, match="已经派发"):
        story.dispatch()
    assert JointTask.objects.count() == 5


def test_only_a_done_draw_is_dispatched(story: Story) -> None:
    Draw.objects.update(state="frozen")
    with pytest.raises(Conflict, match="尚未完成"):
        story.dispatch()


@pytest.mark.parametrize("who", ["wjw_head", "scjg_head", "mzj_inspector1", "xzsp_head"])
def test_only_the_lead_dispatches(story: Story, who: str) -> None:
    with pytest.raises(NotAllowed):
        dispatch(story.actor(who), story.draw.pk)


def test_codes_go_on_over_several_draws(story: Story) -> None:
    story.dispatch()
    second = make_story(story.region, homes=2)
    codes = [task.code[-6:] for task in second.dispatch()]
    assert codes == ["000006", "000007"]


def test_suggested_dates_are_working_days_of_the_period_spread_by_team(story: Story) -> None:
    tasks = story.dispatch()
    calendar = deadlines.calendar()
    for task in tasks:
        assert calendar.is_working(task.visit_on)
        assert timezone.localdate() < task.visit_on <= story.item.period_end
    of_first_team = sorted(task.visit_on for task in tasks if task.team == 1)
    assert len(of_first_team) == 3
    assert len(set(of_first_team)) == 3


def test_a_day_off_needs_a_reason(story: Story) -> None:
    day = timezone.localdate()
    calendar = deadlines.calendar()
    while calendar.is_working(day):
        day += dt.timedelta(days=1)
    clerk = story.actor("mzj_clerk")
    with pytest.raises(Refused) as refusal:
        dispatch(clerk, story.draw.pk, day)
    assert refusal.value.field == "reason"
    assert {task.visit_on for task in dispatch(clerk, story.draw.pk, day, "周末探视多")} == {day}


@pytest.mark.parametrize("shift", [-1, 60])
def test_a_date_outside_is_refused(story: Story, shift: int) -> None:
    day = timezone.localdate() + dt.timedelta(days=shift)
    with pytest.raises(Refused) as refusal:
        dispatch(story.actor("mzj_clerk"), story.draw.pk, day)
    assert refusal.value.field == "visit_on"


def test_a_period_that_is_over_is_said(story: Story) -> None:
    story.item.period_end = timezone.localdate() - dt.timedelta(days=1)
    story.item.save()
    with pytest.raises(Refused, match="已过"):
        dispatch(story.actor("mzj_clerk"), story.draw.pk)


def test_every_task_and_the_draw_have_a_trail_entry(story: Story) -> None:
    tasks = story.dispatch()
    entries = TrailEntry.objects.filter(
        verb="task.dispatch", target_type=ContentType.objects.get_for_model(JointTask)
    )
    assert set(entries.values_list("target_id", flat=True)) == {task.pk for task in tasks}
    assert entries[0].region_code == "411603"
    whole = TrailEntry.objects.get(verb="draw.dispatch")
    assert whole.after["tasks"] == 5


def test_queries_do_not_grow_with_the_number_of_tasks(
    county: Region, django_assert_num_queries
) -> None:
    small, large = make_story(county, homes=2), make_story(county, homes=60)
    clerk = small.actor("mzj_clerk")
    make_story(county, homes=1).dispatch()
    with django_assert_num_queries(17) as counted:
        dispatch(clerk, small.draw.pk)
    with django_assert_num_queries(len(counted.captured_queries)):
        dispatch(clerk, large.draw.pk)


@pytest.mark.django_db(transaction=True)
def test_two_dispatches_at_once_make_the_tasks_once(county: Region) -> None:
    story = make_story(county, homes=3)
    outcomes: list[str] = []

    def run() -> None:
        try:
            story.dispatch()
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    assert JointTask.objects.count() == 3

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from departments.models import Region
from inspections.models import JointTask, Notice
from inspections.services import tasks, tasks_bulk, visits
from inspections.services.notices import sign_notice
from inspections.tests.visit_samples import Story, make_story
from records.acts import LONGEST_OPINION
from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county: Region) -> Story:
    return make_story(county, homes=3, codes=("MZJ", "WJW", "XFDD"))


def _another_day(story: Story, task: JointTask) -> dt.date:
    assert task.visit_on is not None
    day = task.visit_on + dt.timedelta(days=1)
    return day if day <= story.item.period_end else task.visit_on - dt.timedelta(days=1)


def test_the_last_acceptance_settles_the_date(story: Story) -> None:
    task = story.dispatch()[0]
    tasks.accept(story.actor("wjw_clerk"), story.part(task, "WJW").pk)
    task.refresh_from_db()
    assert task.state == "dispatched"
    tasks.accept(story.actor("xfdd_head"), story.part(task, "XFDD").pk)
    task.refresh_from_db()
    assert task.state == "scheduled"
    assert TrailEntry.objects.filter(verb="task.scheduled", target_id=task.pk).count() == 1


@pytest.mark.parametrize("who", ["xfdd_clerk", "mzj_head", "wjw_inspector1", "xzsp_clerk"])
def test_only_ones_own_part_is_accepted(story: Story, who: str) -> None:
    part = story.part(story.dispatch()[0], "WJW")
    with pytest.raises(NotAllowed):
        tasks.accept(story.actor(who), part.pk)


def test_another_date_asks_all_others_anew(story: Story) -> None:
    task = story.dispatch()[0]
    day = _another_day(story, task)
    tasks.propose_date(story.actor("wjw_clerk"), story.part(task, "WJW").pk, day, "当天有会")
    task.refresh_from_db()
    assert (task.visit_on, task.visit_proposed_by) == (day, story.departments["WJW"])
    assert story.part(task, "WJW").agreed_on == day
    assert story.part(task, "MZJ").agreed_on is None
    tasks.agree(story.actor("mzj_clerk"), story.part(task, "MZJ").pk)
    tasks.accept(story.actor("xfdd_clerk"), story.part(task, "XFDD").pk)
    task.refresh_from_db()
    assert task.state == "scheduled"


def test_the_reason_for_another_date_is_kept_as_it_was_written(story: Story) -> None:
    task = story.dispatch()[0]
    part, before, day = story.part(task, "WJW"), task.visit_on, _another_day(story, task)
    reason = "会" * LONGEST_OPINION

    tasks.propose_date(story.actor("wjw_clerk"), part.pk, day, reason)

    entry = TrailEntry.objects.get(verb="task-part.propose", target_id=part.pk)
    assert entry.label == f"另提检查日期：{before} 改为 {day}"
    assert entry.opinion == reason


def test_a_settled_date_can_be_reopened_until_the_notice_is_signed(story: Story) -> None:
    task = story.dispatch()[0]
    for code, who in (("WJW", "wjw_clerk"), ("XFDD", "xfdd_clerk")):
        tasks.accept(story.actor(who), story.part(task, code).pk)
    day = _another_day(story, task)
    tasks.propose_date(story.actor("xfdd_clerk"), story.part(task, "XFDD").pk, day, "有火情")
    task.refresh_from_db()
    assert task.state == "dispatched"
    for code, who in (("MZJ", "mzj_clerk"), ("WJW", "wjw_clerk")):
        tasks.agree(story.actor(who), story.part(task, code).pk)
    sign_notice(story.actor("mzj_head"), task.pk)
    with pytest.raises(Conflict):
        tasks.propose_date(story.actor("xfdd_clerk"), story.part(task, "XFDD").pk, day, "又有事")


def test_a_new_date_needs_a_reason_and_must_be_another(story: Story) -> None:
    task = story.dispatch()[0]
    part, clerk = story.part(task, "WJW"), story.actor("wjw_clerk")
    with pytest.raises(Refused, match="必须填写改期理由"):
        tasks.propose_date(clerk, part.pk, _another_day(story, task), " ")
    with pytest.raises(Refused, match="相同"):
        tasks.propose_date(clerk, part.pk, task.visit_on, "不变")
    with pytest.raises(Refused, match="检查期限内"):
        tasks.propose_date(clerk, part.pk, story.item.period_end + dt.timedelta(days=1), "期限以外")
    assert story.part(task, "WJW").state == "sent"


def test_the_notice_is_frozen_and_numbered(story: Story) -> None:
    task = story.notified()
    notice = Notice.objects.get(task=task)
    assert task.state == "notified"
    assert notice.number == f"淮阳联检通〔{timezone.localdate().year}〕1号"
    content = notice.content
    assert content["subject"]["name"] == task.subject.name
    assert content["departments"][0]["name"] == story.departments["MZJ"].name
    assert content["departments"][1]["officers"][0]["licence"] == "ZK-WJW-0001"
    assert content["departments"][0]["items"]
    assert content["legal_bases"] == ["《养老机构管理办法》第三十二条"]
    assert content["lead"] == "周口市淮阳区民政局"
    assert content["visit_on"] == timezone.localdate().isoformat()


@pytest.mark.parametrize("who", ["mzj_clerk", "wjw_head", "xzsp_head"])
def test_only_the_head_of_the_lead_signs(story: Story, who: str) -> None:
    task = story.dispatch()[0]
    with pytest.raises(NotAllowed):
        sign_notice(story.actor(who), task.pk)


def test_no_notice_before_the_date_stands(story: Story) -> None:
    task = story.dispatch()[0]
    with pytest.raises(Conflict):
        sign_notice(story.actor("mzj_head"), task.pk)


def test_no_notice_for_a_day_that_is_over(story: Story) -> None:
    task = story.dispatch()[0]
    JointTask.objects.filter(pk=task.pk).update(
        state="scheduled", visit_on=timezone.localdate() - dt.timedelta(days=1)
    )
    with pytest.raises(Refused, match="已过"):
        sign_notice(story.actor("mzj_head"), task.pk)
    assert Notice.objects.get(task=task).number == ""


@pytest.mark.django_db(transaction=True)
def test_notice_numbers_have_no_gaps_when_signed_at_once(county: Region) -> None:
    story = make_story(county, homes=6)
    made = story.dispatch()
    JointTask.objects.filter(pk__in=[task.pk for task in made[:5]]).update(state="scheduled")
    head = story.actor("mzj_head")
    refusals: list[str] = []

    def run(task_id: int) -> None:
        try:
            sign_notice(head, task_id)
        except Refused as refusal:
            refusals.append(refusal.message)
        finally:
            connection.close()

    # The last one is not scheduled yet: its refusal must not use up a number.
    threads = [threading.Thread(target=run, args=(task.pk,)) for task in reversed(made)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    numbers = Notice.objects.exclude(number="").values_list("number", flat=True)
    year = timezone.localdate().year
    assert set(numbers) == {f"淮阳联检通〔{year}〕{n}号" for n in range(1, 6)}


def test_cancelling_needs_the_head_a_reason_and_nobody_on_site(story: Story) -> None:
    task = story.notified()
    head = story.actor("mzj_head")
    with pytest.raises(NotAllowed):
        tasks.cancel(story.actor("mzj_clerk"), task.pk, "停业")
    with pytest.raises(Refused, match="取消理由"):
        tasks.cancel(head, task.pk, "")
    other = make_story(story.region, homes=1).dispatch()[0]
    assert tasks.cancel(head, other.pk, "已停业").state == "cancelled"
    visits.check_in(story.actor("mzj_inspector1"), task.pk)
    with pytest.raises(Conflict):
        tasks.cancel(head, task.pk, "停业")


def test_bulk_acceptance_does_what_is_possible_and_names_the_rest(story: Story) -> None:
    made = story.dispatch()
    clerk = story.actor("wjw_clerk")
    tasks.accept(clerk, story.part(made[0], "WJW").pk)
    rows = tasks_bulk.plan(clerk, "accept", [task.pk for task in made])
    assert sorted(bool(row.obstacle) for row in rows) == [False, False, True]
    done = tasks_bulk.carry_out(clerk, "accept", [task.pk for task in made])
    assert sum(not row.obstacle for row in done) == 2
    assert {story.part(task, "WJW").state for task in made} == {"accepted"}


def test_bulk_signing_is_for_the_head_of_the_lead(story: Story) -> None:
    made = story.dispatch()
    ids = [task.pk for task in made]
    with pytest.raises(NotAllowed):
        tasks_bulk.carry_out(story.actor("wjw_head"), "sign", ids)
    JointTask.objects.filter(pk__in=ids[:2]).update(state="scheduled")
    rows = tasks_bulk.carry_out(story.actor("mzj_head"), "sign", ids)
    assert [row.obstacle for row in rows if row.obstacle] == ["当前状态为“已派发，待接收”"]
    assert Notice.objects.filter(state="signed").count() == 2


def test_bulk_acts_leave_the_same_traces_as_single_ones(story: Story) -> None:
    ids = [task.pk for task in story.dispatch()]
    for who in ("wjw_clerk", "xfdd_clerk"):
        tasks_bulk.carry_out(story.actor(who), "accept", ids)
    tasks_bulk.carry_out(story.actor("mzj_head"), "sign", ids)
    for verb, count in (
        ("task-part.accept", 6),
        ("task.scheduled", 3),
        ("task.sign", 3),
    ):
        assert TrailEntry.objects.filter(verb=verb).count() == count, verb
    assert {task.state for task in JointTask.objects.all()} == {"notified"}
    year = timezone.localdate().year
    notices = Notice.objects.order_by("task_id")
    assert [n.number for n in notices] == [f"淮阳联检通〔{year}〕{k}号" for k in (1, 2, 3)]
    assert all(n.content["departments"][2]["officers"] for n in notices)


def test_bulk_acts_cost_the_same_for_few_and_many(
    county: Region, django_assert_num_queries
) -> None:
    few, many = make_story(county, homes=2), make_story(county, homes=25)
    make = [[task.pk for task in one.dispatch()] for one in (few, many)]
    clerk, head = few.actor("wjw_clerk"), few.actor("mzj_head")
    for actor, code in ((clerk, "accept"), (head, "sign")):
        with django_assert_num_queries(40, exact=False) as counted:
            tasks_bulk.carry_out(actor, code, make[0])
        with django_assert_num_queries(len(counted.captured_queries)):
            tasks_bulk.carry_out(actor, code, make[1])


def test_others_do_not_see_the_task(story: Story) -> None:
    task = story.dispatch()[0]
    visible = JointTask.objects.visible_to
    for who in ("mzj_clerk", "wjw_inspector1", "xzsp_clerk", "scjg_clerk"):
        assert visible(story.actor(who)).filter(pk=task.pk).exists(), who
    for who in ("nync_head", "fgw_clerk", "system_admin"):
        assert not visible(story.actor(who)).filter(pk=task.pk).exists(), who


def test_the_township_sees_visits_in_its_place_once_notified(story: Story) -> None:
    officer = story.actor("xinzhan_officer")
    task = story.dispatch(timezone.localdate())[0]
    task.subject.township = Region.objects.get(code=officer.township_code)
    task.subject.save()
    assert not JointTask.objects.visible_to(officer).exists()
    for code in ("WJW", "XFDD"):
        tasks.accept(story.actor(f"{code.lower()}_clerk"), story.part(task, code).pk)
    sign_notice(story.actor("mzj_head"), task.pk)
    assert list(JointTask.objects.visible_to(officer)) == [task]

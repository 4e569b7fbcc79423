"""Emergencies begin at once and are approved afterwards (S5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Region
from inspections.models import JointTask, Notice, TaskPart
from inspections.rules import RATIFICATION_DUE
from inspections.services import emergencies, selected, tasks, tasks_bulk, visits
from inspections.services.tasks_worklist import pending_task_work
from inspections.tests.test_selected import start
from inspections.tests.visit_samples import Story, make_story
from records import clock, deadlines
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline
from records.selectors import timeline

pytestmark = pytest.mark.django_db

WHY = "燃气泄漏，不能等待批准"


@pytest.fixture
def story(county: Region) -> Story:
    return make_story(county, codes=("MZJ", "WJW", "XFDD"))


@pytest.fixture
def task(story: Story) -> JointTask:
    return start(story, origin="emergency", reason=WHY)


def check_in(story: Story, task: JointTask) -> None:
    visits.check_in(story.actor("mzj_inspector1"), task.pk)


def test_it_begins_without_the_head(story: Story, task: JointTask) -> None:
    part = task.parts.get(department=story.departments["WJW"])
    assert part.state == TaskPart.State.ACCEPTED
    assert task in JointTask.objects.visible_to(story.actor("wjw_clerk"))
    check_in(story, task)
    task.refresh_from_db()
    assert task.state == JointTask.State.IN_PROGRESS
    assert task.notice.state == Notice.State.DRAFT


def test_on_another_day_it_is_approved_first(story: Story) -> None:
    later = timezone.localdate() + dt.timedelta(days=3)
    planned = start(story, origin="emergency", visit_on=later)
    assert (planned.state, planned.ratification) == (JointTask.State.PROPOSED, "")
    with pytest.raises(Conflict):
        check_in(story, planned)


def test_the_head_approves_afterwards_and_signs_the_notice(story: Story, task: JointTask) -> None:
    check_in(story, task)
    with pytest.raises(Refused, match="补批理由"):
        emergencies.ratify(story.actor("mzj_head"), task.pk, "")
    with pytest.raises(NotAllowed):
        emergencies.ratify(story.actor("mzj_clerk"), task.pk, "情况属实")
    ratified = emergencies.ratify(story.actor("mzj_head"), task.pk, "情况属实")
    assert (ratified.state, ratified.ratification) == (JointTask.State.IN_PROGRESS, "ratified")
    notice = Notice.objects.get(task=task)
    assert notice.state == Notice.State.SIGNED and notice.number
    assert not deadlines.running_of(task).exists()
    with pytest.raises(Conflict):
        emergencies.refuse(story.actor("mzj_head"), task.pk, "改主意")


def test_approved_before_anybody_arrived_it_is_announced(story: Story, task: JointTask) -> None:
    assert emergencies.ratify(story.actor("mzj_head"), task.pk, "情况属实").state == "notified"


def test_refused_it_is_called_off_or_stays_on_record(story: Story, task: JointTask) -> None:
    begun = start(story, origin="emergency", reason=WHY)
    check_in(story, begun)
    head = story.actor("mzj_head")
    assert emergencies.refuse(head, task.pk, "没有紧急情况").state == JointTask.State.CANCELLED
    kept = emergencies.refuse(head, begun.pk, "没有紧急情况")
    assert (kept.state, kept.ratification) == (JointTask.State.IN_PROGRESS, "refused")
    said = {entry.verb: entry.opinion for entry in timeline(begun)}
    assert said["不予补批"] == "没有紧急情况"


def test_what_is_overdue_waits_on_top_of_the_heads_workbench(
    story: Story, task: JointTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = deadlines.running_of(task, RATIFICATION_DUE.key).get()
    assert "平台缺省值" in running.source
    assert running.due_at is not None
    after = running.due_at + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    (row,) = [
        row for row in pending_task_work(story.actor("mzj_head")) if row.what == "补批紧急检查"
    ]
    assert row.chip is not None and row.chip.chip_level == "overdue"
    overdue = Deadline.objects.filter(met_at=None, cancelled_at=None, due_at__lt=after)
    assert running in overdue.filter(department=story.departments["MZJ"])


def test_called_off_it_needs_no_approval(story: Story, task: JointTask) -> None:
    cancelled = tasks.cancel(story.actor("mzj_head"), task.pk, "误报")
    assert cancelled.ratification == ""
    assert not deadlines.running_of(task).exists()


def test_its_notice_is_not_signed_before(story: Story, task: JointTask) -> None:
    head = story.actor("mzj_head")
    (row,) = tasks_bulk.plan(head, "sign", [task.pk])
    assert "待补批" in row.obstacle
    assert "签发行政检查通知书" not in {row.what for row in pending_task_work(head)}


def test_the_page_tells_the_head_of_the_cap(
    story: Story, task: JointTask, client_of: Callable[[str], Client]
) -> None:
    for key in ("yearly_visits", "visits_count.draw"):
        story.region.rule_values.create(key=f"inspections.{key}", value=1, source="试点办法")
    page = client_of("mzj_head").get(task.get_absolute_url()).content.decode()
    assert "待补批" in page and "年度上限 1 次（试点办法）" in page
    assert f"{task.get_absolute_url()}act/ratify/" in page


def test_an_ordinary_proposal_is_not_ratified(story: Story) -> None:
    ordinary = start(story)
    with pytest.raises(Conflict):
        emergencies.ratify(story.actor("mzj_head"), ordinary.pk, "同意")
    assert selected.approve(story.actor("mzj_head"), ordinary.pk).ratification == ""

import datetime as dt

import pytest
from django.utils import timezone

from inspections.models import JointTask, Result, TaskPart
from inspections.tests.result_samples import checked_story, published
from inspections.tests.visit_samples import make_story
from records.models import Deadline
from supervision.dashboard import coordination, workbench

pytestmark = pytest.mark.django_db


def values(actor):
    return {figure.label: figure.value for figure in coordination.figures(actor)}


def test_the_figures_agree_with_the_rows(county, actor):
    story = checked_story(county, homes=3)
    result = published(story)

    figures = values(actor("xzsp_head"))

    assert figures["联合任务"] == "3"
    assert figures["联合率"] == "100"
    assert figures["已公示结果"] == str(Result.objects.filter(state="published").count()) == "1"
    assert figures["按期率"] == "100"
    assert result.state == Result.State.PUBLISHED


def test_a_deadline_that_passed_is_counted_listed_and_charged_to_its_department(county, actor):
    checked_story(county, homes=3)
    chief = actor("xzsp_head")
    deadline = Deadline.objects.filter(met_at=None).first()
    later = deadline.due_at + dt.timedelta(days=1)

    late = coordination.overdue_deadlines(chief, later)
    rows = {row.name: row.overdue for row in coordination.departments(chief, later)}

    assert deadline in late
    assert coordination.overdue_deadlines(chief, timezone.now()) == []
    assert rows[deadline.department.name] >= 1
    assert sum(rows.values()) == len(late)


def test_the_rate_in_time_is_that_of_the_year(county, actor):
    checked_story(county, homes=2)
    chief, now = actor("xzsp_head"), timezone.now()
    clocks = list(Deadline.objects.filter(met_at=None)[:2])
    late_before = dt.timedelta(days=400)
    Deadline.objects.update(cancelled_at=now)
    Deadline.objects.filter(pk=clocks[0].pk).update(
        cancelled_at=None, met_at=now, due_at=now + dt.timedelta(days=1)
    )
    Deadline.objects.filter(pk=clocks[1].pk).update(
        cancelled_at=None, met_at=now - late_before, due_at=now - late_before - dt.timedelta(days=1)
    )
    figure = next(one for one in coordination.figures(chief) if one.label == "按期率")
    assert (figure.value, "1 / 1" in figure.definition) == ("100", True)


def test_every_department_of_a_visit_has_its_row(county, actor):
    story = make_story(county, homes=2)
    story.dispatch()

    rows = {row.name: row for row in coordination.departments(actor("xzsp_head"))}

    waiting = TaskPart.objects.filter(state=TaskPart.State.SENT).count()
    assert waiting > 0
    assert sum(row.to_accept for row in rows.values()) == waiting
    assert sum(row.on_site for row in rows.values()) == 2


def test_the_figures_cost_the_same_for_many_visits(county, actor, django_assert_max_num_queries):
    chief = actor("xzsp_head")
    make_story(county, homes=6).dispatch()

    with django_assert_max_num_queries(12):
        coordination.figures(chief)
    with django_assert_max_num_queries(3):
        coordination.departments(chief)


def test_a_row_of_the_workbench_stands_under_its_time(county, actor):
    checked_story(county, homes=3)
    clerk = actor("mzj_clerk")
    due = Deadline.objects.filter(department_id=clerk.department_id, met_at=None).first().due_at

    def lane_codes(now):
        return [lane.code for lane in workbench.lanes(clerk, now)]

    assert "later" in lane_codes(due - dt.timedelta(days=20))
    assert "week" in lane_codes(due - dt.timedelta(days=3))
    assert "today" in lane_codes(due)
    assert "overdue" in lane_codes(due + dt.timedelta(days=1))


def test_what_was_handed_on_shows_who_has_it_now(county, actor):
    story = make_story(county, homes=2)
    story.dispatch()

    rows = workbench.handed_on(actor("mzj_clerk"))

    assert {row.state.get_state_display() for row in rows} >= {JointTask.State.DISPATCHED.label}
    assert all(row.url for row in rows)

"""One visit instead of two: a clue joins a joint task, or starts one (L4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from clues.models import Clue, ClueVisit
from clues.selectors.before_visit import before_visit
from clues.services import visits
from clues.services.warnings import response
from clues.stages import main_stop
from clues.tests.joint_samples import clue_at, department_of, fined
from clues.tests.samples import own_handling, person
from clues.tests.warning_samples import complaints, raised, rule
from inspections.models import JointTask
from inspections.services import selected
from inspections.services import tasks as desk
from inspections.services.dispatch import PartPlan
from inspections.services.tasks_worklist import pending_task_work
from inspections.tests.visit_samples import Story, make_story
from records import deadlines
from records.errors import Conflict, NotAllowed, Refused
from records.selectors import timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county) -> Story:
    return make_story(county, codes=("MZJ", "WJW", "SCJG"))


@pytest.fixture
def task(story: Story) -> JointTask:
    """A visit led by civil affairs in which health and market supervision take part."""
    return story.dispatch(timezone.localdate())[0]


def clue_on(task: JointTask, username: str = "wjw_clerk", **over) -> Clue:
    return clue_at(username, subject=task.subject, **over)


def test_a_clue_joins_anothers_visit_when_both_heads_agree(task: JointTask) -> None:
    clue = clue_on(task)
    visit = visits.propose(person("wjw_clerk"), clue.pk, task.pk, "一并查医务室")
    assert visit not in ClueVisit.objects.visible_to(person("mzj_head"))
    with pytest.raises(NotAllowed):
        visits.sign(person("wjw_clerk"), visit.pk)
    visits.sign(person("wjw_head"), visit.pk)
    stop = main_stop(visit)
    assert stop is not None and stop.department == task.lead and stop.deadline is not None
    assert clue in Clue.objects.visible_to(person("mzj_clerk"))
    with pytest.raises(NotAllowed):
        visits.agree(person("mzj_clerk"), visit.pk)
    assert visits.agree(person("mzj_head"), visit.pk).state == "agreed"
    assert main_stop(visit) is None


def test_the_lead_declines_with_a_reason(task: JointTask) -> None:
    clue = clue_on(task)
    visit = visits.propose(person("wjw_clerk"), clue.pk, task.pk, "一并查")
    visits.sign(person("wjw_head"), visit.pk)
    with pytest.raises(Refused):
        visits.decline(person("mzj_head"), visit.pk, "")
    words = "时间太紧。" * 100
    assert visits.decline(person("mzj_head"), visit.pk, words).answer == words
    assert visits.propose(person("wjw_clerk"), clue.pk, task.pk, "再请").state == "review"


def test_ones_own_visit_needs_nobodys_consent(task: JointTask) -> None:
    clue = clue_on(task, "mzj_clerk")
    visit = visits.propose(person("mzj_clerk"), clue.pk, task.pk, "一并查食堂")
    assert visit.state == "agreed" and main_stop(visit) is None
    with pytest.raises(Conflict):
        visits.propose(person("mzj_clerk"), clue.pk, task.pk, "再来")


def test_only_an_open_visit_to_the_same_subject_is_joined(story: Story, task: JointTask) -> None:
    other = JointTask.objects.exclude(subject=task.subject).first()
    clue = clue_on(task, "mzj_clerk")
    with pytest.raises(Refused, match="同一对象"):
        visits.propose(person("mzj_clerk"), clue.pk, other.pk, "查")
    desk.cancel(person("mzj_head"), task.pk, "对象停业")
    with pytest.raises(Refused, match="不能并入"):
        visits.propose(person("mzj_clerk"), clue.pk, task.pk, "查")


def test_a_visit_called_off_meanwhile_is_not_joined(task: JointTask) -> None:
    visit = visits.propose(person("wjw_clerk"), clue_on(task).pk, task.pk, "查")
    visits.sign(person("wjw_head"), visit.pk)
    desk.cancel(person("mzj_head"), task.pk, "对象停业")
    with pytest.raises(Conflict):
        visits.agree(person("mzj_head"), visit.pk)


def started(story: Story, task: JointTask) -> ClueVisit:
    """A joint inspection that a clue of the task's subject has just proposed."""
    clue = clue_on(task, "mzj_clerk")
    departments = [story.departments[code] for code in ("MZJ", "WJW")]
    fitting = selected.fitting_items(task.subject, departments)
    parts = [
        PartPlan(department, tuple(fitting[department.pk][:1]), tuple(story.inspectors[code]))
        for department, code in zip(departments, ("MZJ", "WJW"), strict=True)
    ]
    today = timezone.localdate()
    return visits.start(person("mzj_clerk"), clue.pk, parts, today, "群众反映食堂问题")


def test_a_clue_starts_a_joint_inspection(story: Story, task: JointTask) -> None:
    visit = started(story, task)
    assert (visit.state, visit.task.state, visit.task.origin) == ("agreed", "proposed", "clue")
    assert visit.task not in JointTask.objects.visible_to(person("wjw_clerk"))
    selected.approve(person("mzj_head"), visit.task_id)
    assert visit.task in JointTask.objects.visible_to(person("wjw_clerk"))


@pytest.mark.parametrize(
    ("channel", "emergency", "kind"),
    [
        ("hotline", False, "clue"),
        ("warning", False, "warning"),
        ("platform", False, "ordered"),
        ("platform", True, "emergency"),
    ],
)
def test_how_a_clue_came_says_how_its_visit_counts(
    channel: str, emergency: bool, kind: str
) -> None:
    assert visits.start_kind(Clue(channel=channel, emergency=emergency)) == kind


def test_over_the_yearly_cap_the_page_asks_for_the_reason(
    story: Story, task: JointTask, client_of: Callable[[str], Client]
) -> None:
    door = f"/clues/{clue_on(task, 'mzj_clerk').pk}/visits/start/"
    assert "over_cap_reason" not in client_of("mzj_clerk").get(door).content.decode()
    for key in ("yearly_visits", "visits_count.clue"):
        story.region.rule_values.create(key=f"inspections.{key}", value=1, source="试点办法")
    page = client_of("mzj_clerk").get(door).content.decode()
    assert "over_cap_reason" in page and "年度上限 1 次（试点办法）" in page
    coming = f"{timezone.localdate().year + 1}-01-05"
    for day, asks in ((coming, False), (f"{timezone.localdate()}", True), ("没有这天", True)):
        page = client_of("mzj_clerk").post(door, {"visit_on": day}).content.decode()
        assert (day, "over_cap_reason" in page) == (day, asks)


def test_a_proposed_inspection_waits_for_the_head_with_a_clock(
    story: Story, task: JointTask
) -> None:
    visit = started(story, task)
    clock = deadlines.running_of(visit.task).get()
    assert (clock.department, clock.amount) == (visit.task.lead, 2)
    (waiting,) = [row for row in pending_task_work(person("mzj_head")) if "个案检查" in row.what]
    assert waiting.due_at == clock.due_at
    selected.approve(person("mzj_head"), visit.task_id)
    assert not deadlines.running_of(visit.task).exists()


@pytest.mark.parametrize("ends_by", ("declined", "cancelled"))
def test_a_visit_called_off_tells_its_clues(story: Story, task: JointTask, ends_by: str) -> None:
    visit = started(story, task)
    head = person("mzj_head")
    if ends_by == "declined":
        selected.decline(head, visit.task_id, "人手不足")
    else:
        selected.approve(head, visit.task_id)
        desk.cancel(head, visit.task_id, "人手不足")
    visit.refresh_from_db()
    assert (visit.state, visit.answer) == ("called_off", "人手不足")
    assert "检查未进行，线索须另行核实" in [entry.verb for entry in timeline(visit.clue)]
    assert main_stop(visit) is None
    assert main_stop(visit.clue) is not None
    assert not deadlines.running_of(visit.task).exists()


def test_a_warning_settled_by_a_visit_called_off_is_open_again(task: JointTask) -> None:
    now = timezone.now()
    complaints(task.subject, [now, now, now])
    (warning,) = raised(rule(), now)
    clerk = person("mzj_clerk")
    response.receive(clerk, warning.pk)
    assert response.join_check(clerk, warning.pk, task.pk, "").state == "closed"
    desk.cancel(person("mzj_head"), task.pk, "对象停业")
    warning.refresh_from_db()
    assert (warning.state, warning.outcome, warning.outcome_task) == ("received", "", None)
    stop = main_stop(warning)
    assert stop is not None and stop.department == warning.owner


def test_of_a_confidential_clue_only_the_head_arranges_visits(task: JointTask) -> None:
    clerk, head = person("wjw_clerk"), person("wjw_head")
    clue = own_handling(clerk, confidential=True, named=(head,), subject=task.subject)
    with pytest.raises(NotAllowed):
        visits.propose(clerk, clue.pk, task.pk, "查")
    visit = visits.propose(head, clue.pk, task.pk, "查")
    visits.sign(head, visit.pk)
    assert visit in ClueVisit.objects.visible_to(person("mzj_head"))
    assert visit not in ClueVisit.objects.visible_to(person("mzj_clerk"))


def test_before_a_visit_one_sees_what_is_known_of_the_subject(
    task: JointTask, django_assert_max_num_queries
) -> None:
    clue = clue_on(task)
    other = clue_on(task, external_number="X-1")
    hidden = own_handling(person("mzj_clerk"), confidential=True, subject=task.subject)
    penalty = fined(subject=task.subject)
    with django_assert_max_num_queries(16):
        found = before_visit(person("wjw_clerk"), clue)
    assert found.tasks == [task] and found.clues == [other] and found.penalties == [penalty]
    assert hidden not in before_visit(person("xzsp_head"), clue).clues
    assert department_of("wjw_clerk") == clue.holder


def test_a_clue_without_a_subject_knows_of_nothing(task: JointTask) -> None:
    clue = clue_at("mzj_clerk")
    found = before_visit(person("mzj_clerk"), clue)
    assert found.is_empty and not found.has_subject
    with pytest.raises(Refused, match="没有关联监管对象"):
        visits.start(person("mzj_clerk"), clue.pk, [], timezone.localdate(), "查")

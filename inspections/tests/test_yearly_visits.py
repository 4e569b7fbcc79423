"""Who was visited often enough this year, by department or by all together (S5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from departments.models import Region
from inspections.models import JointTask
from inspections.rules import VISIT_COUNTS
from inspections.services import selected
from inspections.services.tasks import cancel
from inspections.services.yearly_visits import cap_of, over_cap, year_of, yearly_visits
from inspections.tests.test_selected import plans, start
from inspections.tests.visit_samples import Story, make_story
from records.errors import Refused

pytestmark = pytest.mark.django_db

WHY = "群众多次举报，确需检查"


@pytest.fixture
def story(county: Region) -> Story:
    return make_story(county, codes=("MZJ", "WJW", "XFDD"))


def rule(story: Story, key: str, value: int) -> None:
    story.region.rule_values.update_or_create(
        key=f"inspections.{key}", defaults={"value": value, "source": "试点办法"}
    )


def cap(story: Story, limit: int, *, pooled: bool = False, counted: tuple[str, ...] = ()) -> None:
    rule(story, "yearly_visits", limit)
    rule(story, "visits_pooled", int(pooled))
    for origin in VISIT_COUNTS:
        rule(story, f"visits_count.{origin}", int(origin in counted))


def times(story: Story, codes: tuple[str, ...]) -> int:
    subject = story.draw.selected.first().subject
    visits = yearly_visits(cap_of(story.region.code), timezone.localdate().year, [subject.pk])
    return visits.times(subject.pk, [story.departments[code].pk for code in codes])


def approved(story: Story, **changes: str) -> JointTask:
    task = start(story, **changes)
    return selected.approve(story.actor("mzj_head"), task.pk)


def test_a_proposal_counts_when_approved_and_no_more_when_cancelled(story: Story) -> None:
    cap(story, 5, counted=("clue",))
    task = start(story)
    assert times(story, ("MZJ",)) == 0
    selected.approve(story.actor("mzj_head"), task.pk)
    assert times(story, ("MZJ",)) == 1
    cancel(story.actor("mzj_head"), task.pk, "另行安排")
    assert times(story, ("MZJ",)) == 0


def test_each_department_has_its_own_count_or_all_share_one(story: Story) -> None:
    cap(story, 5, counted=("draw", "clue"))
    approved(story, parts=plans(story, ("MZJ",)))
    # All three were drawn to the subject; 民政 was there once more.
    assert [times(story, (code,)) for code in ("MZJ", "WJW", "XFDD")] == [2, 1, 1]
    assert times(story, ("WJW", "MZJ")) == 2
    cap(story, 5, pooled=True, counted=("draw", "clue"))
    assert times(story, ("WJW",)) == 2


def test_only_the_kinds_that_the_county_names_count(story: Story) -> None:
    for origin in ("clue", "warning", "ordered"):
        approved(story, origin=origin)
    start(story, origin="emergency")
    for origin in VISIT_COUNTS:
        cap(story, 9, counted=(origin,))
        assert times(story, ("MZJ",)) == 1
    cap(story, 9, counted=tuple(VISIT_COUNTS))
    assert times(story, ("MZJ",)) == 4


def test_visits_of_another_year_do_not_count(story: Story) -> None:
    cap(story, 5, counted=("clue",))
    task = approved(story)
    JointTask.objects.filter(pk=task.pk).update(
        visit_on=timezone.localdate() - dt.timedelta(days=400)
    )
    assert times(story, ("MZJ",)) == 0


def test_over_the_cap_a_visit_needs_a_reason_that_its_head_approves(story: Story) -> None:
    cap(story, 1, counted=("draw", "clue"))
    with pytest.raises(Refused, match="年度上限 1 次（试点办法）") as refusal:
        start(story)
    assert refusal.value.field == "over_cap_reason"
    task = start(story, over_cap_reason=WHY)
    assert selected.approve(story.actor("mzj_head"), task.pk).over_cap_reason == WHY
    # What is not counted is not limited either, and emergencies never are.
    start(story, origin="warning")
    start(story, origin="emergency")


def test_the_second_of_two_proposals_needs_the_reason_at_approval(story: Story) -> None:
    cap(story, 1, counted=("clue",))
    first, second = start(story), start(story)
    selected.approve(story.actor("mzj_head"), first.pk)
    with pytest.raises(Refused, match="另行发起"):
        selected.approve(story.actor("mzj_head"), second.pk)
    second.refresh_from_db()
    assert second.state == JointTask.State.PROPOSED


def test_pooled_the_visits_of_others_stand_in_the_way(story: Story) -> None:
    subject = story.draw.selected.first().subject
    cap(story, 1, counted=("clue",))
    approved(story, parts=plans(story, ("MZJ",)))
    asked = (story.region.code, subject, [story.departments["XFDD"]], "clue")
    assert over_cap(*asked) == ""
    cap(story, 1, pooled=True, counted=("clue",))
    assert "各部门今年" in over_cap(*asked)


def test_a_visit_falls_under_the_cap_of_its_own_year(story: Story) -> None:
    subject = story.draw.selected.first().subject
    cap(story, 1, counted=("clue",))
    task = approved(story, parts=plans(story, ("MZJ",)))
    coming = dt.date(timezone.localdate().year + 1, 1, 5)
    asked = (story.region.code, subject, [story.departments["MZJ"]], "clue")
    assert "今年" in over_cap(*asked)
    assert over_cap(*asked, coming) == ""
    JointTask.objects.filter(pk=task.pk).update(visit_on=coming)
    assert f" {coming.year} 年" in over_cap(*asked, coming)
    assert over_cap(*asked) == ""


def test_the_subjects_page_counts_what_may_be_known(
    story: Story, client_of: Callable, django_assert_max_num_queries: Callable
) -> None:
    cap(story, 2, pooled=True, counted=("draw", "clue"))
    approved(story, parts=plans(story, ("MZJ",)))
    subject = story.draw.selected.first().subject
    with django_assert_max_num_queries(20):
        own = year_of(story.actor("mzj_clerk"), subject)
    assert (own.total, len(own.visits)) == (2, 2)
    # 消防 was drawn too, but does not know of the other visit before its notice is signed.
    assert year_of(story.actor("xfdd_clerk"), subject).total == 1
    page = client_of("mzj_clerk").get(subject.get_absolute_url())
    assert "各部门合计上限 2 次（试点办法）" in page.content.decode()
    assert "已达上限" in page.content.decode()

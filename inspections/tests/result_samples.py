"""Results of visits that were made, for tests of entering, approving and publishing."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from credit.models import Subject
from departments.models import Region
from inspections.models import JointTask, Result, TaskItem, TaskPart
from inspections.services import results
from inspections.tests.visit_samples import Story, make_story
from records.actor import SYSTEM


def checked_story(
    region: Region, *, homes: int = 1, codes: Sequence[str] = ("MZJ", "WJW")
) -> Story:
    """A story whose visits are all done on site without problems; every result is a draft."""
    story = make_story(region, homes=homes)
    story.dispatch(timezone.localdate())
    now = timezone.now()
    TaskItem.objects.update(outcome="no_problem", recorded_at=now)
    TaskPart.objects.filter(task__item=story.item).update(state="submitted", submitted_at=now)
    JointTask.objects.filter(item=story.item).update(state="checked", visit_on=now.date())
    for part in TaskPart.objects.filter(task__item=story.item):
        results.start_publication_clock(SYSTEM, Result.objects.create(part=part))
    return story


def result_of(story: Story, code: str = "MZJ", position: int = 0) -> Result:
    """The newest result of a department in one of the visits, as it stands now."""
    tasks = JointTask.objects.filter(item=story.item).order_by("pk")
    part = story.part(tasks[position], code)
    return part.results.order_by("-version")[0]


def submitted(story: Story, codes: Sequence[str] = ("no_problem",), remark: str = "") -> Result:
    """The lead's result, entered and waiting for the head."""
    return results.submit(story.actor("mzj_clerk"), result_of(story).pk, codes, remark)


def approved(story: Story, codes: Sequence[str] = ("no_problem",), remark: str = "") -> Result:
    """The lead's result, waiting for a worker to publish it."""
    return results.approve(story.actor("mzj_head"), submitted(story, codes, remark).pk)


def published(story: Story, codes: Sequence[str] = ("no_problem",), remark: str = "") -> Result:
    """The lead's result, public."""
    pk = approved(story, codes, remark).pk
    assert results.publish_next() is True
    return Result.objects.get(pk=pk)


def turn_into_person(result: Result, name: str = "欧阳小明") -> Subject:
    """Make the visited subject a natural person with an identifier of their own."""
    subject = result.part.task.subject
    Subject.objects.filter(pk=subject.pk).update(
        id_kind="person", name=name, identifier="CY411603198001011234"
    )
    subject.refresh_from_db()
    return subject

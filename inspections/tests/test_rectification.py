"""What is ordered to be put right has a clock; when it passes the credit records are told, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from credit.models import CreditEvent
from credit.services.origins import restate_all
from departments.models import Region
from inspections.models import Rectification
from inspections.rules import RECTIFICATION_DUE
from inspections.services import rectification, results
from inspections.tests.result_samples import checked_story, published
from inspections.tests.visit_samples import Story
from records import clock, deadlines
from records.errors import NotAllowed, Refused
from records.models import Deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county: Region) -> Story:
    return checked_story(county)


@pytest.fixture
def ordered(story: Story) -> Rectification:
    published(story, ("ordered_to_correct",))
    return Rectification.objects.get()


def due(found: Rectification) -> Deadline:
    return deadlines.running_of(found, RECTIFICATION_DUE.key).get()


def late(found: Rectification) -> dt.datetime:
    at = due(found).due_at
    assert at is not None
    return at + dt.timedelta(minutes=1)


def told() -> list[str]:
    return list(CreditEvent.objects.filter(kind="overdue_mending").values_list("title", flat=True))


def test_only_an_order_has_a_clock(story: Story) -> None:
    published(story, ("to_be_handled",))
    assert not Rectification.objects.exists()


def test_told_once_when_its_clock_has_passed(ordered: Rectification) -> None:
    assert rectification.tell_overdue() == 0
    with clock.at(late(ordered)):
        assert rectification.tell_overdue() == 1
        assert rectification.tell_overdue() == 0
        assert restate_all() == 0
    (title,) = told()
    assert "责令改正期满仍未整改" in title
    event = CreditEvent.objects.get(kind="overdue_mending")
    assert event.subject == ordered.part.task.subject
    assert event.happened_on == due(ordered).due_at.astimezone(clock.now().tzinfo).date()


def test_put_right_in_time_nothing_is_told(story: Story, ordered: Rectification) -> None:
    moment = late(ordered)
    with pytest.raises(Refused, match="复查情况"):
        rectification.confirm(story.actor("mzj_clerk"), ordered.pk, "")
    words = "通道已清理。" * 100
    assert rectification.confirm(story.actor("mzj_clerk"), ordered.pk, words).note == words
    with clock.at(moment):
        assert rectification.tell_overdue() == 0
    assert told() == []


def test_put_right_too_late_is_told_all_the_same(story: Story, ordered: Rectification) -> None:
    with clock.at(late(ordered)):
        rectification.confirm(story.actor("mzj_clerk"), ordered.pk, "迟迟才清理")
    assert len(told()) == 1


def test_more_time_takes_it_back(story: Story, ordered: Rectification) -> None:
    with clock.at(late(ordered)):
        rectification.tell_overdue()
        with pytest.raises(NotAllowed):
            rectification.extend(story.actor("mzj_clerk"), ordered.pk, "材料未到")
        rectification.extend(story.actor("mzj_head"), ordered.pk, "设备交货延迟。" * 100)
        assert due(ordered).extensions.get().reason == "设备交货延迟。" * 100
        assert told() == []
        assert rectification.tell_overdue() == 0
    with clock.at(late(ordered)):
        assert rectification.tell_overdue() == 1


def test_a_clock_put_right_elsewhere_takes_it_back(ordered: Rectification) -> None:
    with clock.at(late(ordered)):
        rectification.tell_overdue()
        moved = clock.now() + dt.timedelta(days=1)
        Deadline.objects.filter(pk=due(ordered).pk).update(due_at=moved)
        assert rectification.tell_overdue() == 1
    assert told() == []


def test_an_order_that_was_wrong_never_was_overdue(story: Story, ordered: Rectification) -> None:
    with clock.at(late(ordered)):
        rectification.tell_overdue()
        rectification.drop(story.actor("mzj_head"), ordered.pk, "责令对象有误")
    assert told() == []


def test_a_result_withdrawn_ends_its_order(story: Story, ordered: Rectification) -> None:
    with clock.at(late(ordered)):
        rectification.tell_overdue()
        result = ordered.part.results.get()
        results.withdraw(story.actor("mzj_head"), result.pk, "公示有误")
    ordered.refresh_from_db()
    assert (ordered.state, told()) == (Rectification.State.DROPPED, [])
    assert not deadlines.running_of(ordered).exists()


def test_what_was_put_right_too_late_never_was_when_its_result_is_withdrawn(
    story: Story, ordered: Rectification
) -> None:
    with clock.at(late(ordered)):
        rectification.confirm(story.actor("mzj_clerk"), ordered.pk, "迟迟才清理")
        results.withdraw(story.actor("mzj_head"), ordered.part.results.get().pk, "公示有误")
    ordered.refresh_from_db()
    assert (ordered.state, told()) == (Rectification.State.DROPPED, [])


def test_it_stands_on_the_page_and_on_the_workbench(
    story: Story, ordered: Rectification, client_of: Callable[[str], Client]
) -> None:
    (row,) = rectification.pending_rectifications(story.actor("mzj_clerk"))
    assert row.url == ordered.part.task.get_absolute_url()
    client = client_of("mzj_clerk")
    door = f"/inspections/rectifications/{ordered.pk}/act/confirm/"
    assert door in client.get(row.url).content.decode()
    assert client.post(door, {"opinion": "通道已清理"}).url == row.url
    page = client.get(row.url)
    assert "通道已清理" in page.content.decode()
    assert "确认已整改" in [entry.verb for entry in page.context["entries"]]
    assert rectification.pending_rectifications(story.actor("mzj_clerk")) == []

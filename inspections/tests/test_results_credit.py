"""What a published result says of its subject, and that it is taken back with it."""

import pytest

from credit.models import CreditEvent, Stale
from credit.rules.events import EVENT_KINDS
from credit.services.origins import restate_all
from inspections.models import Result
from inspections.result_codes import BUSINESS_CODES, CREDIT_KINDS, OTHER_CODES
from inspections.services import results
from inspections.tests.result_samples import (
    checked_story,
    result_of,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county):
    return checked_story(county)


def publish(story, *codes: str) -> Result:
    result = submitted(story)
    Result.objects.filter(pk=result.pk).update(codes=list(codes))
    results.approve(story.actor("mzj_head"), result.pk)
    assert results.publish_next()
    return result


def told() -> dict[str, CreditEvent]:
    return {event.kind: event for event in CreditEvent.objects.filter(source="inspections.result")}


def test_every_conclusion_has_a_kind_that_exists_but_the_one_that_says_nothing():
    known = {**BUSINESS_CODES, **OTHER_CODES}
    assert set(known) - set(CREDIT_KINDS) == {"no_such_activity"}
    assert set(CREDIT_KINDS.values()) <= set(EVENT_KINDS)


@pytest.mark.parametrize(
    ("codes", "kinds"),
    [
        (["no_problem"], {"clean_check"}),
        (["not_publicised", "false_information"], {"undisclosed", "false_disclosure"}),
        (["unreachable"], {"unreachable"}),
        (["not_cooperating"], {"uncooperative"}),
        (["ordered_to_correct", "to_be_handled"], {"finding"}),
        (["no_such_activity"], set()),
    ],
)
def test_a_published_result_tells_by_its_conclusions(story, codes, kinds):
    result = publish(story, *codes)
    found = told()
    assert set(found) == kinds
    task = result.part.task
    for event in found.values():
        assert event.subject_id == task.subject_id
        assert event.matter_id == task.item.matter_version.matter_id
        assert event.happened_on == result.part.submitted_at.astimezone().date()
        assert event.basis == task.code
    assert Stale.objects.filter(subject_id=task.subject_id).exists() == bool(kinds)


def test_nothing_is_said_before_it_is_public(story):
    submitted(story)
    results.approve(story.actor("mzj_head"), result_of(story).pk)
    assert told() == {}


def test_a_correction_says_anew(story):
    result = publish(story, "ordered_to_correct", "not_cooperating")
    new = results.correct(story.actor("mzj_clerk"), result.pk, "录入有误")
    assert set(told()) == {"finding", "uncooperative"}
    results.submit(story.actor("mzj_clerk"), new.pk, ["no_problem"], "")
    results.approve(story.actor("mzj_head"), new.pk)
    assert results.publish_next()
    assert set(told()) == {"clean_check"}


def test_a_withdrawn_result_says_nothing(story):
    result = publish(story, "ordered_to_correct")
    Stale.objects.all().delete()
    results.withdraw(story.actor("mzj_head"), result.pk, "对象有误")
    assert told() == {}
    assert Stale.objects.filter(subject_id=result.part.task.subject_id).exists()


def test_what_was_there_before_is_told_once(story):
    result = publish(story, "unreachable")
    CreditEvent.objects.all().delete()
    assert restate_all() == 1
    assert told()["unreachable"].subject_id == result.part.task.subject_id
    assert restate_all() == 0
    assert CreditEvent.objects.count() == 1

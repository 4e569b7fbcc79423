"""From approval through the worker and the outbox to a system that really listens."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from inspections.models import Publication, Result
from inspections.services import results
from inspections.tasks import publish_results
from inspections.tests.result_samples import approved, checked_story
from records import outbox
from records.models import OutboxMessage, TrailEntry
from tests.counterpart import listening


@pytest.fixture
def counterpart(settings):
    with listening() as state:
        settings.OUTBOX_TARGETS = {"credit_publicity": {"url": state.url, "token": "secret"}}
        yield state


def send_again_now():
    """Let the next attempt be due at once, also when the answer of the last one was lost."""
    sent = OutboxMessage.objects.filter(target=outbox.CREDIT_PUBLICITY)
    sent.update(next_attempt_at=timezone.now(), delivered_at=None)
    outbox.deliver_next()


@pytest.mark.django_db
def test_a_publication_arrives_once_through_failures_and_repeats(county, counterpart):
    story = checked_story(county)
    result = approved(story)
    counterpart.script.extend([503, "drop", 429])

    assert publish_results() == 1
    assert publish_results() == 0
    while outbox.deliver_next():
        pass
    for _ in range(3):
        send_again_now()
    assert len(counterpart.accepted) == 1
    send_again_now()

    message = OutboxMessage.objects.get(target=outbox.CREDIT_PUBLICITY)
    publication = Publication.objects.get()
    assert len(counterpart.received) == 5
    assert {body["id"] for body in counterpart.received} == {str(message.pk)}
    (body,) = counterpart.accepted.values()
    assert body["topic"] == "result.published"
    assert body["payload"]["record"] == publication.pk
    assert body["payload"]["uniscid"] == result.part.task.subject.identifier
    assert message.delivered_at is not None


@pytest.mark.django_db
def test_correction_and_withdrawal_follow_the_publication(county, counterpart):
    story = checked_story(county)
    first = approved(story)
    publish_results()
    results.correct(story.actor("mzj_clerk"), first.pk, "漏记")
    second = approved(story, ["ordered_to_correct"])
    publish_results()
    results.withdraw(story.actor("mzj_head"), second.pk, "认定有误")

    while outbox.deliver_next():
        pass

    topics = [body["topic"] for body in counterpart.received]
    assert topics == ["result.published", "result.corrected", "result.withdrawn"]
    old, new = (row.publication.pk for row in (first, second))
    assert counterpart.received[1]["payload"]["replaces"] == old
    assert counterpart.received[2]["payload"]["record"] == new
    assert len(counterpart.accepted) == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_publish_each_result_once(county, settings):
    settings.OUTBOX_TARGETS = {}
    checked_story(county, homes=5)
    Result.objects.update(state="approved", codes=["no_problem"], approved_at=timezone.now())
    gate = Barrier(2)

    def work():
        try:
            gate.wait()
            return publish_results()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(work), pool.submit(work)]]

    assert sum(counts) == 10
    assert not Result.objects.exclude(state="published").exists()
    assert Publication.objects.count() == 10
    told = OutboxMessage.objects.filter(topic="result.published")
    assert Counter(told.values_list("target", flat=True)) == {
        outbox.CREDIT_PUBLICITY: 10,
        outbox.PROVINCE: 10,
    }
    assert TrailEntry.objects.filter(verb="result.publish").count() == 10
    assert TrailEntry.objects.filter(verb="task.close").count() == 5

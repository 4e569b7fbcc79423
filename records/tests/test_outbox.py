import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from records import delivery, outbox
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxCircuit, OutboxMessage, TrailEntry
from tests.counterpart import listening

pytestmark = pytest.mark.django_db


@pytest.fixture
def counterpart(settings):
    with listening() as state:
        settings.OUTBOX_TARGETS = {"province": {"url": state.url, "token": "secret"}}
        yield state


def post():
    return outbox.post("province", "matter.in_force", {"name": "养老机构"}, "411603")


def make_due(message):
    """Let the message be sent now, whatever pause it or the receiving system is in."""
    OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=timezone.now())
    OutboxCircuit.objects.update(rests_until=None)


def test_a_message_is_delivered_with_its_key_and_token(counterpart):
    message = post()

    assert outbox.deliver_next() is True

    message.refresh_from_db()
    assert message.delivered_at is not None
    assert counterpart.accepted[str(message.pk)]["payload"] == {"name": "养老机构"}
    assert counterpart.tokens == ["Bearer secret"]
    assert outbox.deliver_next() is False


@pytest.mark.parametrize("fault", [500, 403, "drop"])
def test_a_failure_is_kept_and_tried_again_later(counterpart, fault):
    counterpart.script.append(fault)
    message = post()

    outbox.deliver_next()

    message.refresh_from_db()
    assert message.delivered_at is None
    assert message.last_error
    assert message.next_attempt_at > timezone.now()
    make_due(message)
    outbox.deliver_next()
    message.refresh_from_db()
    assert (message.delivered_at is not None, message.attempts) == (True, 2)


def test_pauses_grow_and_the_last_attempt_leaves_a_dead_message(counterpart):
    message = post()
    pauses = []
    for _ in range(outbox.MAX_ATTEMPTS):
        counterpart.script.append(500)
        make_due(message)
        outbox.deliver_next()
        message.refresh_from_db()
        if message.next_attempt_at:
            pauses.append(message.next_attempt_at - timezone.now())

    assert message.dead_at is not None
    assert pauses == sorted(pauses)
    assert pauses[-1] > dt.timedelta(hours=1)
    assert outbox.deliver_next() is False


@pytest.mark.parametrize("who", ["xzsp_clerk", "system_admin"])
def test_a_dead_message_is_sent_again_by_the_office_or_the_administrator(counterpart, actor, who):
    message = post()
    with pytest.raises(Conflict):
        outbox.send_again(actor(who), message.pk, "对方已恢复")
    OutboxMessage.objects.filter(pk=message.pk).update(dead_at=timezone.now())
    with pytest.raises(NotAllowed):
        outbox.send_again(actor("mzj_clerk"), message.pk, "对方已恢复")
    with pytest.raises(Refused):
        outbox.send_again(actor(who), message.pk, " ")

    outbox.send_again(actor(who), message.pk, "对方已恢复")
    outbox.deliver_next()

    assert list(counterpart.accepted) == [str(message.pk)]


def test_many_cost_as_few_statements_as_one(county, actor):
    office = actor("xzsp_head")
    for act, ends in ((outbox.send_all_again, False), (outbox.give_all_up, True)):
        statements = []
        for number in (1, 12):
            messages = [
                outbox.post("province", "matter.in_force", {}, "411603", about=county)
                for _ in range(number)
            ]
            own = OutboxMessage.objects.filter(pk__in=[each.pk for each in messages])
            own.update(dead_at=timezone.now(), round_attempts=12, next_attempt_at=None)
            with CaptureQueriesContext(connection) as asked:
                assert act(office, own, "对方已恢复") == number
            statements.append(len(asked))
            assert {each.given_up_because for each in own} == {"对方已恢复" if ends else ""}
            assert own.filter(next_attempt_at=None).count() == (number if ends else 0)
            entries = TrailEntry.objects.filter(after__message=str(messages[-1].pk))
            (entry,) = entries
            assert (entry.opinion, entry.region_code) == ("对方已恢复", "411603")
            assert entry.target_id == county.pk
        assert statements[0] == statements[1]


def test_the_reason_for_giving_up_is_kept_whole(counterpart, actor):
    message = post()
    OutboxMessage.objects.filter(pk=message.pk).update(dead_at=timezone.now())
    reason = "对方平台已停用，" * 200

    outbox.give_up(actor("xzsp_head"), message.pk, reason)

    message.refresh_from_db()
    assert message.given_up_because == reason


def test_without_an_address_a_message_waits_untouched(settings):
    settings.OUTBOX_TARGETS = {}
    message = post()

    assert outbox.deliver_next() is False

    message.refresh_from_db()
    assert (message.attempts, message.state) == (0, "waiting")


def test_a_leased_message_is_not_sent_by_a_second_worker(counterpart, monkeypatch):
    message = post()
    seen = []
    send = delivery.attempt

    def second_worker_meanwhile(leased, route):
        seen.append(outbox.deliver_next())
        return send(leased, route)

    monkeypatch.setattr(delivery, "attempt", second_worker_meanwhile)
    outbox.deliver_next()

    assert seen == [False]
    assert len(counterpart.received) == 1
    assert str(message.pk) in counterpart.accepted

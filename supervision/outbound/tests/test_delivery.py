"""The worker against systems that really listen, fail, hang up and repeat themselves."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter

import pytest

from records import clock, delivery, outbox
from records.adapters import Answer, Outcome, adapter_of
from records.models import OutboxCircuit, OutboxMessage
from records.tasks import deliver_outbox
from supervision.gateway.schemes.proof import Call
from supervision.gateway.schemes.signatures import read
from supervision.outbound.links import links
from supervision.outbound.tests.samples import SECRET, deliver_for, link_to
from tests.counterpart import listening

pytestmark = pytest.mark.django_db

COUNTY = "411603"


@pytest.fixture
def counterpart(settings):
    settings.OUTBOX_TARGETS = {}
    with listening() as state:
        yield state


def post(number=0, *, target=outbox.PROVINCE, topic="matter.in_force", thread=""):
    return outbox.post(target, topic, {"number": number}, COUNTY, thread=thread)


def impatient(monkeypatch):
    """The links as they are, but with little patience, so that nobody waits for seconds."""

    def routes():
        for route in links():
            yield dataclasses.replace(route, connect_seconds=0.2, answer_seconds=0.2)

    monkeypatch.setattr(delivery, "ROUTERS", [routes])


def test_through_a_day_of_faults_every_record_arrives_once_and_in_order(
    county, counterpart, monkeypatch, actor
):
    impatient(monkeypatch)
    link_to(counterpart.url)
    chance = random.Random(20261122)
    faults = [
        500,
        503,
        429,
        401,
        302,
        "drop",
        "lost",
        "twice",
        "silent",
        "slow",
        {"outcome": "later"},
    ]
    plenty = chance.choices([*faults, 200], [2] * len(faults) + [40], k=60)
    counterpart.script.extend([*faults, *plenty, *[422] * 3])
    messages = [post(n, thread=f"matter:{n % 20}") for n in range(60)]

    deliver_for(24)
    dead = OutboxMessage.objects.filter(dead_at__isnull=False)
    refused = dead.count()
    assert refused > 0
    counterpart.script.clear()
    assert outbox.send_all_again(actor("xzsp_head"), dead, "对方已改正") == refused
    deliver_for(24)

    assert set(counterpart.accepted) == {str(each.pk) for each in messages}
    assert OutboxMessage.objects.filter(delivered_at=None).count() == 0
    numbers = [body["payload"]["number"] for body in counterpart.accepted.values()]
    assert sorted(numbers) == list(range(60))
    for thread in range(20):
        told = [number for number in numbers if number % 20 == thread]
        assert told == sorted(told)


def test_a_call_is_signed_so_that_a_gateway_like_ours_takes_it(county, counterpart):
    for algorithm in ("hmac-sha256", "hmac-sm3"):
        link = link_to(counterpart.url, credential=algorithm)
        message = post()
        deliver_outbox()
        method, target, headers, body = counterpart.calls[-1]

        proof = read(Call(method, counterpart.url.rstrip("/") + target, target, headers, body))

        assert proof.key_id == "county-1"
        assert proof.holds(SECRET, algorithm)
        assert not proof.holds(SECRET[::-1], algorithm)
        assert headers["idempotency-key"] == str(message.pk)
        link.secret.delete()
        link.delete()


def test_every_attempt_has_the_same_body_and_key_and_a_signature_of_its_own(county, counterpart):
    link_to(counterpart.url)
    counterpart.script.extend([503, "lost"])
    post()

    deliver_for(1)

    assert len(counterpart.calls) == 3
    assert (
        len({(headers["idempotency-key"], body) for _, _, headers, body in counterpart.calls}) == 1
    )
    assert len({headers["signature"] for _, _, headers, _ in counterpart.calls}) == 3


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"outcome": "accepted", "receipt": "P-1"}, "delivered"),
        ({"outcome": "repeated", "receipt": "P-1"}, "delivered"),
        ("twice", "delivered"),
        ({"outcome": "refused", "message": "对象不存在"}, "dead"),
        (422, "dead"),
        ({"outcome": "later"}, "waiting"),
        ({"outcome": "no such word"}, "waiting"),
        (409, "waiting"),
        ("lost", "waiting"),
    ],
)
def test_an_answer_is_read_for_what_it_means(county, counterpart, answer, state):
    link_to(counterpart.url)
    counterpart.script.append(answer)
    message = post()

    delivery.deliver_next()

    message.refresh_from_db()
    assert message.state == state
    assert message.attempts == 1
    assert bool(message.last_error) == (state != "delivered")
    if isinstance(answer, dict):
        assert message.receipt == answer.get("receipt", "")
        assert answer.get("message", "") in message.last_error


@pytest.mark.parametrize("target", [outbox.PROVINCE, outbox.CREDIT_PUBLICITY, "plain"])
def test_whatever_was_said_can_be_kept(county, target):
    """JSON may hold what the database cannot; what was taken must not be sent for ever."""
    message = post()
    said = r'"P\u0000-\ud8001"'
    body = (
        f'{{"outcome": "accepted", "code": 0, "receipt": {said}, "serial": {said},'
        f' "message": {said}}}'
    )
    for answer in (body, body.replace('"accepted"', said).replace(": 0", f": {said}")):
        reading = adapter_of(target).read(Answer(200, {}, answer.encode()))
        delivery._settle(message, reading)
    message.refresh_from_db()
    assert message.state == "delivered"
    assert message.receipt == "P-?1"


@pytest.mark.parametrize("code", ["[]", "{}", "1e400", "null"])
def test_a_code_of_any_kind_is_read(county, code):
    """What cannot be read would be sent again without end, and hold up what is behind it."""
    for status in (200, 409):
        body = f'{{"code": {code}, "outcome": {code}}}'.encode()
        for target in (outbox.PROVINCE, outbox.CREDIT_PUBLICITY, "plain"):
            reading = adapter_of(target).read(Answer(status, {}, body))
            assert reading.outcome is not Outcome.REPEATED


def test_how_a_system_is_doing_does_not_tell_what_it_was_told(county, counterpart):
    link_to(counterpart.url)
    counterpart.script.append(500)
    message = outbox.post(outbox.PROVINCE, "matter.in_force", {"name": "安泰养老院"}, COUNTY)

    delivery.deliver_next()

    message.refresh_from_db()
    assert "安泰养老院" in message.last_error
    heard = OutboxCircuit.objects.get().last_error
    assert "HTTP 500" in heard and "安泰" not in heard


def test_a_header_that_trickles_in_holds_nobody(county, counterpart, monkeypatch):
    impatient(monkeypatch)
    link_to(counterpart.url)
    counterpart.script.append("slow header")
    message = post()

    delivery.deliver_next()

    message.refresh_from_db()
    assert message.state == "waiting"
    assert "没有应答" in message.last_error


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_this_machine_is_told_nothing_unless_it_may(county, counterpart, settings, host):
    settings.OUTBOX_LOOPBACK = False
    link_to(counterpart.url.replace("127.0.0.1", host))
    message = post()

    delivery.deliver_next()

    message.refresh_from_db()
    assert counterpart.calls == []
    assert "本机" in message.last_error


def test_no_proxy_of_the_environment_stands_before_the_peer(county, counterpart, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    link_to(counterpart.url)
    message = post()

    delivery.deliver_next()

    assert list(counterpart.accepted) == [str(message.pk)]


def test_our_own_proof_is_not_replaced_by_a_file_of_the_machine(
    county, counterpart, tmp_path, monkeypatch
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    link_to(counterpart.url, credential="none")
    post()

    delivery.deliver_next()

    assert counterpart.tokens == [""]


def test_words_that_are_no_receipt_do_not_pass_for_one():
    """A login page on the way answers 200 as well."""
    reading = adapter_of(outbox.PROVINCE).read(Answer(200, {}, "<html>请登录</html>".encode()))

    assert not reading.arrived
    assert reading.unwell


def test_a_system_that_fails_in_a_row_rests_and_costs_no_attempts(county, counterpart):
    link_to(counterpart.url)
    counterpart.script.extend([500] * 6)
    messages = [post(n) for n in range(20)]

    deliver_outbox()

    circuit = OutboxCircuit.objects.get(target=outbox.PROVINCE)
    assert circuit.failures == delivery.FAILURES_TO_REST == len(counterpart.calls)
    tried = OutboxMessage.objects.filter(attempts__gt=0).count()
    assert tried == delivery.FAILURES_TO_REST
    with clock.at(circuit.rests_until):
        deliver_outbox()
    assert len(counterpart.calls) == delivery.FAILURES_TO_REST + 1
    circuit.refresh_from_db()
    assert circuit.failures == delivery.FAILURES_TO_REST + 1

    deliver_for(1)

    circuit.refresh_from_db()
    assert (circuit.failures, circuit.rests_until) == (0, None)
    assert len(counterpart.accepted) == len(messages)


def test_one_system_at_rest_holds_up_no_other(county, counterpart):
    link_to(counterpart.url)
    link_to(counterpart.url, target=outbox.CREDIT_CHINA)
    OutboxCircuit.objects.create(
        target=outbox.PROVINCE,
        region_code=COUNTY,
        failures=9,
        rests_until=clock.now().replace(year=2099),
    )
    kept = post()
    sent = post(target=outbox.CREDIT_CHINA, topic="sanction.signed")

    deliver_outbox()

    assert list(counterpart.accepted) == [str(sent.pk)]
    kept.refresh_from_db()
    assert kept.attempts == 0


def test_a_system_that_asks_for_time_is_given_it():
    reading = adapter_of(outbox.PROVINCE).read(Answer(503, {"retry-after": "600"}, b""))

    assert reading.pause == 600
    assert delivery._pause(1, reading.pause).total_seconds() == 600


def test_what_follows_waits_for_what_is_ahead_until_that_arrives_or_is_given_up(
    county, counterpart, actor
):
    link_to(counterpart.url)
    counterpart.script.append(422)
    first, second, other = (post(n, thread=t) for n, t in ((1, "a"), (2, "a"), (3, "b")))

    deliver_outbox()
    assert set(counterpart.accepted) == {str(other.pk)}

    outbox.give_up(actor("xzsp_head"), first.pk, "对方不再需要")
    deliver_outbox()
    assert set(counterpart.accepted) == {str(other.pk), str(second.pk)}


def test_the_nearest_link_counts_and_one_that_is_off_keeps_what_comes(
    county, counterpart, settings
):
    settings.OUTBOX_TARGETS = {"province": {"url": "http://127.0.0.1:9/", "token": ""}}
    link = link_to(counterpart.url, state="suspended")
    message = post()

    assert delivery.deliver_next() is False

    link.state = "active"
    link.save()
    deliver_outbox()
    assert list(counterpart.accepted) == [str(message.pk)]


def test_without_its_secret_nothing_is_sent(county, counterpart, settings):
    link_to(counterpart.url)
    settings.GATEWAY_SECRETS = ["another one"]
    post()

    assert delivery.deliver_next() is False
    assert counterpart.calls == []


def test_a_topic_that_a_system_does_not_take_is_not_sent(county, counterpart):
    link_to(counterpart.url, target=outbox.CREDIT_CHINA)
    message = post(target=outbox.CREDIT_CHINA)

    delivery.deliver_next()

    message.refresh_from_db()
    assert message.state == "dead"
    assert counterpart.calls == []
    # Nothing was asked, so nothing is known of how the system does.
    assert not OutboxCircuit.objects.exists()


def test_pauses_differ_so_that_not_all_come_back_at_once():
    pauses = Counter(delivery._pause(3, None) for _ in range(20))
    assert len(pauses) > 10

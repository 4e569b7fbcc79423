"""Who is let in: fresh, once, from the right place, with the right scope, not too often."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory

from records import clock
from records.models import TrailEntry
from script.gateway_client import signed_by_headers
from supervision.gateway import tasks
from supervision.gateway.admission import Turned, admit
from supervision.gateway.models import GatewayAnswer, GatewayKey, GatewayNonce, GatewayRefusal
from supervision.gateway.rules import SKEW_SECONDS

MATTERS = "matters/"


def ensure_refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code and problem["status"] == status
    return problem


@pytest.mark.parametrize("algorithm", GatewayKey.Algorithm.values)
@pytest.mark.parametrize("sign", [None, signed_by_headers])
def test_a_signed_call_is_let_in(system, algorithm, sign) -> None:  # type: ignore[no-untyped-def]
    system.key.algorithm = algorithm
    system.key.save()
    if sign is not None:
        system.sign = sign
    answer = system.call("GET", MATTERS)
    assert answer.status_code == 200, answer.content.decode()
    system.key.refresh_from_db()
    assert system.key.last_used_at is not None and system.key.last_used_from == "127.0.0.1"


def test_a_call_without_signature_is_told_how_to_sign(system) -> None:  # type: ignore[no-untyped-def]
    answer = system.send("GET", MATTERS, b"", {})
    problem = ensure_refused(answer, 401, "signature_missing")
    assert answer["WWW-Authenticate"] == "Signature" and "签名" in problem["title"]


def test_the_same_call_again_is_a_replay(system) -> None:  # type: ignore[no-untyped-def]
    headers = system.headers("GET", MATTERS, b"")
    assert system.send("GET", MATTERS, b"", headers).status_code == 200
    ensure_refused(system.send("GET", MATTERS, b"", headers), 401, "nonce_reused")


@pytest.mark.parametrize("ahead", [-1, 1])
def test_a_clock_that_goes_wrong_is_told_the_time(system, ahead) -> None:  # type: ignore[no-untyped-def]
    created = int(time.time()) + ahead * (SKEW_SECONDS + 5)
    problem = ensure_refused(system.call("GET", MATTERS, created=created), 401, "signature_time")
    assert clock.now().astimezone().strftime("%Y-") in problem["detail"]
    inside = int(time.time()) + ahead * (SKEW_SECONDS - 30)
    assert system.call("GET", MATTERS, created=inside).status_code == 200


def test_a_forger_learns_nothing_of_keys(system) -> None:  # type: ignore[no-untyped-def]
    unknown = system.call("GET", MATTERS, key_id="411603-nobody")
    wrong = system.call("GET", MATTERS, secret=b"guess")
    GatewayKey.objects.update(revoked_at=clock.now())
    revoked = system.call("GET", MATTERS, secret=b"guess")
    told = [
        ensure_refused(each, 401, "signature_invalid")["detail"]
        for each in (unknown, wrong, revoked)
    ]
    assert len(set(told)) == 1


def test_who_holds_a_revoked_key_is_told(system) -> None:  # type: ignore[no-untyped-def]
    GatewayKey.objects.update(revoked_at=clock.now())
    problem = ensure_refused(system.call("GET", MATTERS), 401, "key_not_valid")
    assert "已吊销" in problem["detail"]


def test_a_suspended_client_and_a_wrong_scope_and_network_are_told_apart(system) -> None:  # type: ignore[no-untyped-def]
    system.client.scopes = ["clues:read"]
    system.client.save()
    ensure_refused(system.call("GET", MATTERS), 403, "scope_missing")
    system.client.networks = ["10.0.0.0/8"]
    system.client.save()
    ensure_refused(system.call("GET", MATTERS), 403, "network_not_allowed")
    system.client.state = "suspended"
    system.client.save()
    ensure_refused(system.call("GET", MATTERS), 403, "client_suspended")


def test_too_many_calls_wait(system) -> None:  # type: ignore[no-untyped-def]
    system.client.calls_per_minute = 2
    system.client.save()
    assert [system.call("GET", MATTERS).status_code for _ in range(3)] == [200, 200, 429]
    answer = system.call("GET", MATTERS)
    ensure_refused(answer, 429, "rate_exceeded")
    assert 1 <= int(answer["Retry-After"]) <= 30


def test_refusals_are_counted_and_the_first_is_in_the_trail(system) -> None:  # type: ignore[no-untyped-def]
    system.client.scopes = ["clues:read"]
    system.client.save()
    for _ in range(3):
        system.call("GET", MATTERS)
        system.call("GET", MATTERS, secret=b"guess")
    assert set(GatewayRefusal.objects.values_list("client", "reason", "calls")) == {
        (None, "signature_invalid", 3),
        (system.client.pk, "scope_missing", 3),
    }
    assert TrailEntry.objects.filter(verb="gateway.refused", outcome="denied").count() == 2


@pytest.mark.parametrize("name", ["Content-Digest", "Idempotency-Key"])
def test_a_changed_header_is_refused_by_its_name(system, name) -> None:  # type: ignore[no-untyped-def]
    body = b'{"items": [1]}'
    headers = system.headers("POST", "subjects/", body, "key-1")
    headers[name] = {"Content-Digest": "sha-256=:AAAA:", "Idempotency-Key": "other"}[name]
    code = {"Content-Digest": "digest_mismatch", "Idempotency-Key": "signature_invalid"}[name]
    ensure_refused(system.send("POST", "subjects/", body, headers), 401, code)


def test_what_is_past_its_time_is_swept(system) -> None:  # type: ignore[no-untyped-def]
    assert system.call("GET", MATTERS).status_code == 200
    system.call("POST", "subjects/", [{}], key="key-1")
    tasks.sweep()
    assert GatewayNonce.objects.count() == 2 and GatewayAnswer.objects.count() == 1
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=8)):
        tasks.sweep()
    assert not GatewayNonce.objects.exists() and not GatewayAnswer.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/gateway/v1/matters"),
        ("post", "/gateway/v1/subjects"),
        ("post", "/gateway/v1/nothing/"),
        ("post", "/api/v1/clues"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_to_a_program(db, method, path) -> None:  # type: ignore[no-untyped-def]
    answer = getattr(Client(), method)(path, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert ("以 / 结尾" in answer.json()["detail"]) is not path.endswith("/")


def test_pages_beside_the_gateway_answer_people(system, client_of) -> None:  # type: ignore[no-untyped-def]
    admin = client_of("system_admin")
    assert "html" in admin.get("/gateway/clients/0/")["Content-Type"]
    assert admin.get("/gateway/clients")["Location"] == "/gateway/clients/"


def test_a_form_is_no_call(system) -> None:  # type: ignore[no-untyped-def]
    answer = Client().post("/gateway/v1/subjects/", {"items": "x"})
    ensure_refused(answer, 415, "media_type")


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("HTTP_CONTENT_ENCODING", "gzip", 415), ("HTTP_TRANSFER_ENCODING", "chunked", 411)],
)
def test_a_body_that_cannot_be_checked_is_told_so(db, name, value, status) -> None:  # type: ignore[no-untyped-def]
    request = RequestFactory().post("/gateway/v1/clues/", b"{}", content_type="application/json")
    request.META[name] = value
    del request.META["CONTENT_LENGTH"]
    with pytest.raises(Turned) as turned:
        admit(request)
    assert turned.value.status == status


def test_an_address_of_the_old_kind_on_a_socket_for_both_is_itself(system) -> None:  # type: ignore[no-untyped-def]
    system.client.networks = ["10.1.2.0/24"]
    system.client.save()
    for address, status in (("::ffff:10.1.2.3", 200), ("::ffff:10.1.3.3", 403), ("::1", 403)):
        headers = system.headers("GET", "matters/", b"")
        call = Client().get("/gateway/v1/matters/", headers=headers, REMOTE_ADDR=address)
        assert call.status_code == status


def test_a_body_that_was_cut_off_is_no_wrong_signature(db) -> None:  # type: ignore[no-untyped-def]
    request = RequestFactory().post("/gateway/v1/clues/", b"{}", content_type="application/json")
    assert request.body == b"{}"
    request.META["CONTENT_LENGTH"] = "3"
    with pytest.raises(Turned) as turned:
        admit(request)
    assert (turned.value.status, turned.value.reason) == (400, "body_incomplete")

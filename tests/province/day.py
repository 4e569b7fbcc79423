"""A day of the province: its pushes in their order, its pulls meanwhile."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from departments.actors import actor_for
from departments.models import Department, Region, User
from matters import services, upstream
from matters.models import UpstreamMatter
from records import clock
from records.actor import Actor
from script.gateway_client import Answer, GatewayClient, body_of, signed, signed_by_headers
from supervision.gateway import secrets
from supervision.gateway.models import GatewayAllowance, GatewayKey, Scope
from supervision.gateway.models import GatewayClient as System
from supervision.gateway.rules import SKEW_SECONDS
from tests.province.intents import Intent
from tests.province.ledger import Ledger

SECRET = b"0123456789abcdef0123456789abcdef"
FEEDS = ("matters", "plans", "tasks", "results", "clues")
_ATTEMPTS = 100_000
"""The province asks again at once, as often as it takes: until a killed process is replaced."""
_STAFF_EVERY = 6
_NO_REDIS = "redis://127.0.0.1:1/0"


@contextmanager
def platform() -> Iterator[str]:
    """The web server of the platform as it is run, on this connection's database and without its
    queue; its address."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "tests.province.web", "--no-control-socket"),
                *("--bind", f"fd://{door.fileno()}", "--preload", "--log-level", "critical"),
                *("--workers", "2", "--worker-class", "gthread", "--threads", "4"),
            ],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {
                "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
                "REDIS_URL": _NO_REDIS,
                "DJANGO_SETTINGS_MODULE": "supervision.settings",
                "LOG_LEVEL": "CRITICAL",
            },
            pass_fds=(door.fileno(),),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait()


def system(region: Region) -> System:
    """The province as a calling system with every right, and two keys."""
    found = System.objects.create(
        region=region,
        name="省互联网+监管平台",
        contact="李工",
        scopes=list(Scope.values),
        calls_per_minute=60_000,
    )
    GatewayAllowance.objects.create(client=found, paid_until=clock.now())
    for algorithm in GatewayKey.Algorithm.values:
        GatewayKey.objects.create(
            client=found,
            key_id=f"411603-{algorithm}",
            algorithm=algorithm,
            secret=secrets.encrypt(SECRET),
        )
    return found


def clients(url: str) -> list[GatewayClient]:
    """The ways in which the province signs: both algorithms, both schemes."""
    return [
        GatewayClient(
            url,
            f"411603-{algorithm}",
            secrets.shown(SECRET),
            algorithm,
            _ATTEMPTS,
            sign,
            lambda seconds: None,
        )
        for algorithm in GatewayKey.Algorithm.values
        for sign in (signed, signed_by_headers)
    ]


class Puller(threading.Thread):
    """Pulls every feed by its cursor for as long as the day lasts; ``state`` is what it knows."""

    def __init__(self, client: GatewayClient) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._cursors = dict.fromkeys(FEEDS, "")
        self._over = threading.Event()
        self.state: dict[str, dict[int, Any]] = {name: {} for name in FEEDS}

    def run(self) -> None:
        while not self._over.is_set():
            for name in FEEDS:
                # A killed process takes answers to others along: from the same cursor once more.
                while not self._pulled(name):
                    pass

    def end(self) -> int:
        """Stop; pull what is left, then say how many changes are told after that."""
        self._over.set()
        self.join()
        for name in FEEDS:
            self._pulled(name)
        return sum(
            len(page["changes"])
            for name in FEEDS
            for page in self._client.pages(name, self._cursors[name])
        )

    def _pulled(self, name: str) -> bool:
        try:
            for page in self._client.pages(name, self._cursors[name]):
                for change in page["changes"]:
                    if change["change"] == "removed":
                        self.state[name].pop(change["id"], None)
                    else:
                        self.state[name][change["id"]] = change["data"]
                self._cursors[name] = page["cursor"]
        except (OSError, http.client.HTTPException):
            return False
        return True


class Day:
    """Carries the intents out one after the other. ``ledger`` is what must be there at the end,
    ``wrong`` what was not answered as it had to be."""

    def __init__(self, url: str) -> None:
        self._clients = clients(url)
        self.puller = Puller(clients(url)[0])
        self.ledger = Ledger()
        self.wrong: list[str] = []
        self._county = _County()

    def live(self, intents: Sequence[Intent]) -> None:
        """The whole day; ends with the last pull."""
        self.puller.start()
        with ThreadPoolExecutor(3) as hands:
            for number, intent in enumerate(intents):
                client = self._clients[number % len(self._clients)]
                if intent.manner == "forged":
                    self._forge(client, intent)
                else:
                    self._carry_out(client, intent, hands)
                if number % _STAFF_EVERY == 0:
                    self._county.work()
        if told := self.puller.end():
            self.wrong.append(f"{told} changes were told after the last pull")

    def _carry_out(self, client: GatewayClient, intent: Intent, hands: ThreadPoolExecutor) -> None:
        keys = [intent.key]
        if intent.manner == "cut_sending":
            _cut(client, intent, sent=0.5)
        elif intent.manner == "left_early":
            _cut(client, intent, sent=1)
        elif intent.manner == "killed":
            _let_die(client, intent)
        if intent.manner == "together":
            keys *= 3
        elif intent.manner == "rivals":
            keys.append(f"{intent.key}-rival")
        elif intent.manner == "repeated":
            self._answer(client, intent, intent.key)
        told = list(hands.map(lambda key: self._answer(client, intent, key), keys))
        expected = [self.ledger.enter(intent.resource, intent.items) for _ in set(keys)]
        became = [
            [each["outcome"] for each in answer["items"]] for answer in told[-len(expected) :]
        ]
        # Which of two rivals came first is not known: item by item, one made it.
        if [*map(sorted, zip(*became, strict=True))] != [*map(sorted, zip(*expected, strict=True))]:
            self.wrong.append(f"{intent.key} {intent.resource}: {became}, not {expected}")

    def _answer(self, client: GatewayClient, intent: Intent, key: str) -> dict[str, Any]:
        while True:
            try:
                answer = client.push(intent.resource, list(intent.items), idempotency_key=key)
            except http.client.HTTPException:
                continue
            if self.ledger.answers.setdefault(key, answer) != answer:
                self.wrong.append(f"{key}: another answer to the same call")
            return answer

    def _forge(self, client: GatewayClient, intent: Intent) -> None:
        now = int(time.time())
        changed: dict[str, dict[str, Any]] = {
            "wrong_secret": {"secret": b"?" * 32},
            "unknown_key": {"key_id": "411603-nobody"},
            "too_old": {"created": now - 2 * SKEW_SECONDS},
            "too_new": {"created": now + 2 * SKEW_SECONDS},
        }
        body = body_of(list(intent.items))
        headers = _headers(client, intent, **changed.get(intent.forgery, {}))
        reason = "signature_invalid"
        if intent.forgery == "replayed":
            # The call itself is the province's, and done; whoever listened sends it once more.
            client_answer = _sent(client, intent, headers, body)
            self.ledger.answers[intent.key] = client_answer
            self.ledger.enter(intent.resource, intent.items)
            reason = "nonce_reused"
        elif intent.forgery == "altered_body":
            body = body.replace(b"}", b" }", 1)
            reason = "digest_mismatch" if client.sign is signed else reason
        elif intent.forgery.startswith("too_"):
            reason = "signature_time"
        try:
            _sent(client, intent, headers, body)
            told = "let in"
        except Answer as answer:
            told = str(answer.problem.get("code"))
        self.ledger.refusals[reason] += 1
        if told != reason:
            self.wrong.append(f"{intent.key}: {intent.forgery} was answered {told}, not {reason}")


class _County:
    """People of the county who work meanwhile: they claim what the province has told."""

    def __init__(self) -> None:
        self._people: dict[str, Actor] = {}
        self._lead = Department.objects.get(region__code="411603", name__endswith="民政局")
        self._partner = Department.objects.get(region__code="411603", name__endswith="消防救援大队")

    def work(self) -> None:
        found = UpstreamMatter.objects.filter(state=UpstreamMatter.State.NEW).order_by("pk").first()
        if found is None:
            return
        draft = upstream.claim(
            self._person("xzsp_clerk"),
            found.pk,
            lead_id=self._lead.pk,
            partner_ids=[self._partner.pk],
        )
        services.submit(self._person("xzsp_clerk"), draft.pk)
        services.approve(self._person("sfj_head"), draft.pk, "合法")
        services.put_in_force(self._person("xzsp_head"), draft.pk)

    def _person(self, name: str) -> Actor:
        if name not in self._people:
            self._people[name] = actor_for(User.objects.get(username=name))
        return self._people[name]


def _address(client: GatewayClient, intent: Intent) -> str:
    return f"{client.base}/gateway/v1/{intent.resource}/"


def _headers(client: GatewayClient, intent: Intent, **signing: Any) -> dict[str, str]:
    return client.sign(
        "POST",
        _address(client, intent),
        body_of(list(intent.items)),
        idempotency_key=intent.key,
        **client.key | signing,
    )


def _opened(
    client: GatewayClient, intent: Intent, headers: dict[str, str], length: int
) -> http.client.HTTPConnection:
    """A connection on which the head of a call was sent."""
    target = urlsplit(_address(client, intent))
    connection = http.client.HTTPConnection(target.netloc, timeout=60)
    connection.putrequest("POST", target.path)
    for name, value in (headers | {"Content-Length": str(length)}).items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection


def _sent(
    client: GatewayClient, intent: Intent, headers: dict[str, str], body: bytes
) -> dict[str, Any]:
    """The answer to a call as it stands; raises ``Answer`` for a refusal."""
    connection = _opened(client, intent, headers, len(body))
    connection.send(body)
    answer = connection.getresponse()
    content: dict[str, Any] = json.load(answer)
    connection.close()
    if answer.status != http.client.OK:
        raise Answer(answer.status, content, None)
    return content


def _cut(client: GatewayClient, intent: Intent, sent: float) -> None:
    """Hang up once a share of the body is sent, or all of it."""
    body = body_of(list(intent.items))
    connection = _opened(client, intent, _headers(client, intent), len(body))
    connection.send(body[: int(len(body) * sent)])
    connection.close()


def _let_die(client: GatewayClient, intent: Intent) -> None:
    """Send the call to a process that dies over it, unless it is done by then."""
    headers = _headers(client, intent) | {"X-Die-Before": str(intent.dies_before)}
    try:
        _sent(client, intent, headers, body_of(list(intent.items)))
    except (OSError, http.client.HTTPException):
        return

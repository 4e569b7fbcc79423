"""A signed, idempotent call with a thousand new subjects, against COPY and one signature check."""

from __future__ import annotations

import time
from itertools import count
from random import Random
from statistics import median

from departments.models import Region
from records import clock
from script.gateway_client import body_of, signed
from supervision.gateway import secrets
from supervision.gateway.algorithms import mac
from supervision.gateway.models import GatewayAllowance, GatewayClient, GatewayKey, Scope
from tests.benchmark.asking import platform, post
from tests.benchmark.copying import REGION, copied, made_up
from tests.benchmark.measure import Report

ITEMS = 1_000
NEEDS_CLUES = False
_ROUNDS = 5
_SECRET = b"0123456789abcdef0123456789abcdef"
_TARGET = "/gateway/v1/subjects/"
_KEY = "411603-benchmark"


def run(size: int) -> Report:
    """Measure beside as many subjects as there are; a thousand a call, fewer at small sizes."""
    items = min(ITEMS, size)
    _system()
    random = Random(size)
    calls = count()
    ours, reference = [], []
    with platform() as answer:
        for _ in range(_ROUNDS + 1):
            rows = [made_up(random) for _ in range(items)]
            body = body_of(rows)
            reference.append(copied(rows, lambda body=body: mac("hmac-sha256", _SECRET, body)))  # type: ignore[misc]
            headers = signed(
                "POST",
                f"http://testserver{_TARGET}",
                body,
                key_id=_KEY,
                secret=_SECRET,
                idempotency_key=f"benchmark-{size}-{next(calls)}",
            )
            request = post(_TARGET, body, headers)
            start = time.perf_counter()
            answer(request)
            ours.append(time.perf_counter() - start)
    report = Report("gateway_bulk", size)
    # A fifth of the rows in a second are five times the time.
    report.add(
        f"{items} new subjects in a signed call",
        median(ours[1:]),
        "COPY of the same, and one signature check",
        median(reference[1:]),
        5,
    )
    return report


def _system() -> None:
    client = GatewayClient.objects.create(
        region=Region.objects.get(code=REGION),
        name="性能测量",
        contact="测量",
        scopes=[Scope.SUBJECTS_WRITE],
        calls_per_minute=60_000,
    )
    GatewayAllowance.objects.create(client=client, paid_until=clock.now())
    GatewayKey.objects.create(
        client=client,
        key_id=_KEY,
        algorithm=GatewayKey.Algorithm.SHA256,
        secret=secrets.encrypt(_SECRET),
    )

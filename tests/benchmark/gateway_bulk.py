"""A signed, idempotent call with a thousand new subjects, against COPY and one signature check."""

from __future__ import annotations

import io
import time
from itertools import count
from random import Random
from statistics import median
from typing import Any

from django.db import connection, transaction

from credit.models import Subject
from departments.models import Region
from records import clock
from script.gateway_client import body_of, signed
from supervision.demo.identifiers import unified_code
from supervision.gateway import secrets
from supervision.gateway.algorithms import mac
from supervision.gateway.models import GatewayAllowance, GatewayClient, GatewayKey, Scope
from tests.benchmark.asking import platform, post
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
            rows = [_subject(random) for _ in range(items)]
            reference.append(_copied(rows))
            body = body_of(rows)
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
        region=Region.objects.get(code="411603"),
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


def _subject(random: Random) -> dict[str, Any]:
    code = unified_code(random, "91", "411603")
    return {
        "id_kind": "uscc",
        "identifier": code,
        "name": f"周口市淮阳区{code[-6:]}养老院",
        "categories": ["nursing-home"],
        "grade": "B",
        "address": "新站镇健康路 1 号",
    }


def _copied(rows: list[dict[str, Any]]) -> float:
    """The time that the rows take, ready for COPY, into the same table; deleted again
    afterwards."""
    region = Region.objects.get(code="411603")
    columns = [
        f.column for f in Subject._meta.concrete_fields if not f.primary_key and not f.generated
    ]
    now = clock.now()
    lines = []
    for row in rows:
        subject = Subject(region=region, **row)
        subject.created_at = subject.updated_at = now
        lines.append("\t".join(_cell(getattr(subject, _attname(c))) for c in columns))
    text = "\n".join(lines) + "\n"
    body = body_of(rows)
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        mac("hmac-sha256", _SECRET, body)
        cursor.cursor.copy_expert(
            f"COPY credit_subject ({', '.join(columns)}) FROM STDIN", io.StringIO(text)
        )
    took = time.perf_counter() - start
    Subject.objects.filter(identifier__in=[row["identifier"] for row in rows]).delete()
    return took


def _attname(column: str) -> str:
    return next(f.attname for f in Subject._meta.concrete_fields if f.column == column)


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(value) + "}"
    return str(value)

"""Judging everyone by thirty indicators against one aggregate over the same facts."""

from __future__ import annotations

import time

from django.db import connection

from credit.models import Evaluation, Indicator, IndicatorSet, Subject
from credit.rules.events import EVENT_KINDS
from credit.services import evaluations
from departments.models import Department, Region
from records import clock
from records.actor import SYSTEM
from tests.benchmark.measure import Report, multiply, numbers, sql_seconds, unhindered

EVENTS_EACH = 10
_INDICATORS = 30
NEEDS_CLUES = False


def run(size: int) -> Report:
    """Measure on ``size`` more subjects and ten times as many facts."""
    _fill(size)
    report = Report("credit_evaluation", size)
    with connection.cursor() as cursor:
        # The evaluation writes what it finds, for which PostgreSQL takes one process.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    reference = sql_seconds(
        "SELECT count(*), max(most) FROM (SELECT subject_id, kind_hash, count(*), sum(amount), "
        "max(amount) AS most FROM credit_creditevent GROUP BY 1, 2) one"
    )
    by_set = _indicators()
    trial, took = _timed(by_set, Evaluation.Kind.TRIAL)
    report.add("evaluation of everyone", took, "one sequential aggregate", reference, 3)
    again, took = _timed(by_set, Evaluation.Kind.TRIAL)
    assert again.digest == trial.digest
    report.add("the same once more", took, "one sequential aggregate", reference, 3)
    for when in ("for the first time", "a quarter later"):
        _, took = _timed(by_set, Evaluation.Kind.ORDERED)
        what = f"evaluation and grades, {when}"
        report.add(what, took, "one sequential aggregate", reference, 3)
    return report


def _timed(by_set: IndicatorSet, kind: str) -> tuple[Evaluation, float]:
    evaluation = evaluations.begin(SYSTEM, by_set, kind)
    start = time.perf_counter()
    evaluations.go_on(evaluation.pk)
    took = time.perf_counter() - start
    evaluation.refresh_from_db()
    return evaluation, took


def _indicators() -> IndicatorSet:
    region = Region.objects.get(code="411603")
    made = IndicatorSet.objects.create(
        region=region,
        department=Department.objects.filter(region=region).first(),
        name="通用信用风险评价指标",
        created_at=clock.now(),
    )
    kinds = list(EVENT_KINDS)
    Indicator.objects.bulk_create(
        Indicator(
            of=made,
            position=number,
            code=f"line-{number}",
            name="指标",
            group="维度",
            event=kinds[number % len(kinds)],
            measure=("count", "sum", "most", "latest")[number % 4],
            weight=10_000 // _INDICATORS,
            full_at=3,
            months=(12, 24, 36, None)[number % 4],
        )
        for number in range(_INDICATORS)
    )
    return made


def _fill(size: int) -> None:
    with connection.cursor() as cursor:
        # VACUUM passes over rows whose commit is not on disk yet.
        cursor.execute("SET synchronous_commit = on")
    region = Region.objects.get(code="411603")
    first = Subject.objects.create(
        region=region,
        id_kind="site",
        identifier="BENCH-0",
        name="样品对象",
        categories=["nursing-home"],
        grade="B",
    )
    multiply(
        "credit_subject", first.pk, numbers(size), {"identifier": "'BENCH-' || i", "labels": "'{}'"}
    )
    kinds = "ARRAY[" + ", ".join(f"'{code}'" for code in EVENT_KINDS) + "]"
    with unhindered("credit_creditevent") as cursor:
        # In the order of time, as facts come in: those of one subject lie far apart.
        cursor.execute(
            "INSERT INTO credit_creditevent (subject_id, kind, happened_on, amount, title, basis, "
            "source, source_key, recorded_at) SELECT %s + 1 + (i * 7919) %% %s, "
            f"({kinds})[1 + i %% {len(EVENT_KINDS)}], "
            "CURRENT_DATE - (i * 13 %% 2000)::int, i %% 4, '样品', '', '样品', i::text, now() "
            "FROM generate_series(1::bigint, %s) AS i",
            [first.pk, size, size * EVENTS_EACH],
        )
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE credit_creditevent")
            cursor.execute("VACUUM ANALYZE credit_subject")

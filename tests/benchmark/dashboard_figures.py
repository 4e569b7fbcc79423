"""Figures of the one screen from counters against live counts, and what the marks cost writers."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection, transaction

from credit.models import Subject
from departments.models import Department, Region
from inspections.models import JointTask
from records import clock
from supervision.dashboard import rollups
from supervision.dashboard.figures import BY_KEY
from tests.benchmark.measure import (
    REPEATS,
    Report,
    array_of,
    database_seconds,
    multiply,
    numbers,
    sql_seconds,
    texts,
)

ROWS = 1_000
"""Visits written at once, as a draw of a county is dispatched."""

_COUNTY = "411603"
_STATES = ("dispatched", "scheduled", "notified", "in_progress", "checked", "closed")
NEEDS_CLUES = False


def run(size: int) -> Report:
    """Measure on ``size`` visits."""
    template = _fill(size)
    rollups.rebuild()
    year = clock.today().year
    counters = BY_KEY["visits"].part.counters(year)
    report = Report("dashboard_figures", size)
    report.add(
        "one figure",
        database_seconds(lambda: rollups.total(_COUNTY, counters)),
        "live GROUP BY of the visits' states",
        sql_seconds("SELECT state, count(*) FROM inspections_jointtask GROUP BY state"),
        0.01,
    )
    report.add(
        "all figures, of all, by township and by department",
        database_seconds(lambda: rollups.totals(_COUNTY)),
        "live GROUP BY of one figure by township",
        sql_seconds(
            "SELECT s.township_id, count(*) FROM inspections_jointtask t "
            "JOIN credit_subject s ON s.id = t.subject_id GROUP BY 1"
        ),
        0.05,
    )
    one = JointTask.objects.order_by("-pk").values_list("pk", flat=True)[0]
    for what, sql in (
        (f"{ROWS} visits written at once", _insert(template)),
        (
            f"{ROWS} visits changed at once",
            "UPDATE inspections_jointtask SET state = 'cancelled' "
            f"WHERE id > {one - ROWS} AND id <= {one}",
        ),
        (
            "one visit changed",
            f"UPDATE inspections_jointtask SET state = 'cancelled' WHERE id = {one}",
        ),
    ):
        with_marks, without = _write_seconds(sql)
        report.add(what, with_marks, "the same without marks", without, 1.7)
    return report


def _write_seconds(sql: str) -> tuple[float, float]:
    """The shortest times of a statement with the marks' triggers and without; what it writes is
    undone."""
    with_marks: list[float] = []
    without: list[float] = []
    for _ in range(REPEATS):
        with_marks.append(_undone(lambda: None, sql))
        without.append(_undone(_without_marks, sql))
    return min(with_marks), min(without)


def _undone(before: Callable[[], None], sql: str) -> float:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Foreign keys are checked within the time of both.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        before()
        with connection.cursor() as cursor:
            start = time.perf_counter()
            cursor.execute(sql)
            took = time.perf_counter() - start
        transaction.set_rollback(True)
    return took


def _without_marks() -> None:
    table = "inspections_jointtask"
    with connection.cursor() as cursor:
        for act in ("insert", "update"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_marks_{act}")


def _insert(template: int) -> str:
    columns = [str(f.column) for f in JointTask._meta.concrete_fields if not f.primary_key]
    over = {"code": "'W-' || i", "token": "'w' || i"}
    values = ", ".join(over.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"INSERT INTO inspections_jointtask ({names}) SELECT {values} "
        f"FROM inspections_jointtask t, {numbers(ROWS)} WHERE t.id = {template}"
    )


def _fill(size: int) -> int:
    region = Region.objects.get(code=_COUNTY)
    towns = list(Region.objects.filter(parent=region))
    subjects = [
        Subject.objects.create(
            region=region,
            township=town,
            id_kind="site",
            identifier=f"FIGURE-{town.code}",
            name=f"样品工地{town.code}",
            categories=["nursing-home"],
            grade="B",
        )
        for town in towns
    ]
    departments = list(Department.objects.filter(region=region).values_list("pk", flat=True)[:19])
    template = JointTask.objects.create(
        region=region,
        code="B-0",
        origin=JointTask.Origin.ORDERED,
        reason="样品",
        subject=subjects[0],
        lead_id=departments[0],
    )
    keys = [each.pk for each in subjects]
    multiply(
        "inspections_jointtask",
        template.pk,
        numbers(size),
        {
            "code": "'B-' || i",
            "token": "'b' || i",
            "state": f"({texts(_STATES)})[1 + i % {len(_STATES)}]",
            "lead_id": f"({array_of(departments)})[1 + i % {len(departments)}]",
            "subject_id": f"({array_of(keys)})[1 + i * 7 % {len(keys)}]",
        },
    )
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE inspections_jointtask")
    return template.pk

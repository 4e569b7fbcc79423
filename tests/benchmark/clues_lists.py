"""The list of clues: first, middle and last pages, filters, and what "may I see it" costs."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from clues.forms.clue_filter import ClueFilter
from clues.models import Clue
from clues.selectors.clues import ORDER, listed
from records.paging import COUNT_CAP, capped_count
from records.periods import ahead
from tests.benchmark.clue_rows import CLERK, COORDINATION, QUIET, REGION, TOWNSHIP, actor
from tests.benchmark.measure import (
    Own,
    Report,
    compare_filter,
    database_seconds,
    page_after,
    page_seconds,
    sql_seconds,
)

PAGE = 51
_FILTERS = {
    "state handling": "state=handling",
    "all open": "state=open",
    "one source": "channel=grid",
    "one township": "township=411603101",
    "overdue": "overdue=on",
    "two characters": "q=穗禾",
    "three characters": "q=穗禾第",
    "four characters": "q=穗禾第7",
    "a whole name": "q=穗禾第7号店",
    "one character": "q=穗",
    "a rare name": "q=茝蘅",
    "one rare character": "q=茝",
    "nothing found": "q=龘龘",
    "a number": "q=XS411603-2025-00000",
}


def run(size: int) -> Report:
    """Measure on a filled database of ``size`` clues."""
    report = Report("clues_lists", size)
    with connection.cursor() as cursor:
        # The reference is given the index that fits it best.
        cursor.execute(
            "CREATE INDEX IF NOT EXISTS benchmark_plain "
            "ON clues_clue (holder_id, received_at DESC, id DESC)"
        )
    department = actor(CLERK).department_id
    plain = _sql_of_page("holder_id IN (%s)", [department])
    count = sql_seconds(
        f"SELECT count(*) FROM (SELECT 1 FROM clues_clue WHERE holder_id IN (%s) "
        f"LIMIT {COUNT_CAP + 1}) x",
        [department],
    )
    region = _sql_of_page("region_code = %s", [REGION])
    scan = sql_seconds("SELECT id FROM clues_clue WHERE title LIKE '%%穗禾第7%%'", repeats=3)
    _people(report, plain, count, region, scan)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX benchmark_plain")
    return report


def _people(report: Report, plain: float, count: float, region: float, scan: float) -> None:
    people = {
        "clerk": (CLERK, "plain department page", plain),
        "quiet department": (QUIET, "plain department page", plain),
        "coordination": (COORDINATION, "plain region page", region),
        "township": (TOWNSHIP, "plain department page", plain),
    }
    for who, (username, name, reference) in people.items():
        person = actor(username)
        rows = listed(person)
        first = page_seconds(rows, ORDER)
        report.add(f"{who}, first page", first, name, reference, 2)
        counted = database_seconds(lambda rows=rows: capped_count(rows))
        report.add(f"{who}, capped count", counted, "plain capped count", count, 3)
        for place, days in {"middle": 548, "last": 1093}.items():
            far = page_after(rows.filter(listed_at__lt=ahead(timezone.now(), days=-days)), ORDER)
            there = page_seconds(rows, ORDER, after=far)
            report.add(f"{who}, {place} page", there, "its first page", first, 3)
        own = Own(first, counted, scan)
        for label, query in _FILTERS.items():
            compare_filter(report, f"{who}, {label}", ClueFilter, person, rows, ORDER, query, own)
        known = Clue.objects.visible_to(person).filter(number="XS411603-2025-0000007")
        one = database_seconds(known.first)
        report.add(f"{who}, one clue", one, name, reference, 2)


def _sql_of_page(condition: str, params: list[Any]) -> float:
    return sql_seconds(
        "SELECT c.*, d.* FROM clues_clue c JOIN departments_department d ON d.id = c.holder_id "
        f"WHERE c.{condition} ORDER BY c.received_at DESC, c.id DESC LIMIT {PAGE}",
        params,
    )

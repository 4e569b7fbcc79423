"""The list of clues: first and far pages, filters, and what "may I see it" costs."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from clues.forms.clue_filter import ClueFilter
from clues.models import Clue
from clues.selectors.clues import ORDER, listed
from records.actor import Actor
from records.deadlines import ahead
from records.paging import COUNT_CAP, capped_count, keyset_page
from tests.benchmark.clue_rows import CLERK, COORDINATION, REGION, TOWNSHIP, actor
from tests.benchmark.measure import Report, database_seconds, sql_seconds

PAGE = 51
_FILTERS = {
    "state handling": "state=handling",
    "all open": "state=open",
    "one source": "channel=grid",
    "one township": "township=411603101",
    "overdue": "overdue=on",
    "four characters": "q=穗禾第7",
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
    _people(report, plain, count, region)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX benchmark_plain")
    return report


def _people(report: Report, plain: float, count: float, region: float) -> None:
    people = {
        "clerk": (actor(CLERK), "plain department page", plain),
        "coordination": (actor(COORDINATION), "plain region page", region),
        "township": (actor(TOWNSHIP), "plain department page", plain),
    }
    for who, (person, name, reference) in people.items():
        rows = listed(person)
        first = _page(rows)
        report.add(f"{who}, first page", first, name, reference, 2)
        counted = database_seconds(lambda rows=rows: capped_count(rows))
        report.add(f"{who}, capped count", counted, "plain capped count", count, 3)
        half = rows.filter(listed_at__lt=ahead(timezone.now(), days=-550))
        report.add(f"{who}, far page", _page(half), "first page", first, 3)
        for label, query in _FILTERS.items():
            found = _filtered(person, query)
            report.add(f"{who}, {label}", _page(found), "first page", first, 3)
            counted = database_seconds(lambda found=found: capped_count(found))
            report.add(f"{who}, {label}, count", counted, "plain capped count", count, 3)
        known = Clue.objects.visible_to(person).filter(number="XS411603-2025-0000007")
        one = database_seconds(known.first)
        report.add(f"{who}, one clue", one, "plain department page", plain, 2)


def _page(rows: QuerySet[Clue]) -> float:
    return database_seconds(lambda: keyset_page(rows, ORDER))


def _filtered(person: Actor, query: str) -> QuerySet[Clue]:
    class Asked:
        actor = person

    found = ClueFilter(QueryDict(query), queryset=listed(person), request=Asked())
    rows: QuerySet[Clue] = found.qs
    return rows


def _sql_of_page(condition: str, params: list[Any]) -> float:
    return sql_seconds(
        "SELECT c.*, d.* FROM clues_clue c JOIN departments_department d ON d.id = c.holder_id "
        f"WHERE c.{condition} ORDER BY c.received_at DESC, c.id DESC LIMIT {PAGE}",
        params,
    )

"""The lists of letters and of warnings: pages, filters and counts."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import FilterSet

from clues.forms.letters import LetterFilter
from clues.forms.warnings import WarningFilter
from clues.selectors import letters, warnings
from records.actor import Actor
from records.paging import COUNT_CAP, capped_count
from records.periods import ahead
from tests.benchmark.clue_rows import CLERK, COORDINATION, QUIET, REGION, actor
from tests.benchmark.measure import (
    Own,
    Report,
    compare_filter,
    database_seconds,
    page_after,
    page_seconds,
    sql_seconds,
)

_LETTERS = {
    "received": "box=in",
    "sent": "box=out",
    "copies": "box=copied",
    "waiting": "box=waiting",
    "open": "state=open",
    "returned": "state=returned",
    "one kind": "kind=clue_transfer",
    "another kind": "kind=assistance",
    "a whole name": "q=穗禾第7号店",
    "four characters": "q=穗禾第7",
    "two characters": "q=穗禾",
    "one character": "q=穗",
    "a rare name": "q=茝蘅",
    "one rare character": "q=茝",
    "nothing found": "q=龘龘",
}
_WARNINGS = {
    "open": "state=open",
    "one level": "level=major",
    "overdue": "overdue=on",
    "unread": "unread=on",
    "a whole name": "q=穗禾第7号店",
    "four characters": "q=穗禾第7",
    "two characters": "q=穗禾",
    "one character": "q=穗",
    "a rare name": "q=茝蘅",
    "one rare character": "q=茝",
    "nothing found": "q=龘龘",
    "a number": "q=YJ411603-2025-00000",
}


def run(size: int) -> Report:
    """Measure on a filled database of ``size`` clues, with as many letters, a fifth as many
    warnings."""
    report = Report("letters_warnings", size)
    people = {"clerk": CLERK, "quiet department": QUIET, "coordination": COORDINATION}
    for table, department, moment, filters, form, listed in (
        ("referral", "sender_id", "created_at", _LETTERS, LetterFilter, letters.listed),
        (
            *("riskwarning", "owner_id", "raised_at"),
            *(_WARNINGS, WarningFilter, warnings.warning_list),
        ),
    ):
        scan = sql_seconds(f"SELECT id FROM clues_{table} WHERE title LIKE '%%穗禾第7%%'")
        plain = _plain(f"clues_{table}", department, moment)
        for who, username in people.items():
            person = actor(username)
            rows: QuerySet[Any] = listed(person)  # type: ignore[operator]
            reference = plain["region" if who == "coordination" else "department"]
            _list(report, f"{table}, {who}", person, rows, (form, filters), (*reference, scan))
    return report


def _plain(table: str, department: str, moment: str) -> dict[str, tuple[float, float]]:
    """The times of a page and of a capped count in plain SQL that could answer the same, of the
    region and of a department, with the indexes that fit them best."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX benchmark_plain ON {table} ({department}, {moment} DESC, id DESC)"
        )
    times = {}
    for what, column, value in (
        ("region", "region_code", REGION),
        ("department", department, actor(CLERK).department_id),
    ):
        page = sql_seconds(
            f"SELECT l.*, d.* FROM {table} l "
            f"JOIN departments_department d ON d.id = l.{department} "
            f"WHERE l.{column} IN (%s) ORDER BY l.{moment} DESC, l.id DESC LIMIT 51",
            [value],
        )
        count = sql_seconds(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {column} IN (%s) "
            f"LIMIT {COUNT_CAP + 1}) x",
            [value],
        )
        times[what] = (page, count)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX benchmark_plain")
    return times


def _list(
    report: Report,
    what: str,
    person: Actor,
    rows: QuerySet[Any],
    asked: tuple[type[FilterSet], dict[str, str]],
    reference: tuple[float, float, float],
) -> None:
    form, filters = asked
    page, count, scan = reference
    order = letters.ORDER if form is LetterFilter else warnings.ORDERING
    first = page_seconds(rows, order)
    report.add(f"{what}, first page", first, "plain page", page, 2)
    counted = database_seconds(lambda: capped_count(rows))
    report.add(f"{what}, capped count", counted, "plain capped count", count, 3)
    past = rows.filter(listed_at__lt=ahead(timezone.now(), days=-548))
    there = page_seconds(rows, order, after=page_after(past, order))
    report.add(f"{what}, middle page", there, "its first page", first, 3)
    own = Own(first, counted, scan)
    for label, query in filters.items():
        compare_filter(report, f"{what}, {label}", form, person, rows, order, query, own)

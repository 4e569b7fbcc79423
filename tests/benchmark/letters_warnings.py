"""The lists of letters and of warnings: pages, filters and counts."""

from __future__ import annotations

from typing import Any

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
    Report,
    database_seconds,
    filtered,
    page_after,
    page_seconds,
    sql_seconds,
    text_reference,
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
        plain = sql_seconds(
            f"SELECT l.*, d.* FROM clues_{table} l "
            f"JOIN departments_department d ON d.id = l.{department} "
            f"WHERE l.region_code = %s ORDER BY l.{moment} DESC, l.id DESC LIMIT 51",
            [REGION],
        )
        count = sql_seconds(
            f"SELECT count(*) FROM (SELECT 1 FROM clues_{table} WHERE region_code = %s "
            f"LIMIT {COUNT_CAP + 1}) x",
            [REGION],
        )
        scan = sql_seconds(f"SELECT id FROM clues_{table} WHERE title LIKE '%%穗禾第7%%'")
        for who, username in people.items():
            person = actor(username)
            what = f"{table}, {who}"
            rows: QuerySet[Any] = listed(person)  # type: ignore[operator]
            _pages(report, what, rows, moment, (plain, count))
            _filters(report, what, (form, filters), person, rows, (plain, scan))
    return report


def _pages(
    report: Report, what: str, rows: QuerySet[Any], moment: str, reference: tuple[float, float]
) -> None:
    order = (f"-{moment}", "-id")
    plain, count = reference
    report.add(f"{what}, first page", page_seconds(rows, order), "plain page", plain, 3)
    counted = database_seconds(lambda: capped_count(rows))
    report.add(f"{what}, capped count", counted, "plain capped count", count, 3)
    past = {f"{moment}__lt": ahead(timezone.now(), days=-548)}
    far = page_after(rows.filter(**past), order)
    ours = page_seconds(rows, order, after=far)
    report.add(f"{what}, middle page", ours, "plain page", plain, 3)


def _filters(
    report: Report,
    what: str,
    asked: tuple[type[FilterSet], dict[str, str]],
    person: Actor,
    rows: QuerySet[Any],
    reference: tuple[float, float],
) -> None:
    form, filters = asked
    order = letters.ORDER if form is LetterFilter else warnings.ORDERING
    plain, scan = reference
    for label, query in filters.items():
        found = filtered(form, person, rows, query)
        against = text_reference(query, scan) or ("plain page", plain, 3)
        report.add(f"{what}, {label}", page_seconds(found, order), *against)
        counted = database_seconds(lambda found=found: capped_count(found))
        report.add(f"{what}, {label}, count", counted, *against)

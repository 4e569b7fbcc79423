"""How pages, searches and the board take longer when ten times as much was done and as much is
open."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from django.utils import timezone

from clues.forms.clue_filter import ClueFilter
from clues.forms.letters import LetterFilter
from clues.selectors import board, letters, stops
from clues.selectors.clues import ORDER, listed
from credit.models import Subject
from records.paging import capped_count, keyset_page
from records.periods import ahead
from tests.benchmark.clue_rows import CLERK, COORDINATION, actor
from tests.benchmark.measure import Report, database_seconds, filtered, page_after, page_seconds

MOST = 1.5
"""What ten times the rows may cost in time."""

_SEARCHES = {"two characters": "穗禾", "a rare name": "茝蘅", "nothing found": "龘龘"}


def measure() -> dict[str, float]:
    """The seconds of what people do most, on the rows that the database has."""
    return dict(_measured())


def compare(taken: list[tuple[int, dict[str, float]]]) -> Report:
    """What is measured at each size against the size before it."""
    report = Report("growth", taken[-1][0])
    for (small, before), (large, after) in itertools.pairwise(taken):
        for what, there in after.items():
            name = f"{what}, {small:,} → {large:,}"
            report.add(name, there, "before", before[what], MOST)
    return report


def _measured() -> Iterator[tuple[str, float]]:
    for who, username in {"clerk": CLERK, "coordination": COORDINATION}.items():
        person = actor(username)
        rows = listed(person)
        yield f"{who}, clues, first page", page_seconds(rows, ORDER)
        past = rows.filter(listed_at__lt=ahead(timezone.now(), days=-548))
        far = page_after(past, ORDER)
        yield f"{who}, clues, middle page", page_seconds(rows, ORDER, after=far)
        yield f"{who}, clues, capped count", database_seconds(lambda rows=rows: capped_count(rows))
        for what, query in {"one source": "channel=grid", "open": "state=open"}.items():
            found = filtered(ClueFilter, person, rows, query)
            yield f"{who}, clues, {what}", page_seconds(found, ORDER)
        for what, text in _SEARCHES.items():
            yield (
                f"{who}, clues, {what}",
                database_seconds(
                    lambda person=person, rows=rows, text=text: keyset_page(
                        filtered(ClueFilter, person, rows, f"q={text}"), ORDER
                    )
                ),
            )
        yield f"{who}, letters, first page", page_seconds(letters.listed(person), letters.ORDER)
        yield (
            f"{who}, letters, a rare name",
            database_seconds(
                lambda person=person: keyset_page(
                    filtered(LetterFilter, person, letters.listed(person), "q=茝蘅"), letters.ORDER
                )
            ),
        )
        yield f"{who}, inbox", page_seconds(stops.inbox(person), stops.ORDER)
    person = actor(COORDINATION)
    yield "board", database_seconds(lambda: board.board(person))
    for what, text in _SEARCHES.items():
        yield (
            f"subjects, {what}",
            database_seconds(
                lambda text=text: keyset_page(
                    Subject.objects.visible_to(person).matching(text), ("-id",)
                )
            ),
        )

"""Timing things against each other and keeping what came out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.http import QueryDict
from django_filters import FilterSet

from records.actor import Actor
from records.paging import capped_count, keyset_page

REPEATS = 9
SELECTIVE = ("q=茝蘅", "q=茝", "q=龘龘")
"""Searches that find next to nothing, in a million as in ten."""

_LONG = 3.0


@dataclass(frozen=True)
class Ratio:
    """One comparison: milliseconds of ours and of the reference, and what to reach."""

    what: str
    ours_ms: float
    reference: str
    reference_ms: float
    reach: float

    @property
    def ratio(self) -> float:
        return self.ours_ms / self.reference_ms

    @property
    def reached(self) -> bool:
        return self.ratio <= self.reach


@dataclass
class Report:
    """All comparisons of one benchmark at one size."""

    name: str
    size: int
    rows: list[Ratio] = field(default_factory=list)

    def add(
        self, what: str, ours: float, reference: str, reference_seconds: float, reach: float
    ) -> Ratio:
        row = Ratio(what, ours * 1000, reference, reference_seconds * 1000, reach)
        self.rows.append(row)
        return row

    def as_text(self) -> str:
        lines = [f"{self.name}, {self.size:,} rows"]
        for row in self.rows:
            mark = " " if row.reached else "!"
            lines.append(
                f" {mark} {row.ratio:8.4f} (≤ {row.reach:g})  {row.what}: {row.ours_ms:.2f} ms; "
                f"{row.reference}: {row.reference_ms:.2f} ms"
            )
        return "\n".join(lines)

    def keep(self) -> Path:
        """Write the figures to ``var/benchmark/<name>.json``."""
        path = Path(settings.BASE_DIR) / "var" / "benchmark" / f"{self.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) | {"ratio": row.ratio} for row in self.rows]
        content = {"name": self.name, "size": self.size, "rows": rows}
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        return path


def seconds(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """The shortest time of a piece of work, which is done once before to warm up: whatever else
    the machine does can only add to it. What takes long is repeated less often."""
    work()
    times: list[float] = []
    while not times or (len(times) < repeats and sum(times) < _LONG):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def in_turn(
    ours: Callable[[], Any], reference: Callable[[], Any], rounds: int
) -> tuple[float, float]:
    """The median times of two pieces of work that take turns, so that whatever else the machine
    does meets both: for work so short that one of them might always slip through."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for work, taken in zip((ours, reference), times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    own, other = (median(taken[1:]) for taken in times)
    return own, other


def sql_seconds(sql: str, params: Sequence[Any] = (), repeats: int = REPEATS) -> float:
    """The time from sending a statement to having all its rows."""

    def fetch() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.fetchall()

    return seconds(fetch, repeats)


def database_seconds(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """The time that the database takes for the queries of a piece of work, Python left out, as
    is what a process asks once and keeps."""
    work()
    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()

    def again() -> None:
        with connection.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, params)
                cursor.fetchall()

    return seconds(again, repeats)


def page_seconds(rows: QuerySet[Any], order: tuple[str, ...], after: str = "") -> float:
    """The time that the database takes for a page of a list."""
    return database_seconds(lambda: keyset_page(rows, order, after=after))


def page_after(rows: QuerySet[Any], order: tuple[str, ...]) -> str:
    """The key of the page that follows the first one."""
    return keyset_page(rows, order).next_key


def asked_by(person: Actor) -> Any:
    """A request of which nothing is known but whose it is."""
    return SimpleNamespace(known_actor=lambda: person)


def filtered(
    form: type[FilterSet], person: Actor, rows: QuerySet[Any], query: str
) -> QuerySet[Any]:
    """The rows that a list shows to somebody who asks ``query``."""
    narrowed = form(QueryDict(query), queryset=rows, request=asked_by(person))
    assert narrowed.is_valid(), narrowed.errors
    found: QuerySet[Any] = narrowed.qs
    return found


@dataclass(frozen=True)
class Own:
    """What a list is compared with when it is filtered: its own first page and capped count
    without a filter, and the time to read all titles once. All in seconds."""

    page: float
    count: float
    scan: float


def compare_filter(
    report: Report,
    what: str,
    form: type[FilterSet],
    person: Actor,
    rows: QuerySet[Any],
    order: tuple[str, ...],
    query: str,
    own: Own,
) -> None:
    """Measure page and count of a filtered list. A whole name must be found at once, text that is
    found in many rows or in none never slower than by reading all titles."""
    is_text = query.startswith("q=") and not query.isascii()
    reach = 0.01 if query in SELECTIVE else 1

    def choose() -> QuerySet[Any]:
        return filtered(form, person, rows, query)

    page = database_seconds(lambda: keyset_page(choose(), order))
    count = database_seconds(lambda: capped_count(choose()))
    if is_text:
        report.add(what, page, "scan of all titles", own.scan, reach)
        report.add(f"{what}, count", count, "scan of all titles", own.scan, 1)
    else:
        report.add(what, page, "its first page", own.page, 3)
        report.add(f"{what}, count", count, "its capped count", own.count, 3)


def multiply(table: str, template: int, source: str, over: dict[str, str]) -> None:
    """Fill a table with copies of one row ``t``, one for each row of ``source`` (SQL of FROM, as
    ``numbers`` gives); ``over`` gives columns as SQL. As ``unhindered``."""
    with unhindered(table) as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = %s AND column_name <> 'id' "
            "AND is_generated = 'NEVER'",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        values = ", ".join(over.get(name, f't."{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} "
            f"FROM {table} t, {source} WHERE t.id = {template}"
        )


@contextmanager
def unhindered(table: str) -> Iterator[CursorWrapper]:
    """Fill a table without its indexes, which are put back at the end, at once, and without its
    triggers: what they would do is left to the caller."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = %s::regclass AND NOT EXISTS ("
            "  SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
            [table],
        )
        indexes = cursor.fetchall()
        # Inside a test's transaction the foreign keys of new rows would wait for its end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute(f"ANALYZE {table}")


def numbers(count: int) -> str:
    """The numbers ``i`` from 1 to ``count``, as a source of ``multiply``."""
    return f"generate_series(1::bigint, {count}) AS i"


def array_of(keys: Iterable[int]) -> str:
    """Keys as an SQL array."""
    return f"ARRAY{list(keys)}::bigint[]"


def texts(words: Iterable[str]) -> str:
    """Words as an SQL array."""
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"

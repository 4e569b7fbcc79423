"""Everything that happened to a subject, put together from the tables of all floors (S2).

Each floor registers its sources when it starts, and whoever shows a subject reads them together.
A source only says which rows a person may know of and what a line says of one: order, paging,
filters and the masking of natural persons are here, once for all.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import heapq
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import Combinable

from credit.models import Subject
from departments.models import Department
from records.actor import Actor

M = TypeVar("M", bound=Model)

PAGE = 30
_MOMENT = "timeline_at"


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a source says of one row. ``state`` with ``tone`` is its chip; ``is_day`` says that
    only the day is known. Words may name the subject: they are masked where need be."""

    title: str
    note: str = ""
    department: Department | None = None
    url: str = ""
    state: str = ""
    tone: str = "neutral"
    is_day: bool = False


@dataclass(frozen=True, kw_only=True)
class Source(Generic[M]):
    """One kind of thing that happens to a subject.

    ``rows`` are those of the subject that the actor may know of, by the rule of their model, with
    all that ``line`` reads; ``at`` is their moment, never null; ``of_department`` the condition
    that one belongs to a department; ``open`` that it is not finished, None where nothing waits.
    """

    code: str
    label: str
    icon: str
    rows: Callable[[Actor, Subject], QuerySet[M]]
    at: str | Combinable
    line: Callable[[M], Line]
    of_department: Callable[[int], Q] | None = None
    open: Q | None = None


SOURCES: dict[str, Source[Any]] = {}


def register(*sources: Source[Any]) -> None:
    """Let sources contribute; a code has one source."""
    for source in sources:
        if SOURCES.setdefault(source.code, source) is not source:
            raise ValueError(f"{source.code} is told already")


@dataclass(frozen=True)
class Entry:
    """One line of the timeline; ``target`` is what it is about."""

    at: dt.datetime
    source: Source[Any]
    target: Model
    line: Line

    @property
    def key(self) -> tuple[dt.datetime, str, int]:
        return self.at, self.source.code, self.target.pk


@dataclass(frozen=True)
class Page:
    """Lines, newest first, and the key that the next page begins after; empty on the last."""

    entries: list[Entry]
    next_key: str


def page(
    actor: Actor,
    subject: Subject,
    *,
    kind: str = "",
    department: int | None = None,
    after: str = "",
    size: int = PAGE,
) -> Page:
    """The newest lines, or those after a key; one query for each source, whatever there is.

    ``kind`` is the code of one source. An unknown kind gives nothing, a damaged key the first
    page.
    """
    entries = list(_merged(actor, subject, kind, department, _decoded(after), size + 1))
    more = len(entries) > size
    entries = entries[:size]
    return Page(entries, _encoded(entries[-1]) if more else "")


def open_now(actor: Actor, subject: Subject, most: int) -> list[Entry]:
    """What is not finished, newest first, at most ``most`` of each kind."""
    found: list[Entry] = []
    for source in SOURCES.values():
        if source.open is not None:
            rows = _rows(source, actor, subject).filter(source.open)
            found += _entries(source, subject, rows.order_by(f"-{_MOMENT}", "-pk")[:most])
    return sorted(found, key=_newest_first)


def _merged(
    actor: Actor,
    subject: Subject,
    kind: str,
    department: int | None,
    after: tuple[dt.datetime, str, int] | None,
    limit: int,
) -> Iterator[Entry]:
    parts = []
    for source in SOURCES.values():
        if kind and source.code != kind:
            continue
        rows = _rows(source, actor, subject)
        if department is not None:
            if source.of_department is None:
                continue
            rows = rows.filter(source.of_department(department))
        if after is not None:
            rows = rows.filter(_beyond(source, *after))
        parts.append(_entries(source, subject, rows.order_by(f"-{_MOMENT}", "-pk")[:limit]))
    merged = heapq.merge(*parts, key=_newest_first)
    return (entry for entry, _ in zip(merged, range(limit), strict=False))


def _rows(source: Source[M], actor: Actor, subject: Subject) -> QuerySet[M]:
    at = F(source.at) if isinstance(source.at, str) else source.at
    return source.rows(actor, subject).annotate(**{_MOMENT: at})


def _beyond(source: Source[Any], at: dt.datetime, code: str, pk: int) -> Q:
    """What comes after a line in the order of moment, source and key."""
    earlier = Q(**{f"{_MOMENT}__lt": at})
    if source.code < code:
        return earlier
    same = Q(**{_MOMENT: at})
    return earlier | (same & Q(pk__lt=pk) if source.code == code else same)


def _entries(source: Source[M], subject: Subject, rows: Iterable[M]) -> list[Entry]:
    return [
        Entry(getattr(row, _MOMENT), source, row, _masked(subject, source.line(row)))
        for row in rows
    ]


def _masked(subject: Subject, line: Line) -> Line:
    if not subject.is_natural_person:
        return line
    return replace(line, title=subject.masked(line.title), note=subject.masked(line.note))


def _newest_first(entry: Entry) -> tuple[float, str, int]:
    return -entry.at.timestamp(), entry.source.code, -entry.target.pk


def _encoded(entry: Entry) -> str:
    at, code, pk = entry.key
    text = json.dumps([at.isoformat(), code, pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(key: str) -> tuple[dt.datetime, str, int] | None:
    if not key:
        return None
    try:
        at, code, pk = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        moment = dt.datetime.fromisoformat(at)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    whole = moment.tzinfo is not None and isinstance(code, str) and type(pk) is int
    # Kept within what the database holds as a key.
    return (moment, code, pk) if whole and abs(pk) < 2**63 else None

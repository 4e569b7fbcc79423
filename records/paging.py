"""Pages by key, not by offset, and counts that stop at a cap."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.http import HttpRequest

M = TypeVar("M", bound=models.Model)

COUNT_CAP = 1000


@dataclass(frozen=True)
class Count:
    """A number of rows, exact up to ``COUNT_CAP``."""

    value: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.value}+" if self.capped else str(self.value)


def capped_count(queryset: models.QuerySet[Any], cap: int = COUNT_CAP) -> Count:
    """Count at most ``cap`` rows, so that a pager never scans a million."""
    found = queryset.order_by()[: cap + 1].count()
    return Count(min(found, cap), capped=found > cap)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list; ``next_key`` and ``previous_key`` go into the links."""

    rows: list[M]
    next_key: str
    previous_key: str

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def requested_page(
    request: HttpRequest,
    queryset: models.QuerySet[M],
    ordering: tuple[str, ...],
    *,
    size: int = 50,
) -> Page[M]:
    """The page that the address asks for by ``after`` or ``before``; see ``keyset_page``."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return keyset_page(queryset, ordering, after=after, before=before, size=size)


def keyset_page(
    queryset: models.QuerySet[M],
    ordering: tuple[str, ...],
    *,
    after: str = "",
    before: str = "",
    size: int = 50,
) -> Page[M]:
    """One page in ``ordering`` (field names, '-' for descending, the last one unique).

    ``after`` / ``before`` are keys from a page's links; a damaged key gives the first page. The
    fields of the ordering must not be null. One query.
    """
    fields = [name.lstrip("-") for name in ordering]
    backwards = bool(before) and not after
    key = _decode(before if backwards else after, len(fields))
    directions = [name.startswith("-") != backwards for name in ordering]
    if key is not None:
        try:
            queryset = queryset.filter(_beyond(fields, directions, key))
        except (ValueError, TypeError, OverflowError, ValidationError):
            key = None
    if key is None and backwards:
        backwards = False
        directions = [name.startswith("-") for name in ordering]
    order = [f"-{n}" if down else n for n, down in zip(fields, directions, strict=True)]
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = more if not backwards else bool(rows)
    has_previous = more if backwards else key is not None
    return Page(
        rows=rows,
        next_key=_encode(rows[-1], fields) if rows and has_next else "",
        previous_key=_encode(rows[0], fields) if rows and has_previous else "",
    )


def _beyond(fields: list[str], directions: list[bool], key: list[Any]) -> Q:
    condition = Q()
    equal = Q()
    for name, down, value in zip(fields, directions, key, strict=True):
        condition |= equal & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        equal &= Q(**{name: value})
    # Follows from the rest, but only this tells the database where in the index to begin.
    bound = Q(**{f"{fields[0]}__{'lte' if directions[0] else 'gte'}": key[0]})
    return bound & condition


def _encode(row: models.Model, fields: list[str]) -> str:
    values = []
    for name in fields:
        value: Any = row
        for part in name.split("__"):
            value = getattr(value, part)
        # In full: the encoder's milliseconds would repeat or skip the rows within one of them.
        values.append(value.isoformat() if isinstance(value, dt.datetime) else value)
    text = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(key: str, length: int) -> list[Any] | None:
    if not key:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != length or None in values:
        return None
    if any(isinstance(value, str) and not _storable(value) for value in values):
        return None
    return values


def _storable(text: str) -> bool:
    """PostgreSQL takes neither NUL nor half a surrogate pair, and says so only when asked."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)

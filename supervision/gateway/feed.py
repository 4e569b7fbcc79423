"""Change feeds that neither skip nor repeat (G1).

A change is noted by a trigger in its own transaction (``GatewayChange``). Whoever reads a feed
first lets the sequencer run: one at a time, it takes the notes that are committed and gives their
objects the next positions. What commits later is noted later and gets a later position, whenever
it began; a reader goes by position, so it can neither miss it nor see it twice. An object that
changed several times stands in its feed once, at its last change, as it is when it is read.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet

from records.errors import Refused
from supervision.gateway.models import GatewayFeedRow

PAGE_SIZE, MOST_ROWS = 500, 1_000
_DIGITS = 18
AT_ONCE = 20_000
"""How many notes one run of the sequencer takes."""

_LOCKS = 0x6761_7465
"""The first half of the sequencers' locks; the second is the place of the feed."""


@dataclass(frozen=True)
class Feed:
    """One feed. ``visible`` are the objects that it tells of, ready to be shown; ``region`` is the
    way from the model to its region's code."""

    kind: str
    number: int
    model: type[models.Model]
    region: str
    visible: Callable[[], QuerySet[Any]]


@dataclass(frozen=True)
class Change:
    """An object as it stands at its last change; None in place of one that is gone."""

    position: int
    object_id: int
    instance: Any


@dataclass(frozen=True)
class Page:
    """Changes in order; ``cursor`` leads behind the last, ``more`` tells that others follow."""

    changes: Sequence[Change]
    cursor: str
    more: bool


def sequence(feed: Feed) -> int:
    """Give positions to what changed; returns how many notes were taken up."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, feed.number])
        # A statement of its own, so that it sees what the sequencer before has committed.
        cursor.execute(
            "DELETE FROM gateway_gatewaychange WHERE id IN (SELECT id FROM gateway_gatewaychange"
            " WHERE kind = %s ORDER BY id LIMIT %s) RETURNING id, object_id",
            [feed.kind, AT_ONCE],
        )
        notes = sorted(cursor.fetchall())
        objects = list(dict.fromkeys(object_id for _, object_id in notes))
        if objects:
            _place(cursor, feed, objects)
    return len(notes)


def _place(cursor: Any, feed: Feed, objects: list[int]) -> None:
    regions = dict(
        feed.model._default_manager.filter(pk__in=objects).values_list("pk", feed.region)
    )
    gone = GatewayFeedRow.objects.filter(kind=feed.kind, object_id__in=set(objects) - set(regions))
    regions |= dict(gone.values_list("object_id", "region_code"))
    known = [object_id for object_id in objects if object_id in regions]
    cursor.execute(
        "INSERT INTO gateway_gatewayfeedrow AS row (kind, object_id, region_code, position)"
        " SELECT %s, due.id, due.region, nextval('gateway_feed_position')"
        " FROM unnest(%s::bigint[], %s::text[]) AS due (id, region)"
        " ON CONFLICT (kind, object_id) DO UPDATE SET position = excluded.position",
        [feed.kind, known, [regions[each] for each in known]],
    )


def sequence_all(feed: Feed) -> int:
    """Take up all notes there are, some at a time."""
    taken = 0
    while (now := sequence(feed)) > 0:
        taken += now
    return taken


def read(feed: Feed, region_code: str, cursor: str, size: int) -> Page:
    """The changes in a region, and below it, behind a cursor; an empty one is the beginning.

    Raises ``Refused`` for a cursor that is none of this feed.
    """
    place = Place.of(feed, cursor)
    sequence_all(feed)
    if not cursor:
        place = Place(0, _head(feed))
    found = GatewayFeedRow.objects.filter(
        kind=feed.kind, position__gt=place.after, region_code__startswith=region_code
    )
    rows = list(found.order_by("position")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    visible = feed.visible().in_bulk([row.object_id for row in rows])
    shown = [row for row in rows if row.object_id in visible]
    _note_shown([row for row in shown if row.shown_since is None])
    changes = [
        Change(row.position, row.object_id, visible.get(row.object_id))
        for row in rows
        if row.object_id in visible or _was_told(row, place)
    ]
    last = rows[-1].position if rows else place.after
    return Page(changes, Place(last, place.start).cursor(feed), more)


def _was_told(row: GatewayFeedRow, place: Place) -> bool:
    """Whether a reader there can have been told of an object that is gone now: it went after the
    reader began, and was told of at a position that the reader has passed."""
    since = row.shown_since
    return since is not None and since <= place.after and row.position > place.start


def _note_shown(rows: Sequence[GatewayFeedRow]) -> None:
    """Keep where objects were told of first: at the positions that were read, whatever they are
    by now."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gateway_gatewayfeedrow AS row SET shown_since = seen.position"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS seen (id, position)"
            " WHERE row.id = seen.id AND (shown_since IS NULL OR shown_since > seen.position)",
            [[row.pk for row in rows], [row.position for row in rows]],
        )


def _head(feed: Feed) -> int:
    """The last position of a feed."""
    found = GatewayFeedRow.objects.filter(kind=feed.kind)
    return found.aggregate(last=models.Max("position"))["last"] or 0


@dataclass(frozen=True)
class Place:
    """Where a reader is: behind which position, and how long the feed was when it began."""

    after: int
    start: int

    def cursor(self, feed: Feed) -> str:
        text = f"{feed.kind}:{self.after}:{self.start}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def of(cls, feed: Feed, cursor: str) -> Place:
        if not cursor:
            return cls(0, 0)
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            text = base64.b64decode(padded.encode("ascii"), b"-_", validate=True).decode("ascii")
            kind, *numbers = text.split(":")
            after, start = (_number(each) for each in numbers)
        except (ValueError, binascii.Error):
            kind, after, start = "", 0, 0
        if kind != feed.kind:
            raise Refused(
                "游标不正确，请使用上一次应答给出的游标，或不填从头获取。", field="cursor"
            )
        return cls(after, start)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise ValueError(text)
    return int(text)

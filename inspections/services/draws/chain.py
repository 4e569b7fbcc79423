"""Numbers without gaps and the chain of frozen draws: one at a time in the whole installation."""

from __future__ import annotations

from django.db import connection
from django.db.models import Max

from inspections.models import Draw

_LOCK = 0x64722D31
"""Key of the advisory lock ("dr-1")."""


def hold() -> None:
    """Wait until nobody else gives a number or freezes; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def next_number() -> int:
    """The next draw number; call ``hold`` before."""
    last: int | None = Draw.objects.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def last_link() -> tuple[int, str | None]:
    """Position and commit hash of the draw frozen last, (0, None) before the first."""
    last = (
        Draw.objects.exclude(chain_position=None)
        .order_by("-chain_position")
        .only("chain_position", "commit_hash")
        .first()
    )
    return (last.chain_position or 0, last.commit_hash) if last else (0, None)

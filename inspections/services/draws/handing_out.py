"""The bundle of a draw for somebody who is signed in."""

from __future__ import annotations

from inspections import draw as dr
from inspections.models import Draw
from inspections.services.draws.stored import bundle
from records import trail
from records.actor import Actor


def hand_out(actor: Actor, draw: Draw) -> bytes:
    """The bundle of a draw that is over; that the person took it, and its hash, is recorded."""
    content = bundle(draw)
    trail.record(
        actor,
        "draw.bundle",
        "下载抽取包",
        draw,
        after={"bytes": len(content), "sha256": dr.sha256_hex(content)},
    )
    return content

"""Signatures as a phone draws them: a line of ink, the same for the same name."""

from __future__ import annotations

import base64
import math
import random
import struct
import zlib
from functools import cache

_WIDTH, _HEIGHT, _STEPS = 240, 80, 900
_PEN = ((0, 0), (1, 0), (0, 1), (1, 1))


@cache
def signature(name: str) -> str:
    """The signature of a person as a PNG data URL."""
    rng = random.Random(name)
    waves = [(rng.uniform(1, 5), rng.uniform(0, 6), rng.uniform(6, 14)) for _ in range(3)]
    rows = [bytearray(b"\xff" * _WIDTH) for _ in range(_HEIGHT)]
    for step in range(_STEPS):
        along = step / _STEPS
        x = 20 + 190 * along + 12 * math.sin(38 * along + waves[0][1])
        y = 40 + sum(size * math.sin(6.3 * pace * along + start) for pace, start, size in waves)
        for dx, dy in _PEN:
            rows[round(y) + dy][round(x) + dx] = 0x20
    return "data:image/png;base64," + base64.b64encode(_png(rows)).decode()


def _png(rows: list[bytearray]) -> bytes:
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    )

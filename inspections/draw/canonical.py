"""Bytes to be hashed: canonical JSON (RFC 8785), sorted tables of two columns, times."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import rfc8785

from .errors import InputError

ZERO_HASH = "0" * 64


def canonical(value: Any) -> bytes:
    """Canonical JSON by RFC 8785 as UTF-8 bytes."""
    return rfc8785.dumps(value)


def sha256_hex(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def timestamp(moment: datetime) -> str:
    """``YYYY-MM-DDTHH:MM:SSZ`` of an aware datetime; fractions of a second are cut off."""
    if moment.tzinfo is None:
        raise InputError("time", "时间缺少时区")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class TableWriter:
    """Writes sorted lines ``left TAB right LF`` in batches of any size, with digest and count.

    Raises InputError naming the table when a line is not above the one before.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self._last = b""
        self._hash = hashlib.sha256()

    def write(self, rows: Iterable[tuple[str, str]]) -> bytes:
        """The bytes of the next rows."""
        out = io.BytesIO()
        for left, right in rows:
            line = f"{left}\t{right}\n".encode()
            if line <= self._last:
                raise InputError(self.name, f"“{left}” 一行重复或未按顺序排列")
            self._last = line
            self.count += 1
            out.write(line)
        data = out.getvalue()
        self._hash.update(data)
        return data

    @property
    def digest(self) -> str:
        """SHA-256 in hex of all that was written so far."""
        return self._hash.hexdigest()


def write_table(name: str, rows: Iterable[tuple[str, str]]) -> bytes:
    """A whole table from rows in any order; a row that occurs twice raises InputError."""
    return TableWriter(name).write(sorted(rows, key=lambda row: f"{row[0]}\t{row[1]}"))


def read_table(data: bytes) -> Iterator[tuple[str, str]]:
    """The rows of a table written by TableWriter, one at a time."""
    for line in io.BytesIO(data):
        left, _, right = line[:-1].decode().partition("\t")
        yield left, right


def table_entry(data: bytes) -> dict[str, Any]:
    """``{"digest", "count"}`` of a table, as commits and rules carry it."""
    return {"digest": sha256_hex(data), "count": data.count(b"\n")}

"""The declaration of an Excel table: its columns, once, for template, import and export."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from records.excel.kinds import Kind

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``key`` names its value in a row, ``heading`` stands on top; ``aliases`` are headings accepted
    as well. ``unique`` values may not appear twice in a file. ``example`` and ``help`` are shown on
    the template's page of instructions; ``width`` is in characters.
    """

    key: str
    heading: str
    kind: Kind
    required: bool = False
    unique: bool = False
    example: str = ""
    help: str = ""
    width: int = 18
    aliases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: ``title`` names the worksheet, ``instructions`` are sentences for its users.

    ``max_rows`` counts rows with data; ``max_bytes`` is the size of the file as uploaded. What
    stands under ``unread`` headings, which an export adds, is not read when the file comes back.
    Raises ValueError when two columns share a key or a heading, or the title is none for Excel.
    """

    title: str
    columns: Sequence[Column]
    instructions: Sequence[str] = ()
    max_rows: int = 10_000
    max_bytes: int = 10 * MEGABYTE
    unread: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.title) <= 31 or re.search(r"[\[\]:*?/\\]", self.title):
            raise ValueError(f"not a worksheet title: {self.title!r}")
        keys = [column.key for column in self.columns]
        names = [
            plain(name) for column in self.columns for name in (column.heading, *column.aliases)
        ]
        for words in (keys, names):
            if len(set(words)) != len(words):
                raise ValueError(f"columns share a key or a heading: {words}")


def plain(heading: str) -> str:
    """A heading without what people add to it: spaces, line breaks, wide forms, marks."""
    narrow = unicodedata.normalize("NFKC", heading)
    return re.sub(r"\s|\*|\(必填\)|\(选填\)", "", narrow)

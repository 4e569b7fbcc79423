"""What a paper says, apart from how it looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Heading:
    """A heading in the text; ``level`` 1 for 一、, 2 for （一）."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Table:
    """A table with a heading row that is repeated on every page it reaches. ``widths`` are the
    shares of the columns, equal unless given; every row has as many cells as ``header``."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    caption: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError("every row of a table has as many cells as its header")
        if self.widths and len(self.widths) != len(self.header):
            raise ValueError("a table has as many widths as columns")

    @property
    def shares(self) -> list[float]:
        """The part of the width that each column takes; they sum to 1."""
        widths = self.widths or (1.0,) * len(self.header)
        return [width / sum(widths) for width in widths]


Block = str | Heading | Table
"""A paragraph (line breaks divide it further), a heading or a table."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper as departments write it; whatever is empty is left out.

    ``issuer`` is the red head (发函机关标志); without it the paper begins with its title.
    ``secrecy`` is the mark of secrecy (密级), ``signers`` sign below the text (落款) on ``date``
    (成文日期), ``seal`` shows where the seal goes, ``notes`` stand after the date in brackets
    (附注), ``copies`` are who gets a copy (抄送), at the foot of the last page.
    """

    title: str
    body: tuple[Block, ...]
    issuer: str = ""
    number: str = ""
    secrecy: str = ""
    addressees: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    date: dt.date | None = None
    seal: bool = True
    notes: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()

    def blocks(self) -> Iterator[Block]:
        """The body with every line of a paragraph as a paragraph of its own."""
        for block in self.body:
            if isinstance(block, str):
                yield from (line.strip() for line in block.splitlines() if line.strip())
            else:
                yield block

    @property
    def date_words(self) -> str:
        """The date as it stands on the paper; empty without one."""
        return chinese_date(self.date) if self.date else ""

    def attachment_lines(self) -> list[tuple[str, str]]:
        """The note on attachments: what stands before each name, and the name."""
        if len(self.attachments) == 1:
            return [("附件：", self.attachments[0])]
        return [
            (f"附件：{index}. " if index == 1 else f"{index}. ", name)
            for index, name in enumerate(self.attachments, start=1)
        ]


def chinese_date(day: dt.date) -> str:
    """A date as papers write it (GB/T 9704-2012, 7.3.5.3): 2026年11月2日."""
    return f"{day.year}年{day.month}月{day.day}日"

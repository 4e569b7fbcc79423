"""Papers as PDF: 《党政机关公文格式》 GB/T 9704-2012, in its letter form (10.1) with a red head.

Lengths are millimetres, sizes of type points. The page is built as rows with a height; rows are
then put on pages, so that a heading stays with its text and a signature with the text's end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from fpdf import FPDF
from fpdf.fonts import TTFFont

from clues.paper.model import Heading, Paper, Table
from clues.paper.text import lines, printable

FONT_DIR = Path(settings.BASE_DIR) / "var" / "fonts" / "noto-serif-sc"
_REGULAR = FONT_DIR / "400Regular" / "NotoSerifSC_400Regular.ttf"
_BOLD = FONT_DIR / "700Bold" / "NotoSerifSC_700Bold.ttf"

_POINT = 25.4 / 72
_PAGE_WIDTH, _PAGE_HEIGHT = 210.0, 297.0
_LEFT, _TOP, _WIDTH, _HEIGHT = 28.0, 37.0, 156.0, 225.0
_LINE = _HEIGHT / 22
"""The type area (版心) holds 22 lines of 28 characters (5.2.1, 5.2.3)."""
_BOTTOM = _TOP + _HEIGHT

_BODY, _TITLE, _FOOT, _CELL = 16.0, 22.0, 14.0, 12.0
"""Sizes: 3号, 2号, 4号, 小四."""
_TITLE_LINE, _FOOT_LINE, _CELL_LINE, _CELL_PAD = 12.5, 8.0, 6.2, 1.6
_CHAR = _BODY * _POINT
_RED, _BLACK, _GREY = (214, 0, 0), (0, 0, 0), (140, 140, 140)
_HEAD_TOP, _HEAD_SIZE, _HEAD_GAP = 30.0, 34.0, 4.0
_RULE_LEFT, _RULE_WIDTH, _RULE_ABOVE_EDGE = 20.0, 170.0, 20.0
_SEAL_RADIUS = 20.0
_COPIES = "抄送："
_MOST_CELL_LINES = 10
"""A row of a table with more lines than this may go on on the next page."""


@dataclass
class _Row:
    """Something of a height that is drawn at a place; ``keep`` binds it to the next row,
    ``head`` is repeated above it where it begins a page."""

    height: float
    draw: Callable[[float], None] = lambda _: None
    keep: bool = False
    head: list[_Row] = field(default_factory=list)


def to_pdf(paper: Paper) -> bytes:
    """The paper as a PDF file whose text can be searched and copied."""
    return _Press(paper).run()


class _Press:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        pdf = FPDF(unit="mm", format="A4")
        pdf.set_auto_page_break(False)
        pdf.set_lang("zh-CN")
        pdf.add_font("song", fname=_REGULAR)
        pdf.add_font("song", "B", fname=_BOLD)
        self.pdf = pdf
        song = pdf.fonts["song"]
        assert isinstance(song, TTFFont)
        self.glyphs = song.cmap
        pdf.set_title(self.clean(paper.title))
        pdf.set_author(self.clean(paper.issuer))

    def run(self) -> bytes:
        self.pdf.add_page()
        y = self.letterhead() if self.paper.issuer else _TOP
        self.place([*self.opening(), *self.text(), *self.closing()], y)
        self.foot()
        return bytes(self.pdf.output())

    # Type

    def clean(self, text: str) -> str:
        return printable(text, self.glyphs)

    def measure(self, size: float, style: str = "") -> Callable[[str], float]:
        self.pdf.set_font("song", style, size)
        return lambda text: float(self.pdf.get_string_width(text))

    def broken(
        self, text: str, size: float, width: float, *, style: str = "", indent: float = 0
    ) -> list[str]:
        return lines(self.clean(text), width, self.measure(size, style), indent=indent)

    def write(
        self,
        text: str,
        y: float,
        *,
        size: float = _BODY,
        style: str = "",
        x: float = _LEFT,
        width: float = _WIDTH,
        align: str = "L",
        height: float = _LINE,
        colour: tuple[int, int, int] = _BLACK,
    ) -> None:
        """One line of already clean text in a row of ``height`` whose top is ``y``."""
        self.pdf.set_font("song", style, size)
        self.pdf.set_text_color(*colour)
        free = width - float(self.pdf.get_string_width(text))
        x += {"L": 0.0, "C": free / 2, "R": free}[align]
        self.pdf.text(x, y + height / 2 + 0.36 * size * _POINT, text)

    def row(self, text: str, *, height: float = _LINE, **how: Any) -> _Row:
        return _Row(height, partial(self.write, text, height=height, **how))

    # Parts of a paper, top to bottom

    def letterhead(self) -> float:
        """Red head, the two double rules, mark of secrecy and number; the next free place."""
        issuer = self.clean(self.paper.issuer)
        size = _HEAD_SIZE
        while self.measure(size, "B")(issuer) > _WIDTH and size > _BODY:
            size -= 1
        height = size * _POINT
        self.write(issuer, _HEAD_TOP, size=size, style="B", align="C", height=height, colour=_RED)
        y = _HEAD_TOP + height + _HEAD_GAP
        self.double_rule(y, thick_first=True)
        self.double_rule(_PAGE_HEIGHT - _RULE_ABOVE_EDGE, thick_first=False)
        y += _CHAR * 7 / 8
        self.write(self.clean(self.paper.secrecy), y, style="B")
        self.write(self.clean(self.paper.number), y, align="R")
        return y + _LINE

    def double_rule(self, y: float, *, thick_first: bool) -> None:
        self.pdf.set_draw_color(*_RED)
        for offset, thick in ((0.0, thick_first), (1.2, not thick_first)):
            self.pdf.set_line_width(0.9 if thick else 0.3)
            self.pdf.line(_RULE_LEFT, y + offset, _RULE_LEFT + _RULE_WIDTH, y + offset)

    def opening(self) -> Iterator[_Row]:
        """Title and addressees; without a red head also secrecy and number."""
        paper = self.paper
        if paper.issuer:
            yield _Row(2 * _LINE)
        elif paper.secrecy:
            yield self.row(self.clean(paper.secrecy), style="B")
        for line in self.title():
            yield self.row(line, size=_TITLE, style="B", align="C", height=_TITLE_LINE)
        if paper.number and not paper.issuer:
            yield self.row(self.clean(paper.number), align="C")
        yield _Row(_LINE)
        if paper.addressees:
            for line in self.broken("、".join(paper.addressees) + "：", _BODY, _WIDTH):
                yield self.row(line)

    def title(self) -> list[str]:
        """The title in as few lines as it needs, of about the same length (7.3.1)."""
        found = self.broken(self.paper.title, _TITLE, _WIDTH, style="B")
        if len(found) < 2:
            return found
        total = self.measure(_TITLE, "B")(self.clean(self.paper.title))
        even = total / len(found) + 2 * _TITLE * _POINT
        balanced = self.broken(self.paper.title, _TITLE, min(even, _WIDTH), style="B")
        return balanced if len(balanced) == len(found) else found

    def text(self) -> list[_Row]:
        rows: list[_Row] = []
        for block in self.paper.blocks():
            if isinstance(block, Table):
                rows += self.table(block)
            elif isinstance(block, Heading):
                style = "B" if block.level == 1 else ""
                heading = self.paragraph(block.text, style)
                for row in heading:
                    row.keep = True
                rows += heading
            else:
                rows += self.paragraph(block)
        return rows

    def paragraph(self, text: str, style: str = "") -> list[_Row]:
        indent = 2 * _CHAR
        broken = self.broken(text, _BODY, _WIDTH, style=style, indent=indent)
        rows = [self.row(broken[0], x=_LEFT + indent, style=style)]
        return rows + [self.row(line, style=style) for line in broken[1:]]

    def closing(self) -> Iterator[_Row]:
        """Note on attachments, signature, date, notes, and room for the copies: kept together on
        one page."""
        rows = [*self.attachments(), *self.signature()]
        for note in self.paper.notes:
            rows += self.paragraph(f"（{note}）")
        if copies := self.copies():
            rows.append(_Row(len(copies) * _FOOT_LINE))
        for row in rows[:-1]:
            row.keep = True
        yield from rows

    def attachments(self) -> Iterator[_Row]:
        indent = 2 * _CHAR
        measure = self.measure(_BODY)
        entries = self.paper.attachment_lines()
        if entries:
            yield _Row(_LINE)
        margin = 0.0
        for prefix, name in entries:
            # Names stand under each other, right of 附件： and of their numbers.
            margin = margin or measure(prefix)
            hang = margin - measure(prefix)
            broken = self.broken(name, _BODY, _WIDTH - indent - margin)
            yield self.row(prefix + broken[0], x=_LEFT + indent + hang)
            for line in broken[1:]:
                yield self.row(line, x=_LEFT + indent + margin)

    def signature(self) -> Iterator[_Row]:
        """Signers centred over the date, which ends four characters from the right (7.3.5.1)."""
        paper = self.paper
        if not paper.signers and paper.date is None:
            return
        names = [self.clean(name) for name in paper.signers]
        day = paper.date_words
        measure = self.measure(_BODY)
        widest = max(map(measure, [*names, day]))
        centre = _LEFT + _WIDTH - 4 * _CHAR - measure(day) / 2
        centre = min(centre, _LEFT + _WIDTH - widest / 2)
        yield _Row(2 * _LINE)
        for index, name in enumerate(names):
            row = self.row(name, x=centre - widest / 2, width=widest, align="C")
            if paper.seal and index == 0:
                row.draw = partial(self.sealed, row.draw, centre)
            yield row
        if day:
            yield self.row(day, x=centre - widest / 2, width=widest, align="C")

    def sealed(self, draw: Callable[[float], None], centre: float, y: float) -> None:
        """The place of the seal: it covers the signature and the date."""
        middle = y + _LINE / 2
        self.pdf.set_draw_color(*_GREY)
        self.pdf.set_line_width(0.2)
        self.pdf.set_dash_pattern(dash=1.2, gap=1.2)
        self.pdf.circle(centre, middle, _SEAL_RADIUS)
        self.pdf.set_dash_pattern()
        self.write(
            "（加盖公章处）",
            middle - _SEAL_RADIUS + 4,
            size=9,
            x=centre - _SEAL_RADIUS,
            width=2 * _SEAL_RADIUS,
            align="C",
            height=6,
            colour=_GREY,
        )
        draw(y)

    # Tables

    def table(self, table: Table) -> list[_Row]:
        edges = [_LEFT]
        for share in table.shares:
            edges.append(edges[-1] + share * _WIDTH)
        head = self.cells(edges, table.header, style="B")
        for row in head:
            row.keep = True
        rows = list(head)
        if table.caption:
            caption = self.clean(table.caption)
            rows.insert(0, self.row(caption, size=_FOOT, style="B", align="C"))
            rows[0].keep = True
        for cells in table.rows:
            pieces = self.cells(edges, cells)
            for piece in pieces:
                piece.head = head
            rows += pieces
        return [*rows, _Row(_LINE / 2)]

    def cells(self, edges: list[float], cells: tuple[str, ...], style: str = "") -> list[_Row]:
        """A row of a table, in several pieces when it is long."""
        columns = [
            [
                line
                for part in (cell.splitlines() or [""])
                for line in self.broken(part, _CELL, right - left - 2 * _CELL_PAD, style=style)
            ]
            for cell, (left, right) in zip(cells, pairwise(edges), strict=True)
        ]
        count = max(map(len, columns))
        rows = []
        for first in range(0, count, _MOST_CELL_LINES):
            last = min(first + _MOST_CELL_LINES, count)
            piece = [column[first:last] for column in columns]
            height = (last - first) * _CELL_LINE + 2 * _CELL_PAD
            draw = partial(self.draw_cells, edges, piece, height, style, first == 0, last == count)
            rows.append(_Row(height, draw))
        return rows

    def draw_cells(
        self,
        edges: list[float],
        columns: list[list[str]],
        height: float,
        style: str,
        opens: bool,
        closes: bool,
        y: float,
    ) -> None:
        self.pdf.set_draw_color(*_BLACK)
        self.pdf.set_line_width(0.2)
        for x in edges:
            self.pdf.line(x, y, x, y + height)
        for edge, wanted in ((y, opens), (y + height, closes)):
            if wanted:
                self.pdf.line(edges[0], edge, edges[-1], edge)
        for column, (left, right) in zip(columns, pairwise(edges), strict=True):
            for index, line in enumerate(column):
                self.write(
                    line,
                    y + _CELL_PAD + index * _CELL_LINE,
                    size=_CELL,
                    style=style,
                    x=left + _CELL_PAD,
                    width=right - left - 2 * _CELL_PAD,
                    align="C" if style else "L",
                    height=_CELL_LINE,
                )

    # Pages

    def place(self, rows: list[_Row], y: float) -> float:
        """Put the rows on pages; returns where the last one ends."""
        self._keep_text_with_signature(rows)
        for group in _groups(rows):
            height = sum(row.height for row in group)
            if y + height > _BOTTOM and height <= _HEIGHT:
                y = self.next_page(group[0])
            for row in group:
                if y + row.height > _BOTTOM:
                    y = self.next_page(row)
                row.draw(y)
                y += row.height
        return y

    def _keep_text_with_signature(self, rows: list[_Row]) -> None:
        """The last lines of the text go with the signature: no page holds a signature alone."""
        closing = sum(1 for _ in self.closing())
        for row in rows[len(rows) - closing - 2 : len(rows) - closing] if closing else ():
            row.keep = True

    def next_page(self, first: _Row) -> float:
        self.pdf.add_page()
        number = self.pdf.page_no()
        self.write(
            f"— {number} —",
            _BOTTOM + 7 - _FOOT_LINE / 2,
            size=_FOOT,
            x=_LEFT + _CHAR,
            width=_WIDTH - 2 * _CHAR,
            align="R" if number % 2 else "L",
            height=_FOOT_LINE,
        )
        y = _TOP
        for row in first.head:
            row.draw(y)
            y += row.height
        return y

    def copies(self) -> list[str]:
        """The copies in lines, without their label."""
        if not self.paper.copies:
            return []
        width = _WIDTH - 2 * _FOOT * _POINT - self.measure(_FOOT)(_COPIES)
        return self.broken("，".join(self.paper.copies) + "。", _FOOT, width)

    def foot(self) -> None:
        """The copies, at the foot of the last page's type area (10.1); ``closing`` left room."""
        broken = self.copies()
        left, label = _LEFT + _FOOT * _POINT, self.measure(_FOOT)(_COPIES)
        top = _BOTTOM - len(broken) * _FOOT_LINE
        for index, line in enumerate(broken):
            text, x = (f"{_COPIES}{line}", left) if index == 0 else (line, left + label)
            self.write(text, top + index * _FOOT_LINE, size=_FOOT, x=x, height=_FOOT_LINE)


def _groups(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Runs of rows that stay on one page."""
    group: list[_Row] = []
    for row in rows:
        group.append(row)
        if not row.keep:
            yield group
            group = []
    if group:
        yield group

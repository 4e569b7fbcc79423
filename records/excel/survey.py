"""What the fast reader cannot see in a worksheet: formulas, error values, and cells far out.

The fast reader gives a formula's last result and nothing for an error, and reserves memory for the
whole rectangle up to the last cell, so that one cell in the last corner of a sheet costs gigabytes.
A byte search settles the usual case; only when it finds something is the XML parsed to name it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from records.excel.archive import FileRefused

MAX_AREA = 10_000_000
MAX_BAD_CELLS = 20_000

# Formulas, error values, and cells right of Z or below row 200,000.
_SUSPECT = re.compile(
    rb"""<(?:\w+:)?f[\s/>]|t\s*=\s*["']e["']"""
    rb"""|r\s*=\s*["']\s*(?:[A-Za-z]{2,}\d|[A-Za-z]?(?:[2-9]\d{5}|\d{7}))"""
)
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")


@dataclass(slots=True)
class Survey:
    """Cells, as (row, column) counted from 1, that hold a formula or an error, with its text."""

    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def survey(worksheet: bytes) -> Survey:
    """Look through a worksheet's XML.

    Raises FileRefused when it is no XML, or holds cells too far out or too many bad ones.
    """
    if not _SUSPECT.search(worksheet):
        return Survey()
    parser = _Parser()
    try:
        parser.parse(worksheet)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused("工作表内容已损坏，请在 Excel 中重新保存后再上传") from None
    return parser.found


class _Parser:
    def __init__(self) -> None:
        self.found = Survey()
        self.row = self.column = self.last_row = self.last_column = 0
        self.is_error = False
        self.words: list[str] | None = None

    def parse(self, worksheet: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(worksheet, True)

    def _start(self, tag: str, attributes: dict[str, Any]) -> None:
        match tag.rpartition(":")[2]:
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = 0
            case "c":
                self.is_error = attributes.get("t") == "e"
                self._place(attributes.get("r"))
            case "f":
                self._occupy()
                self.words = []
            case "v" | "is":
                self._occupy()
                self.words = [] if self.is_error else None

    def _end(self, tag: str) -> None:
        if self.words is None:
            return
        match tag.rpartition(":")[2]:
            case "f":
                self._note(self.found.formulas)
            case "v":
                self._note(self.found.errors)

    def _characters(self, words: str) -> None:
        if self.words is not None:
            self.words.append(words)

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        match = _REFERENCE.fullmatch(reference.strip().upper())
        if match is None:
            raise ValueError(reference)
        self.column, self.row = column_number(match[1]), int(match[2])

    def _occupy(self) -> None:
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_row * self.last_column > MAX_AREA:
            place = f"{column_letter(self.column)}{self.row}"
            raise FileRefused(f"单元格 {place} 有内容，离表格太远，请删除表格之外的行和列")

    def _note(self, cells: dict[tuple[int, int], str]) -> None:
        cells[self.row, self.column] = "".join(self.words or ())
        self.words = None
        if len(cells) > MAX_BAD_CELLS:
            raise FileRefused(f"公式或错误值超过 {MAX_BAD_CELLS} 个，请粘贴为数值后再上传")


def column_letter(number: int) -> str:
    """A column's letters, counted from 1: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The column counted from 1 that capital letters name."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number

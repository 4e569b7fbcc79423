"""Reading a filled file: every mistake in it, by row and column, or its rows as values."""

from __future__ import annotations

import difflib
import io
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, BinaryIO

import python_calamine

from records.excel.archive import FileRefused, Workbook, open_workbook
from records.excel.columns import Column, Sheet, plain
from records.excel.survey import Survey, column_letter, survey

HEADING_ROWS = 5
# Besides white space, which str.strip knows, these come along when pasting from web pages.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with one cell, in words for the person who filled it."""

    row: int
    column_letter: str
    heading: str
    value: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.row} 行 {self.column_letter} 列“{self.heading}”：{self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data: its number in the file, its values by column key (None for blanks).

    ``source`` is what its file calls itself: the title above the headings, else the file's name.
    """

    number: int
    values: dict[str, Any]
    source: str = field(default="", compare=False)


@dataclass(slots=True)
class Parsed:
    """What a file holds: ``rows`` without mistakes, and all ``errors`` in reading order.

    Import only when ``ok``: a row with a mistake is not in ``rows`` but in ``faulty``, with None
    for the cells that could not be read, so that the app can say what else is wrong with it.
    """

    rows: list[Row]
    faulty: list[Row]
    errors: list[CellError]
    _columns: dict[str, tuple[int, Column]] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether there is no mistake."""
        return not self.errors

    def add_error(self, row: Row, key: str, message: str) -> None:
        """Report a mistake that only the importing app can see, such as an unknown department."""
        position, column = self._columns[key]
        value = row.values[key]
        shown = "" if value is None else str(column.kind.format(value))
        error = CellError(row.number, column_letter(position), column.heading, shown, message)
        insort(self.errors, error, key=_reading_order)


def _reading_order(error: CellError) -> tuple[int, int, str]:
    return error.row, len(error.column_letter), error.column_letter


def read(sheet: Sheet, file: bytes | BinaryIO, filename: str) -> Parsed:
    """Read an uploaded file as ``sheet``; ``filename`` is the name it was uploaded under.

    The worksheet is the one named like the sheet or, if there is no such, the only visible one.
    Its headings may stand in any order within the first five rows; hidden rows are read, blank
    rows skipped.

    Raises FileRefused for whatever keeps the rows from being read at all: see ``archive``, and
    worksheets, headings, merged cells or numbers of rows that do not fit.
    """
    workbook = open_workbook(file, filename, sheet.max_bytes)
    name = _choose_worksheet(sheet, workbook)
    notes = survey(workbook.worksheets[name])
    try:
        opened = python_calamine.load_workbook(io.BytesIO(workbook.content))
        worksheet = opened.get_sheet_by_name(name)
    except python_calamine.CalamineError:
        raise FileRefused("文件已损坏，无法读取，请在 Excel 中重新保存后再上传") from None
    if (start := worksheet.start) is None:
        raise FileRefused(f"工作表“{name}”是空的")
    return _Reading(sheet, worksheet, notes, start[1] + 1, filename).run()


def _choose_worksheet(sheet: Sheet, workbook: Workbook) -> str:
    names = list(workbook.worksheets)
    if sheet.title in names:
        return sheet.title
    if len(names) == 1:
        return names[0]
    listed = "、".join(names) or "无"
    raise FileRefused(f"没有名为“{sheet.title}”的工作表（现有：{listed}），请使用模板")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column stands in this file: ``index`` in a row as read, ``position`` from A = 1."""

    column: Column
    index: int
    position: int


class _Reading:
    """One pass over one worksheet."""

    def __init__(
        self,
        sheet: Sheet,
        worksheet: python_calamine.CalamineSheet,
        notes: Survey,
        first_column: int,
        filename: str,
    ) -> None:
        self.sheet = sheet
        self.worksheet = worksheet
        self.notes = notes
        self.bad_cells = notes.formulas.keys() | notes.errors.keys()
        self.bad_rows = {row for row, _ in self.bad_cells}
        # The reader's rows begin with the first column that holds anything.
        self.offset = first_column
        self.source = filename
        self.places: list[_Place] = []
        self.extra: list[int] = []
        self.seen: dict[str, dict[Any, int]] = {
            column.key: {} for column in sheet.columns if column.unique
        }

    def run(self) -> Parsed:
        numbered = enumerate(self.worksheet.iter_rows(), start=1)
        top = list(islice(numbered, HEADING_ROWS))
        heading_row = self._find_headings(top)
        self._check_layout(heading_row)
        titles = (_trimmed(cell) for _, cells in top[: heading_row - 1] for cell in cells)
        self.source = next((str(title) for title in titles if title != ""), self.source)
        rows: list[Row] = []
        faulty: list[Row] = []
        errors: list[CellError] = []
        count = 0
        for number, cells in chain(top[heading_row:], numbered):
            values, wrong = self._read_row(number, cells)
            if values is None:
                continue
            count += 1
            if count > self.sheet.max_rows:
                raise FileRefused(f"数据超过 {self.sheet.max_rows} 行，请拆分后分次上传")
            if wrong:
                errors.extend(sorted(wrong, key=_reading_order))
            (faulty if wrong else rows).append(Row(number, values, self.source))
        if not count:
            raise FileRefused("表中没有数据，表头下面一行也没有填写")
        columns = {place.column.key: (place.position, place.column) for place in self.places}
        return Parsed(rows, faulty, errors, columns)

    def _find_headings(self, top: Sequence[tuple[int, Sequence[Any]]]) -> int:
        """Map the columns and return the number of the row that names them."""
        by_name = {
            plain(name): column
            for column in self.sheet.columns
            for name in (column.heading, *column.aliases)
        }
        names_by_row = {number: [plain(str(cell)) for cell in cells] for number, cells in top}
        heading_row = max(
            names_by_row,
            key=lambda number: len({name for name in names_by_row[number] if name in by_name}),
        )
        names = names_by_row[heading_row]
        if not any(name in by_name for name in names):
            wanted = "、".join(column.heading for column in self.sheet.columns)
            raise FileRefused(f"前 {HEADING_ROWS} 行中没有找到表头，应有：{wanted}")
        found: dict[str, list[_Place]] = {}
        unknown: list[tuple[int, str]] = []
        for index, name in enumerate(names):
            if column := by_name.get(name):
                place = _Place(column, index, index + self.offset)
                found.setdefault(column.key, []).append(place)
            elif name and name not in self.sheet.unread:
                unknown.append((index, name))
            elif not name:
                self.extra.append(index)
        missing = [column for column in self.sheet.columns if column.key not in found]
        repeated = [places for places in found.values() if len(places) > 1]
        if missing or repeated or unknown:
            raise FileRefused(self._say_headings(missing, repeated, unknown))
        self.places = [found[column.key][0] for column in self.sheet.columns]
        return heading_row

    def _say_headings(
        self,
        missing: Sequence[Column],
        repeated: Sequence[Sequence[_Place]],
        unknown: Sequence[tuple[int, str]],
    ) -> str:
        words: list[str] = []
        if missing:
            words.append("缺少" + "、".join(f"“{column.heading}”" for column in missing))
        for places in repeated:
            letters = "、".join(column_letter(place.position) for place in places)
            words.append(f"“{places[0].column.heading}”重复出现在 {letters} 列")
        # A missing heading is the likelier one to have been meant.
        candidates = [plain(column.heading) for column in (missing or self.sheet.columns)]
        for index, name in unknown:
            near = difflib.get_close_matches(name, candidates, n=1)
            hint = f"，是否为“{near[0]}”？" if near else ""
            words.append(f"{column_letter(index + self.offset)} 列“{name}”不在模板中{hint}")
        return "表头与模板不一致：" + "；".join(words)

    def _check_layout(self, heading_row: int) -> None:
        merged = [
            f"{column_letter(left + 1)}{top + 1}:{column_letter(right + 1)}{bottom + 1}"
            for (top, left), (bottom, right) in self.worksheet.merged_cell_ranges or ()
            if bottom + 1 >= heading_row
        ]
        if merged:
            raise FileRefused(f"表中有合并单元格（{_some(merged)}），请取消合并，逐格填写后再上传")
        above = [
            f"{column_letter(column)}{row}"
            for row, column in sorted(self.bad_cells)
            if row <= heading_row
        ]
        if above:
            raise FileRefused(f"表头中有公式或错误值（{_some(above)}），请改为文字")

    def _read_row(
        self, number: int, cells: Sequence[Any]
    ) -> tuple[dict[str, Any] | None, list[CellError]]:
        """The values and mistakes of one row; no values when the row is blank."""
        bad = number in self.bad_rows
        if not bad and cells.count("") == len(cells):
            return None, []
        for index in self.extra:
            if _trimmed(cells[index]) != "":
                letter = column_letter(index + self.offset)
                raise FileRefused(f"单元格 {letter}{number} 有内容，但 {letter} 列没有表头")
        values: dict[str, Any] = {}
        wrong: list[CellError] = []
        blank = True
        for place in self.places:
            column = place.column
            cell = _trimmed(cells[place.index])
            try:
                if bad:
                    self._refuse_bad(number, place.position)
                if cell == "":
                    values[column.key] = None
                    if column.required:
                        raise ValueError("必填，不能为空")
                    continue
                blank = False
                value = values[column.key] = column.kind.parse(cell)
                if column.unique:
                    first = self.seen[column.key].setdefault(value, number)
                    if first != number:
                        raise ValueError(f"与第 {first} 行重复")
            except ValueError as error:
                values.setdefault(column.key, None)
                letter = column_letter(place.position)
                wrong.append(CellError(number, letter, column.heading, str(cell), str(error)))
        if blank and not bad:
            return None, []
        return values, wrong

    def _refuse_bad(self, row: int, position: int) -> None:
        if formula := self.notes.formulas.get((row, position)):
            raise ValueError(
                f"单元格 {column_letter(position)}{row} 是公式（={formula}），请粘贴为数值"
            )
        if (row, position) in self.notes.formulas:
            raise ValueError(f"单元格 {column_letter(position)}{row} 是公式，请粘贴为数值")
        if error := self.notes.errors.get((row, position)):
            raise ValueError(f"单元格是错误值 {error}，请改正后填写")


def _trimmed(cell: Any) -> Any:
    return cell.strip().strip(_INVISIBLE).strip() if isinstance(cell, str) else cell


def _some(places: Sequence[str], shown: int = 10) -> str:
    """The first few of a list of places, and how many there are if that is not all."""
    listed = "、".join(places[:shown])
    return listed if len(places) <= shown else f"{listed} 等 {len(places)} 处"

"""Writing workbooks: the empty template of a sheet, and exports that can be imported again.

Text is written as text whatever it begins with, so that no value turns into a formula, and code
columns carry Excel's text format, so that Excel keeps all of their digits when someone edits them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from records.excel.columns import Sheet
from records.excel.kinds import EXACT_DIGITS

INSTRUCTIONS_TITLE = "填写说明"
_CHOICES_TITLE = "选项"
_EXCEL_ROWS = 1_048_576
_EXCEL_CELL_LENGTH = 32_767
# Excel takes 1900 for a leap year: its early dates are not what they seem.
_FIRST_SOUND_YEAR = 1901
_ILLEGAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HEADING = {
    "bold": True,
    "font_color": "#FFFFFF",
    "bg_color": "#5B7083",
    "border": 1,
    "border_color": "#FFFFFF",
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
}
_REQUIRED_HEADING = _HEADING | {"bg_color": "#1F4E79"}


def template(sheet: Sheet) -> bytes:
    """The empty workbook to fill in: a page with headings and drop-down lists, and a page of
    instructions with an example, which an import never takes for data."""
    stream = io.BytesIO()
    with _workbook(stream) as book:
        page = book.add_worksheet(sheet.title)
        _lay_out(book, page, sheet)
        _write_instructions(book, sheet)
        _add_choices(book, page, sheet)
    return stream.getvalue()


def write(sheet: Sheet, rows: Iterable[Mapping[str, Any]], stream: BinaryIO) -> int:
    """Export ``rows`` (values by column key, None or absent for blanks); returns how many.

    Rows go through a temporary file one by one: memory stays flat. Control characters, which no
    workbook can hold, are left out; texts are cut at Excel's 32,767 characters. Raises ValueError
    when there are more rows than a worksheet has.
    """
    count = 0
    with _workbook(stream, {"constant_memory": True}) as book:
        page = book.add_worksheet(sheet.title)
        formats = _lay_out(book, page, sheet)
        columns = [
            (index, column.key, column.kind.format, formats[index])
            for index, column in enumerate(sheet.columns)
        ]
        for count, row in enumerate(rows, start=1):
            if count >= _EXCEL_ROWS:
                raise ValueError(f"数据超过 Excel 的 {_EXCEL_ROWS - 1} 行，请缩小范围后再导出")
            for index, key, format, style in columns:
                if (value := row.get(key)) is not None:
                    _write_cell(page, count, index, format(value), style)
        page.autofilter(0, 0, count, len(sheet.columns) - 1)
    return count


def to_bytes(sheet: Sheet, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Like :func:`write`, for exports small enough to hold."""
    stream = io.BytesIO()
    write(sheet, rows, stream)
    return stream.getvalue()


def _workbook(stream: BinaryIO, options: Mapping[str, Any] | None = None) -> xlsxwriter.Workbook:
    return xlsxwriter.Workbook(
        stream, {"strings_to_formulas": False, "strings_to_urls": False, **(options or {})}
    )


def _lay_out(book: xlsxwriter.Workbook, page: Worksheet, sheet: Sheet) -> list[Format]:
    """Write the headings and set up the columns; returns each column's format."""
    required, optional = book.add_format(_REQUIRED_HEADING), book.add_format(_HEADING)
    page.freeze_panes(1, 0)
    page.set_row(0, 30)
    formats: list[Format] = []
    for index, column in enumerate(sheet.columns):
        style = book.add_format({"num_format": column.kind.number_format, "valign": "top"})
        page.set_column(index, index, column.width, style)
        page.write_string(0, index, column.heading, required if column.required else optional)
        formats.append(style)
    return formats


def _write_cell(page: Worksheet, row: int, index: int, value: Any, style: Format) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date) and value.year >= _FIRST_SOUND_YEAR:
        page.write_datetime(row, index, value, style)
    elif isinstance(value, (int, float, Decimal)) and _is_exact(value):
        page.write_number(row, index, value, style)
    else:
        words = _ILLEGAL.sub("", str(value).replace("\r\n", "\n"))
        page.write_string(row, index, words[:_EXCEL_CELL_LENGTH], style)


def _is_exact(number: float | Decimal) -> bool:
    """Whether Excel keeps all digits of a number."""
    return isinstance(number, float) or len(Decimal(number).as_tuple().digits) <= EXACT_DIGITS


def _write_instructions(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(INSTRUCTIONS_TITLE)
    bold, plain = (
        book.add_format({"bold": True}),
        book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
    )
    heading = book.add_format(_HEADING)
    for index, width in enumerate((24, 8, 52, 32)):
        page.set_column(index, index, width, plain)
    page.write_string(0, 0, f"{sheet.title}：填写说明", bold)
    sentences = [
        f"请在“{sheet.title}”页表头下面逐行填写，不要改动表头，不要合并单元格，不要使用公式。",
        f"深色表头为必填。一次最多 {sheet.max_rows} 行，空行自动跳过。",
        *sheet.instructions,
    ]
    for row, sentence in enumerate(sentences, start=1):
        page.merge_range(row, 0, row, 3, sentence, plain)
    top = len(sentences) + 2
    for index, word in enumerate(("栏目", "必填", "填写要求", "示例（仅供参考，不会导入）")):
        page.write_string(top, index, word, heading)
    for row, column in enumerate(sheet.columns, start=top + 1):
        rules = [column.kind.hint, "文件内不能重复" if column.unique else "", column.help]
        requirement = "。".join(rule.rstrip("。") for rule in rules if rule)
        cells = (column.heading, "是" if column.required else "否", requirement, column.example)
        for index, words in enumerate(cells):
            page.write_string(row, index, words, plain)


def _add_choices(book: xlsxwriter.Workbook, page: Worksheet, sheet: Sheet) -> None:
    """Drop-down lists, from a hidden page: Excel takes at most 255 characters of them inline."""
    choosing = [(i, column) for i, column in enumerate(sheet.columns) if column.kind.choices]
    if not choosing:
        return
    lists = book.add_worksheet(_CHOICES_TITLE)
    lists.hide()
    for position, (index, column) in enumerate(choosing):
        choices = column.kind.choices
        for row, label in enumerate(choices):
            lists.write_string(row, position, label)
        letter = xl_col_to_name(position, col_abs=True)
        page.data_validation(
            1,
            index,
            min(sheet.max_rows, _EXCEL_ROWS - 1),
            index,
            {
                "validate": "list",
                "source": f"='{_CHOICES_TITLE}'!{letter}$1:{letter}${len(choices)}",
                "error_title": "填写有误",
                "error_message": "请从下拉列表中选择",
            },
        )

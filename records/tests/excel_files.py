"""Workbooks for the tests of the importer, built with another library than the exporter's."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from stdnum.cn.uscc import calc_check_digit

from records.excel import Column, Sheet, kinds

SUBJECTS = Sheet(
    title="监管对象",
    columns=[
        Column("code", "统一社会信用代码", kinds.uscc(), required=True, unique=True, width=24),
        Column("name", "名称", kinds.text(20, 2), required=True, aliases=["单位名称"]),
        Column("grade", "信用等级", kinds.choice({"A级": "A", "B级": "B", "C级": "C", "D级": "D"})),
        Column("staff", "从业人数", kinds.integer(0, 9999)),
        Column("capital", "注册资本", kinds.decimal(2, Decimal(0))),
        Column("founded", "成立日期", kinds.date()),
        Column("phone", "联系电话", kinds.phone()),
        Column("labels", "标签", kinds.list_of(kinds.text(6))),
        Column("note", "备注", kinds.text(200, multiline=True)),
    ],
    instructions=["名称按营业执照填写。"],
    max_rows=100,
)
HEADINGS = [column.heading for column in SUBJECTS.columns]


def code(number: int) -> str:
    """A valid unified social credit code."""
    body = f"91411603{number:09d}"
    return body + calc_check_digit(body + "0")


def good_row(number: int) -> list[Any]:
    """A row of SUBJECTS without mistakes."""
    return [
        code(number),
        f"测试企业{number}",
        "A级",
        12,
        3.5,
        "2020-01-31",
        "13800138000",
        "餐饮",
        "",
    ]


def workbook(
    rows: Iterable[Sequence[Any]],
    title: str = "监管对象",
    change: Callable[[Worksheet], None] | None = None,
) -> bytes:
    """A workbook with the given rows, headings included, on one worksheet."""
    book = Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(list(row))
    if change:
        change(page)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repack(content: bytes, changed: dict[str, bytes]) -> bytes:
    """The same archive with some entries replaced or added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        entries = {name: old.read(name) for name in old.namelist()} | changed
        for name, part in entries.items():
            new.writestr(name, part)
    return stream.getvalue()


def edit(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with the XML of its worksheet changed."""
    path = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return repack(content, {path: change(archive.read(path))})

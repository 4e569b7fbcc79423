"""What a column may hold: how a cell becomes a value, and a value becomes a cell again.

Each function here makes a :class:`Kind`. Its ``parse`` gets a cell that is not blank (texts already
trimmed) and raises ValueError with the Chinese words that the person who filled the file reads.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from stdnum.cn import uscc as unified_code

Ordered = TypeVar("Ordered", int, Decimal, Date)

# What the reader hands over for one cell.
Cell = str | float | int | bool | Date | datetime | time | timedelta

# Excel keeps 15 significant digits of a number; what follows is already lost when a file arrives.
EXACT_DIGITS = 15
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SEPARATORS = re.compile("[、,，;；\n]")
_USCC = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{2}\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(
    r"(?:(0\d{2,3})-?)?([2-9]\d{6,7})(?:-(\d{1,6}))?|(400|800)-?(\d{3})-?(\d{4})"
)
_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DATE = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)|(\d{4})(\d\d)(\d\d)"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cell content.

    ``parse`` turns a cell into a value (ValueError with Chinese words), ``format`` a value into
    what is written: text, a number or a date. ``hint`` tells in the template what to fill in,
    ``number_format`` is Excel's ("@" keeps codes as text), ``choices`` fill a drop-down list.
    """

    parse: Callable[[Any], Any]
    format: Callable[[Any], Any]
    hint: str
    number_format: str = "@"
    choices: tuple[str, ...] = ()


def as_text(cell: Cell) -> str:
    """A cell as the text that its writer saw.

    Raises ValueError for numbers too long for Excel to have kept, and for control characters.
    """
    if isinstance(cell, str):
        if _CONTROL.search(cell):
            raise ValueError("含有不可见的控制字符，请删除后重新填写")
        return cell.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        if not math.isfinite(cell):
            raise ValueError("不是有效的数字")
        if abs(cell) >= 10**EXACT_DIGITS:
            raise ValueError(
                f"被 Excel 存成了数字 {cell:.2E}，第 15 位以后已丢失，"
                "请把单元格设为文本格式后重新填写"
            )
        return str(int(cell)) if int(cell) == cell else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell.date().isoformat()
    return str(cell)


def text(max_length: int, min_length: int = 1, *, multiline: bool = False) -> Kind:
    """Text of ``min_length`` to ``max_length`` characters, on one line unless ``multiline``."""

    def parse(cell: Cell) -> str:
        value = as_text(cell)
        if len(value) > max_length:
            raise ValueError(f"最多 {max_length} 个字，现有 {len(value)} 个字")
        if len(value) < min_length:
            raise ValueError(f"至少 {min_length} 个字，现有 {len(value)} 个字")
        if not multiline and "\n" in value:
            raise ValueError("不能换行")
        return value

    return Kind(parse, _same, f"文字，不超过 {max_length} 字")


def choice(labels: Mapping[str, Any], also: Mapping[str, Any] | None = None) -> Kind:
    """One of the labels; the value is what ``labels`` maps it to. ``also`` maps what else people
    write for one, which is understood but not offered."""
    by_label = {_narrow(label): value for label, value in {**(also or {}), **labels}.items()}
    by_value = {value: label for label, value in labels.items()}
    listed = "、".join(labels)

    def parse(cell: Cell) -> Any:
        given = _narrow(as_text(cell))
        if given not in by_label:
            near = difflib.get_close_matches(given, by_label, n=1, cutoff=0.5)
            raise ValueError(f"应为{listed}之一" + (f"，是否为“{near[0]}”？" if near else ""))
        return by_label[given]

    return Kind(parse, by_value.__getitem__, f"从列表中选择：{listed}", choices=tuple(labels))


def integer(minimum: int | None = None, maximum: int | None = None) -> Kind:
    """A whole number within bounds."""

    def parse(cell: Cell) -> int:
        digits = _digits(cell)
        if not _INTEGER.fullmatch(digits):
            raise ValueError("应为整数")
        return _within(int(digits), minimum, maximum)

    return Kind(parse, _same, "整数" + _bounds(minimum, maximum), "0")


def decimal(
    places: int = 2, minimum: Decimal | None = None, maximum: Decimal | None = None
) -> Kind:
    """A decimal number with at most ``places`` digits after the point, as ``Decimal``."""

    def parse(cell: Cell) -> Decimal:
        digits = _digits(cell)
        if not _DECIMAL.fullmatch(digits):
            raise ValueError("应为数字")
        if len(digits.partition(".")[2].rstrip("0")) > places:
            raise ValueError(f"小数最多 {places} 位")
        return _within(Decimal(digits), minimum, maximum)

    pattern = "0." + "0" * places if places else "0"
    return Kind(parse, _same, f"数字，小数最多 {places} 位" + _bounds(minimum, maximum), pattern)


def date(minimum: Date = Date(1900, 1, 1), maximum: Date = Date(2100, 12, 31)) -> Kind:
    """A day, typed as a date or written as 2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日."""

    def parse(cell: Cell) -> Date:
        if isinstance(cell, datetime):
            if cell.time() != time.min:
                raise ValueError("只填日期，不含时间")
            value = cell.date()
        elif isinstance(cell, Date):
            value = cell
        else:
            value = _date_from_text(_narrow(as_text(cell)))
        return _within(value, minimum, maximum)

    return Kind(parse, _same, "日期，如 2026-01-31", "yyyy-mm-dd")


def uscc() -> Kind:
    """A unified social credit code (GB 32100-2015), with its check digit verified.

    Wide characters, spaces, hyphens and small letters are put right. Codes of the authorities
    that are letters (N agriculture, Y others) are accepted too.
    """

    def parse(cell: Cell) -> str:
        code = re.sub(r"[\s-]", "", _narrow(as_text(cell))).upper()
        if len(code) != 18:
            raise ValueError(f"统一社会信用代码应为 18 位，现为 {len(code)} 位")
        if not _USCC.fullmatch(code):
            raise ValueError("统一社会信用代码含有不允许的字符（不用字母 I、O、S、V、Z）")
        if unified_code.calc_check_digit(code) != code[-1]:
            raise ValueError("统一社会信用代码校验位不符，请核对是否抄错")
        return code

    return Kind(parse, _same, "18 位统一社会信用代码")


def phone() -> Kind:
    """A mobile number, a landline number (area code and extension optional), or 400/800."""

    def parse(cell: Cell) -> str:
        given = re.sub(r"[\s()]", "", _narrow(as_text(cell)))
        if mobile := _MOBILE.fullmatch(given.replace("-", "")):
            return mobile[1]
        if landline := _LANDLINE.fullmatch(given):
            return "-".join(part for part in landline.groups() if part)
        raise ValueError("电话号码应为 11 位手机号或带区号的固定电话")

    return Kind(parse, _same, "手机号或带区号的固定电话")


def list_of(item: Kind) -> Kind:
    """Several values of one kind in one cell, separated by 、 , ; or a new line; a tuple.

    An item that itself contains a separator cannot be told from two.
    """

    def parse(cell: Cell) -> tuple[Any, ...]:
        parts = [part for each in _SEPARATORS.split(as_text(cell)) if (part := each.strip())]
        if not parts:
            raise ValueError("只有分隔符，没有内容")
        values: list[Any] = []
        for part in parts:
            try:
                value = item.parse(part)
            except ValueError as error:
                raise ValueError(f"“{part}”：{error}") from None
            if value in values:
                raise ValueError(f"“{part}”重复填写")
            values.append(value)
        return tuple(values)

    def format(values: Any) -> str:
        return "、".join(str(item.format(value)) for value in values)

    return Kind(parse, format, f"可填多项，用顿号分隔；每项：{item.hint}")


def _same(value: Any) -> Any:
    return value


def _narrow(value: str) -> str:
    """Full-width letters, digits and punctuation in their usual width, trimmed."""
    return unicodedata.normalize("NFKC", value).strip()


def _digits(cell: Cell) -> str:
    if isinstance(cell, float) and math.isfinite(cell) and not cell.is_integer():
        # What Excel shows: 0.1 + 0.2 arrives as 0.30000000000000004.
        return f"{Decimal(f'{cell:.{EXACT_DIGITS}g}'):f}"
    return _narrow(as_text(cell)).replace(",", "")


def _date_from_text(given: str) -> Date:
    match = _DATE.fullmatch(given.replace(" ", ""))
    if match is None:
        raise ValueError("不是日期，应如 2026-01-31")
    year, month, day = (int(part) for part in match.groups() if part and part.isdigit())
    try:
        return Date(year, month, day)
    except ValueError:
        raise ValueError("没有这一天，请核对年月日") from None


def _within(value: Ordered, minimum: Ordered | None, maximum: Ordered | None) -> Ordered:
    words = "早晚" if isinstance(value, Date) else "小大"
    if minimum is not None and value < minimum:
        raise ValueError(f"不能{words[0]}于 {minimum}")
    if maximum is not None and value > maximum:
        raise ValueError(f"不能{words[1]}于 {maximum}")
    return value


def _bounds(minimum: Any, maximum: Any) -> str:
    if minimum is None and maximum is None:
        return ""
    if maximum is None:
        return f"，不小于 {minimum}"
    return f"，不大于 {maximum}" if minimum is None else f"，{minimum} 至 {maximum}"

"""Single cells: what each kind of column takes, and the words for what it does not."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from records.excel import Kind, kinds

GRADE = kinds.choice({"红牌": "red", "黄牌": "yellow"})
STAFF = kinds.integer(0, 100)
MONEY = kinds.decimal(2, Decimal(0), Decimal(1000))
DAY = kinds.date(date(2000, 1, 1), date(2030, 12, 31))
CODE = "91110000600037341L"  # the example of python-stdnum


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (kinds.text(5), "文字", "文字"),
        (kinds.text(20), 13800138000.0, "13800138000"),
        (kinds.text(20), 1.5, "1.5"),
        (kinds.text(20), True, "TRUE"),
        (kinds.text(20), datetime(2026, 1, 2), "2026-01-02"),
        (kinds.text(20), time(8, 30), "08:30:00"),
        (kinds.text(20, multiline=True), "甲\r\n乙", "甲\n乙"),
        (kinds.text(60), "<script>alert(1)</script>", "<script>alert(1)</script>"),
        (GRADE, "红牌", "red"),
        (STAFF, 12.0, 12),
        (STAFF, "１２", 12),
        (MONEY, "1,000.00", Decimal("1000.00")),
        (MONEY, 0.1, Decimal("0.1")),
        (MONEY, 1.10, Decimal("1.1")),
        (DAY, date(2026, 1, 2), date(2026, 1, 2)),
        (DAY, datetime(2026, 1, 2), date(2026, 1, 2)),
        (DAY, "2026-1-2", date(2026, 1, 2)),
        (DAY, "2026/01/02", date(2026, 1, 2)),
        (DAY, "2026.1.2", date(2026, 1, 2)),
        (DAY, "2026 年 1 月 2 日", date(2026, 1, 2)),
        (DAY, 20260102.0, date(2026, 1, 2)),
        (kinds.uscc(), CODE, CODE),
        (kinds.uscc(), "９１１１００００ 600037341-l", CODE),
        (kinds.uscc(), "N2411603MF1234567X", "N2411603MF1234567X"),
        (kinds.phone(), "+86 138-0013-8000", "13800138000"),
        (kinds.phone(), 13800138000.0, "13800138000"),
        (kinds.phone(), "（0394）2661234", "0394-2661234"),
        (kinds.phone(), "0394-2661234-801", "0394-2661234-801"),
        (kinds.phone(), "2661234", "2661234"),
        (kinds.phone(), "4008001234", "400-800-1234"),
        (kinds.list_of(GRADE), "红牌；黄牌、", ("red", "yellow")),
    ],
)
def test_values(kind: Kind, cell: Any, value: Any) -> None:
    parsed = kind.parse(cell)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("kind", "cell", "message"),
    [
        (kinds.text(2), "三个字", "最多 2 个字，现有 3 个字"),
        (kinds.text(9, 2), "甲", "至少 2 个字，现有 1 个字"),
        (kinds.text(9), "甲\n乙", "不能换行"),
        (kinds.text(9), "甲\x00", "含有不可见的控制字符，请删除后重新填写"),
        (kinds.text(9), float("nan"), "不是有效的数字"),
        (GRADE, "红排", "应为红牌、黄牌之一，是否为“红牌”？"),
        (GRADE, "无", "应为红牌、黄牌之一"),
        (STAFF, 1.5, "应为整数"),
        (STAFF, "1e2", "应为整数"),
        (STAFF, True, "应为整数"),
        (STAFF, 101, "不能大于 100"),
        (STAFF, float("inf"), "不是有效的数字"),
        (MONEY, "NaN", "应为数字"),
        (MONEY, 0.125, "小数最多 2 位"),
        (MONEY, "-0.01", "不能小于 0"),
        (DAY, "昨天", "不是日期，应如 2026-01-31"),
        (DAY, 46024.0, "不是日期，应如 2026-01-31"),
        (DAY, "2026-1/2", "不是日期，应如 2026-01-31"),
        (DAY, "2026-02-30", "没有这一天，请核对年月日"),
        (DAY, datetime(2026, 1, 2, 8), "只填日期，不含时间"),
        (DAY, "1999-12-31", "不能早于 2000-01-01"),
        (DAY, "2031-01-01", "不能晚于 2030-12-31"),
        (kinds.uscc(), CODE[:17], "统一社会信用代码应为 18 位，现为 17 位"),
        (
            kinds.uscc(),
            "9111000060003734IL",
            "统一社会信用代码含有不允许的字符（不用字母 I、O、S、V、Z）",
        ),
        (kinds.uscc(), "91110000600037431L", "统一社会信用代码校验位不符，请核对是否抄错"),
        (kinds.phone(), "12800138000", "电话号码应为 11 位手机号或带区号的固定电话"),
        (kinds.list_of(STAFF), "1、二", "“二”：应为整数"),
        (kinds.list_of(STAFF), "1、１", "“１”重复填写"),
        (kinds.list_of(STAFF), "、;", "只有分隔符，没有内容"),
    ],
)
def test_mistakes(kind: Kind, cell: Any, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        kind.parse(cell)
    assert str(refused.value) == message

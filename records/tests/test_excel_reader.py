"""Rows and their mistakes, by row and column."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from records.excel import Row, read
from records.tests.excel_files import HEADINGS, SUBJECTS, code, edit, good_row, workbook

CODE, NAME, GRADE, STAFF, CAPITAL, FOUNDED, PHONE, LABELS, NOTE = range(9)


def test_thirty_rows_with_fifteen_kinds_of_mistakes() -> None:
    rows = [good_row(number) for number in range(2, 32)]  # indexed so that rows[n - 2] is row n

    def put(row: int, column: int, value: object) -> None:
        rows[row - 2][column] = value

    put(3, CODE, None)
    put(5, CODE, 9.13e17)
    put(6, CODE, code(6)[:17])
    put(7, CODE, code(7)[:17] + ("A" if code(7)[17] != "A" else "B"))
    put(8, CODE, f" {code(4).lower()} ")
    put(9, NAME, "甲")
    put(10, NAME, "甲" * 21)
    put(12, GRADE, "A 类")
    put(14, STAFF, "十二")
    put(15, STAFF, -1)
    put(17, CAPITAL, 3.141)
    put(19, FOUNDED, "2023-02-29")
    put(21, PHONE, "1380013800")
    put(23, LABELS, "餐饮、餐饮")
    put(25, NOTE, "=A1&B1")
    parsed = read(SUBJECTS, workbook([HEADINGS, *rows]), "名录.xlsx")
    assert [str(error) for error in parsed.errors] == [
        "第 3 行 A 列“统一社会信用代码”：必填，不能为空",
        "第 5 行 A 列“统一社会信用代码”：被 Excel 存成了数字 9.13E+17，第 15 位以后已丢失，"
        "请把单元格设为文本格式后重新填写",
        "第 6 行 A 列“统一社会信用代码”：统一社会信用代码应为 18 位，现为 17 位",
        "第 7 行 A 列“统一社会信用代码”：统一社会信用代码校验位不符，请核对是否抄错",
        "第 8 行 A 列“统一社会信用代码”：与第 4 行重复",
        "第 9 行 B 列“名称”：至少 2 个字，现有 1 个字",
        "第 10 行 B 列“名称”：最多 20 个字，现有 21 个字",
        "第 12 行 C 列“信用等级”：应为A级、B级、C级、D级之一",
        "第 14 行 D 列“从业人数”：应为整数",
        "第 15 行 D 列“从业人数”：不能小于 0",
        "第 17 行 E 列“注册资本”：小数最多 2 位",
        "第 19 行 F 列“成立日期”：没有这一天，请核对年月日",
        "第 21 行 G 列“联系电话”：电话号码应为 11 位手机号或带区号的固定电话",
        "第 23 行 H 列“标签”：“餐饮”重复填写",
        "第 25 行 I 列“备注”：单元格 I25 是公式（=A1&B1），请粘贴为数值",
    ]
    assert not parsed.ok
    assert [row.number for row in parsed.rows] == [
        2, 4, 11, 13, 16, 18, 20, 22, 24, 26, 27, 28, 29, 30, 31,
    ]  # fmt: skip


def test_all_mistakes_of_one_row_are_told_in_the_order_of_the_columns() -> None:
    row = [code(1), "", "E级", 1.5, "x", "昨天", "", "", ""]
    parsed = read(SUBJECTS, workbook([HEADINGS, row]), "a.xlsx")
    assert [error.column_letter for error in parsed.errors] == ["B", "C", "D", "E", "F"]


def test_values_come_out_normalised() -> None:
    row = [
        "９１" + code(7)[2:],
        "\u3000乙 企业\u200b ",
        "ａ级".upper(),
        "1,200",
        0.1 + 0.2,
        datetime(2020, 1, 31),
        "138-0013-8000",
        "餐饮；住宿，娱乐",
        "<b>粗</b>\r\n第二行",
    ]
    parsed = read(SUBJECTS, workbook([HEADINGS, row]), "a.xlsx")
    assert parsed.rows == [
        Row(
            2,
            {
                "code": code(7),
                "name": "乙 企业",
                "grade": "A",
                "staff": 1200,
                "capital": Decimal("0.3"),
                "founded": date(2020, 1, 31),
                "phone": "13800138000",
                "labels": ("餐饮", "住宿", "娱乐"),
                "note": "<b>粗</b>\n第二行",
            },
        )
    ]


def test_titles_above_other_orders_aliases_hidden_and_blank_rows() -> None:
    headings = [" 备 注 ", "*单位名称", "统一社会信用代码（必填）", *HEADINGS[2:8]]

    def hide(page) -> None:
        page.merge_cells("A1:I1")
        page.row_dimensions[5].hidden = True
        page.insert_cols(1)

    rows = [
        ["淮阳区监管对象名录"],
        [],
        headings,
        ["", "甲企业", code(1)],
        ["隐藏的行", "乙企业", code(2)],
        [None, "  "],
        ["", "丙企业", "错误"],
    ]
    parsed = read(SUBJECTS, workbook(rows, change=hide), "a.xlsx")
    assert [(row.number, row.values["name"]) for row in parsed.rows] == [
        (4, "甲企业"),
        (5, "乙企业"),
    ]
    assert [(error.row, error.column_letter) for error in parsed.errors] == [(7, "D")]


def test_error_values_are_named() -> None:
    def spoil(page) -> None:
        page["D2"].value = "#REF!"
        page["D2"].data_type = "e"

    parsed = read(SUBJECTS, workbook([HEADINGS, good_row(1)], change=spoil), "a.xlsx")
    assert [error.message for error in parsed.errors] == ["单元格是错误值 #REF!，请改正后填写"]


def test_a_formula_with_a_stored_result_is_still_refused() -> None:
    """As Excel saves it: the result beside the formula looks like any value."""
    content = workbook([HEADINGS, good_row(1)])
    content = edit(content, lambda xml: xml.replace(b"<v>12</v>", b"<f>6*2</f><v>12</v>"))
    parsed = read(SUBJECTS, content, "a.xlsx")
    assert [error.message for error in parsed.errors] == ["单元格 D2 是公式（=6*2），请粘贴为数值"]


def test_control_characters_are_refused() -> None:
    row = good_row(1)
    row[NAME] = "甲_x0000_企业"  # how a workbook carries a NUL
    parsed = read(SUBJECTS, workbook([HEADINGS, row]), "a.xlsx")
    assert [error.message for error in parsed.errors] == ["含有不可见的控制字符，请删除后重新填写"]


def test_an_app_adds_what_only_it_can_know() -> None:
    rows = [good_row(1), good_row(2), [*good_row(3)[:7], "甲、甲", ""]]
    parsed = read(SUBJECTS, workbook([HEADINGS, *rows]), "a.xlsx")
    parsed.add_error(parsed.rows[1], "name", "系统中已有同名对象")
    parsed.add_error(parsed.rows[0], "labels", "没有这个标签")
    assert [str(error) for error in parsed.errors] == [
        "第 2 行 H 列“标签”：没有这个标签",
        "第 3 行 B 列“名称”：系统中已有同名对象",
        "第 4 行 H 列“标签”：“甲”重复填写",
    ]
    assert [error.value for error in parsed.errors] == ["餐饮", "测试企业2", "甲、甲"]

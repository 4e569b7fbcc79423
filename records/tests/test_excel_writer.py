"""Templates and exports, read back with another library and with the importer itself."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.excel import Column, Sheet, kinds, read, template, to_bytes, write
from records.tests.excel_files import HEADINGS, SUBJECTS, code


class TestTemplate:
    book = openpyxl.load_workbook(io.BytesIO(template(SUBJECTS)))
    page = book["监管对象"]

    def test_has_the_headings_and_nothing_below(self) -> None:
        assert list(self.page.values) == [tuple(HEADINGS)]
        assert self.page.freeze_panes == "A2"
        assert self.page["A1"].font.bold
        assert self.page["A1"].fill.fgColor.rgb != self.page["C1"].fill.fgColor.rgb, "required"

    def test_code_columns_are_text(self) -> None:
        assert self.page.column_dimensions["A"].number_format == "@"
        assert self.page.column_dimensions["F"].number_format == "yyyy-mm-dd"

    def test_choices_are_a_list_over_all_rows(self) -> None:
        (validation,) = self.page.data_validations.dataValidation
        assert (validation.type, str(validation.sqref)) == ("list", "C2:C101")
        assert validation.formula1 == "'选项'!$A$1:$A$4"
        assert [row[0] for row in self.book["选项"].values] == ["A级", "B级", "C级", "D级"]
        assert self.book["选项"].sheet_state == "hidden"

    def test_instructions_tell_every_column(self) -> None:
        lines = list(self.book["填写说明"].values)
        assert ("名称按营业执照填写。", None, None, None) in lines
        assert [line[0] for line in lines[-len(HEADINGS) :]] == HEADINGS
        assert lines[-len(HEADINGS)][1:3] == ("是", "18 位统一社会信用代码。文件内不能重复")


def test_text_never_becomes_a_formula() -> None:
    dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}", "http://x"]
    sheet = Sheet("名录", [Column("text", "文字", kinds.text(100))])
    content = to_bytes(sheet, [{"text": words} for words in dangerous])
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = [row[0] for row in page.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in cells] == [
        (words, "s", "@") for words in dangerous
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert [row.values["text"] for row in read(sheet, content, "a.xlsx").rows] == dangerous


# What the importer itself would let through: trimmed, on one line where one line is asked for.
words = (
    st.text(st.characters(blacklist_categories=["Cc", "Cs", "Cn", "Cf"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)
subjects = st.fixed_dictionaries(
    {
        "name": words.filter(lambda name: len(name) >= 2).map(lambda name: name[:20].strip())
        .filter(lambda name: len(name) >= 2 and "\u2028" not in name),
        "grade": st.none() | st.sampled_from("ABCD"),
        "staff": st.none() | st.integers(0, 9999),
        "capital": st.none() | st.decimals(0, 10**16, places=2),
        "founded": st.none() | st.dates(date(1900, 1, 1), date(2100, 12, 31)),
        "phone": st.none() | st.sampled_from(["13800138000", "0394-2661234", "2661234"]),
        "labels": st.none()
        | st.lists(st.text("餐饮住宿=+-@_x0041", min_size=1, max_size=6), min_size=1, unique=True)
        .map(tuple),
        "note": st.none() | words.map(lambda note: note[:200].strip()).filter(bool),
    }
)  # fmt: skip


@given(st.lists(subjects, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_an_export_imports_again_as_it_was(rows: list[dict[str, Any]]) -> None:
    rows = [{"code": code(number), **row} for number, row in enumerate(rows)]
    parsed = read(SUBJECTS, to_bytes(SUBJECTS, rows), "名录.xlsx")
    assert parsed.errors == []
    assert [row.values for row in parsed.rows] == rows


def test_what_looks_like_excels_own_escapes_stays_as_it_is() -> None:
    row = {"code": code(1), "name": "甲_x0041_乙", "note": "第一行\n_x000D_第二行"}
    (back,) = read(SUBJECTS, to_bytes(SUBJECTS, [row]), "a.xlsx").rows
    assert (back.values["name"], back.values["note"]) == (row["name"], row["note"])


def test_control_characters_are_left_out_and_overlong_texts_cut() -> None:
    sheet = Sheet("名录", [Column("text", "文字", kinds.text(40_000, multiline=True))])
    content = to_bytes(sheet, [{"text": "甲\x00\x0b乙\ud800"}, {"text": "长" * 40_000}])
    short, long = (row.values["text"] for row in read(sheet, content, "a.xlsx").rows)
    assert short == "甲乙"
    assert len(long) == 32_767


def test_numbers_that_excel_would_round_are_written_as_text() -> None:
    sheet = Sheet("名录", [Column("n", "数", kinds.integer()), Column("d", "额", kinds.decimal(4))])
    row = {"n": 12345678901234567, "d": Decimal("1234567890123.4567")}
    (back,) = read(sheet, to_bytes(sheet, [row]), "a.xlsx").rows
    assert back.values == row


def test_twenty_thousand_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """Goes through whole, writes in flat memory, and prints how long it takes."""
    sheet = Sheet(SUBJECTS.title, SUBJECTS.columns, max_rows=20_000)
    rows = (
        {"code": code(number), "name": f"测试企业{number}", "staff": number % 100}
        for number in range(20_000)
    )
    stream = io.BytesIO()
    began = time.perf_counter()
    assert write(sheet, rows, stream) == 20_000
    written = time.perf_counter()
    parsed = read(sheet, stream.getvalue(), "a.xlsx")
    finished = time.perf_counter()
    assert (len(parsed.rows), parsed.errors) == (20_000, [])
    with capsys.disabled():
        print(f"\n20,000 rows: write {written - began:.2f} s, read {finished - written:.2f} s")


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        write(SUBJECTS, ({"name": f"测试企业{n}"} for n in range(count)), io.BytesIO())
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(8_000) < 1.5 * peak(1_000) + 500_000

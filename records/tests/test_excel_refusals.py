"""Files that are refused as a whole, and the words in which they are."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from dataclasses import replace

import pytest

from records.excel import Column, FileRefused, Sheet, kinds, read, template
from records.tests.excel_files import HEADINGS, SUBJECTS, edit, good_row, repack, workbook

GOOD = workbook([HEADINGS, good_row(1)])
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)


def refusal(content: bytes, filename: str = "名录.xlsx", sheet: Sheet = SUBJECTS) -> str:
    with pytest.raises(FileRefused) as refused:
        read(sheet, content, filename)
    return str(refused.value)


def archive_of(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "<a/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("filename", "words"),
    [
        ("名录.xls", "旧版 Excel"),
        ("名录.csv", "CSV"),
        ("名录.xlsm", "带宏"),
        ("名录.docx", "只接受 .xlsx"),
        ("../../etc/passwd", "只接受 .xlsx"),
        ("", "只接受 .xlsx"),
    ],
)
def test_wrong_extensions(filename: str, words: str) -> None:
    assert words in refusal(GOOD, filename)


def test_the_extension_may_be_in_capitals_and_the_file_a_stream() -> None:
    assert read(SUBJECTS, io.BytesIO(GOOD), "名录.XLSX").ok


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        ("名称,等级\n甲,A级\n".encode("gbk"), "不是 Excel 工作簿"),
        (b"<html><table></table></html>", "不是 Excel 工作簿"),
        (GOOD[:-200], "损坏"),
        (OLE, "旧版 Office"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (archive_of("word/document.xml"), "Word"),
        (archive_of("ppt/presentation.xml"), "PowerPoint"),
        (archive_of("xl/workbook.bin"), "二进制"),
        (archive_of("readme.txt"), "不是 Excel 工作簿"),
        (repack(GOOD, {"xl/vbaProject.bin": b"\0"}), "含有宏"),
        (repack(GOOD, {"xl/workbook.xml": b"<workbook"}), "不是 Excel 工作簿"),
        (edit(GOOD, lambda xml: xml[:-40]), "损坏"),
        (edit(GOOD, lambda xml: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + xml), "文档类型声明"),
        (edit(GOOD, lambda xml: xml.decode().encode("utf-16")), "UTF-8"),
    ],
    # A file holds the time of its making, and both test processes must call a test the same.
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_no_workbook(content: bytes, words: str) -> None:
    assert words in refusal(content)


def test_oversized_files() -> None:
    sheet = replace(SUBJECTS, max_bytes=1024 * 1024)
    assert "超过 1 MB" in refusal(bytes(1024 * 1024 + 1), sheet=sheet)


def test_encrypted_entries() -> None:
    content = bytearray(GOOD)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        for match in re.finditer(re.escape(signature), GOOD):
            content[match.start() + offset] |= 1
    assert "打开密码" in refusal(bytes(content))


class TestBombs:
    def test_too_much_inside(self) -> None:
        bomb = repack(GOOD, {"xl/media/zeros.bin": bytes(201 * 1024 * 1024)})
        assert len(bomb) < 1024 * 1024
        assert "压缩炸弹" in refusal(bomb)

    def test_suspicious_ratio(self) -> None:
        assert "压缩比异常" in refusal(repack(GOOD, {"xl/zeros.xml": bytes(30 * 1024 * 1024)}))

    def test_too_many_entries(self) -> None:
        assert "压缩炸弹" in refusal(repack(GOOD, {f"xl/{n}.xml": b"" for n in range(2001)}))

    def test_sizes_that_lie(self) -> None:
        """An entry declared as ten bytes is not unpacked further, whatever it holds."""
        bomb = bytearray(repack(GOOD, {"xl/sharedStrings.xml": bytes(30 * 1024 * 1024)}))
        for signature, offset, name_at in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
            for match in re.finditer(re.escape(signature), bytes(bomb)):
                if bomb[match.start() + name_at :].startswith(b"xl/sharedStrings.xml"):
                    struct.pack_into("<I", bomb, match.start() + offset, 10)
        assert "损坏" in refusal(bytes(bomb))

    def test_one_cell_in_the_last_corner(self) -> None:
        def far(page) -> None:
            page["XFD1048576"] = "x"

        assert "XFD1048576" in refusal(workbook([HEADINGS, good_row(1)], change=far))


class TestLayout:
    def test_missing_worksheet_among_several(self) -> None:
        def another(page) -> None:
            page.parent.create_sheet("乙")

        content = workbook([HEADINGS, good_row(1)], "甲", another)
        assert "没有名为“监管对象”的工作表（现有：甲、乙）" in refusal(content)

    def test_a_single_worksheet_may_have_any_name(self) -> None:
        assert read(SUBJECTS, workbook([HEADINGS, good_row(1)], "Sheet1"), "a.xlsx").ok

    def test_headings_that_do_not_fit_are_all_named(self) -> None:
        headings = [*HEADINGS]
        headings[2] = "信用等极"
        headings[8] = "从业人数"
        assert refusal(workbook([headings, good_row(1)])) == (
            "表头与模板不一致：缺少“信用等级”、“备注”；“从业人数”重复出现在 D、I 列；"
            "C 列“信用等极”不在模板中，是否为“信用等级”？"
        )

    def test_no_headings_at_all(self) -> None:
        assert "没有找到表头，应有：统一社会信用代码、名称" in refusal(workbook([["甲", "乙"]]))

    def test_contents_without_a_heading(self) -> None:
        content = workbook([[*HEADINGS, None], [*good_row(1), "多出来的"]])
        assert refusal(content) == "单元格 J2 有内容，但 J 列没有表头"

    def test_merged_cells(self) -> None:
        def merge(page) -> None:
            page.merge_cells("B2:B3")

        content = workbook([HEADINGS, good_row(1), good_row(2)], change=merge)
        assert "合并单元格（B2:B3）" in refusal(content)

    def test_a_formula_in_the_headings(self) -> None:
        content = workbook([["=TODAY()"], HEADINGS, good_row(1)])
        assert "表头中有公式或错误值（A1）" in refusal(content)

    def test_too_many_rows(self) -> None:
        sheet = replace(SUBJECTS, max_rows=2)
        content = workbook([HEADINGS, good_row(1), good_row(2), good_row(3)])
        assert "数据超过 2 行" in refusal(content, sheet=sheet)

    def test_no_rows(self) -> None:
        assert "没有数据" in refusal(workbook([HEADINGS, [" ", "\u3000"]]))
        assert "是空的" in refusal(workbook([]))

    def test_an_unfilled_template(self) -> None:
        assert "没有数据" in refusal(template(SUBJECTS))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Sheet("a/b", SUBJECTS.columns),
        lambda: Sheet("名录", [*SUBJECTS.columns, Column("x", "单位名称", kinds.text(5))]),
        lambda: Sheet("名录", [*SUBJECTS.columns, Column("name", "别的", kinds.text(5))]),
    ],
)
def test_declarations_that_contradict_themselves(build) -> None:
    with pytest.raises(ValueError, match=r"worksheet title|share"):
        build()

"""The subjects' Excel file: mistakes named by row and column, all or nothing, round trip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credit.imports import SUBJECT_SHEET, apply, check
from credit.models import Subject
from credit.models.subject import NATURAL_PERSONS
from credit.selectors.directory import sheet_rows
from credit.services.directory import upsert_subjects
from credit.tests.entries import HOME
from credit.tests.standings import judge
from matters.selectors import category_names
from records.actor import SYSTEM
from records.excel import Sheet, kinds, read, to_bytes
from records.excel.columns import Column
from supervision.demo.subjects import generate_subjects
from supervision.demo.workbooks import subjects_workbook

REGION = "411603"
SOUND = {
    "id_kind": "统一社会信用代码",
    "identifier": HOME.identifier,
    "name": HOME.name,
    "categories": "养老机构",
    "industry_class": "8514",
    "address": "新站镇东街1号",
    "township": "新站镇",
    "grade": "B",
    "status": "在业",
}
# The same headings, but every cell takes whatever is written: what a person's Excel does.
LOOSE = Sheet(
    title=SUBJECT_SHEET.title,
    columns=[Column(c.key, c.heading, kinds.text(500)) for c in SUBJECT_SHEET.columns],
)


def checked(actor, *rows):
    parsed = read(SUBJECT_SHEET, to_bytes(LOOSE, rows), "名录.xlsx")
    summary = check(actor, parsed)
    return parsed, summary


@pytest.mark.parametrize(
    ("mistake", "column", "words"),
    [
        ({"id_kind": "营业执照"}, "A", "之一"),
        ({"id_kind": ""}, "A", "必填"),
        ({"identifier": "91411603MA44GBK251"}, "B", "校验位不符"),
        ({"identifier": "91411603MA44GBK2"}, "B", "18 位"),
        ({"identifier": ""}, "B", "必填"),
        ({"name": ""}, "C", "必填"),
        ({"name": "91411603"}, "C", "不能只有数字"),
        ({"name": "长" * 121}, "C", "最多 120"),
        ({"categories": "养老机够"}, "D", "是否为“养老机构”"),
        ({"categories": "养老机构、养老机构"}, "D", "重复"),
        ({"categories": "自建房"}, "D", "标识类型应为“房屋编号”"),
        ({"industry_class": "餐饮"}, "E", "行业代码"),
        ({"township": "新站乡"}, "G", "是否为“新站镇”"),
        ({"township": "太康县"}, "G", "不是本区划"),
        ({"grade": "E"}, "H", "A、B、C、D"),
        ({"status": "营业"}, "I", "之一"),
        (
            {
                "id_kind": "车辆识别代号",
                "categories": "货运车辆",
                "identifier": "LZEDZBEW1KJ837503",
            },
            "B",
            "第 9 位校验位",
        ),
        (
            {"id_kind": "房屋编号", "categories": "自建房", "identifier": "411603199001011234"},
            "B",
            "居民身份证号",
        ),
        (
            {"id_kind": "项目编号", "categories": "在建工程项目", "identifier": "XM-2026-1"},
            "B",
            "投资项目代码",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(county, actor, mistake, column, words):
    parsed, _ = checked(actor("xzsp_clerk"), SOUND | mistake)
    assert [error.row for error in parsed.errors] == [2]
    assert parsed.errors[0].column_letter == column
    assert words in parsed.errors[0].message


@pytest.mark.parametrize("written", ["B（较低风险）", "B级", "B(较低风险)", "B"])
def test_a_grade_is_understood_as_pages_write_it(written):
    grade = next(column for column in SUBJECT_SHEET.columns if column.key == "grade")
    assert grade.kind.parse(written) == "B"
    assert grade.kind.choices == ("A", "B", "C", "D")


def test_all_mistakes_of_a_row_are_named_at_once(county, actor):
    wrong = {"grade": "E（无风险）", "categories": "养老机够", "township": "火星镇"}
    parsed, _ = checked(actor("xzsp_clerk"), SOUND | wrong)
    assert [error.column_letter for error in parsed.errors] == ["D", "G", "H"]


def test_one_identifier_twice_is_named_at_the_second_row(county, actor):
    wide = SOUND | {"identifier": " 91411603ma44gbk258 "}
    parsed, _ = checked(actor("xzsp_clerk"), SOUND, wide)
    assert len(parsed.errors) == 1
    assert "与第 2 行重复" in parsed.errors[0].message
    assert parsed.errors[0].row == 3


def test_a_sound_file_says_what_will_be_written(county, actor):
    upsert_subjects(SYSTEM, [HOME], "x", region_code=REGION)
    new = SOUND | {"identifier": "92411603MA6NXG6Q3F", "name": "另一家"}
    parsed, summary = checked(actor("xzsp_clerk"), SOUND, new)
    assert not parsed.errors
    written, grades = summary["facts"]
    assert "新增 1 条" in written[1]
    assert "更新 1 条" in written[1]
    assert grades[1] == "B 级 2 条"
    assert summary["rows"][1][2] == "另一家"


def test_who_may_not_regrade_is_told_in_the_grade_column(county, actor):
    upsert_subjects(SYSTEM, [replace(HOME, grade="D")], "x", region_code=REGION)
    parsed, _ = checked(actor("xzsp_clerk"), SOUND)
    assert [(e.column_letter, "现为 D 级" in e.message) for e in parsed.errors] == [("H", True)]
    parsed, _ = checked(actor("fgw_clerk"), SOUND)
    assert not parsed.errors


def test_a_grade_that_was_judged_is_refused_in_its_row(county, actor):
    upsert_subjects(SYSTEM, [replace(HOME, grade="D")], "x", region_code=REGION)
    judge(Subject.objects.get())
    parsed, _ = checked(actor("fgw_clerk"), SOUND)
    (error,) = parsed.errors
    assert (error.row, error.column_letter) == (2, "H")
    assert "写明理由和期限" in error.message
    parsed, _ = checked(actor("fgw_clerk"), SOUND | {"grade": "D"})
    assert not parsed.errors


def test_the_demo_file_goes_in_whole(county, actor):
    rows = list(generate_subjects(5, 300))
    parsed = read(SUBJECT_SHEET, subjects_workbook(rows), "名录.xlsx")
    check(actor("xzsp_clerk"), parsed)
    assert parsed.errors == []
    done: list[int] = []
    words = apply(actor("xzsp_clerk"), parsed.rows, done.append)
    assert "新增 300 条" in words
    assert done == [300]
    first = Subject.objects.get(identifier=rows[0].identifier)
    assert (first.name, first.grade) == (rows[0].name, rows[0].grade)
    assert tuple(first.categories) == rows[0].categories


def test_what_is_exported_can_be_imported_again_without_change(county, actor, client_of):
    """But for people and houses, which are exported masked: their rows are told apart."""
    rows = list(generate_subjects(5, 120))
    parsed = read(SUBJECT_SHEET, subjects_workbook(rows), "名录.xlsx")
    apply(actor("xzsp_clerk"), parsed.rows, lambda _: None)
    response = client_of("xzsp_clerk").get("/credit/subjects/?export=xlsx")
    again = read(SUBJECT_SHEET, response.content, "名录.xlsx")
    check(actor("xzsp_clerk"), again)
    masked = Subject.objects.filter(id_kind__in=NATURAL_PERSONS).count()
    told = {(error.heading, error.message) for error in again.errors}
    assert told == {("统一社会信用代码/标识", "标识已隐去，请填写完整的标识，或者删去这一行")}
    assert len(again.errors) == masked > 0
    whole = [row for row in again.rows if "*" not in str(row.values["identifier"])]
    words = apply(actor("xzsp_clerk"), whole, lambda _: None)
    assert words.endswith(f"新增 0 条，更新 0 条，无变化 {120 - masked} 条。")


def test_rows_for_export_name_categories_and_township(county):
    upsert_subjects(SYSTEM, [HOME], "x", region_code=REGION)
    [row] = sheet_rows(Subject.objects.all(), category_names())
    assert row["categories"] == ["养老机构"]
    assert row["township"] == "新站镇"

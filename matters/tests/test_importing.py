from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from departments.models import DepartmentAlias
from matters.models import Duty, Matter, MatterVersion
from records.errors import NotAllowed
from records.models import ImportJob, TrailEntry
from supervision.demo import county
from supervision.demo.workbooks import MATTER_HEADINGS, matters_workbook

LONG_NAME = "医养结合机构安全与服务质量以及老年人权益保障和医疗保障基金使用跨部门综合监管（第二批）"


def book(*rows: tuple[Any, ...], title: str = "") -> bytes:
    """A workbook with the document's headings and these rows, as people make them."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "事项清单"
    if title:
        sheet.append([title])
    sheet.append(MATTER_HEADINGS)
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def good(number: int = 30, name: str = "物业服务综合监管", **cells: str) -> tuple[Any, ...]:
    values = {
        "subjects": "养老机构",
        "content": "服务安全",
        "lead": "区民政局",
        "partners": "住建局、城投公司",
    } | cells
    return (number, name, *values.values())


def test_the_published_list_becomes_19_drafts_with_149_duties_of_41_departments(drafts) -> None:
    assert sorted(drafts) == list(range(1, 20))
    assert {version.state for version in drafts.values()} == {"draft"}
    assert Duty.objects.count() == 149
    assert Duty.objects.values("department").distinct().count() == 41
    assert Duty.objects.filter(part=Duty.Part.LEAD).count() == 19
    for row in county.matters():
        version = drafts[row.no]
        assert (version.name, version.subjects_text) == (row.name, row.subjects)
        assert version.content == row.content
        assert version.lead.name == row.lead
        partners = version.duties.exclude(part="lead").select_related("department")
        assert [duty.department.name for duty in partners] == list(row.cooperating)
        expected = {each.code for each in county.categories() if row.no in each.matters}
        assert set(version.categories.values_list("code", flat=True)) == expected
    assert drafts[19].matter.code == "411603-ZHJG-019"
    assert drafts[19].source == county.matters_title()


def test_the_misprint_is_resolved_by_its_alias_and_kept_as_printed(drafts) -> None:
    lead = drafts[2].duties.get(part="lead")
    assert lead.department.name == "区人力资源和社会保障局"
    assert lead.printed == "区人力资源和社会保障社局"


def test_only_departments_that_enforce_start_as_enforcing(drafts) -> None:
    partners = Duty.objects.exclude(part="lead")
    assert partners.filter(department__enforces=True).exclude(part="enforcing").count() == 0
    assert partners.filter(department__enforces=False).exclude(part="assisting").count() == 0
    assert drafts[2].duties.get(department__name="城投公司").part == "assisting"


def test_the_preview_counts_and_lists_what_will_be_written(county, bring_in) -> None:
    job = bring_in(matters_workbook())
    facts = dict(job.summary["facts"])
    assert (facts["事项"], facts["部门"], facts["职责"]) == ("19", "41", "149")
    assert job.summary["columns"] == ["序号", "事项名称", "牵头部门", "配合部门数", "对象类别"]
    assert job.summary["rows"][18][1:] == ["养老机构安全综合监管", "民政局", 7, "养老机构"]


def test_every_imported_matter_has_a_trail_entry(drafts) -> None:
    entries = TrailEntry.objects.filter(verb="matter.create")
    assert entries.count() == 19
    assert entries.filter(actor_name="冯雅静", opinion="首次导入").count() == 19


def test_without_a_title_row_the_file_name_is_the_source(county, bring_in) -> None:
    assert bring_in(book(good()), name="第二批清单.xlsx").state == "done"
    assert MatterVersion.objects.get().source == "第二批清单.xlsx"


def test_a_name_of_forty_characters_is_taken(county, bring_in) -> None:
    assert len(LONG_NAME) >= 40
    assert bring_in(book(good(name=LONG_NAME))).state == "done"
    assert MatterVersion.objects.get().name == LONG_NAME


MISTAKES: list[tuple[tuple[Any, ...], str, str]] = [
    (good(None, "缺序号"), "序号", "必填"),
    (good("三", "序号是汉字"), "序号", "应为整数"),
    (good(0, "序号为零"), "序号", "不能小于 1"),
    (good(33, ""), "事项名称", "必填"),
    (good(34, "长" * 101), "事项名称", "最多 100 个字，现有 101 个字"),
    (good(35, "换\n行"), "事项名称", "不能换行"),
    (good(36, "缺监管对象", subjects=""), "监管对象", "必填"),
    (good(37, "缺主要任务", content=""), "主要任务", "必填"),
    (good(38, "两个牵头", lead="区民政局、区财政局"), "牵头单位", "应只填一个牵头单位，现有 2 个"),
    (good(39, "牵头写错", lead="区民正局"), "牵头单位", "没有部门“区民正局”，是否为“区民政局”"),
    (good(40, "配合写错", partners="住建局、公按局"), "配合单位", "没有部门“公按局”，是否为“"),
    (
        good(41, "重复部门", partners="公安局、区公安局"),
        "配合单位",
        "“公安局”和“区公安局”是同一个部门（区公安局），只能列一次",
    ),
    (
        good(42, "牵头又配合", partners="民政局、公安局"),
        "配合单位",
        "“民政局”已是牵头单位，不能同时列为配合单位",
    ),
    (good(43, "只有分隔符", partners="、、"), "配合单位", "没有填写任何部门"),
    (good(44, "缺配合单位", partners=""), "配合单位", "必填"),
    (good(30, "序号重复"), "序号", "与第 3 行重复"),
    (good(46), "事项名称", "与第 3 行重复"),
    (good(47, "公式", content="=1+1"), "主要任务", "是公式"),
]


def test_every_kind_of_mistake_is_told_by_row_and_column_and_nothing_is_imported(
    county, bring_in
) -> None:
    job = bring_in(book(good(), *(row for row, _, _ in MISTAKES), title="第二批"))
    assert job.state == ImportJob.State.REFUSED
    told = {(error["row"], error["heading"]): error["message"] for error in job.errors}
    for number, (_, heading, words) in enumerate(MISTAKES, start=4):
        assert words in told.pop((number, heading)), (number, heading)
    assert told == {}
    assert not Matter.objects.exists()


def test_several_unknown_departments_in_one_cell_are_listed_each(county, bring_in) -> None:
    job = bring_in(book(good(partners="公按局、某某办、住建局")))
    assert [error["column"] for error in job.errors] == ["F", "F"]
    assert "“公按局”" in job.errors[0]["message"]
    assert job.errors[1]["message"].startswith("没有部门“某某办”")


def test_columns_in_another_order_are_told_by_their_own_letters(county, bring_in) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(MATTER_HEADINGS[::-1])
    workbook.active.append(good(lead="区民正局")[::-1])
    stream = io.BytesIO()
    workbook.save(stream)
    assert [error["column"] for error in bring_in(stream.getvalue()).errors] == ["B"]


def test_a_number_in_preparation_cannot_be_imported_again(drafts, bring_in) -> None:
    job = bring_in(book(good(19, "养老机构安全综合监管")))
    assert [error["message"] for error in job.errors] == [
        "事项 19 已有版本正在办理（草稿），请先办结"
    ]
    assert MatterVersion.objects.count() == 19


def test_a_name_that_another_matter_has_is_refused(drafts, bring_in) -> None:
    job = bring_in(book(good(30, "自建房安全综合监管")))
    assert [error["message"] for error in job.errors] == ["与现有事项 3 名称相同"]


def test_a_changed_row_becomes_the_next_version_and_the_same_ones_stay(
    drafts, advance, bring_in
) -> None:
    advance(drafts[17], "in_force")
    advance(drafts[18], "in_force")
    rows = {row.no: row for row in county.matters()}

    def cells(number: int, **changes: str) -> tuple[Any, ...]:
        row = rows[number]
        values = {"subjects": row.subjects, "content": row.content} | changes
        return (number, row.name, *values.values(), row.lead_cell, row.cooperating_cell)

    job = bring_in(book(cells(17), cells(18, content="粮食收购、储存和出库")))
    assert job.state == "done", job.errors
    assert dict(job.summary["facts"])["内容相同，不导入"] == "1 项"
    assert MatterVersion.objects.filter(matter__number=17).count() == 1
    newest = MatterVersion.objects.get(matter__number=18, number=2)
    assert (newest.state, newest.change_reason) == ("draft", "重新导入")
    assert MatterVersion.objects.get(matter__number=18, number=1).state == "in_force"


def test_a_file_that_changes_nothing_is_refused_in_words(drafts, advance, bring_in) -> None:
    for version in drafts.values():
        advance(version, "in_force")
    job = bring_in(matters_workbook())
    assert job.state == "refused"
    assert len(job.errors) == 19
    assert job.errors[0]["message"] == "与现有事项 1 内容完全相同，无需重复导入"


def test_an_alias_added_later_makes_the_file_good(county, bring_in) -> None:
    content = book(good(partners="公按局"))
    assert bring_in(content).state == "refused"
    police = DepartmentAlias.objects.get(alias="公安局")
    DepartmentAlias.objects.create(
        region=police.region, department=police.department, alias="公按局"
    )
    assert bring_in(content).state == "done"
    assert Duty.objects.get(printed="公按局").department == police.department


@pytest.mark.parametrize("username", ["mzj_head", "sfj_head", "system_admin", "mzj_inspector1"])
def test_only_the_coordination_office_imports(county, bring_in, username: str) -> None:
    with pytest.raises(NotAllowed):
        bring_in(matters_workbook(), who=username)
    assert not ImportJob.objects.exists()

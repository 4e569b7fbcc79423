"""The Excel files hold what the generators made, in the documents' own columns."""

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from supervision.demo.inspectors import generate_inspectors
from supervision.demo.subjects import generate_subjects
from supervision.demo.workbooks import (
    INSPECTOR_HEADINGS,
    SUBJECT_HEADINGS,
    inspectors_workbook,
    matters_workbook,
    subjects_workbook,
)


def _rows(content: bytes) -> list[tuple[object, ...]]:
    return list(load_workbook(BytesIO(content), read_only=True).active.values)


def test_matters_stand_as_printed() -> None:
    rows = _rows(matters_workbook())
    assert rows[0][0] == "周口市淮阳区跨部门综合监管事项清单（第一批）"
    assert rows[1] == ("序号", "事项名称", "监管对象", "主要任务", "牵头单位", "配合单位")
    assert len(rows) == 21
    assert rows[3][4] == "区人力资源和社会保障社局"
    assert rows[15][5].startswith("区委网络中心,公安局、")
    assert [row[0] for row in rows[2:]] == list(range(1, 20))


def test_subjects_stand_in_their_columns() -> None:
    subjects = list(generate_subjects(9, 60))
    rows = _rows(subjects_workbook(subjects))
    assert rows[0] == SUBJECT_HEADINGS
    assert len(rows) == 61
    assert [row[1] for row in rows[1:]] == [subject.identifier for subject in subjects]
    home = next(row for row in rows if str(row[3]).startswith("养老机构"))
    assert home[0] == "统一社会信用代码"
    assert home[4] == "8514"
    assert home[7] in {"A", "B", "C", "D"}


def test_inspectors_stand_in_their_columns() -> None:
    inspectors = generate_inspectors(9, date(2026, 3, 2))
    rows = _rows(inspectors_workbook(inspectors[:30]))
    assert rows[0] == INSPECTOR_HEADINGS
    assert len(rows) == 31
    assert rows[1][:2] == ("彭俊凯", "16160319001")
    assert rows[1][2] == "区市场监督管理局"
    assert rows[1][4] == inspectors[0].valid_to.isoformat()

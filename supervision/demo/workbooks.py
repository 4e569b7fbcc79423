"""The Excel files of the story: the list of matters and the two directories."""

from collections.abc import Collection, Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from supervision.demo.county import categories, matters, matters_title, townships
from supervision.demo.inspectors import InspectorRow
from supervision.demo.subjects import SubjectRow

MATTER_HEADINGS = ("序号", "事项名称", "监管对象", "主要任务", "牵头单位", "配合单位")
SUBJECT_HEADINGS = (
    "监管对象标识类型",
    "统一社会信用代码/标识",
    "名称",
    "对象类别",
    "行业代码",
    "地址",
    "乡镇街道",
    "风险等级",
    "状态",
)
INSPECTOR_HEADINGS = (
    "姓名",
    "执法证号",
    "所属部门",
    "证件有效期起",
    "证件有效期止",
    "专业",
    "负责乡镇街道",
    "状态",
)

_THIN = Side(style="thin", color="999999")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEADING_FILL = PatternFill("solid", fgColor="E8EEF7")
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WRAPPED = Alignment(vertical="center", wrap_text=True)


def matters_workbook(only: Collection[int] = ()) -> bytes:
    """The first batch of 19 matters as published: title, six headings, a row per matter; only those
    with the numbers if some are given."""
    book = Workbook()
    sheet = book.active
    sheet.title = "事项清单"
    sheet.append([matters_title()])
    sheet.merge_cells("A1:F1")
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A1"].alignment = _CENTRED
    sheet.row_dimensions[1].height = 36
    sheet.append(MATTER_HEADINGS)
    for row in matters():
        if only and row.no not in only:
            continue
        sheet.append(
            [row.no, row.name, row.subjects, row.content, row.lead_cell, row.cooperating_cell]
        )
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.border = _BORDER
            cell.alignment = _CENTRED if cell.row == 2 or cell.column == 1 else _WRAPPED
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        cell.fill = _HEADING_FILL
    for number, width in enumerate((6, 26, 36, 36, 18, 56), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A3"
    return _bytes(book)


def subjects_workbook(rows: Iterable[SubjectRow]) -> bytes:
    """The directory of subjects in ``SUBJECT_HEADINGS``; categories by name, joined with 、."""
    known = {category.code: category.name for category in categories()}
    return _directory(
        "监管对象名录",
        SUBJECT_HEADINGS,
        (18, 24, 44, 28, 10, 44, 14, 10, 8),
        (
            (
                row.identifier_kind.label,
                row.identifier,
                row.name,
                "、".join(known[code] for code in row.categories),
                row.industry,
                row.address,
                row.township_name,
                row.grade,
                row.status.label,
            )
            for row in rows
        ),
    )


def inspectors_workbook(rows: Iterable[InspectorRow]) -> bytes:
    """The directory of inspectors in ``INSPECTOR_HEADINGS``; days as text like 2026-03-01."""
    units = {unit.code: unit.name for unit in townships()}
    return _directory(
        "执法检查人员名录",
        INSPECTOR_HEADINGS,
        (12, 16, 28, 14, 14, 24, 24, 8),
        (
            (
                row.name,
                row.licence,
                row.department_name,
                row.valid_from.isoformat(),
                row.valid_to.isoformat(),
                "、".join(row.specialities),
                "、".join(units[code] for code in row.townships),
                row.status.label,
            )
            for row in rows
        ),
    )


def _directory(
    title: str,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
) -> bytes:
    """A sheet with styled headings in row 1; written row by row, so that size does not matter."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    cells = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, heading)
        cell.font = Font(bold=True)
        cell.fill = _HEADING_FILL
        cell.border = _BORDER
        cell.alignment = _CENTRED
        cells.append(cell)
    sheet.append(cells)
    for row in rows:
        sheet.append(row)
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()

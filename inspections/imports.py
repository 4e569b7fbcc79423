"""The Excel file of the inspectors' directory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from credit.validation import closest, normalise_identifier
from departments.models import Department, DepartmentAlias
from inspections.acts.directory import keeps_inspectors_of, keeps_some
from inspections.models import Inspector
from inspections.services.directory import (
    Scope,
    as_input,
    scope_of,
    taken_complaint,
    upsert_inspectors,
)
from inspections.validation import (
    LICENCE_LENGTH,
    NAME_LENGTH,
    SPECIALITY_LENGTH,
    InspectorInput,
    complaints,
)
from records import clock
from records.actor import Actor
from records.excel import Column, Kind, Parsed, Row, Sheet, kinds
from records.imports import ImportKind, register

PREVIEW_ROWS = 20
NAMED_IN_FACTS = 10
SOURCE = "名录导入"


def _licence() -> Kind:
    words = kinds.text(LICENCE_LENGTH + 10)
    return Kind(
        parse=lambda cell: normalise_identifier(words.parse(cell)),
        format=words.format,
        hint="行政执法证上的编号，以文本格式填写",
    )


INSPECTOR_SHEET = Sheet(
    title="执法检查人员名录",
    columns=(
        Column("name", "姓名", kinds.text(NAME_LENGTH), required=True, example="曾建安", width=12),
        Column(
            "licence",
            "执法证号",
            _licence(),
            required=True,
            unique=True,
            example="16160301001",
            width=16,
        ),
        Column(
            "department",
            "所属部门",
            kinds.text(100),
            required=True,
            example="区民政局",
            help="填全称、简称或已登记的别名",
            width=28,
        ),
        Column(
            "valid_from",
            "证件有效期起",
            kinds.date(),
            required=True,
            example="2024-03-01",
            width=14,
        ),
        Column(
            "valid_until",
            "证件有效期止",
            kinds.date(),
            required=True,
            example="2029-02-28",
            width=14,
        ),
        Column(
            "specialities",
            "专业",
            kinds.list_of(kinds.text(SPECIALITY_LENGTH)),
            example="养老服务、社会组织",
            width=24,
        ),
        Column(
            "townships",
            "负责乡镇街道",
            kinds.list_of(kinds.text(60)),
            example="新站镇、柳湖街道",
            help="不填表示全区",
            width=24,
        ),
        Column(
            "status",
            "状态",
            kinds.choice({"在岗": True, "离岗": False}),
            required=True,
            example="在岗",
            width=8,
        ),
    ),
    instructions=(
        "执法证号相同的视为同一人：已在名录中的按本表更新，不在的新增；本表没有列出的不受影响。",
        "证件已过期的可以导入，但不会被随机抽取。",
    ),
    max_rows=10_000,
)


@dataclass(frozen=True)
class _Words:
    """What the words of the file mean: keys of departments and codes of townships by name."""

    departments: dict[str, int]
    townships: dict[str, str]

    @classmethod
    def of(cls, scope: Scope) -> _Words:
        departments = {
            alias: pk
            for alias, pk in DepartmentAlias.objects.filter(
                region=scope.region, department__in=list(scope.senders)
            ).values_list("alias", "department_id")
        }
        units = Department.objects.filter(pk__in=list(scope.senders))
        for pk, name, short_name in units.values_list("pk", "name", "short_name"):
            departments |= {short_name: pk, name: pk}
        return cls(departments, {name: code for code, name in scope.townships.items()})

    def entry(self, row: Row) -> InspectorInput:
        """A row as an entry; an unknown department is 0, unknown townships are left out."""
        values = row.values
        codes = (self.townships.get(name) for name in values["townships"] or ())
        return InspectorInput(
            licence=values["licence"],
            name=values["name"],
            department_id=self.departments.get(values["department"], 0),
            valid_from=values["valid_from"],
            valid_until=values["valid_until"],
            specialities=values["specialities"] or (),
            townships=tuple(code for code in codes if code),
            is_active=values["status"],
        )

    def report_unknown(self, row: Row, parsed: Parsed) -> None:
        """Report the words that mean nothing here, with what they may have meant."""
        department = row.values["department"]
        if department not in self.departments:
            hint = closest(department, self.departments)
            parsed.add_error(row, "department", f"没有“{department}”这个部门{hint}")
        for name in row.values["townships"] or ():
            if name not in self.townships:
                hint = closest(name, self.townships)
                parsed.add_error(row, "townships", f"“{name}”不是本区划的乡镇街道{hint}")


def check(actor: Actor, parsed: Parsed) -> dict[str, Any]:
    """Add what only the database knows: departments, townships, whose inspector it is; say what
    will be, and whose licence has ended."""
    scope = scope_of(actor.region_code)
    words = _Words.of(scope)
    entries = [words.entry(row) for row in parsed.rows]
    stored = {
        inspector.licence: inspector
        for inspector in Inspector.objects.filter(
            licence__in=[entry.licence for entry in entries]
        ).select_related("department__region")
    }
    changes: Counter[str] = Counter()
    for row, entry in zip(parsed.rows, entries, strict=True):
        words.report_unknown(row, parsed)
        for complaint in complaints(entry, scope.senders, scope.townships):
            if complaint.field != "department" or entry.department_id:
                parsed.add_error(row, complaint.field, complaint.message)
        if entry.department_id and not keeps_inspectors_of(
            actor, entry.department_id, scope.region.code
        ):
            parsed.add_error(row, "department", "只能导入本部门的执法检查人员")
        known = stored.get(entry.licence)
        if known and not keeps_inspectors_of(
            actor, known.department_id, known.department.region.code
        ):
            parsed.add_error(row, "licence", taken_complaint(known.department.name))
        same = known is not None and as_input(known) == entry
        changes["新增" if known is None else "无变化" if same else "更新"] += 1
    written = ",".join(f"{word} {changes[word]} 人" for word in ("新增", "更新", "无变化"))
    return {
        "columns": [column.heading for column in INSPECTOR_SHEET.columns],
        "rows": [_preview(row) for row in parsed.rows[:PREVIEW_ROWS]],
        "facts": [["将写入", written], *_licence_facts(entries)],
    }


def apply(actor: Actor, rows: Sequence[Row], progress: Callable[[int], None]) -> str:
    """Write the checked rows and say what became of them."""
    words = _Words.of(scope_of(actor.region_code))
    entries = [words.entry(row) for row in rows]
    return f"执法检查人员名录已更新：{upsert_inspectors(actor, entries, SOURCE, progress)}。"


def _licence_facts(entries: Iterable[InspectorInput]) -> list[list[str]]:
    today = clock.today()
    expired = [entry.name for entry in entries if entry.is_active and entry.valid_until < today]
    if not expired:
        return []
    named = "、".join(expired[:NAMED_IN_FACTS]) + ("等" if len(expired) > NAMED_IN_FACTS else "")
    return [["证件已过期", f"{len(expired)} 人（{named}），可以导入，但不会被抽取"]]


def _preview(row: Row) -> list[str]:
    shown = []
    for column in INSPECTOR_SHEET.columns:
        value = row.values[column.key]
        shown.append("" if value is None else str(column.kind.format(value)))
    return shown


INSPECTORS = register(
    ImportKind(
        code="inspectors",
        title="执法检查人员名录",
        sheet=INSPECTOR_SHEET,
        may=keeps_some,
        check=check,
        apply=apply,
        done_url="inspections:inspector-list",
        help="部门经办人导入本部门人员；综合协调组和联合抽查检查组可以导入全区人员。",
    )
)

"""The Excel file of the subjects' directory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from credit.acts import may_keep_directory
from credit.models import Subject
from credit.selectors.directory import held, scope_of
from credit.services.directory import alias_words, grade_complaint, upsert_subjects
from credit.validation import (
    ADDRESS_LENGTH,
    IDENTIFIER_LENGTH,
    NAME_LENGTH,
    Catalogue,
    SubjectInput,
    closest,
    complaints,
    normalise_identifier,
)
from matters.models import SubjectCategory
from records.actor import Actor
from records.excel import Column, Kind, Parsed, Row, Sheet, kinds
from records.imports import ImportKind, register

PREVIEW_ROWS = 20
SOURCE = "名录导入"


def _identifier() -> Kind:
    words = kinds.text(IDENTIFIER_LENGTH + 20)
    return Kind(
        parse=lambda cell: normalise_identifier(words.parse(cell)),
        format=words.format,
        hint="按标识类型填写：18 位统一社会信用代码、17 位车辆识别代号、投资项目代码、编号",
    )


SUBJECT_SHEET = Sheet(
    title="监管对象名录",
    columns=(
        Column(
            "id_kind",
            "监管对象标识类型",
            kinds.choice({label: code for code, label in SubjectCategory.IdKind.choices}),
            required=True,
            example="统一社会信用代码",
            aliases=("标识类型",),
        ),
        Column(
            "identifier",
            "统一社会信用代码/标识",
            _identifier(),
            required=True,
            unique=True,
            example="91411603MA44GBK258",
            width=24,
            aliases=("统一社会信用代码", "标识"),
        ),
        Column(
            "name",
            "名称",
            kinds.text(NAME_LENGTH),
            required=True,
            example="淮阳区穗禾烩面店",
            width=44,
        ),
        Column(
            "categories",
            "对象类别",
            kinds.list_of(kinds.text(60)),
            required=True,
            example="餐饮服务单位、用人单位",
            help="填类别名称，主要类别在前",
            width=28,
        ),
        Column("industry_class", "行业代码", kinds.text(6), example="6210", width=10),
        Column("address", "地址", kinds.text(ADDRESS_LENGTH), width=44),
        Column("township", "乡镇街道", kinds.text(60), example="新站镇", width=14),
        Column(
            "grade",
            "风险等级",
            kinds.choice(
                {code: code for code, _ in Subject.Grade.choices},
                also={
                    words: code
                    for code, label in Subject.Grade.choices
                    for words in (label, f"{code}级")
                },
            ),
            required=True,
            example="B",
            width=10,
            aliases=("信用风险等级",),
        ),
        Column(
            "status",
            "状态",
            kinds.choice({label: code for code, label in Subject.ENTERED}),
            required=True,
            example="在业",
            width=8,
        ),
    ),
    instructions=(
        "标识相同的对象视为同一个：已在名录中的按本表更新，不在的新增；本表没有列出的不受影响。",
        "已在名录中的对象，等级须与现等级相同：由信用评价得出的，任何人不能用本表改变；"
        "尚未评价的，只有联合信用监管组可以改变。",
    ),
    max_rows=50_000,
    unread=("标签",),
)

_ALL_STATES = kinds.choice({label: code for code, label in Subject.Status.choices})

LIST_SHEET = replace(
    SUBJECT_SHEET,
    columns=(
        *(
            replace(column, kind=_ALL_STATES) if column.key == "status" else column
            for column in SUBJECT_SHEET.columns
        ),
        Column("labels", "标签", kinds.text(1000), width=24),
    ),
)
"""The directory as it is handed out: with the labels, which rules and people give, and with those
that were merged into others where they are asked for."""


@dataclass(frozen=True)
class _Words:
    """What the words of the file mean: codes by the names of categories and townships."""

    categories: dict[str, str]
    townships: dict[str, str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> _Words:
        return cls(
            {category.name: code for code, category in catalogue.categories.items()},
            {name: code for code, name in catalogue.townships.items()},
        )

    def entry(self, row: Row) -> SubjectInput:
        """A row as an entry, without the words that mean nothing here."""
        values = row.values
        names = (self.categories.get(name) for name in values["categories"])
        return SubjectInput(
            id_kind=values["id_kind"],
            identifier=values["identifier"],
            name=values["name"],
            categories=tuple(code for code in names if code),
            grade=values["grade"],
            status=values["status"],
            industry_class=values["industry_class"] or "",
            address=values["address"] or "",
            township_code=self.townships.get(values["township"] or "", ""),
        )

    def report_unknown(self, row: Row, parsed: Parsed) -> None:
        """Report the words that mean nothing here, with what they may have meant."""
        for name in row.values["categories"] or ():
            if name not in self.categories:
                hint = closest(name, self.categories)
                parsed.add_error(row, "categories", f"没有“{name}”这个对象类别{hint}")
        township = row.values["township"]
        if township and township not in self.townships:
            hint = closest(township, self.townships)
            parsed.add_error(row, "township", f"“{township}”不是本区划的乡镇街道{hint}")


def check(actor: Actor, parsed: Parsed) -> dict[str, Any]:
    """Add what only the database knows: categories, townships, grades held; say what will be."""
    scope = scope_of(actor.region_code)
    words = _Words.of(scope.catalogue)
    entries = [words.entry(row) for row in parsed.rows]
    known = held(scope, entries)
    reached, aliases = known.reached(entries)
    for row in parsed.faulty:
        words.report_unknown(row, parsed)
    changes: Counter[str] = Counter()
    grades: Counter[str] = Counter()
    for row, entry, target in zip(parsed.rows, entries, reached, strict=True):
        words.report_unknown(row, parsed)
        all_known = len(entry.categories) == len(row.values["categories"])
        for complaint in complaints(entry, scope.catalogue):
            if complaint.field != "categories" or all_known:
                parsed.add_error(row, complaint.field, complaint.message)
        before = known.stored.get(target.key) if target else None
        if target and before and (fault := grade_complaint(actor, before, target)):
            parsed.add_error(row, "grade", fault)
        kept = target is None or (before is not None and before.entry == target)
        changes["无变化" if kept else "新增" if before is None else "更新"] += 1
        grades[(target or entry).grade] += 1
    facts = [
        [
            "将写入",
            ",".join(f"{word} {changes[word]} 条" for word in ("新增", "更新", "无变化")),
        ],
        ["等级分布", ",".join(f"{grade} 级 {grades[grade]} 条" for grade in sorted(grades))],
    ]
    if aliases:
        facts.append(["重复合并", alias_words(aliases)])
    return {
        "columns": [column.heading for column in SUBJECT_SHEET.columns],
        "rows": [_preview(row) for row in parsed.rows[:PREVIEW_ROWS]],
        "facts": facts,
    }


def apply(actor: Actor, rows: Sequence[Row], progress: Callable[[int], None]) -> str:
    """Write the checked rows and say what became of them."""
    words = _Words.of(scope_of(actor.region_code).catalogue)
    entries = [words.entry(row) for row in rows]
    return f"监管对象名录已更新：{upsert_subjects(actor, entries, SOURCE, progress)}。"


def _preview(row: Row) -> list[Any]:
    shown = []
    for column in SUBJECT_SHEET.columns:
        value = row.values[column.key]
        shown.append("" if value is None else str(column.kind.format(value)))
    return shown


SUBJECTS = register(
    ImportKind(
        code="subjects",
        title="监管对象名录",
        sheet=SUBJECT_SHEET,
        may=may_keep_directory,
        check=check,
        apply=apply,
        done_url="credit:subject-list",
        help="企业填统一社会信用代码；自建房、车辆、在建项目、从业人员填各自的编号。",
    )
)

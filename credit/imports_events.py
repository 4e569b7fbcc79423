"""The Excel file of credit records that other bodies keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from credit.rules.events import EVENT_KINDS, KIND_CHOICES
from credit.services.outside import SOURCE_LENGTH, OutsideFact, faults, may_tell, tell_outside
from credit.validation import IDENTIFIER_LENGTH, normalise_identifier
from records.actor import Actor
from records.excel import Column, Parsed, Row, Sheet, kinds
from records.imports import ImportKind, register

PREVIEW_ROWS = 20

EVENT_SHEET = Sheet(
    title="信用记录",
    columns=(
        Column(
            "identifier",
            "统一社会信用代码/标识",
            kinds.text(IDENTIFIER_LENGTH + 20),
            required=True,
            example="91411603MA44GBK258",
            width=24,
            aliases=("统一社会信用代码", "标识"),
        ),
        Column(
            "kind",
            "种类",
            kinds.choice({label: code for code, label in KIND_CHOICES}),
            required=True,
            example="公共信用综合评价",
            width=24,
        ),
        Column("day", "发生日期", kinds.date(), required=True, example="2026-06-30", width=14),
        Column(
            "value",
            "数值或等级",
            kinds.text(13),
            example="良",
            help="罚款填元，评级填等级（优、良、中、差或 A、B、C、D），其余不填",
            width=14,
        ),
        Column("title", "内容", kinds.text(200), required=True, width=40),
        Column(
            "source",
            "来源单位",
            kinds.text(SOURCE_LENGTH),
            required=True,
            example="市公共信用信息中心",
            width=24,
        ),
        Column(
            "key",
            "来源编号",
            kinds.text(100),
            help="在来源单位的编号；不填时按标识、种类和日期识别同一条",
            width=24,
        ),
        Column("basis", "文号", kinds.text(100), width=24),
        Column("until", "效力止日", kinds.date(), width=14),
    ),
    instructions=("同一来源单位、同一编号的记录再次导入时按本表更新，不重复计。",),
    max_rows=50_000,
)


def _fact(row: Row) -> OutsideFact:
    values = row.values
    identifier = normalise_identifier(values["identifier"])
    identity = f"{identifier}:{values['kind']}:{values['day']}"
    return OutsideFact(
        identifier=values["identifier"],
        kind=values["kind"],
        day=values["day"],
        value=values["value"] or ("" if EVENT_KINDS[values["kind"]].scale else "1"),
        title=values["title"],
        key=values["key"] or identity,
        basis=values["basis"] or "",
        until=values["until"],
    )


def _by_source(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows of each source, whose numbers are its own."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.values["source"], []).append(row)
    return found


def check(actor: Actor, parsed: Parsed) -> dict[str, Any]:
    """Add what only the directory knows, and what no value can mean."""
    number: Counter[str] = Counter()
    for source, rows in _by_source(parsed.rows).items():
        facts = [_fact(row) for row in rows]
        for fault in faults(actor.region_code, facts, source):
            parsed.add_error(rows[fault.index], fault.field, fault.message)
        number.update(EVENT_KINDS[fact.kind].label for fact in facts)
    return {
        "columns": [column.heading for column in EVENT_SHEET.columns],
        "rows": [_preview(row) for row in parsed.rows[:PREVIEW_ROWS]],
        "facts": [
            ["将写入", "，".join(f"{label} {times} 条" for label, times in number.most_common())]
        ],
    }


def apply(actor: Actor, rows: Sequence[Row], progress: Callable[[int], None]) -> str:
    """Write the checked rows, source by source, and say what became of them."""
    written = unchanged = 0
    for source, of_source in _by_source(rows).items():
        new, same = tell_outside(actor, source, [_fact(row) for row in of_source])
        written += new
        unchanged += same
        progress(written + unchanged)
    return f"信用记录已更新：新增或变化 {written} 条，无变化 {unchanged} 条。"


def _preview(row: Row) -> list[str]:
    return [
        "" if row.values[column.key] is None else str(column.kind.format(row.values[column.key]))
        for column in EVENT_SHEET.columns
    ]


CREDIT_EVENTS = register(
    ImportKind(
        code="credit-events",
        title="信用记录",
        sheet=EVENT_SHEET,
        may=may_tell,
        check=check,
        apply=apply,
        done_url="credit:subject-list",
        help="公共信用综合评价、国家信用风险分类、失信名单等其他单位掌握的记录。",
    )
)

"""The Excel file of a set of indicators: handed from county to county, taken in as a draft.

What is said of the whole set (the matter, the bands) stands in the first row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from credit.models import Indicator, IndicatorSet
from credit.rules import default_set
from credit.rules.events import EVENT_KINDS, KIND_CHOICES
from credit.scoring import FULL, MAX_FULL_AT, MAX_INDICATORS, MAX_MONTHS, Bands
from credit.selectors.indicators import GENERAL, draft_choices
from credit.services import indicators
from credit.services.indicators import SetInput
from credit.set_validation import LineInput, complaints
from departments.models import Region
from records.actor import Actor
from records.errors import Refused
from records.excel import Column, Parsed, Row, Sheet, kinds
from records.imports import ImportKind, register

POINT = 100
"""Hundredths in a point."""
_POINTS = kinds.decimal(2, Decimal(0), Decimal(FULL // POINT))
_YES = kinds.choice({"是": True, "否": False})
_BANDS = ("a_from", "b_from", "c_from")
_DEFAULTS = Bands(8_500, 7_000, 5_000)
_FIRST = "只填第一行"

SHEET = Sheet(
    title="信用评价指标",
    columns=(
        Column(
            "group",
            "维度",
            kinds.text(30),
            required=True,
            example="违法违规",
        ),
        Column("name", "指标", kinds.text(60), required=True, example="行政处罚次数", width=28),
        Column(
            "event",
            "数据来源",
            kinds.choice({label: code for code, label in KIND_CHOICES}),
            required=True,
            example="行政处罚",
            width=30,
        ),
        Column(
            "measure",
            "计量",
            kinds.choice({label: code for code, label in Indicator.Measure.choices}),
            required=True,
            example="次数",
        ),
        Column(
            "weight",
            "权重（分）",
            _POINTS,
            required=True,
            example="10",
            help="扣分项权重之和为 100 分；加分项不计在内",
            width=12,
        ),
        Column(
            "full_at",
            "扣完（加满）的数值",
            kinds.integer(1, MAX_FULL_AT),
            required=True,
            example="3",
            help="评级填序号：良（B）为 1，中（C）为 2，差（D）为 3",
            width=20,
        ),
        Column(
            "months",
            "有效期（月）",
            kinds.integer(1, MAX_MONTHS),
            example="24",
            help="长期有效不填",
            width=14,
        ),
        Column("veto", "一票否决", _YES, width=10),
        Column("own_matter", "只计本事项", _YES, width=12),
        Column("basis", "依据", kinds.text(200), width=40),
        Column("matter", "适用事项", kinds.text(200), help=f"{_FIRST}；通用指标不填", width=28),
        *(
            Column(name, f"{name[0].upper()} 级起点（分）", _POINTS, help=f"{_FIRST}", width=14)
            for name in _BANDS
        ),
    ),
    instructions=(
        "一行一项指标，按行的先后排列；扣分还是加分由数据来源决定。",
        "导入后建立一个新的草稿，试算、送签之后才生效；正在编制同一套指标的，请先完成或作废它。",
    ),
    max_rows=MAX_INDICATORS,
    unread=("序号", "来源单位", "扣分或加分"),
)

EXPORT_SHEET = Sheet(
    title=SHEET.title,
    columns=(
        Column("number", "序号", kinds.integer(), width=8),
        *SHEET.columns,
        Column("origin", "来源单位", kinds.text(60), width=28),
        Column("effect", "扣分或加分", kinds.text(10)),
    ),
)
"""The same with what a reader wants besides."""


def sheet_rows(found: IndicatorSet, matter: str) -> Iterator[dict[str, Any]]:
    """A set as rows of ``EXPORT_SHEET``; ``matter`` is the name of its matter, if it has one."""
    whole = {"matter": matter, **{name: Decimal(getattr(found, name)) / POINT for name in _BANDS}}
    for number, line in enumerate(found.indicators.order_by("position"), start=1):
        yield {
            "number": number,
            "group": line.group,
            "name": line.name,
            "event": line.event,
            "measure": line.measure,
            "weight": Decimal(line.weight) / POINT,
            "full_at": line.full_at,
            "months": line.months,
            "veto": line.veto or None,
            "own_matter": line.own_matter or None,
            "basis": line.basis or None,
            "origin": line.origin,
            "effect": "加分" if line.adds else "扣分",
            **(whole if number == 1 else dict.fromkeys(whole)),
        }


def check(actor: Actor, parsed: Parsed) -> dict[str, Any]:
    """Add what only the whole set and the register of matters can tell, once each row is sound."""
    # What is said of the whole set would be said of what is left of it.
    if parsed.errors or not parsed.rows:
        return {"columns": [], "rows": [], "facts": []}
    first = parsed.rows[0]
    for row in parsed.rows[1:]:
        for key in ("matter", *_BANDS):
            if row.values[key] not in (None, first.values[key]):
                parsed.add_error(row, key, "与第一行不同；一个文件只填一套指标")
    found, matter = _matter(actor, first)
    if not found:
        parsed.add_error(first, "matter", "没有这一事项，或者您没有编制其指标的权限")
    elif begun := _begun(actor, matter):
        parsed.add_error(first, "matter", f"“{begun}”正在编制，请先完成或作废它")
    lines = _lines(parsed.rows)
    for each in complaints(lines, _bands(first), for_matter=matter is not None):
        row = first if each.line is None else parsed.rows[each.line]
        parsed.add_error(row, _column(each.field, each.message), each.message)
    return {
        "columns": [column.heading for column in SHEET.columns],
        "rows": [_preview(row) for row in parsed.rows],
        "facts": [
            ["适用于", first.values["matter"] or GENERAL],
            ["将建立", f"一个新草稿，{len(parsed.rows)} 项指标"],
        ],
    }


def apply(actor: Actor, rows: Sequence[Row], progress: Callable[[int], None]) -> str:
    """Draw up a new draft that says what the file says.

    Raises ``Refused`` or ``Conflict`` when somebody else has begun one since the check.
    """
    found, matter = _matter(actor, rows[0])
    if not found:
        raise Refused("没有这一事项，或者您没有编制其指标的权限。")
    of = rows[0].values["matter"]
    name = f"{of}信用评价指标"[:100] if of else default_set.NAME
    made = indicators.draft(actor, matter, name, "由 Excel 文件导入")
    # A line that keeps its name is the same line for whoever compares the versions.
    codes = {line.name: line.code for line in indicators.as_input(made).lines}
    lines = _lines(rows, codes)
    indicators.edit(actor, made.pk, SetInput(made.name, made.reason, _bands(rows[0]), lines))
    progress(len(rows))
    return f"已建立“{made}”草稿，共 {len(rows)} 项指标；试算后送负责人签发。"


def _matter(actor: Actor, first: Row) -> tuple[bool, int | None]:
    """Whether the person may draw the set up, and for which matter."""
    wanted = first.values["matter"] or ""
    choices = draft_choices(actor)
    for pk, name in choices:
        if (pk == "") if not wanted else (pk and name == wanted):
            return True, int(pk) if pk else None
    return False, None


def _begun(actor: Actor, matter: int | None) -> IndicatorSet | None:
    region = Region.objects.get(code=actor.region_code)
    versions = IndicatorSet.objects.versions_of(region, matter)
    return versions.filter(state__in=IndicatorSet.PREPARING).first()


def _lines(rows: Sequence[Row], codes: dict[str, str] | None = None) -> list[LineInput]:
    """The rows as lines; new names get codes that are not taken."""
    known = codes or {}
    free = (code for number in range(1, 10**6) if (code := f"line-{number}") not in known.values())
    return [
        LineInput(
            code=known.get(row.values["name"]) or next(free),
            name=row.values["name"],
            group=row.values["group"],
            event=row.values["event"],
            measure=row.values["measure"],
            weight=int(row.values["weight"] * POINT),
            full_at=row.values["full_at"],
            months=row.values["months"],
            adds=EVENT_KINDS[row.values["event"]].good,
            veto=bool(row.values["veto"]),
            own_matter=bool(row.values["own_matter"]),
            basis=row.values["basis"] or "",
        )
        for row in rows
    ]


def _bands(first: Row) -> Bands:
    """Those of the first row; what is left empty is as the platform proposes."""
    given = {name: first.values[name] for name in _BANDS}
    return Bands(
        *(
            int(given[name] * POINT) if given[name] is not None else standard
            for name, standard in zip(_BANDS, (_DEFAULTS.a, _DEFAULTS.b, _DEFAULTS.c), strict=True)
        )
    )


def _column(field: str, message: str) -> str:
    """The column in which a complaint is shown: its own, or the one that a person changes."""
    if field:
        return {"code": "name", "adds": "event"}.get(field, field)
    return "a_from" if "分数线" in message else "weight"


def _preview(row: Row) -> list[str]:
    return [
        "" if row.values[column.key] is None else str(column.kind.format(row.values[column.key]))
        for column in SHEET.columns
    ]


INDICATORS = register(
    ImportKind(
        code="indicators",
        title="信用评价指标",
        sheet=SHEET,
        may=lambda actor: bool(draft_choices(actor)),
        check=check,
        apply=apply,
        done_url="credit:indicator-set-list",
        help="其他地区导出的一套指标，或者按模板填写的一套指标；导入为新的草稿。",
    )
)

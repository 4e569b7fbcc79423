"""The yearly plan as its pages and its Excel file show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from departments import profile
from departments.models import Department
from inspections import rules
from inspections.models import PlanItem, PlanItemPart, YearPlan
from inspections.selectors.plans import (
    GRADES,
    Estimate,
    load_by_month,
    overlaps,
)
from records import clock
from records.actor import Actor
from records.excel import Column, Sheet, kinds

_BP_PER_PERCENT = 100
_MID_MONTH = 15
_TEXT = kinds.text(2000, multiline=True)

PLAN_SHEET = Sheet(
    title="年度联合检查计划",
    columns=(
        Column("number", "序号", kinds.integer(), width=6),
        Column("title", "计划名称", _TEXT, width=34),
        Column("matter", "监管事项", _TEXT, width=26),
        Column("subjects", "检查对象", _TEXT, width=26),
        Column("lead", "发起部门", _TEXT, width=22),
        Column("partners", "配合部门", _TEXT, width=40),
        Column("check_items", "检查事项", _TEXT, width=60),
        Column("ratio", "抽查比例", _TEXT, width=30),
        Column("estimated", "预计抽取数", kinds.integer(), width=12),
        Column("count", "名录内对象数", kinds.integer(), width=12),
        Column("period", "抽查时间段", _TEXT, width=26),
        Column("draw_at", "抽取时间", _TEXT, width=18),
        Column("draw_mode", "抽取方式", _TEXT, width=24),
        Column("level", "公信级别", _TEXT, width=18),
        Column("staffing", "派人方式", _TEXT, width=12),
        Column("officers", "每部门到场人数", kinds.integer(), width=12),
        Column("state", "状态", _TEXT, width=16),
        Column("version", "版本", kinds.integer(), width=8),
        Column("filed_at", "备案时间", _TEXT, width=18),
    ),
)


@dataclass(frozen=True)
class PlanRow:
    """An item as a row of the county plan."""

    item: PlanItem
    partners: list[Department]
    ratio: str
    estimate: Estimate
    categories: list[str]

    @property
    def counts(self) -> bool:
        """Whether the item still counts for the year."""
        return self.item.state != PlanItem.State.WITHDRAWN


@dataclass(frozen=True)
class Bar:
    """An item in the timeline: first and last half-month of the year, 1 to 24."""

    item: PlanItem
    first: int
    last: int


@dataclass(frozen=True)
class Lane:
    """The items of one lead department in the timeline."""

    department: Department
    bars: list[Bar]


def percent(bp: int) -> str:
    """Basis points as people read them: 300 is 3%, 1250 is 12.5%."""
    return f"{bp / _BP_PER_PERCENT:g}%"


def ratio_text(item: PlanItem) -> str:
    """How many are drawn, in words."""
    if item.full_coverage:
        return "全覆盖"
    if item.quota is not None:
        return f"共 {item.quota} 户"
    ratios = [item.ratios.get(grade, 0) for grade in GRADES]
    if len(set(ratios)) == 1:
        return percent(ratios[0])
    return " ".join(f"{grade} {percent(bp)}" for grade, bp in zip(GRADES, ratios, strict=True))


def partners_of(item: PlanItem) -> list[Department]:
    """The other departments that take part."""
    return [
        part.department
        for part in item.parts.all()
        if part.department_id != item.lead_id and part.state != PlanItemPart.State.DECLINED
    ]


def rows(
    items: Iterable[PlanItem], found: Mapping[int, Estimate], names: Mapping[str, str]
) -> list[PlanRow]:
    """Items with what a table shows of them."""
    return [
        PlanRow(
            item,
            partners_of(item),
            ratio_text(item),
            found[item.pk],
            [names.get(code, code) for code in item.categories],
        )
        for item in items
    ]


def excel_rows(found: Iterable[PlanRow]) -> Iterator[dict[str, Any]]:
    """Rows of ``PLAN_SHEET``."""
    for row in found:
        item = row.item
        yield {
            "number": item.number,
            "title": item.title,
            "matter": item.matter_version.name,
            "subjects": "、".join(row.categories),
            "lead": item.lead.name,
            "partners": "、".join(department.name for department in row.partners),
            "check_items": "\n".join(_check_items(item)),
            "ratio": row.ratio,
            "estimated": row.estimate.drawn,
            "count": row.estimate.count,
            "period": f"{item.period_start} 至 {item.period_end}",
            "draw_at": _minute(item.draw_at),
            "draw_mode": item.get_draw_mode_display(),
            "level": item.get_draw_level_display(),
            "staffing": item.get_staffing_display(),
            "officers": item.officers_per_visit,
            "state": item.get_state_display(),
            "version": item.version,
            "filed_at": _minute(item.filed_at) if item.filed_at else None,
        }


def lanes(items: Iterable[PlanItem]) -> list[Lane]:
    """The timeline: one lane per lead department, its items as bars."""
    found: dict[int, Lane] = {}
    for item in items:
        if item.state == PlanItem.State.WITHDRAWN:
            continue
        lane = found.setdefault(item.lead_id, Lane(item.lead, []))
        lane.bars.append(Bar(item, _half(item.period_start), _half(item.period_end)))
    for lane in found.values():
        lane.bars.sort(key=lambda bar: (bar.first, bar.last, bar.item.number))
    return list(found.values())


def load_bars(items: Sequence[PlanItem], found: Mapping[int, Estimate]) -> list[dict[str, Any]]:
    """The estimated visits of each month for ``{% bars %}``; months without any are left out."""
    return [
        {"label": f"{month} 月", "value": value, "url": "#timeline"}
        for month, value in enumerate(load_by_month(items, found), start=1)
        if value
    ]


def overlap_rows(items: Iterable[PlanItem], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Proposals to merge, in words."""
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "categories": "、".join(sorted(names.get(code, code) for code in pair.categories)),
            "since": pair.since,
            "until": pair.until,
        }
        for pair in overlaps(items)
    ]


def estimate_rows(item: PlanItem, found: Estimate) -> list[dict[str, Any]]:
    """The estimate by grade with the ratio that leads to it."""
    return [
        {
            "label": row.label,
            "count": row.count,
            "ratio": "全部" if item.full_coverage else percent(item.ratios.get(row.grade, 0)),
            "drawn": row.drawn,
        }
        for row in found.grades
    ]


def filing_note(region_code: str) -> str:
    """The yearly filing date and its source, in words."""
    rule = profile.resolve(region_code, rules.PLAN_FILING_DATE)
    month, day = divmod(rule.value, 100)
    return f"每年 {month} 月 {day} 日前备案，{rule.source}"


def year_tabs(actor: Actor, year: int) -> list[dict[str, Any]]:
    """Years with a plan, this one, the next one and the one that is shown."""
    this_year = clock.today().year
    known = set(YearPlan.objects.visible_to(actor).values_list("year", flat=True))
    return [
        {
            "label": f"{each} 年",
            "url": reverse("inspections:plan", args=[each]),
            "active": each == year,
        }
        for each in sorted(known | {this_year, this_year + 1, year})
    ]


def _half(day: dt.date) -> int:
    return (day.month - 1) * 2 + (1 if day.day <= _MID_MONTH else 2)


def _minute(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def _check_items(item: PlanItem) -> Iterator[str]:
    for part in item.parts.all():
        titles = [entry.title for entry in part.check_items.all()]
        if titles and part.state != PlanItemPart.State.DECLINED:
            yield f"{part.department}：{'、'.join(titles)}"

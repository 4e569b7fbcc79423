"""A set of indicators by Excel: mistakes by row and column, all or nothing, there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from credit.imports_indicators import EXPORT_SHEET, SHEET, apply, check, sheet_rows
from credit.models import IndicatorSet
from credit.rules import default_set
from credit.services import indicators
from records.actor import Actor
from records.errors import Refused
from records.excel import Parsed, Sheet, kinds, read, to_bytes
from records.excel.columns import Column

pytestmark = pytest.mark.django_db

# The same headings, but every cell takes whatever is written: what a person's Excel does.
LOOSE = Sheet(
    title=SHEET.title, columns=[Column(c.key, c.heading, kinds.text(500)) for c in SHEET.columns]
)
SOUND = (
    {
        "group": "违法违规",
        "name": "行政处罚次数",
        "event": "行政处罚",
        "measure": "次数",
        "weight": "60",
        "full_at": "3",
        "months": "24",
        "a_from": "90",
        "b_from": "80",
        "c_from": "60",
    },
    {
        "group": "检查结果",
        "name": "检查发现问题",
        "event": "检查发现问题",
        "measure": "次数",
        "weight": "40",
        "full_at": "5",
    },
    {
        "group": "守信履约",
        "name": "守信荣誉",
        "event": "守信荣誉",
        "measure": "次数",
        "weight": "2.5",
        "full_at": "1",
    },
)


@pytest.fixture
def clerk(actor: Callable[[str], Actor]) -> Actor:
    return actor("fgw_clerk")


def checked(actor: Actor, *rows: dict[str, Any]) -> Parsed:
    parsed = read(SHEET, to_bytes(LOOSE, rows), "指标.xlsx")
    check(actor, parsed)
    return parsed


def test_a_file_becomes_a_draft(clerk: Actor) -> None:
    parsed = checked(clerk, *SOUND)
    assert parsed.ok, parsed.errors
    told = apply(clerk, parsed.rows, lambda _: None)
    made = IndicatorSet.objects.get()
    assert "3 项指标" in told
    assert (made.state, made.a_from, made.c_from) == ("draft", 9_000, 6_000)
    lines = list(made.indicators.order_by("position"))
    assert [line.weight for line in lines] == [6_000, 4_000, 250]
    assert [line.adds for line in lines] == [False, False, True]
    assert (lines[0].months, lines[1].months) == (24, None)
    indicators.submit(clerk, made.pk)


@pytest.mark.parametrize(
    ("row", "mistake", "heading", "words"),
    [
        (0, {"event": "行政惩罚"}, "数据来源", "是否为“行政处罚”"),
        (0, {"weight": "61"}, "权重（分）", "现为 101.00"),
        (0, {"weight": "-1"}, "权重（分）", ""),
        (1, {"weight": "四十"}, "权重（分）", "应为数字"),
        (1, {"full_at": "0"}, "扣完（加满）的数值", ""),
        (1, {"own_matter": "是"}, "只计本事项", "通用指标"),
        (1, {"name": "行政处罚次数"}, "指标", "重复"),
        (2, {"veto": "是"}, "一票否决", "加分项不能一票否决"),
        (0, {"b_from": "95"}, "A 级起点（分）", "等级分数线"),
        (1, {"c_from": "55"}, "C 级起点（分）", "与第一行不同"),
        (0, {"matter": "没有的事项"}, "适用事项", "没有这一事项"),
        (1, {"group": ""}, "维度", "必填"),
    ],
)
def test_a_mistake_is_named_by_row_and_column(
    clerk: Actor, row: int, mistake: dict[str, str], heading: str, words: str
) -> None:
    rows = [dict(each) for each in SOUND]
    rows[row] |= mistake
    found = [
        error
        for error in checked(clerk, *rows).errors
        if error.heading == heading and words in error.message
    ]
    assert found


def test_of_what_is_left_nothing_is_said(clerk: Actor) -> None:
    """A row that cannot be read would make the whole look wrong: its weight, the matter."""
    rows = [SOUND[0] | {"weight": "很多"}, *SOUND[1:]]
    errors = checked(clerk, *rows).errors
    assert [(error.row, error.heading) for error in errors] == [(2, "权重（分）")]


def test_not_while_another_version_is_drawn_up(clerk: Actor) -> None:
    parsed = checked(clerk, *SOUND)
    indicators.draft(clerk, None, "通用", "首次编制")
    assert any("正在编制" in error.message for error in checked(clerk, *SOUND).errors)
    with pytest.raises(Refused, match="正在编制"):
        apply(clerk, parsed.rows, lambda _: None)
    assert IndicatorSet.objects.get().indicators.count() == 0


def test_what_is_handed_out_comes_in_the_same(clerk: Actor, actor: Callable[..., Actor]) -> None:
    first = indicators.draft(clerk, None, "通用", "首次编制", proposal=True)
    content = to_bytes(EXPORT_SHEET, sheet_rows(first, ""))
    before = indicators.as_input(first)
    indicators.HANDLERS["discard"](clerk, first.pk, "")
    parsed = read(SHEET, content, "指标.xlsx")
    check(clerk, parsed)
    assert parsed.ok, parsed.errors
    apply(clerk, parsed.rows, lambda _: None)
    made = indicators.as_input(IndicatorSet.objects.get(state="draft"))
    assert made.bands == before.bands
    assert [line.name for line in made.lines] == [line.name for line in default_set.LINES]
    for one, other in zip(made.lines, before.lines, strict=True):
        assert (one.event, one.measure, one.weight, one.full_at, one.months, one.veto) == (
            other.event,
            other.measure,
            other.weight,
            other.full_at,
            other.months,
            other.veto,
        )


def test_a_line_keeps_its_code_from_version_to_version(
    clerk: Actor, actor: Callable[..., Actor]
) -> None:
    apply(clerk, checked(clerk, *SOUND).rows, lambda _: None)
    first = IndicatorSet.objects.get()
    codes = dict(first.indicators.values_list("name", "code"))
    indicators.submit(clerk, first.pk)
    indicators.enforce(actor("fgw_head"), first.pk)
    apply(clerk, checked(clerk, SOUND[1] | {"weight": "40"}, SOUND[0]).rows, lambda _: None)
    second = IndicatorSet.objects.get(version=2)
    assert list(second.indicators.order_by("position").values_list("name", "code")) == [
        (each["name"], codes[each["name"]]) for each in (SOUND[1], SOUND[0])
    ]

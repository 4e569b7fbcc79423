"""A policy says for every grade what is possible, and never draws higher risk less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.policy_validation import GRADES, RowInput, complaints

MATTERS = {1: "养老机构安全综合监管", 2: "市场主体登记事项检查", 3: "企业年报公示信息检查"}
GENERAL = [
    RowInput(None, grade, bp) for grade, bp in zip(GRADES, (300, 1000, 3000, 10000), strict=True)
]


def words(rows, industries=("6210",)) -> str:
    return "；".join(each.message for each in complaints(rows, MATTERS, industries))


def test_the_usual_policy_is_sound() -> None:
    trigger = RowInput(2, "A", 0, trigger_only=True)
    assert words([*GENERAL, trigger, RowInput(1, "D", 10000, 2, "off_site_first")]) == ""


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (RowInput(1, "A", 10001), "0 到 100%"),
        (RowInput(1, "A", -1), "0 到 100%"),
        (RowInput(1, "A", 300, -1), "年度频次"),
        (RowInput(1, "A", 300, 1, "by_drone"), "监管方式"),
        (RowInput(9, "A", 300), "未生效"),
        (RowInput(1, "E", 300), "没有“E”这个等级"),
        (RowInput(1, "A", 300, trigger_only=True), "只限登记注册、年报公示、商标类事项"),
        (RowInput(2, "B", 1000, trigger_only=True), "只限低风险"),
        (RowInput(1, "B", 200), "B 级 2%"),
        (RowInput(1, "A", 1001), "A 级比例 10.01% 高于 B 级 10%"),
    ],
)
def test_what_cannot_be_is_said_in_words(row: RowInput, said: str) -> None:
    assert said in words([*GENERAL, row])


def test_what_a_matter_takes_from_the_general_is_said_once() -> None:
    falling = [*GENERAL[:2], RowInput(None, "C", 100), GENERAL[3]]
    found = complaints([*falling, RowInput(1, "A", 100)], MATTERS, ())
    assert [(each.matter, each.grade) for each in found] == [(None, "C")]


def test_the_document_names_the_clause() -> None:
    assert "会政办发〔2024〕64号" in words([*GENERAL, RowInput(1, "A", 0, trigger_only=True)])


def test_triggers_need_the_new_industries() -> None:
    rows = [*GENERAL, RowInput(3, "A", 0, trigger_only=True)]
    assert "新兴产业" in words(rows, ())
    assert "代码“I64”" in words(rows, ("I64",))


def test_nothing_twice_and_the_general_rows_whole() -> None:
    assert "重复规定" in words([*GENERAL, RowInput(1, "C", 3000), RowInput(1, "C", 4000)])
    assert "通用方案缺少 C 级" in words([row for row in GENERAL if row.grade != "C"])


@given(st.lists(st.integers(-5, 10_005), min_size=4, max_size=4))
def test_ratios_are_sound_exactly_when_they_rise_within_the_whole(ratios: list[int]) -> None:
    rows = [replace(row, ratio_bp=bp) for row, bp in zip(GENERAL, ratios, strict=True)]
    rising = ratios == sorted(ratios) and ratios[0] >= 0 and ratios[-1] <= 10_000
    assert (not complaints(rows, MATTERS, ())) == rising


@given(st.dictionaries(st.sampled_from(GRADES), st.integers(0, 10_000)))
def test_a_matter_is_judged_with_what_it_takes_from_the_general(own: dict[str, int]) -> None:
    rows = [*GENERAL, *(RowInput(1, grade, bp) for grade, bp in own.items())]
    holds = [own.get(row.grade, row.ratio_bp) for row in GENERAL]
    assert (not complaints(rows, MATTERS, ())) == (holds == sorted(holds))

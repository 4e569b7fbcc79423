"""Sets that may not judge anybody are refused in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credit.rules import default_set
from credit.scoring import Bands
from credit.set_validation import LineInput, complaints

BANDS = Bands(8_500, 7_000, 5_000)
LINES = list(default_set.LINES)


def words(lines: list[LineInput], bands: Bands = BANDS, *, for_matter: bool = False) -> list[str]:
    return [each.message for each in complaints(lines, bands, for_matter=for_matter)]


def test_the_proposal_is_sound() -> None:
    assert words(LINES) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": -100}, "权重不能是负数"),
        ({"weight": 10_001}, "权重最多 100.00 分"),
        ({"weight": 0}, "权重应大于 0；只有一票否决的指标可以不占分"),
        ({"full_at": 0}, "扣完（加满）的数值应在 1 到 1000000000000 之间"),
        ({"months": 0}, "有效期应在 1 到 120 个月之间，长期有效请留空"),
        ({"event": "gossip"}, "没有“gossip”这种数据来源"),
        ({"event": "honour"}, "“守信荣誉”是加分项"),
        ({"adds": True}, "“行政处罚”是扣分项"),
        ({"measure": "average"}, "没有“average”这种计量"),
        ({"event": "public_rating", "full_at": 4}, "扣完（加满）的数值应在 1 到 3 之间"),
        (
            {"event": "public_rating", "full_at": 3},
            "“公共信用综合评价”是等级，只能取最近一次或最大数值",
        ),
        ({"name": " "}, "请填写指标名称"),
        ({"name": "逾期未整改"}, "名称“逾期未整改”重复"),
        ({"code": "findings"}, "代码“findings”重复"),
        ({"own_matter": True}, "通用指标不属于任何事项，不能“只计本事项”"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(changes: dict[str, Any], message: str) -> None:
    assert message in words([replace(LINES[0], **changes), *LINES[1:]])


def test_weights_that_do_not_sum_are_told_with_their_sum() -> None:
    assert words(LINES[1:]) == ["扣分项权重之和应为 100.00 分，现为 85.00 分"]


def test_a_line_of_a_matter_may_count_its_own_only() -> None:
    own = [replace(LINES[0], own_matter=True), *LINES[1:]]
    assert words(own, for_matter=True) == []


@pytest.mark.parametrize(
    "bands", [Bands(7_000, 8_500, 5_000), Bands(10_001, 7_000, 5_000), Bands(8_500, 7_000, 0)]
)
def test_bands_out_of_order_are_refused(bands: Bands) -> None:
    assert words(LINES, bands) == ["等级分数线应满足 100 ≥ A 级 ＞ B 级 ＞ C 级 ＞ 0"]


def test_an_empty_set_is_refused() -> None:
    assert words([]) == ["至少要有一项指标"]

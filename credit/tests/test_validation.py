"""What an entry must look like: codes of the national standards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stdnum.cn import uscc

from credit.tests.entries import HOME
from credit.validation import Catalogue, Category, complaints, identifier_complaint

CATALOGUE = Catalogue(
    {"nursing-home": Category("养老机构", "uscc", "统一社会信用代码")}, {"411603101": "新站镇"}
)


def said(industry: str) -> str:
    found = complaints(replace(HOME, industry_class=industry), CATALOGUE)
    assert {one.field for one in found} <= {"industry_class"}
    return found[0].message if found else ""


@pytest.mark.parametrize(
    "code", ["", "01", "A05", "B06", "C43", "D44", "62", "6210", "H62", "Q8514", "T97", "S96"]
)
def test_industries_of_the_standard_are_taken(code: str) -> None:
    assert said(code) == ""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("00", "没有 00 大类"),
        ("98", "没有 98 大类"),
        ("9910", "没有 99 大类"),
        ("D43", "属于门类 C，不是 D"),
        ("A6210", "属于门类 H，不是 A"),
        ("6", "2 至 4 位"),
        ("62101", "2 至 4 位"),
        ("U62", "2 至 4 位"),
        ("餐饮", "2 至 4 位"),
    ],
)
def test_others_are_refused_in_words(code: str, words: str) -> None:
    assert words in said(code)


@pytest.mark.parametrize(
    ("region", "sound"), [("411603", True), ("100000", True), ("991603", False)]
)
def test_the_registering_region_of_a_unified_code_exists(region: str, sound: bool) -> None:
    body = f"91{region}MA44GBK25"
    message = identifier_complaint("uscc", body + uscc.calc_check_digit(body))
    assert (message == "") is sound
    assert sound or region in message

"""What an entry must look like: codes of the national standards."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from stdnum.cn import uscc

from credit import industries
from credit.tests.entries import HOME
from credit.validation import (
    Catalogue,
    Category,
    Complaint,
    complaints,
    identifier_complaint,
)

CATALOGUE = Catalogue(
    {"nursing-home": Category("养老机构", "uscc", "统一社会信用代码")}, {"411603101": "新站镇"}
)


def test_the_table_of_industries_is_whole() -> None:
    """Each level is within the one above, as many as the standard says it has."""
    codes = {
        f"{number:0{size}d}"
        for size in (2, 3, 4)
        for number in range(10**size)
        if industries.name_of(f"{number:0{size}d}")
    }
    sizes = Counter(len(code) for code in codes)
    # Announced with 1,380 classes in 2017; 1,382 are counted since the amendment of 2019.
    assert sizes == {2: 97, 3: 473, 4: 1_381}
    assert all(code[:-1] in codes for code in codes if len(code) > 2)
    assert industries.name_of("Q8514") == "老年人、残疾人养护服务"


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
        ("9910", "没有 9910 小类"),
        ("628", "没有 628 中类，“62 餐饮业”中没有它"),
        ("6219", "没有 6219 小类，“621 正餐服务”中没有它"),
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


def test_a_project_is_numbered_in_plain_digits() -> None:
    assert identifier_complaint("site", "2301-411603-04-01-000001") == ""
    # Digits of other scripts are none that a draw takes.
    assert identifier_complaint("site", "٢٣٠١-411603-04-01-000001")


@pytest.mark.parametrize("field", ["name", "address"])
def test_names_and_addresses_stand_on_one_line(field: str) -> None:
    entry = replace(HOME, **{field: "淮阳区\n新站镇"})
    assert complaints(entry, CATALOGUE) == [Complaint(field, "不能换行")]


def test_a_name_can_be_read() -> None:
    unseen = replace(HOME, name="\u200b\u202e")
    assert complaints(unseen, CATALOGUE) == [Complaint("name", "名称应有文字")]

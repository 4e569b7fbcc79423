from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.masking import (
    masked_identifier,
    masked_name,
    masked_phone,
    masked_place,
    names_in,
    private_numbers,
    without_persons,
)

WORDS = st.text(
    st.sampled_from("王小明张伟省市县区镇乡街道办事处社区村路组号一三0123456789-X甲"), min_size=1
)
NUMBERS = st.text(st.sampled_from("0123456789-CYX"), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王小明", "王**"), ("王", "*"), ("", ""), ("张三家自建房屋两层", "张*****")],
)
def test_names_keep_their_first_character_only(name, masked):
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("identifier", "masked"), [("4116031234", "******1234"), ("12345", "*****"), ("", "")]
)
def test_identifiers_keep_their_end_only_when_long(identifier, masked):
    assert masked_identifier(identifier) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("0394-2661234", "039*****1234"),
        ("6123456", "*****56"),
        ("7", "*"),
        ("", ""),
    ],
)
def test_telephone_numbers_lose_their_middle(phone, masked):
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("place", "masked"),
    [
        ("城关镇西关村3组12号自建房", "城关镇西关村***"),
        ("周口市淮阳区城关镇西关村", "周口市淮阳区城关镇***"),
        ("城关镇西关村鱼市口三巷七号", "城关镇西关村***"),
        ("鱼台口三巷七号", "鱼*****"),
        ("3号楼西关村2组", "3*****"),
        ("", ""),
    ],
)
def test_places_keep_village_and_above(place, masked):
    assert masked_place(place) == masked


@given(WORDS)
def test_no_name_or_place_survives(words):
    assert words not in masked_name(words)
    assert words not in masked_place(words)
    assert len(masked_name(words)) <= 6


@given(NUMBERS)
def test_no_number_survives(number):
    assert number not in masked_identifier(number)
    assert number not in masked_phone(number)
    assert sum(character != "*" for character in masked_identifier(number)) <= 4


@given(st.text(st.sampled_from("路组号村镇0123456789"), min_size=2))
def test_a_place_shows_at_most_its_first_digit(place):
    assert sum(character.isdigit() for character in masked_place(place)) <= 1


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("身份证 411603198001011234，请更正", ["411603198001011234"]),
        ("41160319800101123X", ["41160319800101123X"]),
        ("电话13812345678。", ["13812345678"]),
        ("统一社会信用代码 91411603MA7GBJK2X0", []),
        ("统一社会信用代码 914116037654321098，罚款 13800000000000 元", []),
        ("文号 202613812345678901", []),
    ],
)
def test_numbers_of_people_are_found_and_those_of_papers_are_not(text, numbers):
    assert private_numbers(text) == numbers


def test_names_are_found_with_blanks_and_masked():
    text = "检查人员王 小明与李四记录有误，联系 13812345678"
    names = ["王小明", "李四", "甲", "", "赵六"]
    assert names_in(text, names) == ["李四", "王小明"]
    assert without_persons(text, names) == "检查人员王**与李*记录有误，联系 *******5678"

from __future__ import annotations

import pytest

from matters.parsing import categories_in, matter_code, plain_name, split_names, suggest
from supervision.demo import county

KEYWORDS = {row.code: row.keywords for row in county.categories()}
BY_NAME = {
    plain_name(name): row.name
    for row in county.departments()
    for name in (row.name, row.short_name, *row.aliases)
}


@pytest.mark.parametrize("row", county.matters(), ids=lambda row: str(row.no))
def test_every_printed_department_is_split_off_and_known(row: county.MatterRow) -> None:
    assert [BY_NAME[plain_name(n)] for n in split_names(row.lead_cell)] == [row.lead]
    found = [BY_NAME[plain_name(name)] for name in split_names(row.cooperating_cell)]
    assert found == list(row.cooperating)


def test_the_list_makes_41_departments_and_149_duties() -> None:
    names = [
        BY_NAME[plain_name(name)]
        for row in county.matters()
        for cell in (row.lead_cell, row.cooperating_cell)
        for name in split_names(cell)
    ]
    assert (len(set(names)), len(names)) == (41, 149)


@pytest.mark.parametrize("row", county.matters(), ids=lambda row: str(row.no))
def test_subjects_of_every_printed_matter_give_its_categories(row: county.MatterRow) -> None:
    expected = {each.code for each in county.categories() if row.no in each.matters}
    assert set(categories_in(row.subjects, KEYWORDS)) == expected


def test_a_longer_phrase_takes_the_place_of_a_shorter_one_within_it() -> None:
    keywords = {"road": ["道路运输企业"], "hazmat": ["运输企业"]}
    assert categories_in("道路运输企业", keywords) == ("road",)
    assert categories_in("运输企业以及道路运输企业", keywords) == ("hazmat", "road")
    assert categories_in("", keywords) == ()


def test_names_are_split_at_every_separator_and_blanks_left_out() -> None:
    cell = " 公安局、民政局,财政局，水利局;税务局；审计局\n司法局、、商务局。"
    assert split_names(cell) == (
        "公安局",
        "民政局",
        "财政局",
        "水利局",
        "税务局",
        "审计局",
        "司法局",
        "商务局",
    )
    assert split_names("、,;") == ()


def test_near_names_are_suggested_likeliest_first() -> None:
    assert suggest("区民正局", ["区民政局", "区财政局", "城投公司"])[0] == "区民政局"
    assert suggest("完全无关", ["区民政局", "城投公司"]) == ()


def test_plain_names_ignore_spaces_and_width() -> None:
    assert plain_name("区 民政局（本级）") == plain_name("区民政局(本级)")


def test_codes_carry_region_and_number() -> None:
    assert matter_code("411603", 1) == "411603-ZHJG-001"
    assert matter_code("411603", 1234) == "411603-ZHJG-1234"

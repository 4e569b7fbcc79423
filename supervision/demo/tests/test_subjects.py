"""The directory of subjects: exact, unique, valid, the same for the same seed."""

import re
from collections import Counter

import pytest
from stdnum.cn import uscc

from supervision.demo import county, identifiers
from supervision.demo.subjects import (
    IdentifierKind,
    SubjectRow,
    SubjectStatus,
    generate_subjects,
)


@pytest.fixture(scope="module")
def subjects() -> list[SubjectRow]:
    return list(generate_subjects(2026))


def test_same_seed_gives_the_same_rows(subjects: list[SubjectRow]) -> None:
    assert list(generate_subjects(2026)) == subjects
    assert list(generate_subjects(2027, 50)) != list(generate_subjects(2026, 50))


@pytest.mark.parametrize("count", [0, 1, 7, 45, 100, 1999])
def test_count_is_exact(count: int) -> None:
    assert len(list(generate_subjects(1, count))) == count


def test_even_a_small_directory_has_every_category() -> None:
    seen = {code for row in generate_subjects(3, 100) for code in row.categories}
    assert {"nursing-home", "scrap-vehicle", "construction-site", "hazmat-transport"} <= seen


def test_identifiers_and_titles_are_unique(subjects: list[SubjectRow]) -> None:
    assert len(subjects) == 20_000
    assert len({row.identifier for row in subjects}) == 20_000
    titles = [row.name for row in subjects if row.identifier_kind is not IdentifierKind.PERSON]
    assert len(set(titles)) == len(titles)


def test_identifiers_fit_the_draw_and_their_kind(subjects: list[SubjectRow]) -> None:
    patterns = {
        IdentifierKind.HOUSE: r"411603\d{6}-F\d{5}",
        IdentifierKind.SITE: r"23\d{2}-411603-04-01-\d{6}",
        IdentifierKind.PERSON: r"411603-CY-\d{6}",
        IdentifierKind.VEHICLE: r"L[A-HJ-NPR-Z0-9]{7}[0-9X][A-HJ-NPR-Z0-9]{8}",
    }
    for row in subjects:
        assert re.fullmatch(r"[A-Z0-9.-]+", row.identifier)
        if row.identifier_kind is IdentifierKind.USCC:
            assert uscc.is_valid(row.identifier), row.identifier
            assert row.identifier[2:8] == "411603"
        else:
            assert re.fullmatch(patterns[row.identifier_kind], row.identifier), row.identifier


def test_check_characters_of_known_codes() -> None:
    assert identifiers.organisation_check("D2143569") == "X"
    assert identifiers.vin_check("1M8GDM9A_KP042788") == "X"
    assert identifiers.vin_check("11111111_11111111") == "1"


def test_categories_fit_the_identifier(subjects: list[SubjectRow]) -> None:
    kinds = {row.code: row.id_kind for row in county.categories()}
    for row in subjects:
        assert 1 <= len(set(row.categories)) == len(row.categories) <= 3
        assert kinds[row.categories[0]] == row.identifier_kind


def test_industry_is_one_of_the_main_category(subjects: list[SubjectRow]) -> None:
    industries = {row.code: row.industries for row in county.categories()}
    strange = {
        (row.categories[0], row.industry)
        for row in subjects
        if row.industry and row.industry not in industries[row.categories[0]]
    }
    assert not strange


def test_shares_are_those_of_a_county(subjects: list[SubjectRow]) -> None:
    counts = Counter(code for row in subjects for code in row.categories)
    assert counts["nursing-home"] == 60
    assert counts["retail-pharmacy"] == 180
    assert counts["catering"] == 4500
    assert counts["vocational-school"] == 8
    assert set(counts) == {row.code for row in county.categories()}


def test_grades_statuses_and_places_are_spread(subjects: list[SubjectRow]) -> None:
    grades = Counter(row.grade for row in subjects)
    assert grades["B"] > grades["A"] > grades["C"] > grades["D"] > 400
    assert set(Counter(row.status for row in subjects)) == set(SubjectStatus)
    units = {unit.code: unit.name for unit in county.townships()}
    assert {row.township for row in subjects} == set(units)
    assert all(units[row.township] == row.township_name for row in subjects)
    assert all(row.township_name in row.address for row in subjects)


def test_names_reach_but_do_not_pass_forty_characters(subjects: list[SubjectRow]) -> None:
    lengths = [len(row.name) for row in subjects]
    assert max(lengths) == 40
    assert min(lengths) >= 2

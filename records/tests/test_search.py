"""Searching text: a term is found where Python finds it, by the index as without it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues.models import RiskWarning
from credit.models import Subject
from departments.models import Region
from records import search

ALPHABET = "餐馆油烟穗禾aAbB%_\\'\" (𠮷𡃁〇é"
TEXTS = st.text(ALPHABET, min_size=1, max_size=12)
NEWEST = ("-id",)


@pytest.fixture
def subjects(county: object) -> Any:
    """Enters subjects of the given names."""
    region = Region.objects.get(code="411603")

    def enter(names: list[str]) -> None:
        Subject.objects.all().delete()
        Subject.objects.bulk_create(
            Subject(
                region=region,
                id_kind="uscc",
                identifier=f"T{number}",
                name=name,
                categories=["restaurant"],
                grade="B",
            )
            for number, name in enumerate(names)
        )

    return enter


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(TEXTS, min_size=1, max_size=8), data=st.data())
def test_a_term_is_found_where_python_finds_it(
    subjects: Any, names: list[str], data: st.DataObject
) -> None:
    subjects(names)
    text = data.draw(st.sampled_from(names))
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : start + data.draw(st.integers(1, 4))].swapcase()
    term = data.draw(st.one_of(st.just(part), TEXTS))
    wanted = term.strip().upper()
    expected = sorted(name for name in names if wanted in name.upper())
    for condition in (search.holds(term, "name"), search.indexed(Subject, term)):
        found = Subject.objects.filter(condition) if wanted else Subject.objects.all()
        assert sorted(found.values_list("name", flat=True)) == expected
    listed = search.containing(Subject.objects.all(), term, order=NEWEST)
    assert sorted(listed.values_list("name", flat=True)) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("frequent", [True, False])
def test_what_is_frequent_and_what_is_rare_are_both_found(
    subjects: Any, monkeypatch: pytest.MonkeyPatch, frequent: bool
) -> None:
    monkeypatch.setattr(search, "SAMPLE", 4)
    monkeypatch.setattr(search, "FREQUENT", 2)
    newest = ["穗禾超市"] * (3 if frequent else 1)
    subjects(["穗禾粮店", *["别家"] * 6, *newest])
    rows = Subject.objects.all()
    assert search.is_frequent(rows, search.holds("穗禾", "name"), NEWEST) is frequent
    found = search.containing(rows, "穗禾", order=NEWEST)
    assert found.count() == len(newest) + 1
    assert ("@>" in str(found.query)) is not frequent


@pytest.mark.django_db
def test_only_rows_that_are_shown_tell_whether_a_term_is_frequent(
    subjects: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SAMPLE", 2)
    subjects(["别家", "别家", "别家", "穗禾", "穗禾", "穗禾"])
    shown = Subject.objects.exclude(name="穗禾")
    term = search.holds("穗禾", "name")
    monkeypatch.setattr(search, "FREQUENT", 1)
    assert search.is_frequent(Subject.objects.all(), term, NEWEST)
    assert not search.is_frequent(shown, term, NEWEST)


@pytest.mark.django_db
def test_what_else_is_asked_for_is_found_too(subjects: Any) -> None:
    subjects(["穗禾", "别家", "另一家"])
    other = Subject.objects.get(name="别家")
    found = search.containing(Subject.objects.all(), "穗禾", order=NEWEST, also=Q(pk=other.pk))
    assert {each.name for each in found} == {"穗禾", "别家"}


@pytest.mark.django_db
def test_the_index_finds_one_and_two_characters() -> None:
    with connection.cursor() as cursor:
        # Neither the rows one by one nor along another index, as an empty table would be read.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    for term in ("穗", "穗禾", "穗禾超市"):
        plan = RiskWarning.objects.filter(search.indexed(RiskWarning, term)).explain()
        assert "warning_grams" in plan


def test_a_model_without_the_index_is_not_searched() -> None:
    with pytest.raises(LookupError):
        search.indexed(Region, "穗")

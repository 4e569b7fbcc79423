"""Many rows by one short statement."""

from __future__ import annotations

from typing import Any

import pytest

from credit.models import Subject, SubjectChange
from records.rows import insert, upsert

pytestmark = pytest.mark.django_db
KEY = ("region_id", "id_kind", "identifier")


def subject(county: Any, number: int, **other: object) -> dict[str, Any]:
    values = {
        "region_id": county.pk,
        "id_kind": "site",
        "identifier": f"S-{number}",
        "name": f'第{number}工地"引号"\\反斜',
        "categories": ["building-site", "a b"],
        "grade": "B",
        "township_id": None,
    }
    return values | other


def test_rows_are_inserted_and_brought_up_to_date(county) -> None:  # type: ignore[no-untyped-def]
    first = [subject(county, 2), subject(county, 1)]
    became = upsert(Subject, first, key=KEY, update=("name", "updated_at"))
    assert [each.inserted for each in became] == [True, True]
    found = Subject.objects.get(identifier="S-2")
    assert (found.pk, found.name, found.categories) == (
        became[0].pk,
        first[0]["name"],
        ["building-site", "a b"],
    )
    assert (found.status, found.labels, found.township_id) == ("open", [], None)
    again = [subject(county, 2, name="改名", grade="D"), subject(county, 3)]
    became = upsert(Subject, again, key=KEY, update=("name", "updated_at"))
    assert became[0] == (found.pk, False) and became[1].inserted
    created = found.created_at
    found.refresh_from_db()
    # Only the columns that were asked for.
    assert (found.name, found.grade) == ("改名", "B")
    assert found.created_at == created < found.updated_at
    assert Subject.objects.count() == 3


def test_the_statement_does_not_grow(county, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    rows = [subject(county, number) for number in range(300)]
    with django_assert_num_queries(1):
        ids = [each.pk for each in upsert(Subject, rows, key=KEY, update=("name",))]
    assert upsert(Subject, [], key=KEY, update=("name",)) == []
    lines = [
        {"subject_id": pk, "actor_name": "某人", "field": "created", "source": "甲"} for pk in ids
    ]
    with django_assert_num_queries(1):
        insert(SubjectChange, lines)
    insert(SubjectChange, [])
    assert set(SubjectChange.objects.values_list("subject", flat=True)) == set(ids)
    assert SubjectChange.objects.filter(department_name="", at__isnull=False).count() == 300


def test_a_name_that_is_no_column_is_a_mistake(county) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="region_code"):
        insert(Subject, [subject(county, 1, region_code="411603")])

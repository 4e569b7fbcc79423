"""Many rows by one short statement."""

from __future__ import annotations

import pytest

from credit.models import Subject, SubjectChange
from records.rows import insert, upsert

pytestmark = pytest.mark.django_db
KEY = ("region", "id_kind", "identifier")


def subject(county: object, number: int, **other: object) -> Subject:
    values = {
        "region": county,
        "id_kind": "site",
        "identifier": f"S-{number}",
        "name": f'第{number}工地"引号"\\反斜',
        "categories": ["building-site", "a b"],
        "grade": "B",
    }
    return Subject(**values | other)


def test_rows_are_inserted_and_brought_up_to_date(county) -> None:  # type: ignore[no-untyped-def]
    first = [subject(county, 2), subject(county, 1, labels=[])]
    upsert(first, key=KEY, update=("name", "updated_at"))
    found = Subject.objects.get(identifier="S-2")
    assert (found.pk, found.name, found.categories) == (
        first[0].pk,
        first[0].name,
        ["building-site", "a b"],
    )
    assert found.created_at == first[0].created_at and found.township_id is None
    again = [subject(county, 2, name="改名", grade="D"), subject(county, 3)]
    upsert(again, key=KEY, update=("name", "updated_at"))
    found.refresh_from_db()
    # Only the columns that were asked for.
    assert (found.pk, found.name, found.grade) == (again[0].pk, "改名", "B")
    assert found.created_at == first[0].created_at < found.updated_at
    assert Subject.objects.count() == 3


def test_the_statement_does_not_grow(county, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        upsert([subject(county, n) for n in range(300)], key=KEY, update=("name",))
    upsert([], key=KEY, update=("name",))
    assert Subject.objects.count() == 300


def test_rows_belong_to_what_was_written_after_they_were_made(  # type: ignore[no-untyped-def]
    county, django_assert_num_queries
) -> None:
    subjects = [subject(county, number) for number in range(3)]
    lines = [
        SubjectChange(subject=one, actor_name="某人", field="created", new=one.name, source="甲")
        for one in subjects
    ]
    upsert(subjects, key=KEY, update=("name",))
    with django_assert_num_queries(1):
        insert(lines)
    insert([])
    found = SubjectChange.objects.order_by("pk").values_list("subject", "new", "at")
    assert list(found) == [
        (one.pk, one.name, line.at) for one, line in zip(subjects, lines, strict=True)
    ]

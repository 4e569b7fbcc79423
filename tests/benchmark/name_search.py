"""The search over everything among many names, against reading all of them."""

from __future__ import annotations

from typing import Any

from credit.models import Subject
from departments.actors import actor_for
from departments.models import Region, User
from supervision.search import initials
from supervision.search.groups import BY_CODE
from supervision.search.models import NameInitials
from tests.benchmark.measure import (
    Report,
    asked_by,
    database_seconds,
    multiply,
    numbers,
    sql_seconds,
)

_FIRST = 0x4E00
_MANY = 3_000
"""Characters that names are made of."""
NEEDS_CLUES = False


def run(size: int) -> Report:
    """Measure on ``size`` more subjects."""
    _fill(size)
    report = Report("name_search", size)
    known = Subject.objects.get(identifier=f"NAME-{size // 2}")
    scan = sql_seconds("SELECT id FROM credit_subject WHERE name LIKE '%%龘龘%%'", repeats=3)
    pair = known.name[3:5]
    letters = NameInitials.objects.get(kind="subject", object_id=known.pk).initials
    for what, text, reach in (
        ("a rare name of two characters", pair, 0.01),
        ("two characters that nobody has", "龘龘", 0.01),
        ("the whole identifier", known.identifier, 0.01),
        ("initials of six letters", letters[3:], 0.05),
        ("initials that begin as everybody's", letters[:6], 0.05),
        ("two characters that everybody has", "淮阳", 1),
        ("initials that everybody has", "HYQ", 1),
    ):
        took = database_seconds(lambda text=text: _search(text))  # type: ignore[misc]
        report.add(f"subjects by {what}", took, "sequential LIKE over all names", scan, reach)
    return report


def _search(text: str) -> Any:
    person = actor_for(User.objects.get(username="mzj_clerk"))
    return BY_CODE["subjects"].search(asked_by(person), text)


def _fill(size: int) -> None:
    first = Subject.objects.create(
        region=Region.objects.get(code="411603"),
        id_kind="uscc",
        identifier="NAME-0",
        name="淮阳区样品养老院",
        categories=["nursing-home"],
        grade="B",
    )
    # Each pair of characters is in one name of nine million.
    one, two = (f"chr({_FIRST} + ({which} % {_MANY})::int)" for which in ("i", f"i / {_MANY}"))
    name = f"'淮阳区' || {one} || {two} || '养老院'"
    multiply(
        "credit_subject",
        first.pk,
        numbers(size),
        {"identifier": "'NAME-' || i", "name": name, "labels": "'{}'"},
    )
    initials.follow()
    template = NameInitials.objects.get(kind="subject", object_id=first.pk)
    # Made up, but spread like those of real characters: 23 letters, six of them in each name.
    made = " || ".join(f"chr(65 + (i / {23**place} % 23)::int)" for place in range(3))
    multiply(
        "search_nameinitials",
        template.pk,
        "(SELECT id, replace(identifier, 'NAME-', '')::bigint AS i FROM credit_subject "
        f"WHERE identifier LIKE 'NAME-%' AND id <> {first.pk}) AS s",
        {"object_id": "s.id", "initials": f"'HYQ' || {made} || 'YLY'"},
    )

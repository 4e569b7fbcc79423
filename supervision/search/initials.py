"""Keeps the pinyin initials of names, after triggers have marked what was renamed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from pypinyin import Style, lazy_pinyin, load_phrases_dict

from credit.models import Subject
from credit.models.subject import NATURAL_PERSONS
from inspections.models import Inspector, PlanItem
from matters.models import MatterVersion
from records.search import containing
from supervision.search.models import NameInitials

BATCH = 2_000
SHORTEST = 2
"""Letters from which on initials are asked: one alone says nothing."""

_LOCK = 0x5EA2_C401
_LONGEST = 200

NAMES: dict[str, Callable[[], QuerySet[Any, tuple[int, str]]]] = {
    "subject": lambda: Subject.objects.exclude(id_kind__in=NATURAL_PERSONS).values_list(
        "pk", "name"
    ),
    "matter": lambda: MatterVersion.objects.values_list("pk", "name"),
    "item": lambda: PlanItem.objects.values_list("pk", "title"),
    "inspector": lambda: Inspector.objects.values_list("pk", "name"),
}
"""What has initials: keys and names of each kind."""

# Banks and trading houses, whose last syllable the library would read as "to walk".
load_phrases_dict(
    {
        "支行": [["zhī"], ["háng"]],
        "总行": [["zǒng"], ["háng"]],
        "药行": [["yào"], ["háng"]],
        "家具行": [["jiā"], ["jù"], ["háng"]],
    }
)


def initials_of(name: str) -> str:
    """The first letters of a name's syllables, read as words (银行 is YH); what else is written in
    letters or digits stays, marks and spaces go."""
    syllables = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")
    letters = "".join(syllables).upper()
    return "".join(each for each in letters if each.isascii() and each.isalnum())[:_LONGEST]


def asks_for_initials(text: str) -> bool:
    """Whether what was typed can be initials."""
    text = text.strip()
    return len(text) >= SHORTEST and text.isascii() and text.isalnum() and not text.isdigit()


def having(kind: str, text: str) -> QuerySet[Any, Any]:
    """The keys of a kind whose initials contain the text. One query beside its own."""
    found = NameInitials.objects.filter(kind=kind)
    return containing(found, text.upper(), order=("-object_id",)).values("object_id")


def follow(limit: int = BATCH) -> int:
    """Spell what was renamed, at most ``limit`` marks; returns how many were taken. Takes none
    while somebody else spells."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "DELETE FROM search_renamed WHERE id IN ("
            "SELECT id FROM search_renamed ORDER BY id LIMIT %s) RETURNING kind, object_id",
            [limit],
        )
        marks = cursor.fetchall()
        keys: dict[str, set[int]] = defaultdict(set)
        for kind, key in marks:
            keys[kind].add(key)
        for kind, touched in keys.items():
            names = dict(NAMES[kind]().filter(pk__in=touched))
            gone = touched - names.keys()
            NameInitials.objects.filter(kind=kind, object_id__in=gone).delete()
            NameInitials.objects.bulk_create(
                [
                    NameInitials(kind=kind, object_id=key, initials=initials_of(name))
                    for key, name in names.items()
                ],
                update_conflicts=True,
                unique_fields=["kind", "object_id"],
                update_fields=["initials"],
            )
    return len(marks)

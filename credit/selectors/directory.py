"""What pages, imports and the draw read from the subjects' directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from credit.models import Standing, Subject
from credit.validation import Catalogue, Category, SubjectInput
from departments.models import Region
from matters.models import SubjectCategory

BATCH = 2_000


@dataclass(frozen=True)
class Scope:
    """A region with what its subjects may refer to; ``townships`` are its own, by code."""

    region: Region
    townships: Mapping[str, Region]
    catalogue: Catalogue


def scope_of(region_code: str) -> Scope:
    """The region, its townships and the catalogue of categories, in three queries.

    Raises ``Region.DoesNotExist`` for an unknown code.
    """
    region = Region.objects.get(code=region_code)
    townships = {unit.code: unit for unit in townships_of(region_code)}
    catalogue = Catalogue(
        categories={
            category.code: Category(category.name, category.id_kind, category.get_id_kind_display())
            for category in SubjectCategory.objects.all()
        },
        townships={code: unit.name for code, unit in townships.items()},
    )
    return Scope(region, townships, catalogue)


def townships_of(region_code: str) -> Iterable[Region]:
    """The township-level units of a region in the order of their codes."""
    return Region.objects.filter(code__startswith=region_code, level=Region.Level.TOWNSHIP)


def as_input(subject: Subject) -> SubjectInput:
    """A stored subject in the form in which entries come in."""
    return SubjectInput(
        id_kind=subject.id_kind,
        identifier=subject.identifier,
        name=subject.name,
        categories=tuple(subject.categories),
        grade=subject.grade,
        status=subject.status,
        industry_class=subject.industry_class,
        address=subject.address,
        township_code=subject.township.code if subject.township else "",
    )


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """What the directory holds of a subject; ``judged`` when its grade came out of an evaluation,
    so that no file may set it."""

    entry: SubjectInput
    judged: bool


def with_judged(subjects: QuerySet[Subject]) -> QuerySet[Any]:
    """The subjects with ``judged``: whether their general grade came out of an evaluation."""
    general = Standing.objects.filter(subject=OuterRef("pk"), matter=None)
    return subjects.annotate(judged=Exists(general))


def stored_entries(
    scope: Scope, rows: Sequence[SubjectInput]
) -> dict[tuple[str, str], StoredEntry]:
    """The entries of the directory that ``rows`` name, by key, one query per ``BATCH`` rows."""
    stored: dict[tuple[str, str], StoredEntry] = {}
    for start in range(0, len(rows), BATCH):
        identifiers = [row.identifier for row in rows[start : start + BATCH]]
        found = Subject.objects.filter(region=scope.region, identifier__in=identifiers)
        for subject in with_judged(found.select_related("township")):
            key = subject.id_kind, subject.identifier
            stored[key] = StoredEntry(as_input(subject), subject.judged)
    return stored


def sheet_rows(subjects: Iterable[Subject], names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Subjects as rows of ``credit.imports.LIST_SHEET``; ``names`` are those of categories."""
    for subject in subjects:
        yield {
            "id_kind": subject.id_kind,
            "identifier": subject.shown_identifier,
            "name": subject.shown_name,
            "categories": [names.get(code, code) for code in subject.categories],
            "industry_class": subject.industry_class,
            "address": subject.shown_address,
            "township": subject.township.name if subject.township else "",
            "grade": subject.grade,
            "status": subject.status,
            "labels": "、".join(subject.labels),
        }

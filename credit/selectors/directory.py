"""What pages, imports and the draw read from the subjects' directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from credit.models import Standing, Subject
from credit.validation import Catalogue, Category, SubjectInput
from departments.models import Region
from matters.models import SubjectCategory
from records.masking import masked_identifier

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
        found = Subject.objects.identified(identifiers).filter(region=scope.region)
        for subject in with_judged(found.select_related("township")):
            key = subject.id_kind, subject.identifier
            stored[key] = StoredEntry(as_input(subject), subject.judged)
    return stored


@dataclass(frozen=True, slots=True)
class Alias:
    """An identifier under which a subject is known that was entered twice."""

    id_kind: str
    identifier: str
    survivor: Subject

    @property
    def shown_identifier(self) -> str:
        personal = self.survivor.is_natural_person
        return masked_identifier(self.identifier) if personal else self.identifier


def aliases(scope: Scope, rows: Sequence[SubjectInput]) -> dict[tuple[str, str], Alias]:
    """Which of the keys that ``rows`` name belong to subjects that were merged into others, a query
    per ``BATCH`` rows."""
    found: dict[tuple[str, str], Alias] = {}
    for start in range(0, len(rows), BATCH):
        identifiers = [row.identifier for row in rows[start : start + BATCH]]
        merged = Subject.objects.identified(identifiers).filter(
            region=scope.region, status=Subject.Status.MERGED
        )
        for subject in merged.select_related("merged_into__township"):
            alias = Alias(subject.id_kind, subject.identifier, subject.survivor)
            found[subject.id_kind, subject.identifier] = alias
    return found


def redirected(
    scope: Scope, rows: Sequence[SubjectInput]
) -> tuple[list[SubjectInput | None], list[Alias]]:
    """Each row as the entry that it reaches, and the aliases that rows named.

    A row that names a merged subject says what it says of the survivor, which keeps its identifier
    and its grade, and its categories unless it is identified alike. It is None when the
    survivor has a row of its own, or an earlier one reached it.
    """
    known = aliases(scope, rows)
    if not known:
        return list(rows), []
    reached = {row.key for row in rows if row.key not in known}
    found: list[SubjectInput | None] = []
    for row in rows:
        alias = known.get(row.key)
        if alias is None:
            found.append(row)
            continue
        stored = as_input(alias.survivor)
        alike = row.id_kind == stored.id_kind
        entry = replace(
            row,
            id_kind=stored.id_kind,
            identifier=stored.identifier,
            grade=stored.grade,
            categories=row.categories if alike else stored.categories,
        )
        found.append(None if entry.key in reached else entry)
        reached.add(entry.key)
    return found, [known[row.key] for row in rows if row.key in known]


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

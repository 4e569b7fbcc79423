"""What pages, imports and the draw read from the subjects' directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.db.models import Exists, OuterRef, QuerySet

from credit.models import Standing, Subject
from credit.validation import Catalogue, Category, SubjectInput
from departments.models import Region
from matters.models import SubjectCategory
from records.masking import masked_identifier

BATCH = 2_000

Key: TypeAlias = tuple[str, str]
"""Kind of the identifier, and the identifier: what makes it the same subject in a region."""


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

    pk: int
    entry: SubjectInput
    judged: bool


def with_judged(subjects: QuerySet[Subject]) -> QuerySet[Any]:
    """The subjects with ``judged``: whether their general grade came out of an evaluation."""
    general = Standing.objects.filter(subject=OuterRef("pk"), matter=None)
    return subjects.annotate(judged=Exists(general))


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


@dataclass(frozen=True)
class Held:
    """What the directory of a region holds of what some rows name: the ``stored`` entries that
    they reach, and the ``aliases`` among their keys, by key."""

    scope: Scope
    stored: Mapping[Key, StoredEntry]
    aliases: Mapping[Key, Alias]

    def graded(self, row: SubjectInput) -> SubjectInput:
        """The row, with the grade of its entry where it leaves its own out."""
        if row.grade:
            return row
        if alias := self.aliases.get(row.key):
            return replace(row, grade=alias.survivor.grade)
        there = self.stored.get(row.key)
        return replace(row, grade=there.entry.grade) if there else row

    def reached(
        self, rows: Sequence[SubjectInput]
    ) -> tuple[list[SubjectInput | None], list[Alias]]:
        """Each row as the entry that it reaches, and the aliases that rows named.

        A row that names a merged subject says what it says of the survivor, which keeps its
        identifier and its grade, and its categories unless it is identified alike. It is None when
        the survivor has a row of its own, or an earlier one reached it.
        """
        if not self.aliases:
            return list(rows), []
        reached = {row.key for row in rows if row.key not in self.aliases}
        found: list[SubjectInput | None] = []
        for row in rows:
            alias = self.aliases.get(row.key)
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
        return found, [self.aliases[row.key] for row in rows if row.key in self.aliases]


def held(scope: Scope, rows: Sequence[SubjectInput]) -> Held:
    """What the directory holds of what ``rows`` name, in one query per ``BATCH`` rows, and one
    for the survivors of those that were merged."""
    stored: dict[Key, StoredEntry] = {}
    aliases: dict[Key, Alias] = {}
    merged_into: set[int] = set()
    for start in range(0, len(rows), BATCH):
        found = _whole(scope).identified(row.identifier for row in rows[start : start + BATCH])
        for subject in found:
            key = subject.id_kind, subject.identifier
            if subject.merged_into:
                aliases[key] = Alias(*key, subject.merged_into)
                merged_into.add(subject.merged_into.pk)
            else:
                stored[key] = stored_entry(subject)
    missing = merged_into - {each.pk for each in stored.values()}
    for subject in _whole(scope).filter(pk__in=missing) if missing else ():
        stored[subject.id_kind, subject.identifier] = stored_entry(subject)
    return Held(scope, stored, aliases)


def _whole(scope: Scope) -> Any:
    """The region's subjects with all that ``Held`` tells of them."""
    return with_judged(
        Subject.objects.filter(region=scope.region).select_related(
            "township", "merged_into__township"
        )
    )


def stored_entry(subject: Any) -> StoredEntry:
    """One of the subjects ``with_judged`` as it is stored."""
    return StoredEntry(subject.pk, as_input(subject), subject.judged)


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

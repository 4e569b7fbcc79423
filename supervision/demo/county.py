"""The demo county as typed values: region, townships, departments, matters, catalogues.

Everything is read once from the JSON files in ``data/`` and is immutable.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class RegionRow:
    """An administrative region; ``aliases`` are older codes of the same place."""

    code: str
    name: str
    short_name: str
    parent: str | None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VillageRow:
    """A village or community: the 12-digit statistics code and the name used in addresses."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class TownshipRow:
    """A township-level unit (街道, 镇, 乡) with its villages."""

    code: str
    name: str
    villages: tuple[VillageRow, ...]

    @property
    def urban(self) -> bool:
        """Whether the unit belongs to the county seat."""
        return self.name.endswith("街道") or self.name.startswith("城关")


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department; ``function`` is its part in the task force, ``group`` that part's name.

    ``function`` is one of ``coordination``, ``legal``, ``inspection``, ``credit``,
    ``establishment``, ``witness``, ``police``, ``procuratorate``, ``government`` or None.
    ``listed`` tells whether the published list of matters names the department.
    """

    code: str
    name: str
    short_name: str
    kind: str
    enforces: bool
    listed: bool
    function: str | None
    group: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatterRow:
    """One row of the published list: the cells as printed and the departments they mean."""

    no: int
    name: str
    subjects: str
    content: str
    lead_cell: str
    cooperating_cell: str
    lead: str
    cooperating: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A kind of supervised subject.

    ``id_kind`` is ``uscc``, ``house``, ``vehicle``, ``site`` or ``person``; ``industries`` are
    classes of GB/T 4754-2017; ``matters`` are the numbers of the matters that name the kind.
    """

    code: str
    name: str
    id_kind: str
    keywords: tuple[str, ...]
    industries: tuple[str, ...]
    matters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CheckItemRow:
    """What one department looks at in subjects of some categories, how, and by which law.

    ``department`` is a department's code; ``article`` is empty where only the law is named.
    """

    code: str
    department: str
    categories: tuple[str, ...]
    title: str
    guidance: str
    law: str
    article: str


def _load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return data


@cache
def regions() -> tuple[RegionRow, ...]:
    """Province, city and county, from the top down."""
    region = _load("huaiyang.json")["region"]
    rows: list[RegionRow] = []
    for parent in region["parents"]:
        above = rows[-1].code if rows else None
        rows.append(RegionRow(parent["code"], parent["name"], parent["name"], above))
    rows.append(
        RegionRow(
            region["code"],
            region["name"],
            region["short_name"],
            rows[-1].code,
            tuple(region["aliases"]),
        )
    )
    return tuple(rows)


@cache
def townships() -> tuple[TownshipRow, ...]:
    """The 19 township-level units in the order of their codes."""
    return tuple(
        TownshipRow(
            row["code"],
            row["name"],
            tuple(VillageRow(code, name) for code, name in row["villages"]),
        )
        for row in _load("huaiyang.json")["townships"]
    )


@cache
def departments() -> tuple[DepartmentRow, ...]:
    """The 41 departments of the list and five further bodies the work needs."""
    return tuple(
        DepartmentRow(**{**row, "aliases": tuple(row["aliases"])})
        for row in _load("huaiyang.json")["departments"]
    )


@cache
def matters() -> tuple[MatterRow, ...]:
    """The 19 matters in the order of the list."""
    return tuple(
        MatterRow(**{**row, "cooperating": tuple(row["cooperating"])})
        for row in _load("matters.json")["matters"]
    )


def matters_title() -> str:
    """The printed title of the list."""
    title: str = _load("matters.json")["title"]
    return title


@cache
def categories() -> tuple[CategoryRow, ...]:
    """The catalogue of kinds of subjects."""
    return tuple(
        CategoryRow(
            row["code"],
            row["name"],
            row["id_kind"],
            tuple(row["keywords"]),
            tuple(row["industries"]),
            tuple(row["matters"]),
        )
        for row in _load("categories.json")["categories"]
    )


@cache
def check_items() -> tuple[CheckItemRow, ...]:
    """The catalogue of check items, grouped by department."""
    return tuple(
        CheckItemRow(**{**row, "categories": tuple(row["categories"])})
        for row in _load("check_items.json")["items"]
    )

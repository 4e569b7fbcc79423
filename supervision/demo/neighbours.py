"""The demo's other regions: the city above the county, a neighbour under the same city, and a
county of another province that gave its penalty rights to one enforcement bureau.

They hold departments, a profile and accounts, so that letters go up, down and across and a second
county's rules can be seen at work; subjects and inspectors are the demo county's alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from departments.models import (
    Department,
    DepartmentAlias,
    FunctionAssignment,
    Region,
    RuleValue,
    User,
)
from departments.roles import Function
from supervision.demo.accounts import AccountRow, password_hash
from supervision.demo.county import DATA

_SOURCE = "平台演示配置"
_LEVELS = {2: Region.Level.PROVINCE, 4: Region.Level.CITY, 6: Region.Level.COUNTY}


@dataclass(frozen=True, slots=True)
class NeighbourDepartment:
    """A department, the functions it fills with their sources, and its accounts."""

    code: str
    name: str
    short_name: str
    kind: str
    enforces: bool
    functions: dict[str, str]
    accounts: tuple[AccountRow, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A region with its ``parents`` (code, name) from the top down, its ``townships`` (code,
    name) and the rule values of its own (key, value, source)."""

    code: str
    name: str
    full_name: str
    parents: tuple[tuple[str, str], ...]
    townships: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, int, str], ...]
    departments: tuple[NeighbourDepartment, ...]


@cache
def neighbours() -> tuple[Neighbour, ...]:
    """The other regions, each after those above it."""
    data = json.loads((DATA / "neighbours.json").read_text(encoding="utf-8"))
    return tuple(_neighbour(row) for row in data["regions"])


def accounts() -> tuple[AccountRow, ...]:
    """The accounts of all other regions, in their order."""
    return tuple(
        account
        for region in neighbours()
        for department in region.departments
        for account in department.accounts
    )


def load_neighbours() -> None:
    """Write the other regions beside the demo county; call it inside a transaction."""
    for row in neighbours():
        region = _load_region(row)
        departments = _load_departments(region, row)
        _load_profile(region, row, departments)
        _load_accounts(row, departments)


def _neighbour(row: dict[str, Any]) -> Neighbour:
    return Neighbour(
        code=row["code"],
        name=row["name"],
        full_name=row["full_name"],
        parents=tuple((parent["code"], parent["name"]) for parent in row["parents"]),
        townships=tuple((code, name) for code, name in row["townships"]),
        rules=tuple((rule["key"], rule["value"], rule["source"]) for rule in row["rules"]),
        departments=tuple(_department(department) for department in row["departments"]),
    )


def _department(row: dict[str, Any]) -> NeighbourDepartment:
    accounts = tuple(
        AccountRow(each["username"], each["name"], row["code"], tuple(each["roles"]), each["story"])
        for each in row["accounts"]
    )
    return NeighbourDepartment(**{**row, "accounts": accounts})


def _load_region(row: Neighbour) -> Region:
    parent: Region | None = None
    for code, name in row.parents:
        parent = _region(code, name, name, parent)
    region = _region(row.code, row.name, row.full_name, parent)
    Region.objects.bulk_create(
        Region(
            code=code,
            name=name,
            full_name=f"{region.full_name}{name}",
            level=Region.Level.TOWNSHIP,
            parent=region,
        )
        for code, name in row.townships
    )
    return region


def _region(code: str, name: str, full_name: str, parent: Region | None) -> Region:
    region, _ = Region.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "full_name": full_name,
            "level": _LEVELS[len(code)],
            "parent": parent,
        },
    )
    return region


def _load_departments(region: Region, row: Neighbour) -> dict[str, Department]:
    departments = {
        each.code: Department.objects.create(
            region=region,
            name=each.name,
            short_name=each.short_name,
            kind=each.kind,
            enforces=each.enforces,
        )
        for each in row.departments
    }
    DepartmentAlias.objects.bulk_create(
        DepartmentAlias(
            region=region, department=departments[each.code], alias=alias, source=_SOURCE
        )
        for each in row.departments
        for alias in (each.name, each.short_name)
    )
    return departments


def _load_profile(region: Region, row: Neighbour, departments: dict[str, Department]) -> None:
    FunctionAssignment.objects.bulk_create(
        FunctionAssignment(
            region=region,
            function=Function(function),
            department=departments[each.code],
            source=source,
        )
        for each in row.departments
        for function, source in each.functions.items()
    )
    RuleValue.objects.bulk_create(
        RuleValue(region=region, key=key, value=value, source=source)
        for key, value, source in row.rules
    )


def _load_accounts(row: Neighbour, departments: dict[str, Department]) -> None:
    password = password_hash()
    User.objects.bulk_create(
        User(
            username=account.username,
            name=account.name,
            department=departments[each.code],
            roles=list(account.roles),
            demo_note=account.story,
            password=password,
        )
        for each in row.departments
        for account in each.accounts
    )

"""Writes the demo's ground: regions, departments, profiles, catalogues and accounts."""

from __future__ import annotations

from django.db import transaction

from departments.models import Department, DepartmentAlias, FunctionAssignment, Region, User
from departments.roles import Function
from matters.models import CheckItem, SubjectCategory
from supervision.demo import county
from supervision.demo.accounts import ACCOUNTS, password_hash
from supervision.demo.neighbours import load_neighbours

SOURCE = "淮政办〔2025〕1号"
_LEVELS = {2: "province", 4: "city", 6: "county"}


@transaction.atomic
def load_foundation() -> Region:
    """Create what every story starts from and return the demo county; the database must hold no
    region yet."""
    region = _load_regions()
    departments = _load_departments(region)
    _load_profile(region, departments)
    _load_catalogues(departments)
    _load_accounts(departments)
    load_neighbours()
    return region


def _load_regions() -> Region:
    created: dict[str, Region] = {}
    for row in county.regions():
        created[row.code] = Region.objects.create(
            code=row.code,
            name=row.short_name,
            full_name=row.name,
            level=_LEVELS[len(row.code)],
            parent=created.get(row.parent or ""),
            former_codes=list(row.aliases),
        )
    region = created[max(created, key=len)]
    Region.objects.bulk_create(
        Region(
            code=unit.code,
            name=unit.name,
            full_name=f"{region.full_name}{unit.name}",
            level=Region.Level.TOWNSHIP,
            parent=region,
        )
        for unit in county.townships()
    )
    return region


def _load_departments(region: Region) -> dict[str, Department]:
    departments = {
        row.code: Department.objects.create(
            region=region,
            name=row.name,
            short_name=row.short_name,
            kind=row.kind,
            enforces=row.enforces,
        )
        for row in county.departments()
    }
    DepartmentAlias.objects.bulk_create(
        DepartmentAlias(region=region, department=departments[row.code], alias=alias, source=SOURCE)
        for row in county.departments()
        for alias in dict.fromkeys((*row.aliases, row.name, row.short_name))
    )
    return departments


def _load_profile(region: Region, departments: dict[str, Department]) -> None:
    fillers = {row.function: departments[row.code] for row in county.departments() if row.function}
    functions = {Function(code): department for code, department in fillers.items()}
    functions[Function.PLAN_RECEIVER] = functions[Function.COORDINATION]
    functions[Function.MATTER_REVIEWER] = functions[Function.LEGAL]
    FunctionAssignment.objects.bulk_create(
        FunctionAssignment(region=region, function=function, department=department, source=SOURCE)
        for function, department in functions.items()
    )


def _load_catalogues(departments: dict[str, Department]) -> None:
    SubjectCategory.objects.bulk_create(
        SubjectCategory(
            code=row.code,
            name=row.name,
            id_kind=row.id_kind,
            keywords=list(row.keywords),
            industry_classes=list(row.industries),
        )
        for row in county.categories()
    )
    CheckItem.objects.bulk_create(
        CheckItem(
            department=departments[row.department],
            code=row.code,
            title=row.title,
            guidance=row.guidance,
            legal_basis=f"{row.law}{row.article}",
            categories=list(row.categories),
        )
        for row in county.check_items()
    )


def _load_accounts(departments: dict[str, Department]) -> None:
    townships = {region.code: region for region in Region.objects.filter(level="township")}
    password = password_hash()
    User.objects.bulk_create(
        User(
            username=row.username,
            name=row.name,
            department=departments.get(row.department),
            township=townships.get(row.township),
            roles=list(row.roles),
            demo_note=row.story,
            password=password,
        )
        for row in ACCOUNTS
    )

"""Writes the demo county's two directories: subjects, and inspectors with their recusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import transaction

from credit.models import Subject
from credit.services.directory import upsert_subjects
from credit.validation import SubjectInput
from departments.models import Department, Region, User
from departments.roles import Role
from inspections.models import Inspector
from inspections.services.directory import (
    add_recusal,
    upsert_inspectors,
)
from inspections.validation import InspectorInput
from records import clock, periods
from records.actor import SYSTEM
from supervision.demo.accounts import password_hash
from supervision.demo.inspectors import (
    InspectorRow,
    InspectorStatus,
    generate_inspectors,
    generate_recusals,
)
from supervision.demo.subjects import SubjectRow, generate_subjects

SEED = 411603
SOURCE = "演示数据"
_TAKEN_OVER = 400
"""Days ago when the subjects came into the directory: before the season's plan was filed."""


@transaction.atomic
def load_directories(region: Region, today: dt.date, say: Callable[[str], None]) -> None:
    """Fill both directories of the county; ``today`` places the licences' validity. ``say`` is told
    what was written."""
    subjects = tuple(generate_subjects(SEED))
    entries = [subject_input(row) for row in subjects]
    with clock.at(periods.ago(clock.now(), days=_TAKEN_OVER)):
        taken = upsert_subjects(SYSTEM, entries, SOURCE, region_code=region.code)
    say(f"监管对象：{taken}")
    inspectors = generate_inspectors(SEED, today)
    say(f"执法检查人员：{load_inspectors(region, inspectors)}")
    say(f"回避关系：{_load_recusals(inspectors, subjects)} 条")


def subject_input(row: SubjectRow) -> SubjectInput:
    """A generated subject as the directory takes it in."""
    return SubjectInput(
        id_kind=row.identifier_kind.value,
        identifier=row.identifier,
        name=row.name,
        categories=row.categories,
        grade=row.grade,
        status=row.status.value,
        industry_class=row.industry,
        address=row.address,
        township_code=row.township,
    )


def inspector_input(row: InspectorRow, department_ids: dict[str, int]) -> InspectorInput:
    """A generated inspector as the directory takes it in; departments by their full name."""
    return InspectorInput(
        licence=row.licence,
        name=row.name,
        department_id=department_ids[row.department_name],
        valid_from=row.valid_from,
        valid_until=row.valid_to,
        specialities=row.specialities,
        townships=row.townships,
        is_active=row.status is InspectorStatus.ACTIVE,
    )


def load_inspectors(region: Region, rows: Sequence[InspectorRow]) -> str:
    """Take the inspectors in, each with an account; returns what was done in words."""
    ids = dict(Department.objects.filter(region=region).values_list("name", "pk"))
    result = upsert_inspectors(
        SYSTEM, [inspector_input(row, ids) for row in rows], SOURCE, region_code=region.code
    )
    _link_accounts(ids, rows)
    return f"{result}，都有账号（用户名为执法证号）"


def _link_accounts(department_ids: dict[str, int], rows: Sequence[InspectorRow]) -> None:
    """Give every inspector an account: whoever the draw sends can open the visit on the phone.

    Those without a demo account of their own log in with their licence number.
    """
    password = password_hash()
    User.objects.bulk_create(
        User(
            username=row.licence,
            name=row.name,
            department_id=department_ids[row.department_name],
            roles=[Role.INSPECTOR],
            password=password,
        )
        for row in rows
        if not row.username
    )
    names = {row.licence: row.username or row.licence for row in rows}
    users = User.objects.in_bulk(names.values(), field_name="username")
    inspectors = list(Inspector.objects.filter(licence__in=names))
    for inspector in inspectors:
        inspector.user = users[names[inspector.licence]]
    Inspector.objects.bulk_update(inspectors, ["user"], batch_size=200)


def _load_recusals(inspectors: Sequence[InspectorRow], subjects: Sequence[SubjectRow]) -> int:
    rows = generate_recusals(SEED, inspectors, subjects)
    keys = dict(
        Inspector.objects.filter(licence__in=[row.licence for row in rows]).values_list(
            "licence", "pk"
        )
    )
    subject_keys = dict(
        Subject.objects.filter(identifier__in=[row.identifier for row in rows]).values_list(
            "identifier", "pk"
        )
    )
    for row in rows:
        add_recusal(SYSTEM, keys[row.licence], subject_keys[row.identifier], row.reason)
    return len(rows)

"""A small county ready to be drawn from: subjects, inspectors, a published plan item."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from credit.models import Subject
from departments.models import Department, Region, User
from inspections.draw import commitment
from inspections.models import Draw, Inspector, PlanItem, PlanItemPart, PlanItemParty, YearPlan
from matters.models import CheckItem, Duty, Matter, MatterVersion
from supervision.demo.county import departments
from supervision.demo.inspectors import generate_inspectors
from supervision.demo.subjects import generate_subjects

SENDING = ("MZJ", "WJW", "XFDD", "SCJG")
CODES = {"MZJ": "lead", "SFJ": "legal", "JJPZ": "witness"}
"""Departments of the item's parties and the codes they have in it."""
WHO = {"lead": "mzj_clerk", "legal": "sfj_head", "witness": "jjz_witness"}
NONCES = {"lead": "a1" * 32, "legal": "b2" * 32, "witness": "c3" * 32}


def department(code: str) -> Department:
    """A department of the demo county by its code."""
    name = next(row.name for row in departments() if row.code == code)
    return Department.objects.get(name=name)


def fill_directories(region: Region, count: int = 300) -> None:
    """``count`` subjects of all kinds, and the inspectors of the departments that are sent."""
    townships = {one.code: one for one in Region.objects.filter(level="township")}
    Subject.objects.bulk_create(
        Subject(
            region=region,
            township=townships[row.township],
            id_kind=row.identifier_kind,
            identifier=row.identifier,
            name=row.name,
            categories=list(row.categories),
            grade=row.grade,
            status=row.status,
        )
        for row in generate_subjects(7, count)
    )
    users = {user.username: user for user in User.objects.all()}
    wanted = {code: department(code) for code in SENDING}
    Inspector.objects.bulk_create(
        Inspector(
            department=wanted[row.department],
            name=row.name,
            licence=row.licence,
            valid_from=row.valid_from,
            valid_until=row.valid_to,
            townships=list(row.townships),
            is_active=row.status == "active",
            user=users.get(row.username or ""),
        )
        for row in generate_inspectors(7, timezone.localdate())
        if row.department in wanted
    )


def plan_item(region: Region, number: int = 1, **changes: Any) -> PlanItem:
    """A published item of this year that draws from the whole directory, by three parties."""
    now = timezone.now()
    lead = department("MZJ")
    year = timezone.localdate().year
    plan, _ = YearPlan.objects.get_or_create(
        region=region,
        year=year,
        defaults={"state": YearPlan.State.PUBLISHED, "published_at": now - dt.timedelta(days=30)},
    )
    matter, _ = Matter.objects.get_or_create(region=region, number=19, defaults={"code": "M-19"})
    version, _ = MatterVersion.objects.get_or_create(
        matter=matter,
        number=1,
        defaults={
            "state": MatterVersion.State.IN_FORCE,
            "name": "养老机构安全综合监管",
            "lead": lead,
            "created_by": User.objects.get(username="xzsp_clerk"),
            "change_reason": "首次制定",
            "source": "淮政办〔2025〕1号",
        },
    )
    categories = sorted({code for s in Subject.objects.all() for code in s.categories})
    values: dict[str, Any] = {
        "state": PlanItem.State.PUBLISHED,
        "title": f"养老机构联合检查之{number}",
        "categories": categories,
        "ratios": {"A": 300, "B": 1000, "C": 3000, "D": 10000},
        "period_start": timezone.localdate(),
        "period_end": timezone.localdate() + dt.timedelta(days=60),
        "draw_at": now - dt.timedelta(minutes=1),
        "filed_at": now + dt.timedelta(hours=1),
    }
    item = PlanItem.objects.create(
        plan=plan, number=number, matter_version=version, lead=lead, **(values | changes)
    )
    for code in SENDING:
        owner = department(code)
        part = PlanItemPart.objects.create(
            item=item,
            department=owner,
            part=Duty.Part.LEAD if owner == lead else Duty.Part.ENFORCING,
            sends_inspectors=True,
            state=PlanItemPart.State.CONFIRMED,
        )
        part.check_items.set(
            CheckItem.objects.filter(department=owner, categories__contains=["nursing-home"])
        )
    for code, party in CODES.items():
        PlanItemParty.objects.create(item=item, code=party, department=department(code))
    return item


def promise(draw: Draw, party: str) -> str:
    """The commitment of a party to its fixed nonce."""
    return commitment(draw.number, party, NONCES[party])

"""What the tests of the plan start from: a matter in force, people with licences, subjects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from credit.models import Subject
from departments.models import Department, Region, User
from inspections.models import Inspector, PlanItem, PlanItemPart
from inspections.services import plan_acts as acts
from inspections.services.plan_data import ItemData
from matters.models import CheckItem, Duty, Matter, MatterVersion, SubjectCategory
from records.actor import Actor

CATEGORY = "elderly-care"


def department(username: str) -> Department:
    """The department of a demo account."""
    return User.objects.select_related("department").get(username=username).department


def next_year() -> int:
    """A year whose dates all lie ahead."""
    return timezone.localdate().year + 1


def matter(
    number: int = 19,
    name: str = "养老机构安全综合监管",
    lead: str = "mzj_clerk",
    enforcing: tuple[str, ...] = ("wjw_clerk", "xfdd_clerk"),
    assisting: tuple[str, ...] = ("fgw_clerk",),
    category: str = CATEGORY,
    in_force_at: dt.datetime | None = None,
) -> MatterVersion:
    """A matter in force with its duties; every department has one check item that fits."""
    region = department(lead).region
    created_by = User.objects.get(username="xzsp_clerk")
    kind, _ = SubjectCategory.objects.get_or_create(
        code=category, defaults={"name": category, "id_kind": "uscc"}
    )
    version = MatterVersion.objects.create(
        matter=Matter.objects.create(region=region, code=f"M{number:03d}", number=number),
        number=1,
        state=MatterVersion.State.IN_FORCE,
        change_reason="第一批清单",
        name=name,
        subjects_text="养老机构",
        content="养老机构安全",
        lead=department(lead),
        source="淮政办〔2025〕1号",
        in_force_at=in_force_at or timezone.now() - dt.timedelta(days=400),
        created_by=created_by,
    )
    version.categories.add(kind)
    parts = [
        (lead, Duty.Part.LEAD),
        *((name, Duty.Part.ENFORCING) for name in enforcing),
        *((name, Duty.Part.ASSISTING) for name in assisting),
    ]
    for position, (username, part) in enumerate(parts):
        body = department(username)
        Duty.objects.create(version=version, department=body, part=part, position=position)
        CheckItem.objects.create(
            department=body,
            code=f"T-{number}-{body.pk}",
            title=f"{body.short_name}检查事项",
            categories=[category],
        )
    return version


def inspectors(*usernames: str, count: int = 3) -> None:
    """Licensed inspectors for the departments of these accounts."""
    for username in usernames:
        body = department(username)
        Inspector.objects.bulk_create(
            Inspector(
                department=body,
                name=f"检查员{index}",
                licence=f"{body.pk}-{index}",
                valid_from=dt.date(2020, 1, 1),
                valid_until=dt.date(2040, 12, 31),
            )
            for index in range(count)
        )


def subjects(grades: str, category: str = CATEGORY, start: int = 0, **fields: str) -> None:
    """One subject per letter of ``grades``."""
    region = Region.objects.get(code="411603")
    Subject.objects.bulk_create(
        Subject(
            region=region,
            id_kind="site",
            identifier=f"{category}-{start + index}",
            name=f"对象{start + index}",
            categories=[category],
            grade=grade,
            **fields,
        )
        for index, grade in enumerate(grades)
    )


def item_data(version: MatterVersion, year: int, **changes: object) -> ItemData:
    """A complete item: the lead and its enforcing partners, each with its check item."""
    values: dict[str, object] = {
        "title": f"{year} 年联合检查",
        "categories": tuple(version.categories.values_list("code", flat=True)),
        "check_items": {
            duty.department_id: tuple(
                CheckItem.objects.filter(
                    department=duty.department, code__startswith="T-"
                ).values_list("pk", flat=True)
            )
            for duty in version.duties.all()
            if duty.part != Duty.Part.ASSISTING
        },
        "ratios": {"A": 300, "B": 1000, "C": 3000, "D": 10000},
        "period_start": dt.date(year, 3, 1),
        "period_end": dt.date(year, 5, 31),
        "draw_at": timezone.make_aware(dt.datetime(year, 2, 20, 9, 30)),
        "draw_mode": PlanItem.DrawMode.MANUAL,
        "draw_level": PlanItem.Level.PARTIES,
        "parties": (version.lead_id, department("sfj_clerk").pk),
    }
    values.update(changes)
    return ItemData(**values)  # type: ignore[arg-type]


def part_of(item: PlanItem, username: str) -> PlanItemPart:
    """The part of an account's department."""
    return item.parts.get(department=department(username))


def state(item: PlanItem) -> str:
    """The state of the item as it stands now."""
    item.refresh_from_db()
    return item.state


def confirmed(item: PlanItem, actor: Callable[[str], Actor]) -> PlanItem:
    """The item, confirmed by its partners."""
    acts.submit(actor("mzj_clerk"), item.pk)
    for username in ("wjw_head", "xfdd_head"):
        acts.confirm(actor(username), part_of(item, username).pk)
    item.refresh_from_db()
    return item


def filed(item: PlanItem, actor: Callable[[str], Actor]) -> PlanItem:
    """The item, filed."""
    confirmed(item, actor)
    acts.file(actor("mzj_head"), item.pk)
    item.refresh_from_db()
    return item


def published(item: PlanItem, actor: Callable[[str], Actor]) -> PlanItem:
    """The item, published with the year's plan."""
    filed(item, actor)
    acts.merge(actor("xzsp_clerk"), item.plan_id)
    acts.publish(actor("xzsp_head"), item.plan_id)
    item.refresh_from_db()
    return item

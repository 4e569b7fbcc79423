"""A done draw and what follows from it, made directly, for tests of tasks and visits."""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from credit.models import Subject
from departments.actors import actor_for
from departments.models import Department, Region, User
from inspections.models import (
    Draw,
    DrawAssignment,
    DrawSelected,
    Inspector,
    JointTask,
    PlanItem,
    PlanItemPart,
    TaskPart,
    YearPlan,
)
from inspections.services import tasks, visits
from inspections.services.dispatch import dispatch
from inspections.services.notices import sign_notice
from matters.models import CheckItem, Matter, MatterVersion
from records.actor import Actor

SHORT = ("MZJ", "WJW", "XFDD", "SCJG")
CLERKS = {"MZJ": "mzj", "WJW": "wjw", "XFDD": "xfdd", "SCJG": "scjg"}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SIGNATURE = "data:image/png;base64," + base64.b64encode(PNG).decode()


@dataclass
class Story:
    """A done draw of nursing homes with its departments and their people."""

    region: Region
    item: PlanItem
    draw: Draw
    departments: dict[str, Department]
    inspectors: dict[str, list[Inspector]] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        return actor_for(User.objects.get(username=username))

    def dispatch(self, visit_on: dt.date | None = None) -> list[JointTask]:
        return dispatch(self.actor("mzj_clerk"), self.draw.pk, visit_on, "检查需要")

    def part(self, task: JointTask, code: str) -> TaskPart:
        return task.parts.get(department=self.departments[code])

    def notified(self, visit_on: dt.date | None = None) -> JointTask:
        """The first task, accepted by all and notified, its visit today unless told."""
        task = self.dispatch(visit_on or timezone.localdate())[0]
        for code in self.departments:
            if code != "MZJ":
                tasks.accept(self.actor(f"{CLERKS[code]}_clerk"), self.part(task, code).pk)
        sign_notice(self.actor("mzj_head"), task.pk)
        task.refresh_from_db()
        return task

    def on_site(self) -> JointTask:
        """The first task with both inspectors of the lead department checked in."""
        task = self.notified()
        for number in (1, 2):
            visits.check_in(self.actor(f"mzj_inspector{number}"), task.pk)
        task.refresh_from_db()
        return task

    def recorded(self, code: str = "MZJ") -> TaskPart:
        """The lead's part with all items recorded and nothing signed."""
        part = self.part(self.on_site(), code)
        first = self.actor("mzj_inspector1")
        for row in part.items.all():
            visits.record_item(first, row.pk, "no_problem")
        return part

    def signed(self) -> TaskPart:
        """The lead's part, ready to be submitted."""
        part = self.recorded()
        for number in (1, 2):
            visits.sign(self.actor(f"mzj_inspector{number}"), part.pk, SIGNATURE)
        visits.sign_subject(self.actor("mzj_inspector1"), part.pk, "王院长", SIGNATURE)
        return part


def make_story(region: Region, *, homes: int = 3, codes: Sequence[str] = SHORT[:2]) -> Story:
    """A done draw of ``homes`` nursing homes in the demo county, for the departments of ``codes``
    (MZJ leads); the demo inspectors of each go to every home, in two teams."""
    departments = {code: _department(region, code) for code in codes}
    lead = departments["MZJ"]
    clerk = User.objects.get(username="mzj_clerk")
    matter, _ = Matter.objects.get_or_create(region=region, code="M19", number=19)
    version, _ = MatterVersion.objects.get_or_create(
        matter=matter,
        number=1,
        defaults={
            "state": "in_force",
            "change_reason": "首次公布",
            "name": "养老机构安全综合监管",
            "subjects_text": "养老机构",
            "content": "检查",
            "legal_bases": "养老机构管理办法 第三十二条\n",
            "lead": lead,
            "source": "淮政办〔2025〕1号",
            "created_by": clerk,
        },
    )
    today = timezone.localdate()
    plan, _ = YearPlan.objects.get_or_create(region=region, year=today.year, state="published")
    item = PlanItem.objects.create(
        plan=plan,
        number=PlanItem.objects.count() + 1,
        state="published",
        title="养老机构联合检查",
        matter_version=version,
        lead=lead,
        categories=["nursing-home"],
        period_start=today - dt.timedelta(days=10),
        period_end=today + dt.timedelta(days=40),
        draw_at=timezone.now(),
    )
    story = Story(region, item, _draw(item), departments)
    for code, department in departments.items():
        part = PlanItemPart.objects.create(
            item=item,
            department=department,
            part="lead" if code == "MZJ" else "enforcing",
            sends_inspectors=True,
            state="confirmed",
        )
        part.check_items.set(
            CheckItem.objects.filter(department=department, categories__contains=["nursing-home"])[
                :2
            ]
        )
        story.inspectors[code] = [_inspector(department, code, n) for n in (1, 2)]
    _select(story, homes)
    return story


def photo(extra: bytes = b"") -> io.BytesIO:
    """A small picture; ``extra`` makes another one of it."""
    return io.BytesIO(PNG + extra)


def _department(region: Region, code: str) -> Department:
    found = User.objects.get(username=f"{CLERKS[code]}_clerk").department
    assert found is not None
    return found


def _draw(item: PlanItem) -> Draw:
    return Draw.objects.create(
        number=Draw.objects.count() + 1,
        item=item,
        occurrence=item.occurrence,
        planned_at=timezone.now(),
        level=0,
        state=Draw.State.DONE,
        announced_by="曾佳颖",
        code_key="0" * 64,
        finished_at=timezone.now(),
    )


def _inspector(department: Department, code: str, number: int) -> Inspector:
    user = User.objects.get(username=f"{CLERKS[code]}_inspector{number}")
    today = timezone.localdate()
    inspector, _ = Inspector.objects.get_or_create(
        licence=f"ZK-{code}-{number:04d}",
        defaults={
            "department": department,
            "name": user.name,
            "valid_from": today - dt.timedelta(days=300),
            "valid_until": today + dt.timedelta(days=300),
            "user": user,
        },
    )
    return inspector


def _select(story: Story, homes: int) -> None:
    township = Region.objects.filter(level="township", parent=story.region).first()
    start = Subject.objects.count()
    subjects = Subject.objects.bulk_create(
        Subject(
            region=story.region,
            township=township,
            id_kind="uscc",
            identifier=f"52411603TEST{start + index:06d}",
            name=f"淮阳区第{start + index + 1}养老院",
            categories=["nursing-home"],
            address="柳湖街道健康路 1 号",
            grade="B",
        )
        for index in range(homes + 1)
    )
    rows = DrawSelected.objects.bulk_create(
        DrawSelected(
            draw=story.draw,
            subject=subject,
            stratum="B",
            position=index + 1,
            ticket=f"{index:064x}",
            is_reserve=index == homes,
            team=None if index == homes else index % 2 + 1,
        )
        for index, subject in enumerate(subjects)
    )
    DrawAssignment.objects.bulk_create(
        DrawAssignment(selected=row, inspector=inspector)
        for row in rows
        if not row.is_reserve
        for people in story.inspectors.values()
        for inspector in people
    )

"""A small but complete county: one object of every kind in every state the matrix asks for.

民政 leads, 卫健 cooperates, 农业农村 has no part in anything; the subject is in 新站镇.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from credit.models import Subject
from departments.actors import actor_for
from departments.models import Department, FunctionAssignment, Region, User
from departments.roles import Function, Role
from inspections.draw import commitment
from inspections.models import (
    Draw,
    DrawParty,
    DrawSelected,
    Inspector,
    JointTask,
    Notice,
    PlanItem,
    PlanItemPart,
    PlanItemParty,
    Publication,
    Rectification,
    Recusal,
    Result,
    TaskItem,
    TaskOfficer,
    TaskPart,
    YearPlan,
)
from inspections.rules import RECTIFICATION_DUE
from inspections.services import draws
from inspections.services.notices import sign_notice
from matters.models import CheckItem, Duty, Matter, MatterVersion, UpstreamMatter
from records import deadlines, evidence
from records.actor import ANONYMOUS, SYSTEM, Actor
from records.models import ImportJob, OutboxMessage
from records.workdays import Limit, Unit
from supervision.demo.foundation import load_foundation
from tests.permissions.people import PEOPLE

BACKEND = "departments.backends.PersonBackend"
COUNTY = "411603"
TOWNSHIP = "411603101"
NONCE = "a1" * 32
CATEGORY = "nursing-home"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_M = MatterVersion.State
_I = PlanItem.State
_D = Draw.State
_T = JointTask.State
_P = TaskPart.State
_R = Result.State


@dataclass
class World:
    """The objects by the names that the tables use, and the people."""

    things: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def value(self, word: str) -> Any:
        """What a word of a table stands for in an address: ``=word`` is the word itself, any
        other a thing's key."""
        thing = word[1:] if word.startswith("=") else self.things[word]
        return getattr(thing, "pk", thing)

    def client(self, person: str) -> Client:
        """A browser in which the person is logged in."""
        client = Client()
        if person in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[person]
        return client

    def add(self, **things: Any) -> None:
        self.things |= things


def build() -> World:
    """Make the world in an empty database; call it inside a transaction."""
    world = World()
    region = Region.objects.filter(code=COUNTY).first() or load_foundation()
    lead = User.objects.get(username="mzj_clerk").department
    partner = User.objects.get(username="wjw_clerk").department
    assert lead is not None and partner is not None
    world.add(department=lead)
    _neighbour(region)
    _directories(world, region, lead, partner)
    _matters(world, region, lead, partner)
    _plans(world, region, lead, partner)
    _draws(world)
    _tasks(world, region, lead, partner)
    _results(world, region)
    _records(world, region, partner)
    for person, username in PEOPLE.items():
        world.actors[person] = ANONYMOUS
        if username is not None:
            user = User.objects.get(username=username)
            world.actors[person] = actor_for(user)
            client = Client()
            client.force_login(user, backend=BACKEND)
            world.cookies[person] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return world


def _neighbour(region: Region) -> None:
    county = Region.objects.create(
        code="411681", name="项城市", full_name="项城市", level="county", parent=region.parent
    )
    office = Department.objects.create(region=county, name="项城市行政审批局", short_name="审批局")
    for function in (Function.COORDINATION, Function.PLAN_RECEIVER, Function.MATTER_REVIEWER):
        FunctionAssignment.objects.create(
            region=county, function=function, department=office, source="测试"
        )
    department = Department.objects.create(
        region=county, name="项城市市场监督管理局", short_name="市场监管局"
    )
    for username, place in (("neighbour_head", office), ("distant_head", department)):
        User.objects.create(
            username=username, name="邻区负责人", department=place, roles=[Role.HEAD]
        )


def _directories(world: World, region: Region, lead: Department, partner: Department) -> None:
    today = timezone.localdate()
    subjects = [
        Subject.objects.create(
            region=region,
            township=Region.objects.get(code=township),
            id_kind="uscc",
            identifier=f"52411603TEST{number:06d}",
            name=f"淮阳区第{number}养老院",
            categories=[CATEGORY],
            grade="B",
        )
        for number, township in enumerate((TOWNSHIP, "411603001"), start=1)
    ]
    inspectors = {
        username: Inspector.objects.create(
            department=owner,
            name=User.objects.get(username=username).name,
            licence=f"ZK-{username}",
            valid_from=today - dt.timedelta(days=100),
            valid_until=today + dt.timedelta(days=300),
            user=User.objects.get(username=username),
        )
        for owner, prefix in ((lead, "mzj"), (partner, "wjw"))
        for username in (f"{prefix}_inspector1", f"{prefix}_inspector2")
    }
    inspector = inspectors["wjw_inspector1"]
    off_duty = Inspector.objects.create(
        department=partner,
        name="离岗人员",
        licence="ZK-OFF",
        valid_from=today,
        valid_until=today,
        is_active=False,
    )
    recusal = Recusal.objects.create(
        inspector=inspectors["wjw_inspector2"], subject=subjects[1], reason="近亲属"
    )
    world.add(
        subject=subjects[0],
        subject_elsewhere=subjects[1],
        inspector=inspector,
        inspectors=inspectors,
        inspector_off=off_duty,
        recusal=recusal,
    )


def _matters(world: World, region: Region, lead: Department, partner: Department) -> None:
    author = User.objects.get(username="xzsp_clerk")
    states = {
        "matter": _M.IN_FORCE,
        "matter_draft": _M.DRAFT,
        "matter_in_review": _M.LEGAL_REVIEW,
        "matter_reviewed": _M.REVIEWED,
    }
    for number, (name, state) in enumerate(states.items(), start=1):
        version = MatterVersion.objects.create(
            matter=Matter.objects.create(region=region, code=f"M-{number}", number=number),
            number=1,
            state=state,
            change_reason="首次制定",
            name=f"养老机构安全综合监管之{number}",
            subjects_text="养老机构",
            content="养老机构安全",
            lead=lead,
            source="淮政办〔2025〕1号",
            in_force_at=timezone.now() - dt.timedelta(days=30) if state == _M.IN_FORCE else None,
            created_by=author,
        )
        Duty.objects.create(version=version, department=lead, part=Duty.Part.LEAD)
        Duty.objects.create(
            version=version, department=partner, part=Duty.Part.ENFORCING, position=1
        )
        # The public site knows a matter whatever its version.
        world.add(**{name: version, f"{name}_itself": version.matter})
    world.add(check_item=CheckItem.objects.filter(department=partner).first())
    _upstream_matters(world, region)


def _upstream_matters(world: World, region: Region) -> None:
    own = world.things["matter"].matter
    states = {
        "upstream_new": (UpstreamMatter.State.NEW, None),
        "upstream_changed": (UpstreamMatter.State.CHANGED, own),
        "upstream_withdrawn": (UpstreamMatter.State.WITHDRAWN, own),
    }
    for name, (state, matter) in states.items():
        upstream = UpstreamMatter.objects.create(
            region=region, issuer="41", code=name, state=state, matter=matter
        )
        upstream.latest = upstream.versions.create(
            number=1, name="养老服务机构综合监管", lead="河南省民政厅", source="省平台"
        )
        upstream.save()
        world.add(**{name: upstream})


def _plans(world: World, region: Region, lead: Department, partner: Department) -> None:
    year = timezone.localdate().year
    published = YearPlan.objects.create(
        region=region, year=year, state=YearPlan.State.PUBLISHED, published_at=timezone.now()
    )
    merged = YearPlan.objects.create(region=region, year=year + 1, state=YearPlan.State.MERGED)
    world.add(plan=published, year=year, plan_merged=merged, next_year=year + 1, free_year=year + 2)
    names = {
        "item": (published, _I.PUBLISHED),
        "item_drawn": (published, _I.PUBLISHED),
        "item_draft": (merged, _I.DRAFT),
        "item_confirming": (merged, _I.CONFIRMING),
        "item_confirmed": (merged, _I.CONFIRMED),
        "item_filed": (merged, _I.FILED),
    }
    for number, (name, (plan, state)) in enumerate(names.items(), start=1):
        item = PlanItem.objects.create(
            plan=plan,
            number=number,
            state=state,
            title=f"养老机构联合检查之{number}",
            matter_version=world.things["matter"],
            lead=lead,
            categories=[CATEGORY],
            ratios={},
            quota=1,
            period_start=dt.date(plan.year, 1, 1),
            period_end=dt.date(plan.year, 12, 31),
            draw_at=timezone.now(),
            filed_at=timezone.now() if state in (_I.FILED, _I.PUBLISHED) else None,
        )
        waits = state in (_I.DRAFT, _I.CONFIRMING)
        for department, part in ((lead, Duty.Part.LEAD), (partner, Duty.Part.ENFORCING)):
            made = PlanItemPart.objects.create(
                item=item,
                department=department,
                part=part,
                sends_inspectors=True,
                state=PlanItemPart.State.PENDING if waits else PlanItemPart.State.CONFIRMED,
            )
            made.check_items.set(
                CheckItem.objects.filter(department=department, categories__contains=[CATEGORY])[:2]
            )
            if name == "item_confirming" and department == partner:
                world.add(part_pending=made)
        for code, username in (("lead", "mzj_clerk"), ("witness", "jjz_witness")):
            PlanItemParty.objects.create(
                item=item, code=code, department=User.objects.get(username=username).department
            )
        world.add(**{name: item})


def _draws(world: World) -> None:
    item = world.things["item"]
    steps = {  # state, committed, revealed
        "draw_announced": (_D.ANNOUNCED, False, False),
        "draw_committed": (_D.ANNOUNCED, True, False),
        "draw_frozen": (_D.FROZEN, True, False),
        "draw_revealed": (_D.FROZEN, True, True),
        "draw_dispatched": (_D.DONE, True, True),
    }
    for number, (name, (state, committed, revealed)) in enumerate(steps.items(), start=101):
        draw = Draw.objects.create(
            number=number,
            item=item,
            occurrence=f"{item.occurrence}-{name}",
            planned_at=timezone.now(),
            level=1,
            state=state,
            announced_by="曾佳颖",
            code_key="0" * 64,
            frozen_at=timezone.now() if state != _D.ANNOUNCED else None,
            finished_at=timezone.now() if state == _D.DONE else None,
        )
        for party in item.parties.all():
            DrawParty.objects.create(
                draw=draw,
                code=party.code,
                department=party.department,
                commitment="c" * 64 if committed else "",
                nonce="d" * 64 if revealed else "",
            )
        world.add(**{name: draw})
    draw = _carried_out(world.things["item_drawn"])
    world.add(draw=draw, number=draw.number)


def _carried_out(item: PlanItem) -> Draw:
    """A draw with its hashed texts, certificate and result, as the house carries it out."""

    def act(username: str) -> Actor:
        return actor_for(User.objects.get(username=username))

    draw = draws.announce(act("mzj_clerk"), item.pk)
    parties = {"lead": "mzj_clerk", "witness": "jjz_witness"}
    for code, username in parties.items():
        promise = commitment(draw.number, code, NONCE)
        draws.commit_nonce(act(username), draw.pk, code, promise)
    draws.freeze(act("mzj_clerk"), draw.pk)
    for code, username in parties.items():
        draws.reveal(act(username), draw.pk, code, NONCE)
    draw.refresh_from_db()
    return draw


def _selected(world: World, draw: Draw, subject: Subject, position: int) -> DrawSelected:
    return DrawSelected.objects.create(
        draw=draw, subject=subject, stratum="B", position=position, ticket=f"{position:064x}"
    )


def _tasks(world: World, region: Region, lead: Department, partner: Department) -> None:
    today = timezone.localdate()
    later = today + dt.timedelta(days=3)
    steps = {  # state of the visit, state of the partner's part, its agreed date
        "proposed": (_T.PROPOSED, _P.SENT, None),
        "sent": (_T.DISPATCHED, _P.SENT, None),
        "undecided": (_T.DISPATCHED, _P.ACCEPTED, later),
        "scheduled": (_T.SCHEDULED, _P.ACCEPTED, today),
        "notified": (_T.NOTIFIED, _P.ACCEPTED, today),
        "on_site": (_T.IN_PROGRESS, _P.ACCEPTED, today),
        "checked": (_T.CHECKED, _P.SUBMITTED, today),
        "emergency": (_T.SCHEDULED, _P.ACCEPTED, today),
    }
    for number, (name, (state, part_state, agreed)) in enumerate(steps.items(), start=1):
        # One visit was drawn; the others carry the same subject without a draw.
        drawn = name == "checked"
        task = JointTask.objects.create(
            region=region,
            code=f"T-{number:04d}",
            item=world.things["item"],
            selected=_selected(
                world, world.things["draw_dispatched"], world.things["subject"], number
            )
            if drawn
            else None,
            subject=world.things["subject"],
            lead=lead,
            state=_T.SCHEDULED,
            visit_on=today,
        )
        Notice.objects.create(task=task)
        for department in (lead, partner):
            own = department == partner
            part = TaskPart.objects.create(
                task=task,
                department=department,
                state=part_state if own else max(part_state, _P.ACCEPTED, key=list(_P).index),
                agreed_on=agreed if own else today,
                submitted_at=timezone.now() if part_state == _P.SUBMITTED else None,
            )
            for inspector in world.things["inspectors"].values():
                if inspector.department_id == department.pk:
                    TaskOfficer.objects.create(part=part, inspector=inspector)
            for check_item in CheckItem.objects.filter(department=department)[:2]:
                entry = TaskItem.objects.create(
                    part=part, check_item=check_item, title=check_item.title
                )
                if own:
                    world.add(**{f"entry_{name}": entry})
            if own:
                world.add(**{f"part_{name}": part})
        if state in JointTask.ANNOUNCED:
            sign_notice(actor_for(User.objects.get(username="mzj_head")), task.pk)
        pending = JointTask.Ratification.PENDING if name == "emergency" else ""
        JointTask.objects.filter(pk=task.pk).update(state=state, ratification=pending)
        task.refresh_from_db()
        world.add(**{f"task_{name}": task, f"token_{name}": task.token})


def _results(world: World, region: Region) -> None:
    # A part has one result at a time in preparation, and none beside a published one.
    steps = {
        "draft": ("part_scheduled", _R.DRAFT),
        "submitted": ("part_on_site", _R.SUBMITTED),
        "approved": ("part_notified", _R.APPROVED),
    }
    for name, (holder, state) in steps.items():
        prepared = Result.objects.create(
            part=world.things[holder], version=2, state=state, codes=["no_problem"]
        )
        world.add(**{f"result_{name}": prepared})
    part = world.things["part_checked"]
    result = Result.objects.create(
        part=part, state=_R.PUBLISHED, codes=["no_problem"], published_at=timezone.now()
    )
    publication = Publication.objects.create(
        result=result,
        region=region,
        subject_name="淮阳区第1养老院",
        subject_identifier="52411603TEST000001",
        matter_name="养老机构安全综合监管",
        department_name="区卫生健康委员会",
        checked_on=timezone.localdate(),
        results=["未发现问题"],
        draw_number=world.things["draw_dispatched"].number,
        published_at=timezone.now(),
    )
    rectification = Rectification.objects.create(part=part, started_at=timezone.now())
    deadlines.start(
        SYSTEM,
        rectification,
        rule=RECTIFICATION_DUE.key,
        title=RECTIFICATION_DUE.title,
        source=RECTIFICATION_DUE.source,
        limit=Limit(15, Unit.WORKING_DAY),
        department_id=part.department_id,
        region_code=region.code,
    )
    world.add(result=result, publication=publication, rectification=rectification)


def _records(world: World, region: Region, partner: Department) -> None:
    inspector = actor_for(User.objects.get(username="wjw_inspector1"))
    photo = evidence.keep(inspector, world.things["part_on_site"], io.BytesIO(PNG), "现场.png")
    deadline = deadlines.start(
        SYSTEM,
        world.things["part_checked"],
        rule="result.publish",
        title="公示检查结果",
        source="J 18",
        limit=Limit(20, Unit.WORKING_DAY),
        department_id=partner.pk,
        region_code=region.code,
    )
    author = User.objects.get(username="xzsp_clerk")
    job = ImportJob.objects.create(
        kind="subjects",
        state=ImportJob.State.READY,
        region_code=region.code,
        department=author.department,
        created_by=author,
        file_name="监管对象.xlsx",
        content=b"",
    )
    message = OutboxMessage.objects.create(
        target="province",
        topic="matter.in_force",
        payload={},
        region_code=region.code,
        dead_at=timezone.now(),
    )
    world.add(photo=photo, deadline=deadline, import_job=job, message=message)

"""The rows behind the figures: which a person may see, and what a list tells of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from clues.models import Clue, RiskWarning
from credit.models import Subject
from inspections.models import JointTask, PlanItem, Result, TaskPart
from matters.models import MatterVersion
from records import clock
from records.actor import Actor
from records.concealment import oversee
from records.models import Deadline


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Rows of one model in the region of a person who oversees it.

    ``township`` and ``department`` are the paths to the keys of the places that the counters
    count by, empty where there is none. ``columns`` are heads, each with what it shows of a row;
    the first leads to the row.
    """

    rows: Callable[[Actor], QuerySet[Any]]
    department: str = ""
    township: str = ""
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()
    columns: tuple[tuple[str, Callable[[Any], Any]], ...]


def running(actor: Actor) -> QuerySet[Deadline]:
    """The deadlines of the region that have passed and are neither met nor cancelled."""
    late = Deadline.objects.filter(
        region_code__startswith=actor.region_code,
        met_at=None,
        cancelled_at=None,
        due_at__lt=clock.now(),
    )
    return oversee(late, actor)


def _township(subject: Subject) -> str:
    return str(subject.township or "—")


MATTERS = Listing(
    rows=lambda actor: MatterVersion.objects.visible_to(actor).filter(
        matter__region__code__startswith=actor.region_code
    ),
    department="lead_id",
    related=("matter", "lead"),
    columns=(
        ("事项", str),
        ("编码", lambda row: row.matter.code),
        ("牵头部门", lambda row: row.lead),
        ("状态", lambda row: row.get_state_display()),
    ),
)
ITEMS = Listing(
    rows=lambda actor: PlanItem.objects.visible_to(actor).filter(
        plan__region__code__startswith=actor.region_code
    ),
    department="lead_id",
    related=("plan", "lead"),
    columns=(
        ("计划项目", str),
        ("年度", lambda row: str(row.plan.year)),
        ("发起部门", lambda row: row.lead),
        ("状态", lambda row: row.get_state_display()),
    ),
)
VISITS = Listing(
    rows=lambda actor: (
        JointTask.objects.visible_to(actor)
        .filter(region__code__startswith=actor.region_code)
        .exclude(state__in=(*JointTask.UNSENT, JointTask.State.CANCELLED))
    ),
    department="lead_id",
    township="subject__township_id",
    related=("subject__township", "lead"),
    columns=(
        ("任务", lambda row: row.code),
        ("检查对象", lambda row: row.subject),
        ("乡镇街道", lambda row: _township(row.subject)),
        ("牵头部门", lambda row: row.lead),
        ("状态", lambda row: row.get_state_display()),
    ),
)
PARTS = Listing(
    rows=lambda actor: (
        TaskPart.objects.visible_to(actor)
        .filter(task__region__code__startswith=actor.region_code)
        .exclude(task__state__in=(*JointTask.UNSENT, JointTask.State.CANCELLED))
    ),
    department="department_id",
    township="task__subject__township_id",
    related=("department", "task__subject__township"),
    columns=(
        ("任务", lambda row: row.task.code),
        ("检查对象", lambda row: row.task.subject),
        ("乡镇街道", lambda row: _township(row.task.subject)),
        ("部门", lambda row: row.department),
        ("状态", lambda row: row.get_state_display()),
    ),
)
SUBJECTS = Listing(
    rows=lambda actor: Subject.objects.visible_to(actor).filter(
        region__code__startswith=actor.region_code, status=Subject.Status.OPEN
    ),
    township="township_id",
    related=("township",),
    columns=(
        ("监管对象", str),
        ("标识", lambda row: row.shown_identifier),
        ("乡镇街道", _township),
        ("信用风险等级", lambda row: row.get_grade_display()),
    ),
)
RESULTS = Listing(
    rows=lambda actor: Result.objects.visible_to(actor).filter(
        part__task__region__code__startswith=actor.region_code
    ),
    department="part__department_id",
    township="part__task__subject__township_id",
    related=("part__department", "part__task__subject__township"),
    columns=(
        ("任务", lambda row: row.part.task.code),
        ("检查对象", lambda row: row.part.task.subject),
        ("乡镇街道", lambda row: _township(row.part.task.subject)),
        ("检查部门", lambda row: row.part.department),
        ("检查结果", lambda row: "；".join(row.conclusion)),
        ("状态", lambda row: row.get_state_display()),
    ),
)
CLUES = Listing(
    rows=lambda actor: Clue.objects.visible_to(actor).filter(
        region_code__startswith=actor.region_code, confidential=False
    ),
    department="holder_id",
    township="township_id",
    related=("holder", "township"),
    columns=(
        ("线索", str),
        ("来源", lambda row: row.get_channel_display()),
        ("乡镇街道", lambda row: row.township or "—"),
        ("当前责任部门", lambda row: row.holder),
        ("状态", lambda row: row.get_state_display()),
    ),
)
WARNINGS = Listing(
    rows=lambda actor: RiskWarning.objects.visible_to(actor).filter(
        region_code__startswith=actor.region_code,
        confidential=False,
        state__in=RiskWarning.OPEN_STATES,
    ),
    department="owner_id",
    township="township_id",
    related=("owner", "township"),
    columns=(
        ("预警", lambda row: row.title),
        ("编号", lambda row: row.number),
        ("等级", lambda row: row.get_level_display()),
        ("乡镇街道", lambda row: row.township or "—"),
        ("责任部门", lambda row: row.owner),
        ("状态", lambda row: row.get_state_display()),
    ),
)
OVERDUE = Listing(
    rows=running,
    department="department_id",
    related=("department",),
    prefetched=("target",),
    columns=(
        ("事由", lambda row: row.title),
        ("对象", lambda row: row.target_name),
        ("责任部门", lambda row: row.department),
        ("依据", lambda row: row.source),
    ),
)

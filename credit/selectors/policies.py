"""What pages and the API read about differentiated supervision policies (S5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from credit.models import PolicyRow, SupervisionPolicy
from credit.policy_validation import GRADES, percent
from credit.services.policies import matters_of
from departments.actors import is_staff_member
from departments.roles import Role
from matters.models import MatterVersion
from records.actor import Actor
from records.excel import Column, Sheet, kinds
from records.worklist import WorkItem

GENERAL = "通用（不限事项）"
ORDER = ("-id",)

SHEET = Sheet(
    title="差异化监管方案",
    columns=(
        Column("matter", "监管事项", kinds.text(100), width=36),
        Column("grade", "等级", kinds.text(4), width=8),
        Column("ratio", "抽查比例（%）", kinds.decimal(2), width=14),
        Column("frequency", "年度频次（0 为不限）", kinds.integer(), width=20),
        Column("way", "监管方式", kinds.text(20), width=16),
        Column("trigger", "触发式", kinds.text(2), width=10),
    ),
)


@dataclass(frozen=True)
class Cell:
    """What a policy says for one grade; ``own`` is False where a matter follows the general."""

    grade: str
    ratio: str
    frequency: str
    way: str
    trigger: bool
    own: bool


@dataclass(frozen=True)
class PolicyLine:
    """The four grades of a matter, or in general."""

    name: str
    cells: list[Cell]


def policies_of(actor: Actor) -> QuerySet[SupervisionPolicy]:
    """The policies a person sees, newest first, with what a row of the list shows."""
    return (
        SupervisionPolicy.objects.visible_to(actor)
        .select_related("region", "department")
        .order_by(*ORDER)
    )


def lines_of(policy: SupervisionPolicy) -> list[PolicyLine]:
    """The table of a policy: general first, then the matters that have rows of their own."""
    by_matter: dict[int | None, dict[str, PolicyRow]] = {None: {}}
    for row in policy.rows.order_by("matter__number", "grade"):
        by_matter.setdefault(row.matter_id, {})[row.grade] = row
    names = _names(policy, by_matter)
    general = by_matter[None]
    return [
        PolicyLine(
            GENERAL if matter is None else names.get(matter, "（事项已不存在）"),
            [
                _cell(rows.get(grade) or general[grade], own=grade in rows)
                for grade in GRADES
                if grade in rows or grade in general
            ],
        )
        for matter, rows in by_matter.items()
    ]


def pending_policies(actor: Actor) -> list[WorkItem]:
    """Policies that wait for the department that prepares them: drafts for its clerks, what is to
    be signed for its head."""
    if not is_staff_member(actor):
        return []
    own = SupervisionPolicy.objects.visible_to(actor).filter(department_id=actor.department_id)
    states = SupervisionPolicy.State
    return [
        WorkItem(what, str(policy), policy.get_absolute_url(), label)
        for role, state, what, label in (
            (Role.CLERK, states.DRAFT, "编制差异化监管方案", "办理"),
            (Role.HEAD, states.REVIEW, "签发差异化监管方案", "签发"),
        )
        if actor.has_role(role)
        for policy in own.filter(state=state).order_by("pk")
    ]


def sheet_rows(policy: SupervisionPolicy) -> Iterator[dict[str, Any]]:
    """The rows of a policy as rows of ``SHEET``."""
    rows = list(policy.rows.order_by("matter__number", "grade"))
    names = _names(policy, {row.matter_id: None for row in rows})
    for row in sorted(rows, key=lambda row: row.matter_id is not None):
        yield {
            "matter": names.get(row.matter_id, "") if row.matter_id else GENERAL,
            "grade": row.grade,
            "ratio": row.ratio_bp / 100,
            "frequency": row.frequency,
            "way": row.get_way_display(),
            "trigger": "是" if row.trigger_only else "",
        }


def _cell(row: PolicyRow, *, own: bool) -> Cell:
    return Cell(
        row.grade,
        percent(row.ratio_bp),
        f"每年至多 {row.frequency} 次" if row.frequency else "次数不限",
        str(row.get_way_display()),
        row.trigger_only,
        own,
    )


def _names(policy: SupervisionPolicy, matters: dict[int | None, Any]) -> dict[int, str]:
    """Names of the matters as they are, else as they last were."""
    known = matters_of(policy.region.code)
    missing = [pk for pk in matters if pk is not None and pk not in known]
    if missing:
        last = MatterVersion.objects.filter(matter__in=missing).order_by("number")
        known |= dict(last.values_list("matter_id", "name"))
    return known

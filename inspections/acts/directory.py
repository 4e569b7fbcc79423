"""Who may do what with an entry of the inspectors' directory."""

from __future__ import annotations

from departments.actors import is_clerk_of
from departments.roles import Function
from inspections.models import Inspector
from records.actor import Actor
from records.acts import Act, ActTable


def keeps_whole_directory(actor: Actor) -> bool:
    """Whether the person keeps the inspectors of every department of the region: clerks of the
    bodies that coordinate and that lead the joint inspections."""
    return is_clerk_of(actor, actor.department_id) and actor.fills(
        Function.COORDINATION, Function.INSPECTION
    )


def keeps_some(actor: Actor) -> bool:
    """Whether the person keeps at least the inspectors of the own department."""
    return is_clerk_of(actor, actor.department_id)


def keeps_inspectors_of(actor: Actor, department_id: int, region_code: str) -> bool:
    """Whether the person keeps the inspectors of a department in a region."""
    if actor.is_system:
        return True
    if keeps_whole_directory(actor) and region_code.startswith(actor.region_code):
        return True
    return is_clerk_of(actor, department_id)


def _keeps(actor: Actor, inspector: Inspector) -> bool:
    return keeps_inspectors_of(actor, inspector.department_id, inspector.region.code)


INSPECTOR_ACTS = ActTable(
    "inspector",
    Inspector,
    (
        Act(
            code="edit",
            label="修改",
            who=_keeps,
            reason=True,
            reason_label="修改理由",
            form="inspections:inspector-edit",
        ),
        Act(
            code="recuse",
            label="登记回避",
            who=_keeps,
            when=lambda inspector: inspector.is_active,
            reason=True,
            reason_label="回避事由",
            form="inspections:recusal-add",
        ),
        Act(
            code="unrecuse",
            label="撤销回避",
            who=_keeps,
            reason=True,
            reason_label="撤销理由",
            confirm="撤销后，该人员可以再被派往这个监管对象。",
        ),
        Act(
            code="reactivate",
            label="恢复在岗",
            who=_keeps,
            when=lambda inspector: not inspector.is_active,
            reason=True,
            reason_label="理由",
            confirm="恢复后，证件有效期内将参加随机抽取。",
        ),
        Act(
            code="deactivate",
            label="标为离岗",
            who=_keeps,
            when=lambda inspector: inspector.is_active,
            reason=True,
            reason_label="理由",
            confirm="离岗后不再参加随机抽取；已经派发的任务不受影响。",
            style="danger",
        ),
    ),
    state_field="is_active",
)

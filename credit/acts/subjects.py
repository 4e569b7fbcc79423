"""Who may do what with an entry of the subjects' directory."""

from __future__ import annotations

from credit.models import Subject
from departments.actors import is_clerk_of
from departments.roles import Function
from records.actor import Actor
from records.acts import Act, ActTable


def may_keep_directory(actor: Actor) -> bool:
    """Whether the person adds entries, one by one or by file: clerks of the bodies that coordinate,
    lead the joint inspections and keep the credit grades."""
    return is_clerk_of(actor, actor.department_id) and actor.fills(
        Function.COORDINATION, Function.INSPECTION, Function.CREDIT
    )


def may_edit(actor: Actor, subject: Subject) -> bool:
    """Clerks of the region's departments keep the facts of its subjects current."""
    return (
        is_clerk_of(actor, actor.department_id)
        and bool(actor.region_code)
        and subject.region.code.startswith(actor.region_code)
    )


def may_grade(actor: Actor, subject: Subject) -> bool:
    """Only the credit group changes a grade."""
    return may_edit(actor, subject) and actor.fills(Function.CREDIT)


SUBJECT_ACTS = ActTable(
    "subject",
    Subject,
    (
        Act(
            code="edit",
            label="修改",
            who=may_edit,
            sources=Subject.CURRENT,
            reason=True,
            reason_label="修改理由",
            form="credit:subject-edit",
        ),
        Act(
            code="label",
            label="标签",
            who=may_edit,
            sources=Subject.CURRENT,
            reason=True,
            reason_label="理由",
            form="credit:subject-labels",
        ),
        Act(
            code="duplicate",
            label="登记重复",
            who=lambda actor, subject: may_keep_directory(actor) and may_edit(actor, subject),
            sources=Subject.CURRENT,
            reason=True,
            reason_label="理由",
            form="credit:duplicate-add",
        ),
        Act(
            code="grade",
            label="调整等级",
            who=may_grade,
            sources=Subject.CURRENT,
            reason=True,
            reason_label="调整理由",
            confirm="等级决定抽查比例。已冻结的抽取名单不受影响。",
        ),
    ),
    state_field="status",
)

"""What pages, exports and the API read of joint verifications, penalties and campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from clues.acts.joint import PART_ACTS
from clues.models import Campaign, JointVerification, Penalty, Stop, VerificationPart
from records.actor import Actor
from records.deadlines import Chip, chips
from records.excel import Column, Sheet, kinds
from records.models import Evidence

M = TypeVar("M", bound=models.Model)
ORDER = ("-created_at", "-id")

JOINT_SHEET = Sheet(
    title="联合核查",
    columns=(
        Column("clue", "线索", kinds.text(150), width=40),
        Column("lead", "牵头部门", kinds.text(100), width=22),
        Column("departments", "参加部门", kinds.text(300), width=40),
        Column("state", "状态", kinds.text(30), width=16),
        Column("created", "发起日期", kinds.date(), width=14),
        Column("conclusion", "核查结论", kinds.text(5000), width=60),
    ),
)

PENALTY_SHEET = Sheet(
    title="行政处罚",
    columns=(
        Column("number", "决定书文号", kinds.text(60), width=26),
        Column("subject", "当事人", kinds.text(120), width=36),
        Column("identifier", "标识", kinds.text(40), width=22),
        Column("act", "违法行为", kinds.text(200), width=40),
        Column("occurred_from", "行为开始日期", kinds.date(), width=14),
        Column("occurred_to", "行为终了日期", kinds.date(), width=14),
        Column("kind", "处罚种类", kinds.text(60), width=22),
        Column("amount", "罚款金额", kinds.text(40), width=18),
        Column("department", "决定机关", kinds.text(100), width=24),
        Column("decided_on", "决定日期", kinds.date(), width=14),
        Column("state", "状态", kinds.text(30), width=12),
    ),
)


@dataclass(frozen=True)
class Standing:
    """Whose turn it is, for what, until when."""

    stop: Stop
    chip: Chip | None


@dataclass(frozen=True)
class PartRow:
    """A part of a joint verification as its page shows it."""

    part: VerificationPart
    finding: str
    standing: Standing | None
    files: list[Evidence]
    acts: list[dict[str, Any]]
    url: str


def joint_list(actor: Actor) -> QuerySet[JointVerification]:
    """The joint verifications a person may know of, with what lists and pages show."""
    parts = VerificationPart.objects.select_related("department", "letter").order_by("pk")
    return (
        JointVerification.objects.visible_to(actor)
        .select_related("clue", "lead", "drafted_by")
        .prefetch_related(Prefetch("parts", parts))
    )


def joint_rows(found: Iterable[JointVerification]) -> Iterator[dict[str, Any]]:
    """Joint verifications as rows of ``JOINT_SHEET``."""
    for joint in found:
        yield {
            "clue": str(joint.clue),
            "lead": joint.lead.name,
            "departments": "、".join(str(part.department) for part in joint.parts.all()),
            "state": joint.get_state_display(),
            "created": joint.created_at.date(),
            "conclusion": joint.conclusion if joint.concluded_at else "",
        }


def shows_conclusion(actor: Actor, joint: JointVerification) -> bool:
    """Whether the person sees the conclusion: once it is signed, before only the people of the
    lead department."""
    return joint.concluded_at is not None or actor.department_id == joint.lead_id


def shows_finding(actor: Actor, part: VerificationPart) -> bool:
    """Whether the person sees what a department found, and the files: once that is signed, before
    only the department's people."""
    return part.confirmed_at is not None or actor.department_id == part.department_id


def penalty_list(actor: Actor) -> QuerySet[Penalty]:
    """The penalties a person may know of, with what lists and pages show."""
    return Penalty.objects.visible_to(actor).select_related(
        "subject", "department", "check_item", "entered_by", "clue"
    )


def penalty_rows(found: Iterable[Penalty]) -> Iterator[dict[str, Any]]:
    """Penalties as rows of ``PENALTY_SHEET``."""
    for penalty in found:
        yield {
            "number": penalty.number,
            "subject": penalty.subject.shown_name,
            "identifier": penalty.subject.shown_identifier,
            "act": penalty.act,
            "occurred_from": penalty.occurred_from,
            "occurred_to": penalty.occurred_to,
            "kind": penalty.get_kind_display(),
            "amount": penalty.amount_text,
            "department": penalty.department.name,
            "decided_on": penalty.decided_on,
            "state": penalty.get_state_display(),
        }


def near_penalties(actor: Actor, penalty: Penalty) -> QuerySet[Penalty]:
    """Other penalties in force of the same subject in an overlapping time, whatever their words:
    for the head to see whether the same act is meant."""
    return (
        penalty_list(actor)
        .filter(
            subject_id=penalty.subject_id,
            state=Penalty.State.IN_FORCE,
            occurred_from__lte=penalty.occurred_to,
            occurred_to__gte=penalty.occurred_from,
        )
        .exclude(pk=penalty.pk)
        .order_by("-decided_on", "-pk")
    )


def campaign_list(actor: Actor) -> QuerySet[Campaign]:
    """The campaigns a person may know of, with what lists and pages show."""
    # Queries of their own: so many joins take longer to plan than to read.
    return Campaign.objects.visible_to(actor).prefetch_related(
        "proposed_by", "lead", "township", "matter", "plan_item", "drafted_by", "warning"
    )


def standings(rows: Sequence[M]) -> dict[int, Standing]:
    """Where each of some objects of one model lies now, in one query."""
    if not rows:
        return {}
    stops = list(
        Stop.objects.open()
        .filter(
            target_type=ContentType.objects.get_for_model(type(rows[0])),
            target_id__in=[row.pk for row in rows],
            code=Stop.MAIN,
        )
        .select_related("department", "deadline", "person")
    )
    clocks = [stop.deadline for stop in stops if stop.deadline is not None]
    by_deadline = {clock.pk: chip for clock, chip in zip(clocks, chips(clocks), strict=True)}
    return {
        stop.target_id: Standing(stop, by_deadline.get(stop.deadline_id or 0)) for stop in stops
    }


def with_stops(rows: Sequence[M]) -> list[tuple[M, Standing | None]]:
    """Rows of a list with where they lie."""
    found = standings(rows)
    return [(row, found.get(row.pk)) for row in rows]


def stop_of(row: models.Model) -> Standing | None:
    """Where one object lies now."""
    return standings([row]).get(row.pk)


def part_rows(actor: Actor, joint: JointVerification) -> list[PartRow]:
    """The parts of a joint verification from ``joint_list``, with clocks, files and acts."""
    parts = list(joint.parts.all())
    found = standings(parts)
    files: dict[int, list[Evidence]] = {}
    for file in Evidence.objects.filter(
        target_type=ContentType.objects.get_for_model(VerificationPart),
        target_id__in=[part.pk for part in parts],
    ).order_by("pk"):
        files.setdefault(file.target_id, []).append(file)
    rows = []
    for part in parts:
        part.joint = joint
        shown = shows_finding(actor, part)
        rows.append(
            PartRow(
                part,
                part.finding if shown else "",
                found.get(part.pk),
                files.get(part.pk, []) if shown else [],
                PART_ACTS.buttons(actor, part),
                f"{reverse('clues:joint-list')}parts/{part.pk}/",
            )
        )
    return rows

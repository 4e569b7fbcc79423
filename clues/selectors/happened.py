"""What this floor tells of a subject in its timeline. Each kind keeps to its own rule of who sees
what, so that nothing confidential is among the lines, nor counted."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from clues.models import (
    Clue,
    CompulsoryMeasure,
    CrimeHandover,
    JointVerification,
    Penalty,
    Referral,
    RiskWarning,
    VerificationPart,
)
from clues.models.referral import is_open
from clues.selectors.measures import measures_of
from credit.models import Subject
from credit.selectors.timeline import Line, Source
from records.actor import Actor
from records.moments import LocalMidnight


def _clues(actor: Actor, subject: Subject) -> QuerySet[Clue]:
    found = Clue.objects.visible_to(actor).filter(subject=subject)
    return found.select_related("holder").defer("bands", "content", "answer")


def _clue_line(clue: Clue) -> Line:
    told = [clue.get_channel_display(), clue.number]
    if clue.state == Clue.State.CLOSED:
        told.insert(0, str(clue.get_outcome_display()))
    return Line(
        title=clue.title,
        note="，".join(told),
        department=clue.holder,
        url=clue.get_absolute_url(),
        state=clue.get_state_display(),
        tone=clue.state_tone,
    )


def _penalties(actor: Actor, subject: Subject) -> QuerySet[Penalty]:
    found = Penalty.objects.visible_to(actor).filter(subject=subject)
    return found.exclude(state=Penalty.State.DROPPED).select_related("department")


def _penalty_line(penalty: Penalty) -> Line:
    fine = f" {penalty.amount_text}" if penalty.amount else ""
    return Line(
        title=f"{penalty.get_kind_display()}{fine}",
        note="，".join(filter(None, (penalty.act, penalty.number, penalty.withdrawn_reason))),
        department=penalty.department,
        url=penalty.get_absolute_url(),
        state=penalty.get_state_display(),
        tone=penalty.state_tone,
        is_day=True,
    )


def _measure_line(measure: CompulsoryMeasure) -> Line:
    # A proposal that its head has not signed is nobody's business yet.
    running = measure.state in CompulsoryMeasure.RUNNING
    state = CompulsoryMeasure.State.IN_FORCE if running else CompulsoryMeasure.State(measure.state)
    ended = measure.get_outcome_display() if measure.decided_at else ""
    return Line(
        title=measure.title,
        note="，".join(filter(None, (ended, measure.document, measure.number))),
        department=measure.department,
        url=measure.get_absolute_url(),
        state=str(state.label),
        tone=CompulsoryMeasure.TONES[state],
    )


def _warnings(actor: Actor, subject: Subject) -> QuerySet[RiskWarning]:
    return RiskWarning.objects.visible_to(actor).filter(subject=subject).select_related("owner")


def _warning_line(warning: RiskWarning) -> Line:
    told = [warning.get_level_display(), warning.get_origin_display(), warning.number]
    if warning.state == RiskWarning.State.CLOSED:
        told.insert(0, str(warning.get_outcome_display()))
    return Line(
        title=warning.title,
        note="，".join(told),
        department=warning.owner,
        url=warning.get_absolute_url(),
        state=warning.get_state_display(),
        tone=warning.state_tone,
    )


def _letters(actor: Actor, subject: Subject) -> QuerySet[Referral]:
    """Letters that are about the subject itself; those about a clue stand on its page."""
    found = Referral.objects.visible_to(actor).filter(subject=subject)
    return found.select_related("sender", "to").defer("body", "answer_text")


def _letter_line(letter: Referral) -> Line:
    return Line(
        title=f"{letter.spec.label}：{letter.title}",
        note="，".join(filter(None, (f"发往{letter.addressee}", letter.number))),
        department=letter.sender,
        url=letter.get_absolute_url(),
        state=letter.get_state_display(),
        tone=letter.state_tone,
    )


def _joints(actor: Actor, subject: Subject) -> QuerySet[JointVerification]:
    found = JointVerification.objects.visible_to(actor).filter(clue__subject=subject)
    return found.select_related("lead", "clue")


def _joint_line(joint: JointVerification) -> Line:
    return Line(
        title=joint.clue.title,
        note=joint.clue.number,
        department=joint.lead,
        url=joint.get_absolute_url(),
        state=joint.get_state_display(),
        tone=joint.state_tone,
    )


def _verified_by(department: int) -> Q:
    parts = VerificationPart.objects.filter(department_id=department).exclude(
        state=VerificationPart.State.PLANNED
    )
    return Q(lead_id=department) | Q(pk__in=parts.values("joint_id"))


def _crimes(actor: Actor, subject: Subject) -> QuerySet[CrimeHandover]:
    found = CrimeHandover.objects.visible_to(actor).filter(subject=subject)
    return found.select_related("department", "police").defer("report", "facts")


def _crime_line(case: CrimeHandover) -> Line:
    return Line(
        title=case.title,
        note="，".join(filter(None, (case.offence, f"公安机关：{case.police}", case.number))),
        department=case.department,
        url=case.get_absolute_url(),
        state=case.get_state_display(),
        tone=case.state_tone,
    )


SOURCES = (
    Source(
        code="clue",
        label="线索",
        icon="message-report",
        rows=_clues,
        at="received_at",
        line=_clue_line,
        of_department=lambda department: Q(holder_id=department) | Q(receiver_id=department),
        open=Q(state__in=Clue.OPEN_STATES),
    ),
    Source(
        code="penalty",
        label="行政处罚",
        icon="hammer",
        rows=_penalties,
        at=LocalMidnight("decided_on"),
        line=_penalty_line,
        of_department=lambda department: Q(department_id=department),
        open=Q(state__in=(Penalty.State.DRAFT, Penalty.State.REVIEW)),
    ),
    Source(
        code="measure",
        label="行政强制措施",
        icon="lock-square",
        rows=measures_of,
        at=Coalesce("carried_out_at", "created_at"),
        line=_measure_line,
        of_department=lambda department: Q(department_id=department),
        open=Q(state__in=CompulsoryMeasure.OPEN_STATES),
    ),
    Source(
        code="warning",
        label="预警",
        icon="alert-triangle",
        rows=_warnings,
        at="raised_at",
        line=_warning_line,
        of_department=lambda department: Q(owner_id=department),
        open=Q(state__in=RiskWarning.OPEN_STATES),
    ),
    Source(
        code="letter",
        label="函件",
        icon="mail",
        rows=_letters,
        at=Coalesce("sent_at", "created_at"),
        line=_letter_line,
        of_department=lambda department: Q(sender_id=department) | Q(to_id=department),
        open=is_open(),
    ),
    Source(
        code="joint",
        label="联合核查",
        icon="users-group",
        rows=_joints,
        at=Coalesce("opened_at", "created_at"),
        line=_joint_line,
        of_department=_verified_by,
        open=Q(state__in=JointVerification.OPEN_STATES),
    ),
    Source(
        code="crime",
        label="行刑衔接",
        icon="scale",
        rows=_crimes,
        at=Coalesce("sent_at", "created_at"),
        line=_crime_line,
        of_department=lambda department: Q(department_id=department) | Q(police_id=department),
        open=~Q(state__in=CrimeHandover.FINAL),
    ),
)

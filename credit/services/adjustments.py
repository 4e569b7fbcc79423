"""Grades set by hand for a term: they hold instead of the computed one until they end (S4)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from credit.acts import SUBJECT_ACTS
from credit.models import Adjustment, Standing, Subject, SubjectChange
from credit.rules.adjustments import MOST_MONTHS
from credit.services.directory import grade_subject
from departments.profile import number
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.acts import deadlock_in_words
from records.errors import Refused
from records.periods import last_day_within


def last_day(region_code: str) -> dt.date:
    """The last day to which a grade set by hand today may hold."""
    return last_day_within(clock.today(), number(region_code, MOST_MONTHS))


@deadlock_in_words()
@transaction.atomic
def adjust(actor: Actor, pk: int, grade: str, reason: str, until: dt.date | None = None) -> Subject:
    """Set the general grade of a subject by hand up to and with ``until`` (the longest term when
    None), in place of one set by hand before; the credit group's act.

    Raises ``NotAllowed``, or ``Refused`` as ``grade_subject`` and for a term that has passed or is
    too long.
    """
    today = clock.today()
    _hold(pk)
    subject = grade_subject(actor, pk, grade, reason)
    latest = last_day(subject.region.code)
    until = until or latest
    if not today <= until <= latest:
        raise Refused(f"调整期限应在今天到 {latest} 之间。", field="until")
    _open(pk).update(ended_at=clock.now())
    Adjustment.objects.create(
        subject=subject,
        grade=grade,
        since=today,
        until=until,
        reason=reason.strip(),
        made_by=actor.name,
        made_at=clock.now(),
    )
    Standing.objects.filter(subject=subject, matter=None).update(grade=grade)
    return subject


@deadlock_in_words()
@transaction.atomic
def end(actor: Actor, pk: int, reason: str) -> Subject:
    """End a subject's grade set by hand before its term; the computed grade holds again.

    Raises ``NotAllowed``; ``Refused`` without a reason or when none is set by hand.
    """
    _hold(pk)
    subject = (
        Subject.objects.select_for_update(of=("self",), no_key=True)
        .select_related("region")
        .get(pk=pk)
    )
    SUBJECT_ACTS.check(actor, "grade", subject, reason)
    if not _open(pk).exists():
        raise Refused("该对象的等级没有人工调整。")
    _end(actor, subject, f"终止人工调整：{reason.strip()}")
    return subject


def end_due() -> int:
    """End the grades set by hand whose term is over; returns how many. What a killed call left is
    ended by the next."""
    due = Adjustment.objects.filter(ended_at=None, until__lt=clock.today(), matter=None)
    ended = 0
    for pk in list(due.order_by("pk").values_list("subject", flat=True)):
        with transaction.atomic():
            _hold(pk)
            subjects = Subject.objects.select_for_update(of=("self",), no_key=True).select_related(
                "region"
            )
            subject = subjects.get(pk=pk)
            if due.filter(subject=subject).exists():
                _end(SYSTEM, subject, "人工调整期满")
                ended += 1
    return ended


def _hold(pk: int) -> Standing | None:
    """The subject's general standing, locked: before the subject, as evaluations do."""
    return (
        Standing.objects.select_for_update(of=("self",))
        .select_related("assessment")
        .filter(subject=pk, matter=None)
        .first()
    )


def _open(pk: int) -> QuerySet[Adjustment]:
    return Adjustment.objects.filter(subject=pk, matter=None, ended_at=None)


def _end(actor: Actor, subject: Subject, why: str) -> None:
    """The subject is locked; its grade goes back to the computed one, if it was ever judged."""
    _open(subject.pk).update(ended_at=clock.now())
    before = subject.grade
    standing = _hold(subject.pk)
    if standing is not None:
        standing.grade = standing.assessment.grade
        standing.save(update_fields=("grade",))
        if before != standing.grade:
            subject.grade = standing.grade
            subject.save(update_fields=("grade", "updated_at"))
            SubjectChange.objects.create(
                subject=subject,
                actor_name=actor.name,
                department_name=actor.department_name,
                field="grade",
                old=before,
                new=subject.grade,
                source=why[:100],
            )
    trail.record(
        actor,
        "subject.grade_end",
        "终止等级人工调整",
        subject,
        opinion=why,
        before={"grade": before},
        after={"grade": subject.grade},
        region_code=subject.region.code,
    )

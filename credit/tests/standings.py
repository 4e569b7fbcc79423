"""Subjects whose grade came out of an evaluation, without running one."""

from __future__ import annotations

from credit.models import Assessment, Evaluation, IndicatorSet, Standing, Subject
from departments.models import Department
from matters.models import Matter
from records import clock


def judge(subject: Subject, matter: Matter | None = None, grade: str = "") -> Standing:
    """Let the grade of a subject (its general one, or in a matter) follow from an assessment."""
    grade = grade or subject.grade
    by_set = IndicatorSet.objects.create(
        region=subject.region,
        matter=matter,
        department=Department.objects.filter(region=subject.region).first(),
        name="信用风险评价指标",
        created_at=clock.now(),
    )
    run = Evaluation.objects.create(
        region=subject.region,
        by_set=by_set,
        kind=Evaluation.Kind.ORDERED,
        as_of=clock.today(),
        horizon=0,
        total=1,
        started_at=clock.now(),
    )
    assessed = Assessment.objects.create(evaluation=run, subject=subject, score=8_000, grade=grade)
    return Standing.objects.create(subject=subject, matter=matter, assessment=assessed, grade=grade)

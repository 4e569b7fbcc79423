"""Sets of indicators in force, and subjects whose grade came out of an evaluation without one."""

from __future__ import annotations

from typing import Any

from credit.models import Assessment, Evaluation, Indicator, IndicatorSet, Standing, Subject
from departments.models import Department, Region
from matters.models import Matter
from records import clock


def indicator_set(region: Region, *lines: dict[str, Any], **more: Any) -> IndicatorSet:
    """A set in force of a region, with these lines."""
    made = IndicatorSet.objects.create(
        region=region,
        department=Department.objects.filter(region=region).first(),
        name="通用信用风险评价指标",
        state=IndicatorSet.State.IN_FORCE,
        created_at=clock.now(),
        **more,
    )
    for position, line in enumerate(lines):
        Indicator.objects.create(
            of=made, position=position, code=f"line-{position}", name="指标", group="维度", **line
        )
    return made


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
    return Standing.objects.create(
        subject=subject, matter=matter, evaluation=run, assessment=assessed, grade=grade
    )

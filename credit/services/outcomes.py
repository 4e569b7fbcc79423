"""What follows from a finished evaluation: how the grades moved, and who is told (S4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from credit.models import Assessment, Evaluation, EvaluationNotice, IndicatorSet
from departments.actors import is_clerk_of, is_staff_member
from matters.models import MatterVersion
from records import clock, outbox, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.outbox_names import CREDIT_PUBLICITY

NEW = "-"
"""Stands for the grade before of a subject that was not judged before."""


def run_before(evaluation: Evaluation) -> Evaluation | None:
    """The run to compare a finished one with: a quarterly run with the quarter before, any other
    with the last one over everybody; None for the first, and for a trial."""
    if evaluation.kind == Evaluation.Kind.TRIAL:
        return None
    versions = IndicatorSet.objects.versions_of(evaluation.region, evaluation.by_set.matter_id)
    earlier = (
        Evaluation.objects.finished()
        .of_everyone()
        .filter(by_set__in=versions, pk__lt=evaluation.pk)
        .order_by("-pk")
    )
    if evaluation.kind == Evaluation.Kind.QUARTERLY:
        last = earlier.filter(kind=Evaluation.Kind.QUARTERLY).first()
        if last is not None:
            return last
    return earlier.first()


def compared(evaluation: Evaluation) -> QuerySet[Assessment]:
    """The results of a run, each with the grade ``before``: in the run it is compared with, or
    for a trial the one that held then; ``-`` where there was none."""
    found = Assessment.objects.filter(evaluation=evaluation)
    if evaluation.kind != Evaluation.Kind.TRIAL:
        earlier = FilteredRelation(
            "subject__assessments",
            condition=Q(subject__assessments__evaluation=evaluation.base_id or 0),
        )
        found = found.annotate(earlier=earlier)
        return found.annotate(before=Coalesce(F("earlier__grade"), Value(NEW)))
    return found.annotate(before=F("held"))


def conclude(evaluation: Evaluation) -> None:
    """Compare a run that has come to its end with the one before, keep the outcome, and tell the
    lead departments and the public credit system; in the transaction of the caller."""
    evaluation.base = run_before(evaluation)
    results: QuerySet[Any] = compared(evaluation)
    columns = results.values_list("before", "grade", "subject__categories")
    groups = [
        (before + after, frozenset(categories), number)
        for before, after, categories, number in columns.annotate(number=Count("pk")).order_by()
    ]
    moves: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for move, categories, number in groups:
        moves[move] += number
        if is_change(move):
            changed.update(dict.fromkeys(categories, number))
    evaluation.moves = dict(sorted(moves.items()))
    leads = _categories_by_lead(evaluation)
    departments = {pk: _shares(groups, categories) for pk, categories in leads.items()}
    evaluation.shares = {
        "categories": dict(changed.most_common()),
        "departments": {str(pk): changes for pk, (_, changes) in departments.items()},
    }
    if evaluation.kind in (Evaluation.Kind.QUARTERLY, Evaluation.Kind.ORDERED):
        _tell(evaluation, departments)


def is_change(move: str) -> bool:
    """Whether a move leads from one grade to another."""
    return NEW not in move and move[0] != move[1]


def _shares(
    groups: Iterable[tuple[str, frozenset[str], int]], categories: set[str]
) -> tuple[int, int]:
    """How many subjects of the categories were judged, and how many of their grades changed."""
    judged = changed = 0
    for move, own, number in groups:
        if not own.isdisjoint(categories):
            judged += number
            changed += number if is_change(move) else 0
    return judged, changed


def _categories_by_lead(evaluation: Evaluation) -> dict[int, set[str]]:
    """The categories of subjects that each department of the region leads the supervision of; for
    a matter's own set only its lead."""
    versions = MatterVersion.objects.in_force().filter(
        matter__region__code__startswith=evaluation.region.code
    )
    if evaluation.by_set.matter_id is not None:
        versions = versions.filter(matter=evaluation.by_set.matter_id)
    found: dict[int, set[str]] = defaultdict(set)
    for lead, category in versions.values_list("lead", "categories__code").order_by("lead"):
        if lead and category:
            found[lead].add(category)
    return found


def _tell(evaluation: Evaluation, departments: dict[int, tuple[int, int]]) -> None:
    now = clock.now()
    first = evaluation.base is None
    EvaluationNotice.objects.bulk_create(
        EvaluationNotice(
            evaluation=evaluation,
            department_id=pk,
            judged=judged,
            changed=None if first else changed,
            told_at=now,
        )
        for pk, (judged, changed) in departments.items()
        if judged
    )
    outbox.post(
        CREDIT_PUBLICITY,
        "credit.evaluated",
        {
            "evaluation": evaluation.pk,
            "kind": evaluation.kind,
            "as_of": evaluation.as_of.isoformat(),
            "set": str(evaluation.by_set),
            "total": evaluation.done,
            "grades": evaluation.counts,
            "changed": sum(number for move, number in evaluation.moves.items() if is_change(move)),
            "digest": evaluation.digest,
        },
        evaluation.region.code,
    )


def acknowledge(actor: Actor, evaluation_id: int) -> EvaluationNotice:
    """Note that the actor's department has read the outcome; told twice it stays as it was.

    Raises ``Refused`` when the department was not told.
    """
    if not is_staff_member(actor) or not is_clerk_of(actor, actor.department_id):
        raise NotAllowed("您没有签收评价结果的权限。", verb="evaluation.acknowledge")
    with transaction.atomic():
        notice = (
            EvaluationNotice.objects.select_for_update(of=("self",))
            .select_related("evaluation__region")
            .filter(evaluation=evaluation_id, department=actor.department_id)
            .first()
        )
        if notice is None:
            raise Refused("本次评价没有送达贵部门的结果。", code="not_found")
        if notice.read_at is None:
            notice.read_at, notice.read_by = clock.now(), actor.name
            notice.save(update_fields=("read_at", "read_by"))
            trail.record(
                actor,
                "evaluation.acknowledge",
                "签收评价结果",
                notice.evaluation,
                region_code=notice.evaluation.region.code,
            )
    return notice

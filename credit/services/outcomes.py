"""What follows from a finished evaluation: how the grades moved, and who is told (S4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from credit.evaluation_sql import Group
from credit.models import Evaluation, EvaluationNotice, IndicatorSet
from departments import notices
from matters.models import MatterVersion
from records import clock, outbox
from records.actor import Actor
from records.outbox_names import CREDIT_PUBLICITY

NEW = "-"
"""Stands for the grade before of a subject that was not judged before."""


def run_before(by_set: IndicatorSet, kind: str) -> Evaluation | None:
    """The run to compare a new one with: a quarterly run with the quarter before, any other with
    the last one over everybody; None for the first, and for what is not over everybody for good."""
    if kind in (Evaluation.Kind.TRIAL, Evaluation.Kind.EVENT):
        return None
    versions = IndicatorSet.objects.versions_of(by_set.region, by_set.matter_id)
    earlier = Evaluation.objects.finished().of_everyone().filter(by_set__in=versions)
    last = earlier.order_by("-pk").first()
    if kind == Evaluation.Kind.QUARTERLY:
        return earlier.filter(kind=kind).order_by("-pk").first() or last
    return last


def conclude(evaluation: Evaluation, groups: Sequence[Group]) -> None:
    """Keep what came of a run that has come to its end, and tell the lead departments and the
    public credit system; in the transaction of the caller."""
    moves: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for group in groups:
        moves[group.move] += group.number
        if is_change(group.move):
            changed.update(dict.fromkeys(group.categories, group.number))
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


def _shares(groups: Sequence[Group], categories: set[str]) -> tuple[int, int]:
    """How many subjects of the categories were judged, and how many of their grades changed."""
    judged = changed = 0
    for group in groups:
        if not categories.isdisjoint(group.categories):
            judged += group.number
            changed += group.number if is_change(group.move) else 0
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
    """Note that the actor's department has read the outcome; raises as ``notices.acknowledge``."""
    told = EvaluationNotice.objects.filter(evaluation=evaluation_id)
    told = told.select_related("evaluation__region")
    return notices.acknowledge(actor, told, "评价结果", "evaluation.acknowledge")

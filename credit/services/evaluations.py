"""Judging all subjects of a region by a set of indicators, step by step inside the database (S4).

The state is in the database: a step writes the results of its subjects and that it is done in one
transaction, so that a run whose worker was killed goes on with the steps that are left and nothing
counts twice. Then, unless it was a trial, the grades are brought to what came out, again step by
step. Steps touch different subjects: as many as ``LANES`` go on at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from credit import scoring
from credit.evaluation_sql import Before, Group, Order, apply_range, assess_range
from credit.models import CreditEvent, Evaluation, EvaluationStep, IndicatorSet, Stale, Subject
from credit.services import outcomes
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.errors import Refused
from records.locks import in_hand
from records.periods import beginning, last_ended, months_before
from records.queue import wake_after_commit

EVALUATE_TASK = "credit.evaluate"
STEP = 20_000
"""Subjects per transaction: less than a second of work."""
LANES: int = settings.EVALUATION_LANES
"""Steps that a worker takes at once, each by a connection of its own."""
JUDGED = (Subject.Status.OPEN, Subject.Status.CLOSED, Subject.Status.MOVED)
"""Who is judged; who no longer exists is not."""
_MOST_STALE = 5_000
_UNFINISHED = Q(state__in=(Evaluation.State.RUNNING, Evaluation.State.APPLYING))
_LEFT: dict[str, Q] = {
    Evaluation.State.RUNNING: Q(judged=False),
    Evaluation.State.APPLYING: Q(applied=False),
}
"""The steps that a run in a state still has to take."""
_BEFORE = {
    Evaluation.Kind.TRIAL: Before.HELD,
    Evaluation.Kind.EVENT: Before.NONE,
    Evaluation.Kind.QUARTERLY: Before.RUN,
    Evaluation.Kind.ORDERED: Before.RUN,
}


@transaction.atomic
def begin(
    actor: Actor,
    by_set: IndicatorSet,
    kind: str,
    *,
    as_of: dt.date | None = None,
    reason: str = "",
) -> Evaluation:
    """Begin to judge all subjects of the set's region; a worker goes on with it.

    Whether ``actor`` may is for the caller's act. Raises ``Refused`` when a run of the set is
    under way or the day lies ahead.
    """
    IndicatorSet.objects.select_for_update().get(pk=by_set.pk)
    today = clock.today()
    if as_of is not None and as_of > today:
        raise Refused("评价日不能晚于今天。", field="as_of")
    running = by_set.evaluations.filter(_UNFINISHED).first()
    if running is not None:
        raise Refused(f"“{running}”还在进行（已完成 {running.done}/{running.total}），请稍候。")
    judged = _judged(by_set)
    evaluation = _new(actor, by_set, kind, as_of or today, reason, judged.count())
    EvaluationStep.objects.bulk_create(
        EvaluationStep(evaluation=evaluation, after=after, last=last)
        for after, last in _cut(judged)
    )
    trail.record(
        actor,
        "evaluation.begin",
        f"发起{evaluation.get_kind_display()}",
        evaluation,
        opinion=reason,
        after={"as_of": evaluation.as_of.isoformat(), "total": evaluation.total},
        region_code=by_set.region.code,
    )
    wake_after_commit(EVALUATE_TASK, evaluation.pk)
    return evaluation


@transaction.atomic
def begin_quarterly() -> int:
    """Begin the run of the quarter for every set that was in force when it began; returns how
    many. Told twice it begins nothing more (淮政办〔2025〕1号 十)."""
    today = clock.today()
    _, quarter = last_ended(today, 3)
    begun = 0
    sets = IndicatorSet.objects.in_force().filter(in_force_at__lt=beginning(quarter))
    for by_set in sets.select_for_update(of=("self",)).select_related("region").order_by("pk"):
        this_quarter = Evaluation.objects.filter(
            by_set__in=IndicatorSet.objects.versions_of(by_set.region, by_set.matter_id),
            kind=Evaluation.Kind.QUARTERLY,
            as_of__gte=quarter,
        )
        if not this_quarter.exists() and not by_set.evaluations.filter(_UNFINISHED).exists():
            begin(SYSTEM, by_set, Evaluation.Kind.QUARTERLY, reason="每季度评价一次")
            begun += 1
    return begun


def go_on(evaluation_id: int) -> bool:
    """Do all that is left of a run; false when another worker has it in hand."""
    with in_hand(f"credit.evaluation {evaluation_id}") as mine:
        if mine:
            _take_steps_at_once(evaluation_id)
            while _conclude_phase(evaluation_id):
                _take_steps_at_once(evaluation_id)
    return mine


def _take_steps_at_once(evaluation_id: int) -> None:
    """Do all steps of the phase that a run is in."""
    if LANES == 1 or connection.in_atomic_block:
        # What the caller has not committed, other connections do not see.
        _take_steps(evaluation_id)
        return
    with ThreadPoolExecutor(LANES) as pool:
        lanes = [
            pool.submit(copy_context().run, _take_steps_apart, evaluation_id) for _ in range(LANES)
        ]
    for lane in lanes:
        lane.result()


def _take_steps_apart(evaluation_id: int) -> None:
    try:
        _take_steps(evaluation_id)
    finally:
        connection.close()


def _take_steps(evaluation_id: int) -> None:
    while _take_step(evaluation_id):
        pass


@transaction.atomic
def _take_step(evaluation_id: int) -> bool:
    """Do one step of the phase that is left; false when none is, or other lanes have them."""
    evaluation = Evaluation.objects.select_related("by_set__region").get(pk=evaluation_id)
    left = _LEFT.get(evaluation.state)
    if left is None:
        return False
    steps = evaluation.steps.select_for_update(skip_locked=True, of=("self",))
    step = steps.filter(left).order_by("after").first()
    if step is None:
        return False
    with connection.cursor() as cursor:
        # A step that a crash of the database takes back is taken again, with all that it wrote.
        cursor.execute("SET LOCAL synchronous_commit = off")
    if evaluation.state == Evaluation.State.RUNNING:
        found = assess_range(_order(evaluation), step.after, step.last)
        step.judged, step.groups, step.digest = True, found.groups, found.digest
        step.save()
        # Last of all: until it is committed, the other steps wait here.
        judged = sum(group.number for group in found.groups)
        Evaluation.objects.filter(pk=evaluation.pk).update(done=F("done") + judged)
    else:
        step.changed += _apply(evaluation, step.after, step.last)
        step.applied = True
        step.save()
    return True


@transaction.atomic
def _conclude_phase(evaluation_id: int) -> bool:
    """Go over from judging to the grades, and from there to the end, when no step is left; false
    when one is."""
    evaluation = (
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("by_set__region")
        .get(pk=evaluation_id)
    )
    left = _LEFT.get(evaluation.state)
    if left is None or evaluation.steps.filter(left).exists():
        return False
    steps = list(evaluation.steps.order_by("after"))
    groups = [Group(*group) for step in steps for group in step.groups]
    if evaluation.state == Evaluation.State.RUNNING:
        evaluation.counts = _counted(groups)
        evaluation.digest = _chained(step.digest for step in steps)
        trial = evaluation.kind == Evaluation.Kind.TRIAL
        evaluation.state = Evaluation.State.DONE if trial else Evaluation.State.APPLYING
    else:
        evaluation.changed = sum(step.changed for step in steps)
        evaluation.state = Evaluation.State.DONE
    if evaluation.state == Evaluation.State.DONE:
        evaluation.finished_at = clock.now()
        outcomes.conclude(evaluation, groups)
    evaluation.save()
    return True


def unfinished() -> list[int]:
    """The runs that somebody has to go on with, the oldest first."""
    runs = Evaluation.objects.filter(_UNFINISHED).order_by("pk")
    return list(runs.values_list("pk", flat=True))


def judge_stale() -> int:
    """Judge the subjects about whom something was recorded, by every set in force for them, and
    bring their grades to it; returns how many. A killed call leaves them to the next."""
    judged = 0
    while True:
        with transaction.atomic():
            stale = list(
                Stale.objects.select_for_update(skip_locked=True, of=("self",))
                .order_by("since")
                .values_list("pk", "subject__region__code")[:_MOST_STALE]
            )
            if not stale:
                return judged
            for by_set in _held_in_force():
                region = by_set.region.code
                concerned = [pk for pk, code in stale if code.startswith(region)]
                if concerned:
                    _judge_now(by_set, concerned)
            Stale.objects.filter(pk__in=[pk for pk, _ in stale]).delete()
            judged += len(stale)


def _held_in_force() -> list[IndicatorSet]:
    """The sets in force, none of which is replaced or begins a run before the caller commits: a
    grade by the old set would count as later than the run by the new one."""
    in_force = IndicatorSet.objects.in_force().order_by("pk")
    list(in_force.select_for_update(of=("self",), no_key=True).values_list("pk"))
    # Read once more: what was waited for may have put another one in force.
    return list(in_force.select_related("region"))


def _judge_now(by_set: IndicatorSet, subjects: Sequence[int]) -> None:
    """Judge a few subjects in the transaction of the caller."""
    evaluation = _new(
        SYSTEM, by_set, Evaluation.Kind.EVENT, clock.today(), "信用记录有变动", len(subjects)
    )
    first, last = min(subjects) - 1, max(subjects)
    found = assess_range(_order(evaluation, subjects), first, last)
    evaluation.counts, evaluation.digest = _counted(found.groups), _chained([found.digest])
    evaluation.done = evaluation.total = sum(evaluation.counts.values())
    evaluation.changed = _apply(evaluation, first, last)
    evaluation.state = Evaluation.State.DONE
    evaluation.finished_at = clock.now()
    evaluation.save()


def _new(
    actor: Actor, by_set: IndicatorSet, kind: str, as_of: dt.date, reason: str, total: int
) -> Evaluation:
    return Evaluation.objects.create(
        region=by_set.region,
        by_set=by_set,
        kind=kind,
        as_of=as_of,
        tried=_as_it_stands(by_set) if kind == Evaluation.Kind.TRIAL else None,
        horizon=CreditEvent.objects.aggregate(last=Max("pk"))["last"] or 0,
        total=total,
        counts=_counted(()),
        base=outcomes.run_before(by_set, kind),
        requested_by=actor.name,
        reason=reason,
        started_at=clock.now(),
    )


def _judged(by_set: IndicatorSet) -> QuerySet[Subject]:
    return Subject.objects.filter(region__code__startswith=by_set.region.code, status__in=JUDGED)


def _cut(subjects: QuerySet[Subject]) -> list[tuple[int, int]]:
    """The ranges of ids, first excluded, last included, of the steps over the subjects."""
    numbered = subjects.annotate(number=Window(RowNumber(), order_by="pk"))
    ends = numbered.annotate(rest=F("number") % STEP).filter(rest=0).order_by("pk")
    bounds = [0, *ends.values_list("pk", flat=True)]
    last = subjects.aggregate(last=Max("pk"))["last"] or 0
    return list(pairwise(bounds if last == bounds[-1] else [*bounds, last]))


def _apply(evaluation: Evaluation, after: int, last: int) -> int:
    return apply_range(
        evaluation.pk,
        evaluation.by_set.matter_id,
        clock.today(),
        clock.now(),
        after,
        last,
        actor_name=evaluation.requested_by,
        source=f"{evaluation}：{evaluation.by_set}"[:100],
    )


def _counted(groups: Iterable[Group]) -> dict[str, int]:
    """How many subjects came out in each grade."""
    counts = dict.fromkeys(scoring.GRADES, 0)
    for group in groups:
        counts[group.grade] += group.number
    return counts


def _chained(digests: Iterable[str]) -> str:
    """One digest over those of the steps, in their order; steps without results leave no mark."""
    chain = ""
    for digest in filter(None, digests):
        chain = hashlib.sha256(f"{chain}{digest}".encode()).hexdigest()
    return chain


def _as_it_stands(by_set: IndicatorSet) -> dict[str, Any]:
    """All that a draft judges by: it may be written anew while it is tried, and after."""
    bands = by_set.bands
    lines = by_set.indicators.order_by("position").values(*Evaluation.TRIED)
    return {"bands": [bands.a, bands.b, bands.c], "lines": list(lines)}


def indicators_of(evaluation: Evaluation) -> list[scoring.Indicator]:
    """The lines that a run judges by as they count on its day, in their order."""
    return [
        scoring.Indicator(
            code=line.code,
            event=line.event,
            measure=scoring.Measure(line.measure),
            weight=line.weight,
            full_at=line.full_at,
            since=None if line.months is None else months_before(evaluation.as_of, line.months),
            adds=line.adds,
            veto=line.veto,
            own_matter=line.own_matter,
        )
        for line in evaluation.indicators
    ]


def _order(evaluation: Evaluation, only: Sequence[int] | None = None) -> Order:
    by_set = evaluation.by_set
    return Order(
        evaluation=evaluation.pk,
        indicators=indicators_of(evaluation),
        bands=evaluation.bands,
        as_of=evaluation.as_of,
        horizon=evaluation.horizon,
        region_code=by_set.region.code,
        statuses=JUDGED,
        matter=by_set.matter_id,
        only=only,
        before=_BEFORE[Evaluation.Kind(evaluation.kind)],
        base=evaluation.base_id,
    )

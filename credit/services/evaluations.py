"""Judging all subjects of a region by a set of indicators, step by step inside the database (S4).

The state is in the database: a step writes the results of the next subjects and how far the run
has come in one transaction, so that a run whose worker was killed goes on where it stood and
nothing counts twice. Then, unless it was a trial, the grades are brought to what came out, again
step by step.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from credit import scoring
from credit.evaluation_sql import Order, apply_range, assess_range, sum_up
from credit.models import CreditEvent, Evaluation, IndicatorSet, Stale, Subject
from credit.services import outcomes
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.errors import Refused
from records.periods import beginning, last_ended, months_before
from records.queue import wake_after_commit

EVALUATE_TASK = "credit.evaluate"
STEP = 20_000
"""Subjects per transaction: about a second of work."""
JUDGED = (Subject.Status.OPEN, Subject.Status.CLOSED, Subject.Status.MOVED)
"""Who is judged; who no longer exists is not."""
LONGEST_REASON = 300
_MOST_STALE = 5_000
_UNFINISHED = Q(state__in=(Evaluation.State.RUNNING, Evaluation.State.APPLYING))


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
    under way, the day lies ahead, or the reason is too long.
    """
    IndicatorSet.objects.select_for_update().get(pk=by_set.pk)
    today = clock.today()
    if as_of is not None and as_of > today:
        raise Refused("评价日不能晚于今天。", field="as_of")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"事由不超过 {LONGEST_REASON} 个字。", field="opinion")
    running = by_set.evaluations.filter(_UNFINISHED).first()
    if running is not None:
        raise Refused(f"“{running}”还在进行（已完成 {running.done}/{running.total}），请稍候。")
    evaluation = _new(actor, by_set, kind, as_of or today, reason, _judged(by_set).count())
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
    """Do all that is left of a run, in steps; false when another worker has it in hand."""
    while True:
        with transaction.atomic():
            evaluation = (
                Evaluation.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("by_set__region")
                .filter(pk=evaluation_id)
                .first()
            )
            if evaluation is None:
                return False
            if evaluation.state == Evaluation.State.RUNNING:
                _judge_next(evaluation)
            elif evaluation.state == Evaluation.State.APPLYING:
                _apply_next(evaluation)
            else:
                return True
            evaluation.save()


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
    evaluation.done = assess_range(_order(evaluation, subjects), first, last)
    evaluation.total = evaluation.done
    evaluation.counts, digest = sum_up(evaluation.pk, first, last)
    evaluation.digest = _chained("", digest)
    _apply(evaluation, first, last)
    _finish(evaluation)
    evaluation.save()


def _new(
    actor: Actor, by_set: IndicatorSet, kind: str, as_of: dt.date, reason: str, total: int
) -> Evaluation:
    return Evaluation.objects.create(
        region=by_set.region,
        by_set=by_set,
        kind=kind,
        as_of=as_of,
        horizon=CreditEvent.objects.aggregate(last=Max("pk"))["last"] or 0,
        total=total,
        counts=dict.fromkeys(scoring.GRADES, 0),
        requested_by=actor.name,
        reason=reason,
        started_at=clock.now(),
    )


def _judged(by_set: IndicatorSet) -> QuerySet[Subject]:
    return Subject.objects.filter(region__code__startswith=by_set.region.code, status__in=JUDGED)


def _judge_next(evaluation: Evaluation) -> None:
    after = evaluation.reached
    last = _end_of_step(after)
    if last is None:
        trial = evaluation.kind == Evaluation.Kind.TRIAL
        evaluation.reached = 0
        if trial:
            _finish(evaluation)
        else:
            evaluation.state = Evaluation.State.APPLYING
        return
    evaluation.done += assess_range(_order(evaluation), after, last)
    counts, digest = sum_up(evaluation.pk, after, last)
    evaluation.counts = {grade: evaluation.counts[grade] + counts[grade] for grade in counts}
    if digest:
        evaluation.digest = _chained(evaluation.digest, digest)
    evaluation.reached = last


def _apply_next(evaluation: Evaluation) -> None:
    after = evaluation.reached
    last = _end_of_step(after)
    if last is None:
        _finish(evaluation)
        return
    _apply(evaluation, after, last)
    evaluation.reached = last


def _apply(evaluation: Evaluation, after: int, last: int) -> None:
    evaluation.changed += apply_range(
        evaluation.pk,
        evaluation.by_set.matter_id,
        clock.today(),
        clock.now(),
        after,
        last,
        actor_name=evaluation.requested_by,
        source=f"{evaluation}：{evaluation.by_set}"[:100],
    )


def _end_of_step(after: int) -> int | None:
    """The last id of the next step; None behind the last subject. Steps run over all ids, so that
    the same subjects are always cut in the same places."""
    ids = Subject.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    step = list(ids[STEP - 1 : STEP])
    return step[0] if step else ids.aggregate(last=Max("pk"))["last"]


def _finish(evaluation: Evaluation) -> None:
    evaluation.state = Evaluation.State.DONE
    evaluation.finished_at = clock.now()
    if evaluation.kind != Evaluation.Kind.EVENT:
        outcomes.conclude(evaluation)


def _chained(before: str, digest: str) -> str:
    return hashlib.sha256(f"{before}{digest}".encode()).hexdigest()


def indicators_of(by_set: IndicatorSet, as_of: dt.date) -> list[scoring.Indicator]:
    """The lines of a set as they count on a day, in their order."""
    return [
        scoring.Indicator(
            code=line.code,
            event=line.event,
            measure=scoring.Measure(line.measure),
            weight=line.weight,
            full_at=line.full_at,
            since=None if line.months is None else months_before(as_of, line.months),
            adds=line.adds,
            veto=line.veto,
            own_matter=line.own_matter,
        )
        for line in by_set.indicators.order_by("position")
    ]


def _order(evaluation: Evaluation, only: Sequence[int] | None = None) -> Order:
    by_set = evaluation.by_set
    return Order(
        evaluation=evaluation.pk,
        indicators=indicators_of(by_set, evaluation.as_of),
        bands=by_set.bands,
        as_of=evaluation.as_of,
        horizon=evaluation.horizon,
        region_code=by_set.region.code,
        statuses=JUDGED,
        matter=by_set.matter_id,
        only=only,
        keep_held=evaluation.kind == Evaluation.Kind.TRIAL,
    )

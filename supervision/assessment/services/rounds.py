"""Assessing the departments of a region for a period: compute, publish, freeze (D3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from departments.models import Department, FunctionAssignment, Region
from departments.profile import time_limit
from records import clock, deadlines, periods, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.params import YEARS
from records.workdays import compute as due_of
from supervision.assessment import scoring
from supervision.assessment.acts import ROUND_ACTS, assesses
from supervision.assessment.models import (
    Appeal,
    LineScore,
    Round,
    Scheme,
    SchemeLine,
    Score,
    ScoreRow,
)
from supervision.assessment.rules import APPEAL_DUE, NOT_ASSESSED
from supervision.assessment.services.facts import facts_of

_BATCH = 2_000


@transaction.atomic
def begin(actor: Actor, year: int, quarter: int | None) -> Round:
    """Begin the assessment of a quarter (1 to 4), or of the whole year, by the scheme in force,
    and compute it as far as the period has gone.

    Raises ``NotAllowed``; ``Refused`` for a period that has not begun or without a scheme;
    ``Conflict`` when it was begun before.
    """
    if not assesses(actor, actor.region_code):
        raise NotAllowed("只有综合协调组可以发起部门考核。", verb="assessment_round.begin")
    if year not in YEARS:
        raise Refused("年度不正确。", field="year")
    if quarter is not None and quarter not in range(1, 5):
        raise Refused("季度应为 1 至 4。", field="quarter")
    months = Round.YEAR if quarter is None else Round.QUARTER
    month = 1 if quarter is None else (quarter - 1) * Round.QUARTER + 1
    first = dt.date(year, month, 1)
    if first > clock.today():
        raise Refused("这一考核周期还没有开始。", field="quarter" if quarter else "year")
    scheme = Scheme.objects.holding_in(actor.region_code).first()
    if scheme is None:
        raise Refused("本地区没有生效的考核方案，请先编制并批准生效。")
    region = Region.objects.get(code=actor.region_code)
    made, created = Round.objects.get_or_create(
        region=region,
        months=months,
        first=first,
        defaults={"scheme": scheme, "ends": periods.month_after(first, months)},
    )
    if not created:
        raise Conflict(f"“{made}”已经发起。")
    trail.record(
        actor, "assessment_round.begin", "发起部门考核", made, after={"scheme": str(scheme)}
    )
    _compute(made)
    made.save()
    return made


def compute(actor: Actor, pk: int, opinion: str = "") -> Round:
    """Compute a provisional round anew from what is stored now."""
    with ROUND_ACTS.take(actor, "compute", pk, opinion=opinion) as found:
        _compute(found)
    return found


def publish(actor: Actor, pk: int, opinion: str = "") -> Round:
    """Compute for the last time and show each department its lines; the time for appeals begins.

    Raises ``Refused`` before the period has ended.
    """
    with ROUND_ACTS.take(actor, "publish", pk, opinion=opinion) as found:
        if clock.today() < found.ends:
            raise Refused(f"{found.period}尚未结束，结束后才能公布。")
        _compute(found)
        found.published_at = clock.now()
        limit = time_limit(found.region_code, APPEAL_DUE).limit
        found.appeals_until = due_of(limit, found.published_at, deadlines.calendar()).due_at
    return found


def freeze(actor: Actor, pk: int, opinion: str = "") -> Round:
    """End a round for good.

    Raises ``Refused`` while departments may appeal or an appeal is not decided.
    """
    with ROUND_ACTS.take(actor, "freeze", pk, opinion=opinion) as found:
        if may_still_appeal(found):
            raise Refused("申诉期尚未届满，届满后才能定稿。")
        waiting = Appeal.objects.filter(line__of__round=found, state__in=Appeal.OPEN).count()
        if waiting:
            raise Refused(f"还有 {waiting} 件申诉没有答复，答复后才能定稿。")
        found.frozen_at, found.frozen_by = clock.now(), actor.name
    return found


def may_still_appeal(found: Round) -> bool:
    """Whether the departments may appeal against what was published."""
    return (
        found.state == Round.State.PUBLISHED
        and found.appeals_until is not None
        and clock.now() <= found.appeals_until
    )


def not_yet(found: Round) -> tuple[str, ...]:
    """The acts that the state allows but the day does not: publishing before the period has
    ended, freezing while departments may appeal."""
    early = ("publish",) if clock.today() < found.ends else ()
    return (*early, "freeze") if may_still_appeal(found) else early


HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {
    "compute": compute,
    "publish": publish,
    "freeze": freeze,
}


def _compute(found: Round) -> None:
    """Write the lines, rows, results and ranks of a locked round; the caller saves it."""
    now = clock.now()
    lines = {line.key: line for line in found.scheme.lines.all()}
    scores = _scores_of(found)
    LineScore.objects.filter(of__round=found).delete()
    rows: dict[tuple[int, str], list[ScoreRow]] = defaultdict(list)
    for fact in facts_of(found, lines, now):
        if fact.department_id in scores:
            rows[fact.department_id, fact.key].append(fact.row)
    made = [
        _counted(LineScore(of=score, line=line), line, rows[department_id, line.key])
        for department_id, score in scores.items()
        for line in lines.values()
    ]
    LineScore.objects.bulk_create(made, batch_size=_BATCH)
    stored: list[ScoreRow] = []
    by_score: dict[int, list[tuple[scoring.Line, int | None]]] = defaultdict(list)
    for each in made:
        by_score[each.of_id].append((each.line.line, each.score))
        for row in rows[each.of.department_id, each.line.key]:
            row.line = each
            stored.append(row)
    ScoreRow.objects.bulk_create(stored, batch_size=_BATCH)
    for score in scores.values():
        _set_total(score, scoring.total(by_score[score.pk]))
    _rank(list(scores.values()))
    found.computed_at = now


def _scores_of(found: Round) -> dict[int, Score]:
    """The results by department: of those that are assessed now, and of those that have one."""
    beside = FunctionAssignment.objects.filter(region_id=found.region_id, function__in=NOT_ASSESSED)
    departments = Department.objects.filter(region_id=found.region_id, is_active=True)
    assessed = departments.exclude(pk__in=beside.values("department_id"))
    Score.objects.bulk_create(
        [Score(round=found, department_id=pk) for pk in assessed.values_list("pk", flat=True)],
        ignore_conflicts=True,
    )
    stored = Score.objects.filter(round=found).order_by("department_id")
    return {score.department_id: score for score in stored}


def _counted(of: LineScore, line: SchemeLine, rows: list[ScoreRow]) -> LineScore:
    counted = scoring.tally(row.fact for row in rows)
    of.rows, of.met = counted.rows, counted.met
    of.score = scoring.line_score(line.line, counted)
    return of


def recount(line: LineScore) -> None:
    """Count a line anew from its stored rows after one was left out or added, with the department's
    result and all ranks. Call it with the round locked."""
    _counted(line, line.line, list(line.facts.all()))
    line.save(update_fields=("rows", "met", "score"))
    scores = list(Score.objects.filter(round_id=line.of.round_id))
    own = next(score for score in scores if score.pk == line.of_id)
    lines = LineScore.objects.filter(of=own).select_related("line")
    _set_total(own, scoring.total((each.line.line, each.score) for each in lines))
    _rank(scores)


def _set_total(score: Score, result: scoring.Total) -> None:
    score.base, score.deducted = result.base, result.deducted
    score.extra, score.total = result.extra, result.total


def _rank(scores: list[Score]) -> None:
    places = scoring.ranks({score.pk: score.total for score in scores})
    for score in scores:
        score.rank = places[score.pk]
    Score.objects.bulk_update(
        scores, ("base", "deducted", "extra", "total", "rank"), batch_size=_BATCH
    )

"""Computing a round, line by line, by a worker (D3).

The state is in the database: a step writes one line of all departments and how far the round has
come in one transaction, so that what a killed worker left is gone on with where it stood. All lines
are judged as of the moment at which the computation was asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from departments.models import Department, FunctionAssignment
from departments.profile import time_limit
from records import clock, deadlines, trail
from records.actor import SYSTEM
from records.queue import wake_after_commit
from records.workdays import compute as due_of
from supervision.assessment import scoring
from supervision.assessment.models import (
    LineScore,
    Round,
    RoundNotice,
    SchemeLine,
    Score,
    ScoreRow,
)
from supervision.assessment.rules import APPEAL_DUE, NOT_ASSESSED
from supervision.assessment.services.facts import facts_of
from supervision.assessment.services.notices import tell

COMPUTE_TASK = "assessment.compute"
_BATCH = 2_000


def ask_for(found: Round) -> None:
    """Begin a computation of a locked round as of now; its caller sets the state and saves it."""
    found.as_of, found.reached = clock.now(), 0
    wake_after_commit(COMPUTE_TASK, found.pk)


def compute_anew_all() -> int:
    """Ask for every provisional round to be computed anew; returns how many."""
    begun = 0
    for pk in Round.objects.filter(state=Round.State.COMPUTED).values_list("pk", flat=True):
        with transaction.atomic():
            provisional = Round.objects.filter(pk=pk, state=Round.State.COMPUTED)
            found = provisional.select_for_update(of=("self",)).first()
            if found is not None:
                ask_for(found)
                found.state = Round.State.COMPUTING
                found.save()
                begun += 1
    return begun


def under_way() -> list[int]:
    """The rounds that somebody has to go on with."""
    found = Round.objects.filter(state__in=Round.UNDER_WAY).order_by("pk")
    return list(found.values_list("pk", flat=True))


def go_on(round_id: int) -> bool:
    """Do all that is left of a computation; false when another worker has it in hand."""
    while True:
        with transaction.atomic():
            found = (
                Round.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("region", "scheme")
                .filter(pk=round_id)
                .first()
            )
            if found is None:
                return False
            if found.state not in Round.UNDER_WAY:
                return True
            _step(found)
            found.save()


def _step(found: Round) -> None:
    lines = list(found.scheme.lines.all())
    if found.reached == 0:
        _begin(found, lines)
    if found.reached < len(lines):
        _write_line(found, lines[found.reached])
        found.reached += 1
    else:
        _conclude(found)


def _begin(found: Round, lines: Sequence[SchemeLine]) -> None:
    """A result for each department that is assessed now, with all lines of the scheme."""
    beside = FunctionAssignment.objects.filter(region_id=found.region_id, function__in=NOT_ASSESSED)
    departments = Department.objects.filter(region_id=found.region_id, is_active=True)
    assessed = departments.exclude(pk__in=beside.values("department_id"))
    Score.objects.bulk_create(
        [Score(round=found, department_id=pk) for pk in assessed.values_list("pk", flat=True)],
        ignore_conflicts=True,
    )
    scores = Score.objects.filter(round=found)
    LineScore.objects.bulk_create(
        [LineScore(of=score, line=line) for score in scores for line in lines],
        ignore_conflicts=True,
        batch_size=_BATCH,
    )


def _write_line(found: Round, line: SchemeLine) -> None:
    """Put the rows of one line, of all departments, in the place of those before."""
    assert found.as_of is not None
    written = LineScore.objects.filter(of__round=found, line=line).select_related("of")
    by_department = {each.of.department_id: each for each in written}
    ScoreRow.objects.filter(line__in=[each.pk for each in by_department.values()]).delete()
    rows: dict[int, list[ScoreRow]] = defaultdict(list)
    for department_id, row in facts_of(found, line.key, found.as_of):
        if department_id in by_department:
            row.line = by_department[department_id]
            rows[department_id].append(row)
    ScoreRow.objects.bulk_create([row for own in rows.values() for row in own], batch_size=_BATCH)
    for department_id, each in by_department.items():
        _count(each, line, rows[department_id])
    LineScore.objects.bulk_update(
        by_department.values(), ("rows", "met", "score"), batch_size=_BATCH
    )


def _conclude(found: Round) -> None:
    """Results and ranks from the written lines; a round that is being published is shown now."""
    scores = list(Score.objects.filter(round=found))
    lines: dict[int, list[tuple[scoring.Line, int | None]]] = defaultdict(list)
    for each in LineScore.objects.filter(of__round=found).select_related("line"):
        lines[each.of_id].append((each.line.line, each.score))
    for score in scores:
        _set_total(score, scoring.total(lines[score.pk]))
    _rank(scores)
    found.computed_at = found.as_of
    if found.state == Round.State.COMPUTING:
        found.state = Round.State.COMPUTED
        return
    found.state = Round.State.PUBLISHED
    found.published_at = clock.now()
    limit = time_limit(found.region_code, APPEAL_DUE).limit
    found.appeals_until = due_of(limit, found.published_at, deadlines.calendar()).due_at
    trail.record(SYSTEM, "assessment_round.published", "考核结果已公布", found)
    tell(found, RoundNotice.Stage.PUBLISHED)


def recount(line: LineScore) -> None:
    """Count a line anew from its stored rows after one was left out or added, with the department's
    result and all ranks. Call it with the round locked."""
    _count(line, line.line, list(line.facts.all()))
    line.save(update_fields=("rows", "met", "score"))
    scores = list(Score.objects.filter(round_id=line.of.round_id))
    own = next(score for score in scores if score.pk == line.of_id)
    lines = LineScore.objects.filter(of=own).select_related("line")
    _set_total(own, scoring.total((each.line.line, each.score) for each in lines))
    _rank(scores)


def _count(of: LineScore, line: SchemeLine, rows: Sequence[ScoreRow]) -> None:
    counted = scoring.tally(row.fact for row in rows)
    of.rows, of.met = counted.rows, counted.met
    of.score = scoring.line_score(line.line, counted)


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

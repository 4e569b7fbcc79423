"""Workers killed with SIGKILL in the middle of computing an assessment: it goes on where it stood,
no line is counted twice, every department is told once, and the result is that of a computation
that nobody disturbed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from records import clock
from records.models import TrailEntry
from supervision.assessment.models import LineScore, Round, RoundNotice, Score, ScoreRow
from supervision.assessment.services import rounds
from supervision.assessment.tasks import look
from supervision.assessment.tests.samples import AFTER, day, owed, third_quarter
from supervision.celery import SCHEDULE
from tests.crash.workers import nursery, undisturbed

pytestmark = pytest.mark.django_db(transaction=True)

TAKEN_UP = dt.timedelta(seconds=30)


@pytest.fixture(scope="module")
def workers(django_db_setup: None) -> Iterator[Any]:
    with nursery() as found:
        yield found


@pytest.fixture
def publishing(county: Any, actor: Any) -> Round:
    """A round that was computed, and is computed anew with what was told since to be published."""
    owed(actor("mzj_clerk"), day(8, 1), day(7, 30))
    found = third_quarter(actor)
    for username, number in (("mzj_clerk", 2), ("wjw_clerk", 3), ("wjw_clerk", 4)):
        owed(actor(username), day(8, number), day(8, 3))
    with clock.at(AFTER):
        return rounds.publish(actor("xzsp_head"), found.pk)


def everything() -> Any:
    """All that a computation leaves behind."""
    rows = ScoreRow.objects.order_by("line__of__department", "line__line", "target_id")
    return (
        list(Round.objects.values_list("state", "reached", "as_of", "computed_at")),
        list(
            LineScore.objects.order_by("of__department", "line").values_list(
                "of__department", "line", "rows", "met", "score"
            )
        ),
        list(rows.values_list("line__of__department", "line__line", "target_id", "met")),
        list(
            Score.objects.order_by("department").values_list(
                "department", "base", "deducted", "extra", "total", "rank"
            )
        ),
        sorted(RoundNotice.objects.values_list("department", "stage")),
        TrailEntry.objects.filter(verb="assessment_round.published").count(),
    )


def test_what_is_left_is_looked_for_within_half_a_minute() -> None:
    schedule = SCHEDULE["compute-assessments"]["schedule"]
    assert dt.timedelta(seconds=schedule) <= TAKEN_UP / 2


def test_a_computation_ends_as_if_nobody_had_killed_it(publishing: Round, workers: Any) -> None:
    expected, statements = undisturbed(look, everything)
    rng = Random(20261122)
    reached = set()
    # Each gets through some lines, so that the next one takes up what was left there.
    while workers.kill(look, rng.randrange(statements // 6, statements // 3)):
        reached.add(Round.objects.get().reached)
    assert len(reached) >= 3
    workers.finish(look)
    assert everything() == expected
    assert Round.objects.get().state == Round.State.PUBLISHED
    assert ScoreRow.objects.filter(line__line__key="clues_in_time").count() == 4
    workers.finish(look)
    assert everything() == expected

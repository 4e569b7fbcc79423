"""Workers killed with SIGKILL in the middle of a credit evaluation: the run goes on where it stood,
nobody is judged twice, and it ends with the digest of a run that nobody disturbed."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from credit.models import (
    Assessment,
    Evaluation,
    EvaluationNotice,
    EvaluationStep,
    IndicatorSet,
    Stale,
    Standing,
    Subject,
    SubjectChange,
)
from credit.rules import default_set
from credit.services import evaluations, events, indicators
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.tasks import evaluate_stale, evaluate_unfinished
from credit.tests.entries import entries
from records import clock
from records.actor import SYSTEM
from records.models import OutboxMessage, TrailEntry
from supervision.celery import SCHEDULE
from tests.crash.workers import moments, nursery, undisturbed

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECTS, STEP = 30, 7
"""Five steps of judging and five of letting the grades hold."""
TAKEN_UP = dt.timedelta(seconds=30)


@pytest.fixture(scope="module")
def workers(django_db_setup: None) -> Iterator[Any]:
    # One lane: the statements are counted on the worker's own connection.
    constants = {"credit.services.evaluations.STEP": STEP, "credit.services.evaluations.LANES": 1}
    with nursery(constants=constants) as found:
        yield found


@pytest.fixture
def in_force(county: Any, actor: Any, monkeypatch: pytest.MonkeyPatch) -> IndicatorSet:
    """A county with facts of every third subject, and a set whose first run has just begun."""
    monkeypatch.setattr(evaluations, "STEP", STEP)
    monkeypatch.setattr(evaluations, "LANES", 1)
    upsert_subjects(SYSTEM, entries(SUBJECTS), "试验", region_code=county.code)
    tell(range(0, SUBJECTS, 3), 60_000)
    Stale.objects.all().delete()
    clerk = actor("fgw_clerk")
    made = indicators.draft(clerk, None, default_set.NAME, "首次编制", proposal=True)
    indicators.submit(clerk, made.pk)
    indicators.enforce(actor("fgw_head"), made.pk)
    return made


def tell(numbers: range, amount: int) -> None:
    subjects = list(Subject.objects.order_by("pk").values_list("pk", flat=True))
    events.tell(
        SYSTEM,
        [
            Told(subjects[n], "penalty", clock.today(), "罚款", "试验", f"{amount}-{n}", amount)
            for n in numbers
        ],
    )


def everything(verb: str = "evaluation.") -> Any:
    """All that an evaluation leaves behind."""
    runs = Evaluation.objects.order_by("pk")
    results = Assessment.objects.order_by("evaluation", "subject")
    return (
        list(
            runs.values_list(
                "kind", "state", "done", "counts", "changed", "moves", "shares", "digest"
            )
        ),
        list(results.values_list("subject", "score", "grade", "before", "measured")),
        list(EvaluationStep.objects.order_by("pk").values_list("after", "groups", "digest")),
        list(Standing.objects.order_by("subject").values_list("subject", "grade")),
        list(Subject.objects.order_by("pk").values_list("pk", "grade")),
        SubjectChange.objects.filter(field="grade").count(),
        EvaluationNotice.objects.count(),
        OutboxMessage.objects.filter(topic="credit.evaluated").count(),
        TrailEntry.objects.filter(verb__startswith=verb).count(),
        Stale.objects.count(),
    )


def test_what_is_left_is_looked_for_within_half_a_minute() -> None:
    for name in ("evaluate-credit", "evaluate-stale-credit"):
        assert dt.timedelta(seconds=SCHEDULE[name]["schedule"]) <= TAKEN_UP / 2


def test_a_run_over_everybody_ends_as_if_nobody_had_killed_it(
    in_force: IndicatorSet, workers: Any
) -> None:
    expected, statements = undisturbed(evaluate_unfinished, everything)
    rng = Random(20261122)
    reached = set()
    # Each gets through some steps, so that the next one takes up what was left there.
    while workers.kill(evaluate_unfinished, rng.randrange(statements // 8, statements // 4)):
        run = Evaluation.objects.get()
        reached.add((run.state, run.done, run.steps.filter(applied=True).count()))
    assert len(reached) >= 3
    workers.finish(evaluate_unfinished)
    assert everything() == expected
    run = Evaluation.objects.get()
    assert (run.state, run.done) == (Evaluation.State.DONE, run.total)
    assert run.changed > 0
    workers.finish(evaluate_unfinished)
    assert everything() == expected


def test_several_steps_killed_at_once_are_taken_again(in_force: IndicatorSet) -> None:
    expected, _ = undisturbed(evaluate_unfinished, everything)
    several = {"credit.services.evaluations.STEP": STEP, "credit.services.evaluations.LANES": 2}
    with nursery(constants=several) as workers:
        with transaction.atomic():
            # A step that is done waits for the run's row before it commits.
            Evaluation.objects.select_for_update().get()
            worker = workers.start(evaluate_unfinished)
            until(lambda: waiting() == 2)
            os.kill(worker.pid, signal.SIGKILL)
            assert worker.ended() == -signal.SIGKILL

        def finished() -> bool:
            workers.finish(evaluate_unfinished)
            return Evaluation.objects.get().state == Evaluation.State.DONE

        # The database lets go of what the dead held within two seconds.
        until(finished)
    assert everything() == expected


def waiting() -> int:
    """How many statements wait for somebody else's lock."""
    with connection.cursor() as cursor:
        # A transaction goes on seeing what it saw first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + TAKEN_UP.total_seconds()
    while not so():
        assert time.monotonic() < end


def test_what_was_told_since_is_judged_once(in_force: IndicatorSet, workers: Any) -> None:
    evaluations.go_on(in_force.evaluations.get().pk)
    tell(range(1, SUBJECTS, 3), 99_000)
    expected, statements = undisturbed(evaluate_stale, everything)
    killed = [workers.kill(evaluate_stale, moment) for moment in moments(statements - 1, 3)]
    assert any(killed)
    workers.finish(evaluate_stale)
    assert everything() == expected
    assert Evaluation.objects.filter(kind=Evaluation.Kind.EVENT).count() == 1
    assert not Stale.objects.exists()

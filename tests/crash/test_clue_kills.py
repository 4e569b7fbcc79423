"""Workers killed with SIGKILL at random moments of what clues do in the background: each act
happens exactly once, the result is that of a run nobody disturbed, and what is left is due again
within half a minute."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from clues.imports import CLUE_SHEET
from clues.models import (
    Clue,
    Complainant,
    RiskWarning,
    Stop,
    Told,
    WarningReport,
    WarningReportReceiver,
)
from clues.services.warnings import reports
from clues.tasks import evaluate_warnings, write_warning_reports
from clues.tests.warning_samples import complaints, rule, subject
from inspections.models import Publication, Result
from inspections.tasks import publish_results
from inspections.tests.result_samples import approved, checked_story
from records import imports, outbox
from records.adapters import Route
from records.delivery import bearer
from records.excel import to_bytes
from records.models import ImportJob, OutboxMessage, TrailEntry
from records.tasks import deliver_outbox, resume_imports
from supervision.celery import SCHEDULE
from tests.counterpart import listening
from tests.crash.workers import moments, nursery, undisturbed

TAKEN_UP = dt.timedelta(seconds=30)
DAY = dt.timedelta(days=1)
LEASE = dt.timedelta(
    seconds=Route(target="", region_code="", url="", sign=bearer("")).lease_seconds
)


@pytest.fixture(scope="module")
def workers(django_db_setup):
    with nursery() as found:
        yield found


def verbs(start: str) -> dict[str, int]:
    """How often each act whose verb begins so stands in the trail."""
    counted: dict[str, int] = {}
    for verb in TrailEntry.objects.filter(verb__startswith=start).values_list("verb", flat=True):
        counted[verb] = counted.get(verb, 0) + 1
    return counted


def killed_and_taken_up(
    workers: Any, task: Callable[[], Any], outcome: Callable[[], Any], kills: int
) -> None:
    """Kill workers at the task at random moments; the last one finishes what they left."""
    expected, statements = undisturbed(task, outcome)
    killed = [workers.kill(task, moment) for moment in moments(statements - 1, kills)]
    assert sum(killed) >= kills / 2
    workers.finish(task)
    assert outcome() == expected
    workers.finish(task)
    assert outcome() == expected


def test_due_work_is_looked_for_so_often_that_none_waits_longer():
    for name in ("resume-imports", "run-scheduled-draws", "publish-results", "evaluate-warnings"):
        assert dt.timedelta(seconds=SCHEDULE[name]["schedule"]) <= TAKEN_UP / 2, name
    assert dt.timedelta(seconds=SCHEDULE["write-warning-reports"]["schedule"]) <= TAKEN_UP / 2
    delivery = dt.timedelta(seconds=SCHEDULE["deliver-outbox"]["schedule"])
    assert delivery + LEASE <= TAKEN_UP


@pytest.mark.django_db(transaction=True)
def test_warnings_are_raised_once_each(county, workers):
    now = timezone.now()
    for name in ("甲", "乙", "丙"):
        complaints(subject(name), [now - days * DAY for days in (3, 2, 1)])
    inner = rule()
    rule(source="warning", group_by="township", counted_rule=inner.rule, level="major")

    def outcome() -> Any:
        raised = RiskWarning.objects.order_by("number")
        return (
            [(one.number, one.title, one.value, one.events.count()) for one in raised],
            [sorted(one.parties.values_list("department__name", "part")) for one in raised],
            Stop.objects.open().filter(code="main").count(),
            verbs("warning."),
        )

    killed_and_taken_up(workers, evaluate_warnings, outcome, kills=5)
    assert len(outcome()[0]) == 4


@pytest.mark.django_db(transaction=True)
def test_a_file_of_clues_is_checked_and_registered_once(county, workers, actor):
    rows = [
        {
            "channel": "hotline",
            "external_number": f"2026100900{n:04d}",
            "title": f"第{n}件",
            "content": f"反映第 {n} 家餐馆油烟直排居民楼，已持续半个月。",
            "complainant_name": "张三丰",
            "complainant_phone": "13800001234",
            "wants_answer": True,
        }
        for n in range(1, 9)
    ]
    clerk = actor("scjg_clerk")
    job = imports.upload(clerk, "clues", "工单.xlsx", to_bytes(CLUE_SHEET, rows))

    def outcome() -> Any:
        job.refresh_from_db()
        return (
            [(one.number, one.title, one.state) for one in Clue.objects.order_by("number")],
            Complainant.objects.count(),
            sorted(Told.objects.values_list("step", "clue__title")),
            Stop.objects.open().count(),
            verbs("clue."),
            verbs("import."),
            (job.state, job.done, job.summary),
        )

    killed_and_taken_up(workers, resume_imports, outcome, kills=2)
    assert job.state == ImportJob.State.READY
    imports.confirm(clerk, str(job.pk))
    killed_and_taken_up(workers, resume_imports, outcome, kills=4)
    assert job.state == ImportJob.State.DONE
    assert len(outcome()[0]) == len(rows)


@pytest.mark.django_db(transaction=True)
def test_a_period_is_reported_once(county, workers):
    long_ago = timezone.now() - 200 * DAY
    rule(in_force_at=long_ago)

    def outcome() -> Any:
        return (
            sorted(WarningReport.objects.values_list("period", "starts_on", "ends_on")),
            sorted(WarningReportReceiver.objects.values_list("report__period", "department__name")),
            verbs("warning_report."),
        )

    killed_and_taken_up(workers, write_warning_reports, outcome, kills=4)
    assert WarningReport.objects.count() == 2
    assert reports.write_due() == 0


@pytest.mark.django_db(transaction=True)
def test_results_are_published_once(county, workers):
    story = checked_story(county)
    result = approved(story)

    def outcome() -> Any:
        result.refresh_from_db()
        messages = OutboxMessage.objects.order_by("topic").values_list("topic", "target")
        return result.state, Publication.objects.count(), list(messages), verbs("result.")

    killed_and_taken_up(workers, publish_results, outcome, kills=4)
    assert result.state == Result.State.PUBLISHED


@pytest.mark.django_db(transaction=True)
def test_a_message_reaches_the_other_side_once(county):
    with listening() as counterpart, nursery(OUTBOX_PROVINCE_URL=counterpart.url) as workers:
        message = outbox.post("province", "warning.raised", {"number": "YJ-1"}, "411603")

        def again_soon() -> None:
            """The lease of a message on its way runs out soon; let it be over."""
            message.refresh_from_db()
            if message.delivered_at is None:
                assert message.next_attempt_at <= timezone.now() + LEASE
                OutboxMessage.objects.update(next_attempt_at=timezone.now())

        while_it_waits_for_the_answer = []
        counterpart.script.append(
            lambda: os.kill(while_it_waits_for_the_answer[0].pid, signal.SIGKILL)
        )
        while_it_waits_for_the_answer.append(workers.start(deliver_outbox))
        assert while_it_waits_for_the_answer[0].ended() == -signal.SIGKILL
        again_soon()
        assert message.delivered_at is None

        kills = 0
        while message.delivered_at is None:
            workers.kill(deliver_outbox, kills)
            again_soon()
            kills += 1

        assert kills >= 3
        assert len(counterpart.received) >= 3, "one kill after the answer, before it was noted"
        assert set(counterpart.accepted) == {str(message.pk)}
        received = len(counterpart.received)
        workers.finish(deliver_outbox)
        assert len(counterpart.received) == received

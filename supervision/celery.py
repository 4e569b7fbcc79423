"""The task queue: how tasks are run, and everything that happens by the clock.

The queue only wakes somebody up; the database is the truth. Tasks are idempotent, and what is
due is found again by the schedule if the queue loses a message.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, before_task_publish, heartbeat_sent, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supervision.settings")

app = Celery("supervision")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

HEARTBEAT = "supervision.tasks.heartbeat"
HEARTBEAT_SECONDS = 15.0

SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": {
        "task": HEARTBEAT,
        "schedule": HEARTBEAT_SECONDS,
        # A beat nobody took in time says nothing any more; a queue of them would only delay work.
        "options": {"expires": HEARTBEAT_SECONDS},
    },
    "clear-sessions": {
        "task": "supervision.tasks.clear_sessions",
        "schedule": crontab(hour="3", minute="30"),
    },
    "sweep-uploads": {
        "task": "records.sweep_uploads",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "remind": {
        "task": "reminders.remind",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "sweep-gateway": {
        "task": "gateway.sweep",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "report-missing-acts": {
        "task": "outbound.report_missing",
        "schedule": crontab(hour="2", minute="40"),
    },
    "reconcile": {
        "task": "reconciling.look",
        # A look finds nothing to do until the next day's hour has come.
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "sequence-feeds": {
        "task": "gateway.sequence",
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "deliver-outbox": {
        "task": "records.deliver_outbox",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "resume-imports": {
        "task": "records.resume_imports",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "run-scheduled-draws": {
        "task": "inspections.run_scheduled_draws",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "publish-results": {
        "task": "inspections.publish_results",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "tell-overdue-mending": {
        "task": "inspections.tell_overdue_mending",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "evaluate-warnings": {
        "task": "clues.evaluate_warnings",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "evaluate-credit": {
        "task": "credit.evaluate_unfinished",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "evaluate-stale-credit": {
        "task": "credit.evaluate_stale",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "age-credit": {
        "task": "credit.age_facts",
        # When the day begins; later for who was off then. It reads the facts of a quarter.
        "schedule": crontab(hour="0,6,12,18", minute="5"),
    },
    "label-subjects": {
        "task": "credit.label_subjects",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "compare-subjects": {
        "task": "credit.compare_subjects",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "end-grade-adjustments": {
        "task": "credit.end_adjustments",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "review-white-list": {
        "task": "credit.review_white_list",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "end-sanctions": {
        "task": "credit.end_sanctions",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "compute-assessments": {
        "task": "assessment.look",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "compute-assessments-anew": {
        "task": "assessment.compute_anew",
        "schedule": crontab(hour="2", minute="30"),
    },
    "fold-rollups": {
        "task": "dashboard.fold_rollups",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "spell-names": {
        "task": "search.spell_names",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "write-warning-reports": {
        "task": "clues.write_warning_reports",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
}
"""What runs by the clock, in Asia/Shanghai; intervals are in seconds. Each look for due work is
cheap, and so frequent that what a killed worker left is taken up again within half a minute."""

app.conf.beat_schedule = SCHEDULE


@setup_logging.connect
def use_project_logging(**_: Any) -> None:
    """Log as the web processes do instead of in Celery's own way."""
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@beat_init.connect
def beat_at_once(**_: Any) -> None:
    """Send the first heartbeat when beat starts; the schedule sends it one interval later."""
    app.send_task(HEARTBEAT, expires=HEARTBEAT_SECONDS)


@before_task_publish.connect(sender=HEARTBEAT)
def note_beat(**_: Any) -> None:
    """Only beat publishes the heartbeat, so publishing it is beat's sign of life."""
    from supervision import health

    health.mark_alive("beat")


@heartbeat_sent.connect
def note_worker(**_: Any) -> None:
    """The worker's own process lives, also while all its children are busy for long."""
    from supervision import health

    for queue in app.amqp.queues.consume_from:
        health.mark_alive(queue)

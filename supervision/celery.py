"""The task queue: how tasks are run, and everything that happens by the clock.

The queue only wakes somebody up; the database is the truth. Tasks are idempotent, and what is
due is found again by the schedule if the queue loses a message.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supervision.settings")

app = Celery("supervision")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": {
        "task": "supervision.tasks.heartbeat",
        "schedule": 15.0,
        # A beat nobody took in time says nothing any more; a queue of them would only delay work.
        "options": {"expires": 15.0},
    },
    "clear-sessions": {
        "task": "supervision.tasks.clear_sessions",
        "schedule": crontab(hour="3", minute="30"),
    },
}
"""What runs by the clock, in Asia/Shanghai; intervals are in seconds."""

app.conf.beat_schedule = SCHEDULE


@setup_logging.connect
def use_project_logging(**_: Any) -> None:
    """Log as the web processes do instead of in Celery's own way."""
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)

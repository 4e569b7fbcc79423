"""What the settings insist on."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from supervision import health
from supervision.celery import SCHEDULE, app

NEEDED = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "supervision.example",
    "DATABASE_URL": "postgres://app@db.example/supervision",
    "REDIS_URL": "redis://queue.example/0",
}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own with nothing else set."""
    return subprocess.run(
        [sys.executable, "-c", "import supervision.settings"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "DJANGO_ENV": "production"} | environment,
        capture_output=True,
        text=True,
    )


def test_production_starts_with_what_it_needs() -> None:
    result = start(**NEEDED)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", NEEDED)
def test_production_refuses_to_start_without(name: str) -> None:
    result = start(**{key: value for key, value in NEEDED.items() if key != name})
    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize("name", ["DEMO", "DEBUG"])
def test_production_refuses_demo_and_debug(name: str) -> None:
    result = start(**NEEDED, **{name: "1"})
    assert result.returncode != 0
    assert "生产环境（DJANGO_ENV=production）不允许" in result.stderr


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


def test_every_task_has_a_queue_and_every_queue_a_worker() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    declared = set(settings.CELERY_TASK_QUEUES)
    assert ours == set(settings.CELERY_TASK_ROUTES), "name it in supervision/settings.py"
    assert {app.amqp.router.route({}, name)["queue"].name for name in ours} == declared
    assert declared <= set(health.PROCESSES)


def test_no_task_can_outlive_the_visibility_timeout() -> None:
    timeout = app.conf.broker_transport_options["visibility_timeout"]
    limits = [app.conf.task_time_limit, *(task.time_limit for task in app.tasks.values())]
    assert max(limit for limit in limits if limit) < timeout
    assert app.conf.task_acks_late and app.conf.task_reject_on_worker_lost

"""Long work that stands still does not hold what people wait for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection, transaction

from inspections.models import Result
from inspections.tests.result_samples import approved, checked_story
from records import queue
from records.breaker import Breaker

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = "300"


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The queues as they are set up, on a broker where no other test leaves anything."""
    url = f"{settings.REDIS_URL.rpartition('/')[0]}/15"
    app = Celery("supervision", set_as_current=False)
    app.config_from_object(settings, namespace="CELERY")
    app.conf.broker_url = url
    monkeypatch.setattr(queue, "current_app", app)
    monkeypatch.setattr(queue, "breaker", Breaker())
    with redis.Redis.from_url(url) as server:
        server.flushdb()
        yield url
        server.flushdb()


@contextmanager
def worker(name: str, broker: str) -> Iterator[Iterator[str]]:
    """A worker of one queue with one process, on this test's database; what it says."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    process = subprocess.Popen(
        [
            *("timeout", PATIENCE_SECONDS, sys.executable, "-m", "celery", "--app", "supervision"),
            *("worker", "--queues", name, "--hostname", f"{name}@%h", "--concurrency", "1"),
            *("--without-gossip", "--without-mingle"),
        ],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
            "REDIS_URL": broker,
            "DJANGO_SETTINGS_MODULE": "supervision.settings",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def held(table: str) -> Iterator[None]:
    """Somebody else keeps the table for himself."""
    holder = connection.copy()
    holder.set_autocommit(False)
    try:
        with holder.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table}")
        yield
    finally:
        holder.rollback()
        holder.close()


def read_until(said: Iterator[str], *words: str) -> None:
    heard = []
    for line in said:
        heard.append(line)
        if all(word in line for word in words):
            return
    raise AssertionError(f"the worker never said {words}:\n{''.join(heard)}")


def wake(task: str) -> None:
    with transaction.atomic():
        queue.wake_after_commit(task)


def test_results_are_published_while_long_work_stands_still(county, broker):
    story = checked_story(county)
    with worker("long", broker) as long, worker("prompt", broker) as prompt:
        with held("records_importjob"):
            for _ in range(3):
                wake("records.resume_imports")
            read_until(long, "records.resume_imports", "received")

            result = approved(story)
            read_until(prompt, "inspections.publish_results", "succeeded")
            assert Result.objects.get(pk=result.pk).state == Result.State.PUBLISHED
        read_until(long, "records.resume_imports", "succeeded")

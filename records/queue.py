"""Waking a worker. The database is the truth; the queue only says "look now"."""

from __future__ import annotations

from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake_after_commit(task_name: str, *args: Any) -> None:
    """Ask a worker to run a task once the current transaction has committed.

    With the queue away nothing is lost: beat finds due work again from the database.
    """
    transaction.on_commit(lambda: _send(task_name, args))


def _send(task_name: str, args: tuple[Any, ...]) -> None:
    try:
        current_app.send_task(task_name, args=args, retry=False)
    except (OperationalError, ConnectionError) as error:
        log.warning("queue.unreachable", task=task_name, error=str(error))

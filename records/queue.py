"""Waking a worker. The database is the truth; the queue only says "look now"."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from kombu.pools import producers

from records.breaker import Breaker

log = structlog.get_logger(__name__)
breaker = Breaker()

# Whoever wakes a worker is often a person waiting for a page; the worker itself waits longer.
_PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "max_retries": 0}


def wake_after_commit(task_name: str, *args: Any) -> None:
    """Ask a worker to run a task once the current transaction has committed.

    Asked again in the same transaction it is woken once. With the queue away nothing is lost: beat
    finds due work again from the database.
    """
    wake = partial(_send, task_name, args)
    waiting = (each[1] for each in connection.run_on_commit)
    if any(isinstance(one, partial) and one.args == wake.args for one in waiting):
        return
    transaction.on_commit(wake)


def _send(task_name: str, args: tuple[Any, ...]) -> None:
    if breaker.open:
        log.warning("queue.left_alone", task=task_name)
        return
    try:
        broker = current_app.connection_for_write(transport_options=_PATIENCE)
        with producers[broker].acquire(block=True) as producer:
            current_app.send_task(task_name, args=args, producer=producer, retry=False)
    except (OperationalError, ConnectionError) as error:
        breaker.trip()
        log.warning("queue.unreachable", task=task_name, error=str(error))

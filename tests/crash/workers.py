"""Worker processes to be killed: forked from one that has loaded the project, as Celery's are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection, transaction

NURSERY = """
import json, os, signal, sys
from importlib import import_module
from itertools import count
import django
django.setup()
from django.db import connection
from django.urls import get_resolver
from django.utils.module_loading import import_string

def mortal(before):
    said = count()
    def say(execute, sql, params, many, context):
        if next(said) == before:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
    return say

get_resolver().url_patterns
for name, value in json.loads(os.environ["CONSTANTS"]).items():
    module, _, constant = name.rpartition(".")
    setattr(import_module(module), constant, value)
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        with connection.execute_wrapper(mortal(order["before"])):
            import_string(order["task"])()
        os._exit(0)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Worker:
    """One forked process at its task."""

    def __init__(self, nursery: subprocess.Popen[str]) -> None:
        assert nursery.stdout is not None
        self._said = nursery.stdout
        self.pid = int(self._said.readline())

    def ended(self) -> int:
        """Wait for the end; the exit code, negative for a signal."""
        return int(self._said.readline())


class Nursery:
    """Starts workers on this test's database."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, task: Callable[[], Any], killed_before: int | None = None) -> Worker:
        """Begin the task in a process of its own, which SIGKILLs itself before it sends its
        statement number ``killed_before`` (from 0) to the database."""
        order = {"task": f"{task.__module__}.{task.__name__}", "before": killed_before}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Worker(self._process)

    def kill(self, task: Callable[[], Any], before: int) -> bool:
        """Let a worker begin the task and die before the statement; False when there was no such
        statement, because others had left it less to do."""
        code = self.start(task, before).ended()
        assert code in (0, -signal.SIGKILL)
        return code != 0

    def finish(self, task: Callable[[], Any]) -> None:
        """Let a worker do the task undisturbed."""
        assert self.start(task).ended() == 0


@contextmanager
def nursery(constants: Mapping[str, int] | None = None, **environment: str) -> Iterator[Nursery]:
    """A process that has loaded the project, ready to fork workers.

    ``constants`` (by dotted name) make steps small, so that few rows take many of them.
    """
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
            "DJANGO_SETTINGS_MODULE": "supervision.settings",
            "CONSTANTS": json.dumps(dict(constants or {})),
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Nursery(process)
    finally:
        process.communicate()


class _Undo(Exception):
    pass


def undisturbed(run: Callable[[], Any], outcome: Callable[[], Any]) -> tuple[Any, int]:
    """The outcome of a run that nobody kills, which is undone, and how many statements it took."""
    said = count()

    def listen(execute: Any, *statement: Any) -> Any:
        next(said)
        return execute(*statement)

    try:
        with transaction.atomic():
            with connection.execute_wrapper(listen):
                run()
            found = outcome()
            raise _Undo
    except _Undo:
        return found, next(said)


def moments(statements: int, kills: int, seed: int = 20261122) -> list[int]:
    """Statements to die before, at random, in the order of a run."""
    return sorted(Random(seed).sample(range(statements), kills))

"""The platform as a newcomer starts it: ``script/server`` on a data folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from tests.counterpart import Counterpart, listening

PROJECT = Path(__file__).resolve().parents[2]
READY = "按 Ctrl-C 停止"
STOP_SECONDS = 60
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    # The story runs on servers of its own: other tests must not see its rows, nor it theirs.
    if name not in ("DATABASE_URL", "REDIS_URL", "DJANGO_ENV", "DEBUG")
}


@dataclass
class Live:
    """A running platform with the demo county, and the credit system it publishes to."""

    url: str
    counterpart: Counterpart


@contextmanager
def platform(data: Path) -> Iterator[Live]:
    """Start web, worker, beat and their servers over ``data``; ends them all afterwards.

    Raises RuntimeError with everything the command said when it does not become ready.
    """
    port = _free_port()
    with listening() as counterpart, _database() as database:
        process = subprocess.Popen(
            [sys.executable, "script/lib/server.py", "--data", str(data), "--port", str(port)],
            cwd=PROJECT,
            env=ENVIRONMENT
            | database
            | {
                "DEMO": "1",
                "DEMO_SEASON": "0",
                "OUTBOX_CREDIT_PUBLICITY_URL": counterpart.url,
                "OUTBOX_PROVINCE_URL": counterpart.url,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            _wait_until_ready(process)
            yield Live(f"http://127.0.0.1:{port}", counterpart)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=STOP_SECONDS)
            finally:
                process.kill()


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """The variable that names a database which is migrated already; without one made before
    (``tests.template``) the platform starts and migrates its own."""
    template = os.environ.get("TEST_DB_TEMPLATE")
    if not template:
        yield {}
        return
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"{template}_platform"
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}_empty")
            yield {"DATABASE_URL": f"{server}/{name}"}
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        connection.close()


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if READY in line:
            return
    raise RuntimeError("平台没有启动：\n" + "".join(said))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

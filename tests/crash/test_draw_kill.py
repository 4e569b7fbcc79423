"""A draw whose worker is killed with SIGKILL, and taken up again: one result, the same one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from inspections.models import Draw, DrawSelected, PlanItem
from inspections.services import draws
from inspections.tests.draw_world import fill_directories, plan_item
from records.actor import SYSTEM
from records.models import OutboxMessage
from records.trail import entries_of

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = """
import django
django.setup()
from inspections.services import draws
print("ready", flush=True)
draws.run_due()
"""
MOMENTS = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
"""When the worker is killed, as shares of the time that an undisturbed run takes."""


class _Undo(Exception):
    pass


def undisturbed(draw: Draw) -> tuple[dict[str, Any], float]:
    """The certificate that a run without incident would give, and its duration in seconds."""
    start = time.monotonic()
    try:
        with transaction.atomic():
            draws.freeze(SYSTEM, draw.pk)
            seconds = time.monotonic() - start
            content = json.loads(Draw.objects.get(pk=draw.pk).certificate)
            raise _Undo
    except _Undo:
        return content, seconds


def start_worker() -> subprocess.Popen[bytes]:
    """A process of its own, working on this test's database, about to begin."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
            "DJANGO_SETTINGS_MODULE": "supervision.settings",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def without_times(certificate: dict[str, Any]) -> dict[str, Any]:
    """What the result is, whenever it came about."""
    return {k: v for k, v in certificate.items() if k not in ("frozen_at", "finished_at")}


@pytest.fixture
def region(county):
    fill_directories(county, 400)
    return county


def test_killed_at_any_moment_a_draw_ends_with_one_result_the_same_one(region):
    jitter = random.Random(20260302)
    killed = 0
    for number, share in enumerate(MOMENTS, 1):
        item = plan_item(
            region,
            number,
            draw_mode=PlanItem.DrawMode.SCHEDULED,
            draw_level=PlanItem.Level.SYSTEM,
            draw_at=timezone.now(),
        )
        draw = draws.announce(SYSTEM, item.pk)
        expected, seconds = undisturbed(draw)

        worker = start_worker()
        try:
            worker.wait(timeout=seconds * (share + jitter.uniform(-0.05, 0.05)))
        except subprocess.TimeoutExpired:
            worker.send_signal(signal.SIGKILL)
            killed += 1
        worker.communicate()
        successor = start_worker()
        successor.communicate(timeout=60)
        assert successor.returncode == 0

        draw.refresh_from_db()
        assert draw.state == Draw.State.DONE
        assert without_times(json.loads(draw.certificate)) == without_times(expected)
        assert all(finding.ok for finding in draws.verification(draw))
        drawn = sum(len(ids) for ids in expected["selected"].values())
        assert DrawSelected.objects.filter(draw=draw, is_reserve=False).count() == drawn
        for verb in ("draw.freeze", "draw.complete"):
            assert entries_of(draw).filter(verb=verb).count() == 1
        sent = OutboxMessage.objects.filter(payload__number=draw.number)
        assert sorted(sent.values_list("topic", flat=True)) == ["draw.done", "draw.frozen"]
    assert killed >= 5
    assert sorted(Draw.objects.values_list("number", flat=True)) == list(range(1, len(MOMENTS) + 1))
    positions = Draw.objects.values_list("chain_position", flat=True)
    assert sorted(positions) == list(range(1, len(MOMENTS) + 1))

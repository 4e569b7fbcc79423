"""A draw whose worker is killed with SIGKILL, and taken up again: one result, the same one."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.utils import timezone

from inspections.models import Draw, DrawSelected, PlanItem
from inspections.services import draws
from inspections.tasks import run_scheduled_draws
from inspections.tests.draw_world import fill_directories, plan_item
from records.actor import SYSTEM
from records.models import OutboxMessage
from records.trail import entries_of
from tests.crash import workers

pytestmark = pytest.mark.django_db(transaction=True)

MOMENTS = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
"""How far the worker gets before it is killed, as shares of what an undisturbed run does."""


def undisturbed(draw: Draw) -> tuple[dict[str, Any], int]:
    """The certificate that a run without incident would give, and how many statements it took."""

    def certificate() -> dict[str, Any]:
        content: dict[str, Any] = json.loads(Draw.objects.get(pk=draw.pk).certificate)
        return content

    return workers.undisturbed(run_scheduled_draws, certificate)


def without_times(certificate: dict[str, Any]) -> dict[str, Any]:
    """What the result is, whenever it came about."""
    return {k: v for k, v in certificate.items() if k not in ("frozen_at", "finished_at")}


@pytest.fixture(scope="module")
def nursery(django_db_setup):
    with workers.nursery() as found:
        yield found


@pytest.fixture
def region(county):
    fill_directories(county, 400)
    return county


def test_killed_at_any_moment_a_draw_ends_with_one_result_the_same_one(region, nursery):
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
        expected, statements = undisturbed(draw)

        before = round((statements - 1) * (share + jitter.uniform(-0.05, 0.05)))
        killed += nursery.kill(run_scheduled_draws, before)
        nursery.finish(run_scheduled_draws)

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

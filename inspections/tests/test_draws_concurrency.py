"""Two people or two workers at the same moment: one result."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from inspections.models import Draw, PlanItem
from inspections.services import draws
from inspections.tests.draw_world import (
    NONCES,
    WHO,
    fill_directories,
    plan_item,
    promise,
)
from records.errors import Conflict
from records.models import OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def region(county):
    fill_directories(county, 60)
    return county


def together(*steps: Callable[[], object]) -> list[object]:
    """Run the steps in threads that start at the same moment; results or exceptions."""
    gate = Barrier(len(steps))

    def run(step: Callable[[], object]) -> object:
        gate.wait()
        try:
            return step()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_an_occurrence_announced_twice_at_once_has_one_draw(region, actor):
    item = plan_item(region)
    clerk, head = actor("mzj_clerk"), actor("mzj_head")

    results = together(
        lambda: draws.announce(clerk, item.pk), lambda: draws.announce(head, item.pk)
    )

    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Draw"]
    assert item.draws.count() == 1


def test_numbers_have_no_gaps_when_announced_at_once(region, actor):
    items = [plan_item(region, number) for number in range(1, 5)]
    clerk = actor("mzj_clerk")

    together(*(lambda item=item: draws.announce(clerk, item.pk) for item in items))

    assert sorted(Draw.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_two_schedulers_run_a_due_draw_once(region):
    item = plan_item(
        region, draw_mode=PlanItem.DrawMode.SCHEDULED, draw_level=PlanItem.Level.SYSTEM
    )
    now = timezone.now()

    results = together(lambda: draws.run_due(now), lambda: draws.run_due(now))

    assert not any(isinstance(one, Exception) for one in results)
    draw = item.draws.get()
    assert draw.state == Draw.State.DONE
    assert OutboxMessage.objects.filter(topic="draw.done").count() == 1


def test_the_last_two_parties_revealing_at_once_complete_it_once(region, actor):
    item = plan_item(region)
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))
    draws.freeze(actor("mzj_clerk"), draw.pk)
    draws.reveal(actor(WHO["lead"]), draw.pk, "lead", NONCES["lead"])
    people = {party: actor(WHO[party]) for party in ("legal", "witness")}

    results = together(
        *(
            lambda party=party, who=who: draws.reveal(who, draw.pk, party, NONCES[party])
            for party, who in people.items()
        )
    )

    assert not any(isinstance(one, Conflict) for one in results)
    draw.refresh_from_db()
    assert draw.state == Draw.State.DONE
    assert OutboxMessage.objects.filter(topic="draw.done").count() == 1

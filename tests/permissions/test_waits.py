"""Nothing waits unseen: every state of every act table is in ``waits.txt``, and where somebody is
waited for, the workbench of one who can take the next step has its row (D1)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from departments.actors import actor_for
from departments.models import User
from records import clock
from records.acts import REGISTRY
from records.concealment import oversee
from records.models import Deadline
from records.periods import ago
from records.worklist import WorkItem
from supervision.dashboard.workbench import SOURCES
from supervision.reminders.models import Reminder
from supervision.reminders.services import remind
from tests.permissions.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("permissions")]

STAGED, NOBODY = "*", "-"
BY_HAND = "result.publish"
"""A clock that the world makes up for a page of clocks; no service starts it."""


def _rows() -> Iterator[tuple[tuple[str, str], str]]:
    text = (Path(__file__).parent / "waits.txt").read_text()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            state, _, words = line.partition(" | ")
            name, _, code = state.partition(" ")
            yield (name, code), words


WAITS = dict(_rows())


def test_every_state_that_an_act_leaves_is_in_the_table() -> None:
    import_module(settings.ROOT_URLCONF)  # All pages, and with them all act tables.
    left = {
        (name, str(state))
        for name, table in REGISTRY.items()
        for act in table.acts
        for state in act.sources
    }
    assert set(WAITS) == left


def things_in(world: World, name: str, state: str) -> list[Any]:
    """The world's objects of a table that stand in a state."""
    table = REGISTRY[name]
    keys = [thing.pk for thing in world.things.values() if type(thing) is table.model]
    found = table.model._default_manager.filter(pk__in=keys)
    return [each for each in found if str(getattr(each, table.state_field)) == state]


def test_what_waits_is_on_the_workbench_of_who_can_do_it(world, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    # The world has more of some things than the workbench lists before it leads to the rest.
    monkeypatch.setattr("clues.worklist.MOST", 1_000)
    people = [actor_for(user) for user in User.objects.filter(is_active=True)]
    seen: dict[int, list[WorkItem]] = {
        index: [item for source in SOURCES for item in source(actor)]
        for index, actor in enumerate(people)
    }
    unseen = []
    for (name, state), words in WAITS.items():
        if words[0] in (STAGED, NOBODY):
            continue
        things = things_in(world, name, state)
        assert things, f"the world has no {name} in {state}"
        table = REGISTRY[name]
        able = [
            index
            for index, actor in enumerate(people)
            if any(table.allowed(actor, thing) for thing in things)
        ]
        told = {item.what for index in able for item in seen[index]}
        if not any(wanted in what for wanted in words.split(" / ") for what in told):
            unseen.append(f"{name} {state}: {words}")
    assert not unseen, unseen


def test_what_needs_nobody_says_why() -> None:
    for state, words in WAITS.items():
        assert words == STAGED or words.removeprefix(NOBODY).strip(), state


def test_every_clock_is_on_the_workbench_of_its_department(world, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("clues.worklist.MOST", 1_000)
    shown = set()
    for user in User.objects.filter(is_active=True):
        for source in SOURCES:
            for item in source(actor_for(user)):
                if item.chip:
                    shown.add((user.department_id, item.chip.deadline.pk))
    unseen = {
        f"{each.rule}：{each.target_name}（{each.department}）"
        for each in running_clocks()
        if (each.department_id, each.pk) not in shown
    }
    assert not unseen, unseen


def test_every_clock_that_is_late_is_told_to_its_department_and_goes_up(world) -> None:  # type: ignore[no-untyped-def]
    office = world.actors["coordination head"]
    with transaction.atomic():
        clocks = running_clocks()
        Deadline.objects.filter(pk__in=[each.pk for each in clocks]).update(
            due_at=ago(clock.now(), days=30)
        )
        assert remind() >= 2 * len(clocks)
        told = {
            (user.department_id, row.deadline_id, row.stage)
            for user in User.objects.filter(is_active=True)
            for row in Reminder.objects.standing().visible_to(actor_for(user))
        }
        gone_up = set(
            Reminder.objects.visible_to(office)
            .filter(stage=Reminder.Stage.ESCALATED)
            .values_list("deadline_id", flat=True)
        )
        transaction.set_rollback(True)
    for each in clocks:
        for stage in (Reminder.Stage.OVERDUE, Reminder.Stage.ESCALATED):
            assert (each.department_id, each.pk, stage) in told, each
    # Nothing of what is concealed or not yet signed goes up, nor what is late in another county.
    known = oversee(Deadline.objects.filter(region_code__startswith=office.region_code), office)
    assert gone_up == {each.pk for each in clocks} & set(known.values_list("pk", flat=True))
    assert len(gone_up) > len(clocks) // 2


def running_clocks() -> list[Deadline]:
    """The clocks of the world that its services started and that still run."""
    found = Deadline.objects.filter(met_at=None, cancelled_at=None)
    return list(found.exclude(rule=BY_HAND).select_related("department").order_by("pk"))

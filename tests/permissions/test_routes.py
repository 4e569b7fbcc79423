"""Every role at every door: what the platform's addresses answer is what ``routes.txt`` says."""

from __future__ import annotations

import pytest
from django.db import transaction

from records.models import TrailEntry
from tests.permissions.bodies import body
from tests.permissions.knock import FORBIDDEN, SIGNS, address, knock, sign
from tests.permissions.people import PEOPLE
from tests.permissions.table import Line, grouped, read
from tests.permissions.urlmap import Door, doors

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("permissions")]

ROUTES = read("routes.txt", SIGNS)


def door_of(line: Line) -> Door:
    method, name = line.head
    return Door(name, method)


def test_no_door_without_a_row() -> None:
    missing = sorted(doors() - {door_of(line) for line in ROUTES})
    assert not missing, "add rows to routes.txt for: " + ", ".join(map(str, missing))


def test_no_row_without_a_door() -> None:
    gone = sorted({door_of(line) for line in ROUTES} - doors())
    assert not gone, "routes.txt names doors that do not exist: " + ", ".join(map(str, gone))


@pytest.mark.parametrize("line", ROUTES, ids=str)
def test_row(line: Line, world) -> None:  # type: ignore[no-untyped-def]
    method, name = line.head
    url = address(world, name, line.on)
    sent = body(world, name) if method != "GET" else {}
    found = []
    silent = []
    before = _denials()
    for person in PEOPLE:
        with transaction.atomic():
            found.append(sign(knock(world.client(person), method, url, sent)))
            if found[-1] == FORBIDDEN and _denials() != before + 1:
                silent.append(person)
            transaction.set_rollback(True)
    assert grouped(found) == grouped(list(line.cells))
    assert not silent, "refused without a trace: " + ", ".join(silent)


def _denials() -> int:
    return TrailEntry.objects.filter(outcome=TrailEntry.Outcome.DENIED).count()

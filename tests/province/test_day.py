"""Nothing is lost, nothing is there twice, whatever happens on the way."""

from __future__ import annotations

import pytest

from tests.province.account import account
from tests.province.day import Day, platform, system
from tests.province.intents import MANNERS, plan

SEED, SIZE = 20261122, 60


@pytest.mark.django_db(transaction=True)
def test_every_record_of_a_day_is_accounted_for(county) -> None:  # type: ignore[no-untyped-def]
    intents = plan(SEED, SIZE)
    assert intents == plan(SEED, SIZE)
    assert {intent.manner for intent in intents} == {manner for manner, _ in MANNERS}
    system(county)
    with platform() as url:
        day = Day(url)
        day.live(intents)
    lines = account(day)
    assert all(day.ledger.records.values())
    assert [str(line) for line in lines if not line.agrees] == []

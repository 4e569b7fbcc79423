"""Stories on a platform whose day the test sets: the pages run in this process, so that the clocks
of a story can be compared with dates computed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import get_resolver
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import browser  # noqa: F401 (a fixture)
from tests.browser.stage import Stage

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Calendar:
    """The day and hour it is on the platform."""

    def __init__(self) -> None:
        self._travel: time_machine.travel | None = None

    def set(self, day: str, time: str = "09:00") -> None:
        """It is now this moment in the county, and time goes on from there."""
        self.back()
        moment = dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHANGHAI)
        self._travel = time_machine.travel(moment, tick=True)
        self._travel.start()

    def back(self) -> None:
        if self._travel is not None:
            self._travel.stop()
            self._travel = None


@pytest.fixture
def today() -> Iterator[Callable[..., None]]:
    """``today("2026-09-28", "14:30")`` sets the moment; the real one is back after the test."""
    calendar = Calendar()
    yield calendar.set
    calendar.back()


@pytest.fixture(scope="package", autouse=True)
def database_beside_the_browser() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; the database is used between its calls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def stage(
    browser: object,  # noqa: F811
    transactional_db: None,
    county: object,
    live_server: LiveServer,
    settings: object,
) -> Iterator[Stage]:
    """Browsers at the platform; the demo bar switches between its people."""
    settings.DEMO = True  # type: ignore[attr-defined]
    # Else the first page of all waits until every module is read.
    assert get_resolver().url_patterns
    with Stage(browser, live_server.url) as stage:  # type: ignore[arg-type]
        yield stage

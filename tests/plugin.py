"""Fixtures that every app's tests share: the demo county's ground and its people."""

from __future__ import annotations

import gc
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client

from departments.actors import actor_for
from departments.models import Region, User
from records.actor import Actor
from supervision.demo.foundation import load_foundation
from tests import beginning

COUNTY = "411603"


def pytest_sessionstart() -> None:
    """Nothing that is made while tests are collected is garbage: a third of the time that takes
    would go into looking for some."""
    gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """From now on only what tests leave is looked through, and that less often: a seventh of the
    time went into it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """Loads the county once: each test starts from it and undoes only its own changes. Where
    tests that commit are cleaned up by TRUNCATE, the trail does not refuse it."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS trail_refuse_truncate ON records_trailentry")
        if not Region.objects.exists():
            load_foundation()
        beginning.keep()
    yield


@pytest.fixture(autouse=True)
def own_places(settings, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    """No test writes into the project's own folders or shares a cache with another."""
    settings.EVIDENCE_ROOT = tmp_path_factory.mktemp("evidence")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": uuid.uuid4().hex,
        }
    }
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"


@pytest.fixture
def county(db) -> Region:  # type: ignore[no-untyped-def]
    """The demo county with departments, profile, catalogues and accounts, but no business."""
    # Tests that commit empty the database at their end.
    return Region.objects.filter(code=COUNTY).first() or load_foundation()


@pytest.fixture
def person(county: Region) -> Callable[[str], User]:
    """A demo account by its username (``mzj_clerk``)."""
    return lambda username: User.objects.get(username=username)


@pytest.fixture
def actor(person: Callable[[str], User]) -> Callable[[str], Actor]:
    """The actor behind a demo account."""
    return lambda username: actor_for(person(username))


@pytest.fixture
def client_of(person: Callable[[str], User]) -> Callable[[str], Client]:
    """A logged-in test client of a demo account."""

    def login(username: str) -> Client:
        client = Client()
        client.force_login(person(username), backend="departments.backends.PersonBackend")
        return client

    return login

"""One world for the whole matrix: built once in a transaction that is never committed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings

from tests.permissions import world as worlds
from tests.permissions.world import World
from tests.permissions.world_assessment import add_assessment
from tests.permissions.world_clues import add_clues
from tests.permissions.world_credit import add_credit
from tests.permissions.world_duplicates import add_duplicates
from tests.permissions.world_gateway import add_gateway
from tests.permissions.world_labels import add_labels
from tests.permissions.world_outbound import add_outbound
from tests.permissions.world_procedures import add_procedures
from tests.permissions.world_sanctions import add_sanctions
from tests.permissions.world_sharing import add_sharing
from tests.statistics import analyze


@pytest.fixture(autouse=True)
def own_places() -> None:
    """The world's places hold for all its tests; see ``world``."""


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:  # type: ignore[no-untyped-def]
    cache = {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": uuid.uuid4().hex,
    }
    places = override_settings(
        EVIDENCE_ROOT=tmp_path_factory.mktemp("evidence"),
        CACHES={"default": cache},
        # Thousands of requests read and write their sessions; these are in the cookies.
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    )
    with django_db_blocker.unblock(), places, transaction.atomic():
        built = worlds.build()
        add_clues(built)
        add_procedures(built)
        add_labels(built)
        add_duplicates(built)
        add_sharing(built)
        add_credit(built)
        add_sanctions(built)
        add_gateway(built)
        add_outbound(built)
        add_assessment(built)
        # What nobody committed is never counted by itself: some pages take ten times as long.
        analyze()
        yield built
        transaction.set_rollback(True)


@pytest.fixture
def undone(world: World) -> Iterator[None]:
    """What the test does to the world is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

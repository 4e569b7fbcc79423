"""The health page."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client

from supervision import health
from supervision.tasks import heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alive() -> None:
    cache.clear()
    for name in ("beat", "delivery", "long"):
        health.mark_alive(name)
    heartbeat()


def parts_of(client: Client) -> dict[str, str]:
    return {part["name"]: part["words"] for part in client.get("/health/").json()["parts"]}


def test_all_parts_answer(client: Client) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(parts_of(client).values()) == {"正常"}


@pytest.mark.parametrize("name", ["prompt", "delivery", "long", "beat"])
def test_a_process_without_a_sign_of_life_is_named(client: Client, name: str) -> None:
    cache.delete(f"health:{name}")
    assert client.get("/health/").status_code == 503
    assert [part for part, words in parts_of(client).items() if words == "不可用"] == [name]


def test_a_database_that_fails_is_named_without_details(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DatabaseError("password authentication failed for user app")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/health/", HTTP_ACCEPT="text/html")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "有部分暂不可用" in page
    assert "password" not in page


def test_a_cache_that_fails_takes_its_parts_with_it(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.CACHES = {
        "default": {
            "BACKEND": "records.cache.TolerantRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    client.cookies["sessionid"] = "a-session-that-cannot-be-read-now"
    down = [part for part, words in parts_of(client).items() if words == "不可用"]
    assert down == ["redis", "prompt", "delivery", "long", "beat"]


def test_the_page_is_answered_to_a_probe_by_address_and_without_tls(
    client: Client, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.ALLOWED_HOSTS = ["supervision.example"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/health/", HTTP_HOST="10.0.0.7").status_code == 200

"""Ordinary pages go on when Redis is away or hangs: the cache only saves work, the queue only
wakes."""

import datetime as dt
import socket
import time
from types import SimpleNamespace

import pytest
from celery import Celery
from django.urls import reverse

from records import cache, deadlines, queue
from records.breaker import Breaker
from records.models import DayOverride
from supervision import settings as project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_breakers(monkeypatch):
    for module in (cache, queue):
        monkeypatch.setattr(module, "breaker", Breaker())


@pytest.fixture
def redis_at(settings, monkeypatch):
    """Point cache and queue, as they are set up, to another server."""

    def point(address):
        url = f"redis://{address}/0"
        settings.CACHES = {"default": project.CACHES["default"] | {"LOCATION": url}}
        app = Celery(broker=url, set_as_current=False)
        app.conf.broker_transport_options = project.CELERY_BROKER_TRANSPORT_OPTIONS
        monkeypatch.setattr(queue, "current_app", app)

    return point


@pytest.fixture
def no_redis(redis_at):
    redis_at("127.0.0.1:1")


@pytest.fixture
def hung_redis(redis_at):
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        redis_at(f"127.0.0.1:{silent.getsockname()[1]}")
        yield


@pytest.mark.usefixtures("no_redis")
def test_a_person_signs_in_and_works(client, person):
    user = person("xzsp_clerk")
    user.set_password("Long-enough-1")
    user.save()
    filled_in = {"username": "xzsp_clerk", "password": "Long-enough-1"}
    assert client.post(reverse("login"), filled_in).status_code == 302

    for name in ("dashboard:workbench", "matters:list", "credit:subject-list", "records:imports"):
        assert client.get(reverse(name)).status_code == 200, name


@pytest.mark.usefixtures("no_redis")
def test_the_overrides_of_the_calendar_come_from_the_database():
    sunday = dt.date(2026, 5, 17)
    assert not deadlines.calendar().is_working(sunday)

    DayOverride.objects.create(day=sunday, is_working=True, source="测试")

    assert deadlines.calendar().is_working(sunday)


@pytest.mark.usefixtures("hung_redis")
def test_a_redis_that_hangs_is_waited_for_once_and_briefly():
    began = time.monotonic()
    for _ in range(20):
        deadlines.calendar()
    queue._send("records.run_import", ("x",))
    queue._send("records.run_import", ("x",))
    assert time.monotonic() - began < 1.9
    assert cache.breaker.open
    assert queue.breaker.open


@pytest.mark.usefixtures("no_redis")
def test_redis_is_asked_again_after_a_rest(monkeypatch):
    deadlines.calendar()
    assert cache.breaker.open
    later = time.monotonic() + 5.1
    monkeypatch.setattr("records.breaker.time", SimpleNamespace(monotonic=lambda: later))
    assert not cache.breaker.open

"""Ordinary pages go on when Redis is away: the cache only saves work, the queue only wakes."""

import datetime as dt

import pytest
from django.urls import reverse

from records import deadlines
from records.models import DayOverride

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_redis(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "records.cache.TolerantRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


def test_a_person_signs_in_and_works(client, person):
    user = person("xzsp_clerk")
    user.set_password("Long-enough-1")
    user.save()
    filled_in = {"username": "xzsp_clerk", "password": "Long-enough-1"}
    assert client.post(reverse("login"), filled_in).status_code == 302

    for name in ("dashboard:workbench", "matters:list", "credit:subject-list", "records:imports"):
        assert client.get(reverse(name)).status_code == 200, name


def test_the_overrides_of_the_calendar_come_from_the_database():
    sunday = dt.date(2026, 5, 17)
    assert not deadlines.calendar().is_working(sunday)

    DayOverride.objects.create(day=sunday, is_working=True, source="测试")

    assert deadlines.calendar().is_working(sunday)

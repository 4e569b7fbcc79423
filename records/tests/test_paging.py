import base64
import datetime as dt

import pytest
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records import trail
from records.actor import SYSTEM
from records.models import DayOverride, TrailEntry
from records.paging import capped_count, keyset_page

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 1, 1)


@pytest.fixture
def days():
    DayOverride.objects.bulk_create(
        DayOverride(day=FIRST + dt.timedelta(days=n), is_working=n % 3 == 0, source="")
        for n in range(23)
    )
    return DayOverride.objects.all()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 30),
    ordering=st.sampled_from([("id",), ("-id",), ("is_working", "-id"), ("-is_working", "day")]),
)
def test_walking_forth_and_back_meets_every_row_once(days, size, ordering):
    expected = list(days.order_by(*ordering).values_list("pk", flat=True))
    page = keyset_page(days, ordering, size=size)
    met = [row.pk for row in page]
    pages = [page]
    while page.next_key:
        page = keyset_page(days, ordering, after=page.next_key, size=size)
        met += [row.pk for row in page]
        pages.append(page)
    assert met == expected
    assert pages[0].previous_key == ""
    for earlier, later in zip(pages[-2::-1], pages[:0:-1], strict=True):
        back = keyset_page(days, ordering, before=later.previous_key, size=size)
        assert [row.pk for row in back] == [row.pk for row in earlier]


def test_a_page_may_end_within_a_millisecond(person):
    target = person("mzj_clerk")
    first = timezone.now().replace(microsecond=123_001)
    for _ in range(6):
        trail.record(SYSTEM, "test.paging", "试一试", target)
    moments = TrailEntry.objects.annotate(
        moment=ExpressionWrapper(
            Value(first, DateTimeField()) + F("id") * Value(dt.timedelta(microseconds=1)),
            output_field=DateTimeField(),
        )
    )
    expected = list(moments.order_by("moment").values_list("pk", flat=True))
    met, key = [], ""
    while not met or key:
        page = keyset_page(moments, ("moment", "id"), after=key, size=2)
        met += [row.pk for row in page]
        key = page.next_key

    assert met == expected


def key_of(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("key", ["x", "W10", "W251bGxd", "!!!!", "WzEsMl0", key_of("[Infinity]")])
def test_a_damaged_key_gives_the_first_page(days, key):
    assert keyset_page(days, ("id",), after=key, size=5).rows == list(days.order_by("id")[:5])


@pytest.mark.parametrize("text", ['["\\u0000", 1]', '["\\ud800", 1]', '["a", NaN]'])
def test_a_key_that_the_database_would_choke_on_gives_the_first_page(days, text):
    page = keyset_page(days, ("source", "id"), after=key_of(text), size=5)
    assert page.rows == list(days.order_by("source", "id")[:5])


def test_a_count_stops_at_its_cap(days):
    assert str(capped_count(days, cap=10)) == "10+"
    assert str(capped_count(days, cap=23)) == "23"

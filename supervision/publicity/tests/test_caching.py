"""What was fetched once is not sent again while it is the same."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inspections.models import Publication, Result
from inspections.services import results
from inspections.tests.result_samples import checked_story, published, result_of
from records import clock
from supervision.publicity.datasets import DATASETS

pytestmark = pytest.mark.django_db

PAGES = ("", "results/", "matters/", "departments/", "plans/", "draws/", "white-list/", "data/")


@pytest.fixture
def story(county):  # type: ignore[no-untyped-def]
    return checked_story(county)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_sent_once_until_it_changes(story, page) -> None:  # type: ignore[no-untyped-def]
    first = Client().get(f"/public/{page}")
    again = Client().get(f"/public/{page}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"] and "max-age=60" in again["Cache-Control"]
    head = Client().head(f"/public/{page}")
    assert head["ETag"] == first["ETag"]


def test_a_changed_page_is_sent_anew(story) -> None:  # type: ignore[no-untyped-def]
    old = Client().get("/public/results/")
    publication = published(story).publication
    new = Client().get("/public/results/", headers={"If-None-Match": old["ETag"]})
    assert new.status_code == 200 and publication.subject_name in new.content.decode()
    shown = Client().get(publication.get_absolute_url())
    results.withdraw(story.actor("mzj_head"), result_of(story).pk, "认定有误")
    asked = {"If-None-Match": shown["ETag"]}
    after = Client().get(publication.get_absolute_url(), headers=asked)
    assert after.status_code == 200 and "认定有误" in after.content.decode()


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("key", DATASETS)
def test_a_dataset_is_sent_once_until_it_changes(story, key, form) -> None:  # type: ignore[no-untyped-def]
    address = f"/public/data/{key}.{form}"
    first = Client().get(address)
    b"".join(first.streaming_content)
    asked = {"If-None-Match": first["ETag"]}
    again = Client().get(address, headers=asked)
    assert again.status_code == 304 and "max-age=60" in again["Cache-Control"]


def test_every_change_of_the_results_changes_their_mark(story) -> None:  # type: ignore[no-untyped-def]
    def mark() -> str:
        return Client().get("/public/data/results.json")["ETag"]

    seen = [mark()]
    first = published(story)
    seen.append(mark())
    results.correct(story.actor("mzj_clerk"), first.pk, "漏记一项")
    published(story, ["ordered_to_correct"])
    seen.append(mark())
    results.withdraw(story.actor("mzj_head"), result_of(story).pk, "认定有误")
    seen.append(mark())
    assert len(set(seen)) == 4
    assert seen[-1] == mark()


def test_what_ended_first_and_is_seen_last_changes_the_mark(story) -> None:  # type: ignore[no-untyped-def]
    first, second = published(story), _published_by(story, "wjw", "WJW")
    results.withdraw(story.actor("mzj_head"), first.pk, "认定有误")
    before = Client().get("/public/data/results.json")["ETag"]
    # A transaction that took its moment before the other's, and committed after it.
    with clock.at(Publication.objects.get(result=first).ended_at - dt.timedelta(seconds=1)):
        results.withdraw(story.actor("wjw_head"), second.pk, "认定有误")
    assert Client().get("/public/data/results.json")["ETag"] != before


def _published_by(story, who, code) -> Result:  # type: ignore[no-untyped-def]
    result = result_of(story, code)
    results.submit(story.actor(f"{who}_clerk"), result.pk, ["no_problem"], "")
    results.approve(story.actor(f"{who}_head"), result.pk)
    assert results.publish_next()
    return result


def test_the_form_for_complaints_is_kept_by_nobody(story) -> None:  # type: ignore[no-untyped-def]
    answer = Client().get("/public/complaints/")
    assert "no-store" in answer["Cache-Control"] and "public" not in answer["Cache-Control"]


def test_pages_of_departments_ask_as_much_for_many_as_for_few(story, county) -> None:  # type: ignore[no-untyped-def]
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert Client().get(address).status_code == 200
        return len(seen)

    busy = story.departments["MZJ"].pk
    idle = county.departments.exclude(duties__isnull=False).first().pk
    queries("/public/departments/")
    assert queries(f"/public/departments/{busy}/") == queries(f"/public/departments/{idle}/")
    assert queries("/public/departments/") <= 4

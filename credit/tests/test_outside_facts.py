"""Ratings and lists that other bodies keep: told over REST and by Excel, once each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from credit.imports_events import CREDIT_EVENTS, EVENT_SHEET
from credit.models import CreditEvent, Stale, Subject
from credit.services.directory import upsert_subjects
from credit.services.outside import OutsideFact, UnsoundFacts, tell_outside
from credit.tests.entries import HOME, entries
from departments.models import Region
from records import clock
from records.actor import SYSTEM
from records.excel import read, to_bytes
from records.trail import entries_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/credit-events/"


@pytest.fixture
def subject(county) -> Subject:
    upsert_subjects(SYSTEM, [*entries(3), HOME], "名录导入", region_code=county.code)
    return Subject.objects.get(identifier=HOME.identifier)


def fact(**other: Any) -> dict[str, Any]:
    return {
        "identifier": HOME.identifier.lower(),
        "kind": "public_rating",
        "day": clock.today().isoformat(),
        "value": "中",
        "title": "公共信用综合评价：中",
        "key": "2026-1",
    } | other


def send(client, *facts: dict[str, Any]):
    body = {"source": "市公共信用信息中心", "events": list(facts)}
    return client.post(URL, body, content_type="application/json")


def test_told_again_it_stands_once_and_told_anew_it_changes(subject, county, client_of) -> None:
    client = client_of("fgw_clerk")
    assert send(client, fact()).json() == {"written": 1, "unchanged": 0}
    assert send(client, fact()).json() == {"written": 0, "unchanged": 1}
    assert send(client, fact(value="差")).json() == {"written": 1, "unchanged": 0}
    event = CreditEvent.objects.get()
    assert (event.subject, event.amount, event.amount_words) == (subject, 3, "差")
    assert Stale.objects.filter(subject=subject).exists()
    assert entries_of(county).filter(verb="credit_event.tell").count() == 3
    listed = client.get(f"{URL}?subject={subject.pk}").json()["results"]
    assert [each["source"] for each in listed] == ["外部：市公共信用信息中心"]


def test_all_or_none_with_everything_that_is_wrong(subject, client_of) -> None:
    answer = send(
        client_of("fgw_clerk"),
        fact(),
        fact(key="2026-2", value="很好"),
        fact(key="2026-3", identifier="没有的"),
        fact(key="2026-4", kind="penalty", value="1.5"),
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"events.1.value", "events.2.identifier", "events.3.value"}
    told = answer.content.decode()
    assert "应为优、良、中、差之一" in told
    assert "名录中没有标识“没有的”" in told
    assert "“1.5”应为 0 到" in told
    assert not CreditEvent.objects.exists()


def test_only_the_credit_group_tells(subject, client_of) -> None:
    assert send(client_of("mzj_clerk"), fact()).status_code == 403


def test_the_file_says_the_same(subject, actor) -> None:
    clerk = actor("fgw_clerk")
    row = {
        "identifier": HOME.identifier,
        "kind": "public_rating",
        "day": clock.today(),
        "value": "良",
        "title": "公共信用综合评价：良",
        "source": "市公共信用信息中心",
    }
    good = read(
        EVENT_SHEET, to_bytes(EVENT_SHEET, [row, row | {"kind": "honour", "value": None}]), "a.xlsx"
    )
    assert CREDIT_EVENTS.check(clerk, good)["facts"][0][0] == "将写入"
    assert not good.errors
    for said in ("新增或变化 2 条", "无变化 2 条"):
        assert said in CREDIT_EVENTS.apply(clerk, good.rows, lambda _: None)
    assert {event.amount for event in CreditEvent.objects.all()} == {1}
    bad = read(EVENT_SHEET, to_bytes(EVENT_SHEET, [row | {"value": "优秀"}]), "b.xlsx")
    CREDIT_EVENTS.check(clerk, bad)
    assert [error.message for error in bad.errors] == ["“优秀”应为优、良、中、差之一"]


def test_sources_have_their_own_numbers_and_a_fact_without_one_stands_once(subject, actor) -> None:
    clerk = actor("fgw_clerk")
    row = {
        "identifier": HOME.identifier,
        "kind": "penalty",
        "day": clock.today(),
        "value": "100",
        "title": "罚款",
        "source": "税务局",
    }
    others = [
        row,
        row | {"source": "法院"},
        row | {"key": "1"},
        row | {"source": "法院", "key": "1"},
    ]
    parsed = read(EVENT_SHEET, to_bytes(EVENT_SHEET, others), "a.xlsx")
    CREDIT_EVENTS.check(clerk, parsed)
    assert not parsed.errors
    assert "新增或变化 4 条" in CREDIT_EVENTS.apply(clerk, parsed.rows, lambda _: None)

    again = [row | {"identifier": f" {HOME.identifier.lower()}"}]
    parsed = read(EVENT_SHEET, to_bytes(EVENT_SHEET, again), "b.xlsx")
    assert "无变化 1 条" in CREDIT_EVENTS.apply(clerk, parsed.rows, lambda _: None)
    twice = read(EVENT_SHEET, to_bytes(EVENT_SHEET, [row, *again]), "c.xlsx")
    CREDIT_EVENTS.check(clerk, twice)
    assert {error.row for error in twice.errors} == {2, 3}


def test_another_county_takes_no_fact_away(subject, county, actor) -> None:
    """Numbers of a source are its own in every county, but one source may serve several."""
    clerk = actor("fgw_clerk")
    told = OutsideFact(HOME.identifier, "penalty", clock.today(), "100", "罚款", "1")
    tell_outside(clerk, "法院", [told])
    neighbour = Region.objects.create(
        code="411681", name="项城市", full_name="项城市", level="county", parent=county.parent
    )
    theirs = Subject.objects.create(
        region=neighbour,
        id_kind="uscc",
        identifier="52411681MJY000017X",
        name="项城市养老院",
        categories=["nursing-home"],
        grade="B",
    )
    other = replace(told, identifier=theirs.identifier)
    there = CreditEvent.objects.get()
    with (
        mock.patch("credit.services.outside.may_tell", return_value=True),
        pytest.raises(UnsoundFacts, match="已由其他地区登记"),
    ):
        tell_outside(replace(clerk, region_code=neighbour.code), "法院", [other])
    there.refresh_from_db()
    assert there.subject == subject


def test_results_are_asked_for_by_subject_or_run(subject, client_of) -> None:
    client = client_of("nync_clerk")
    assert client.get("/api/v1/assessments/").status_code == 400
    assert client.get(f"/api/v1/assessments/?subject={subject.pk}").json()["results"] == []

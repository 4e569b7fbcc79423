"""Other systems write up to a thousand subjects by one call, all or none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.models import Subject, SubjectChange
from credit.services import directory
from credit.services.directory import upsert_subjects
from credit.tests.entries import HOME, entries, entry
from credit.tests.standings import judge
from credit.validation import SubjectInput
from records.actor import SYSTEM
from records.errors import Refused

pytestmark = pytest.mark.django_db

URL = "/api/v1/subjects/upsert/"


def body(*rows: SubjectInput) -> dict[str, Any]:
    return {
        "source": "市场主体登记系统",
        "subjects": [
            {
                "id_kind": row.id_kind,
                "identifier": row.identifier,
                "name": row.name,
                "categories": list(row.categories),
                "grade": row.grade,
                "status": row.status,
                "industry_class": row.industry_class,
                "address": row.address,
                "township": row.township_code,
            }
            for row in rows
        ],
    }


def send(client, sent: dict[str, Any]):
    return client.post(URL, sent, content_type="application/json")


def test_new_and_changed_entries_are_written_and_sent_again_nothing_changes(county, client_of):
    client = client_of("xzsp_clerk")
    assert send(client, body(HOME)).json() == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "aliases": [],
    }
    moved = body(HOME, *entries(3))
    moved["subjects"][0]["status"] = "moved"
    moved["subjects"][0]["identifier"] = " 91411603ma44gbk258"
    assert send(client, moved).json() == {"created": 3, "updated": 1, "unchanged": 0, "aliases": []}
    assert send(client, moved).json() == {"created": 0, "updated": 0, "unchanged": 4, "aliases": []}
    change = SubjectChange.objects.get(field="status")
    assert (change.old, change.new, change.source) == ("在业", "迁出", "接口：市场主体登记系统")


def test_every_row_at_fault_is_named_and_nothing_is_written(county, client_of):
    Subject.objects.all().delete()
    sent = body(*entries(4))
    sent["subjects"][1]["categories"] = ["no-such"]
    sent["subjects"][2] |= {"id_kind": "uscc", "identifier": "91411603MA44GBK250"}
    sent["subjects"][3]["identifier"] = sent["subjects"][0]["identifier"]
    sent["subjects"][3]["id_kind"] = sent["subjects"][0]["id_kind"]
    response = send(client_of("xzsp_clerk"), sent)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    errors = {error["field"]: error["message"] for error in response.json()["errors"]}
    assert "no-such" in errors["subjects[1].categories"]
    assert "subjects[2].identifier" in errors
    assert sent["subjects"][0]["identifier"] in errors["subjects[3].identifier"]
    assert not any(field.startswith("subjects[0]") for field in errors)
    assert Subject.objects.count() == 0


def test_only_the_credit_group_changes_grades(county, client_of):
    send(client_of("xzsp_clerk"), body(HOME))
    worse = body(HOME)
    worse["subjects"][0]["grade"] = "D"
    refused = send(client_of("xzsp_clerk"), worse)
    assert [error["field"] for error in refused.json()["errors"]] == ["subjects[0].grade"]
    assert send(client_of("fgw_clerk"), worse).json()["updated"] == 1


def test_nobody_overwrites_a_grade_that_was_judged(county, client_of):
    client = client_of("fgw_clerk")
    send(client, body(HOME))
    judge(Subject.objects.get(identifier=HOME.identifier))
    same = send(client, body(HOME))
    assert same.json() == {"created": 0, "updated": 0, "unchanged": 1, "aliases": []}
    worse = body(entry(3), HOME)
    worse["subjects"][1]["grade"] = "D"
    (error,) = send(client, worse).json()["errors"]
    assert error["field"] == "subjects[1].grade"
    assert "由信用评价得出" in error["message"]
    with pytest.raises(Refused, match="由信用评价得出"):
        upsert_subjects(SYSTEM, [replace(HOME, grade="D")], "x", region_code=county.code)
    assert Subject.objects.get().grade == "B"


def test_subjects_are_written_in_the_order_in_which_others_lock_them(county, monkeypatch):
    monkeypatch.setattr(directory, "BATCH", 2)
    upsert_subjects(SYSTEM, entries(5), "x", region_code=county.code)
    renamed = [replace(row, name=f"{row.name}二") for row in reversed(entries(7))]
    told: list[int] = []
    done = upsert_subjects(SYSTEM, renamed, "y", told.append, region_code=county.code)
    assert (done.created, done.updated, told) == (2, 5, [2, 4, 6, 7])
    written = list(SubjectChange.objects.filter(source="y").order_by("pk").values_list("subject"))
    assert written == sorted(written)
    new = [row.identifier for row in entries(7)[5:]]
    found = Subject.objects.filter(identifier__in=new).order_by("pk")
    assert list(found.values_list("identifier", flat=True)) == sorted(new)


def test_more_than_a_thousand_are_refused_as_a_whole(county, client_of):
    response = send(client_of("xzsp_clerk"), body(*entries(1001)))
    assert response.status_code == 400
    assert not Subject.objects.filter(identifier=entries(1)[0].identifier).exists()


def test_a_thousand_cost_as_many_queries_as_ten(county, client_of):
    client = client_of("xzsp_clerk")

    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert send(client, body(*entries(count))).status_code == 200
        return len(captured)

    queries(1)
    assert queries(10) == queries(1000)


def test_who_does_not_keep_the_directory_is_refused_first(county, client_of):
    assert send(client_of("nync_clerk"), {}).status_code == 403


def test_half_a_surrogate_pair_is_refused_in_words(county, client_of):
    row = body(*entries(1))
    row["subjects"][0]["id_kind"] = "\ud800"
    response = send(client_of("xzsp_clerk"), row)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "subjects.0.id_kind"

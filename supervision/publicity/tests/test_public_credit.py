"""White list, sanctions and downloads: what is in force of businesses, nothing else."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.models import Subject
from credit.services import sanctions, whitelist
from credit.tests.sanction_samples import signed, subjects
from inspections.services import results
from inspections.tests.result_samples import (
    checked_story,
    published,
    result_of,
    turn_into_person,
)
from supervision.publicity.datasets import DATASETS

pytestmark = pytest.mark.django_db

WHITE_LIST = "/public/white-list/"
SANCTIONS = "/public/sanctions/"


def page(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def downloaded(client, key):
    """A dataset as a program reads it from JSON, and as one reads it from CSV."""
    raw = b"".join(client.get(f"/public/data/{key}.json").streaming_content)
    text = b"".join(client.get(f"/public/data/{key}.csv").streaming_content).decode("utf-8-sig")
    return json.loads(raw), list(csv.DictReader(io.StringIO(text)))


def white_listed(actor, subject):
    entry = whitelist.apply(actor("mzj_clerk"), subject.pk, None, 12, "连续三年无问题")
    whitelist.sign(actor("mzj_head"), entry.pk)
    return whitelist.approve(actor("fgw_head"), entry.pk)


@pytest.fixture
def led_by_mzj(county):
    return checked_story(county)


def test_the_white_list_shows_who_is_on_it_now(led_by_mzj, county, actor, client):
    on_it, applied = subjects(county)[:2]
    entry = white_listed(actor, on_it)
    whitelist.apply(actor("mzj_clerk"), applied.pk, None, 12, "连续三年无问题")

    text = page(client, WHITE_LIST)
    assert on_it.name in text
    assert "该部门牵头的全部事项" in text
    assert applied.name not in text
    assert on_it.name in page(client, WHITE_LIST, q=on_it.name[2:5])
    assert on_it.name in page(client, WHITE_LIST, q=on_it.identifier.lower())

    whitelist.remove(actor("fgw_head"), entry.pk, "查实不再符合条件")
    assert on_it.name not in page(client, WHITE_LIST)


def test_a_sanction_is_public_while_it_is_in_force(county, actor, client):
    firm, other = subjects(county)[:2]
    sanction = signed(actor, firm)
    draft = sanctions.draft(
        actor("fgw_clerk"), other.pk, sanctions.SanctionInput(**_as_given(sanction))
    )

    text = page(client, SANCTIONS)
    assert firm.name in text
    assert sanction.basis in text
    assert sanction.facts not in text
    assert other.name not in text

    sanctions.revoke(actor("fgw_clerk"), sanction.pk, "认定有误")
    assert firm.name in page(client, SANCTIONS)
    sanctions.lift(actor("fgw_head"), sanction.pk)
    assert firm.name not in page(client, SANCTIONS)
    assert draft.state == "draft"


def _as_given(sanction):
    parts = [
        sanctions.MeasureInput(each.code, each.basis, (part.department_id,))
        for part in sanction.parts.all()
        for each in part.measures.all()
        if each.code == "watch"
    ]
    return {
        "trigger": "hand",
        "facts": sanction.facts,
        "basis": sanction.basis,
        "months": 6,
        "measures": parts[:1],
    }


@pytest.mark.parametrize("kind", ["person", "house"])
def test_of_people_and_houses_nothing_is_published(led_by_mzj, county, actor, client, kind):
    sanctioned, listed = subjects(county)[:2]
    signed(actor, sanctioned)
    white_listed(actor, listed)
    Subject.objects.filter(pk__in=[sanctioned.pk, listed.pk]).update(id_kind=kind)

    for path in (WHITE_LIST, SANCTIONS):
        text = page(client, path)
        assert sanctioned.name not in text
        assert listed.name not in text
    for key in ("white-list", "sanctions"):
        assert downloaded(client, key)[0]["rows"] == []


def test_downloads_hold_what_the_pages_show(led_by_mzj, county, actor, client):
    firm, listed = subjects(county)[:2]
    signed(actor, firm)
    white_listed(actor, listed)
    first = published(led_by_mzj)
    results.correct(actor("mzj_clerk"), first.pk, "漏记一项")
    second = published(led_by_mzj, ["ordered_to_correct"])

    data, table = downloaded(client, "results")
    assert [(row["id"], row["state"], row["corrects"]) for row in data["rows"]] == [
        (second.publication.pk, "公示中", first.publication.pk),
        (first.publication.pk, "已更正", None),
    ]
    assert table[0]["检查结果"] == "；".join(second.publication.results)
    assert table[1]["更正或撤销理由"] == "漏记一项"
    assert data["region"] == county.code

    assert [row["subject"] for row in downloaded(client, "sanctions")[0]["rows"]] == [firm.name]
    assert downloaded(client, "white-list")[1][0]["对象名称"] == listed.name
    (draw,) = downloaded(client, "draws")[0]["rows"]
    assert draw["commit_hash"] == led_by_mzj.draw.commit_hash
    (matter,) = downloaded(client, "matters")[0]["rows"]
    assert matter["lead"] not in matter["partners"]


def test_people_are_masked_in_downloads(led_by_mzj, client):
    subject = turn_into_person(result_of(led_by_mzj))
    published(led_by_mzj)
    data, table = downloaded(client, "results")
    assert data["rows"][0]["subject"].startswith("欧*")
    assert subject.identifier not in json.dumps(data) + json.dumps(table)


@pytest.mark.parametrize("sign", ["=", "＝", "\n="])
def test_no_cell_is_a_formula(led_by_mzj, client, sign):
    subject = result_of(led_by_mzj).part.task.subject
    Subject.objects.filter(pk=subject.pk).update(name=f"{sign}HYPERLINK(1)酒店")
    published(led_by_mzj)
    data, table = downloaded(client, "results")
    assert data["rows"][0]["subject"] == f"{sign}HYPERLINK(1)酒店"
    assert table[0]["对象名称"] == f"'{sign}HYPERLINK(1)酒店"


@pytest.mark.parametrize("key", DATASETS)
def test_every_dataset_comes_in_both_forms_and_is_described(county, client, key):
    data, table = downloaded(client, key)
    assert (data["rows"], table) == ([], [])
    described = page(client, "/public/data/")
    for field in DATASETS[key].fields:
        assert field.heading in described
        assert f">{field.name}<" in described


@pytest.mark.parametrize("path", ["results.xlsx", "users.csv", "results.CSV"])
def test_there_is_nothing_else_to_download(county, client, path):
    assert client.get(f"/public/data/{path}").status_code == 404


def test_a_longer_list_costs_no_more_queries(county, actor, client):
    firms = subjects(county, 4)
    signed(actor, firms[0])
    costs = []
    for more in ((), firms[1:]):
        for firm in more:
            signed(actor, firm)
        with CaptureQueriesContext(connection) as queries:
            page(client, SANCTIONS)
        costs.append(len(queries))
    assert costs[0] == costs[1]

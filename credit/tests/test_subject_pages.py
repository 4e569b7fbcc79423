"""Pages and REST resource of the subjects' directory."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.imports import SUBJECT_SHEET
from credit.models import Subject
from credit.services.directory import upsert_subjects
from credit.tests.entries import HOME, entries
from records.actor import SYSTEM
from records.models import TrailEntry

REGION = "411603"


@pytest.fixture
def directory(county):
    upsert_subjects(SYSTEM, [*entries(120), HOME], "名录导入", region_code=REGION)
    return Subject.objects.get(identifier=HOME.identifier)


def listed(response) -> list[str]:
    return [subject.name for subject in response.context["page"]]


def test_the_list_costs_the_same_with_none_a_page_and_more(county, client_of):
    client = client_of("nync_clerk")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/credit/subjects/").status_code == 200
        return len(captured)

    queries()
    none = queries()
    upsert_subjects(SYSTEM, entries(50), "x", region_code=REGION)
    page = queries()
    upsert_subjects(SYSTEM, entries(400), "x", region_code=REGION)
    assert queries() == page <= none + 1


def test_paging_shows_every_subject_once(directory, client_of):
    client, seen, url = client_of("nync_clerk"), [], "/credit/subjects/"
    while url:
        page = client.get(url).context["page"]
        seen += [subject.pk for subject in page]
        url = f"/credit/subjects/?after={page.next_key}" if page.next_key else ""
    assert len(seen) == len(set(seen)) == 121


def test_filters_narrow_and_combine(directory, client_of):
    client = client_of("nync_clerk")
    got = client.get(
        "/credit/subjects/?category=nursing-home&township=411603101&grade=B&status=open"
    )
    assert HOME.name in listed(got)
    assert all("养老" in name or "敬老" in name or "老年" in name for name in listed(got))
    assert listed(client.get("/credit/subjects/", {"q": "穗禾养老"})) == [HOME.name]
    assert listed(client.get("/credit/subjects/", {"q": "91411603MA44"})) == [HOME.name]
    assert listed(client.get("/credit/subjects/", {"q": "%"})) == []


def test_the_empty_directory_leads_to_the_import(county, client_of):
    page = client_of("xzsp_clerk").get("/credit/subjects/").content.decode()
    assert "/imports/new/subjects/" in page
    assert "导入名录" not in client_of("nync_clerk").get("/credit/subjects/").content.decode()


def test_a_township_officer_sees_the_own_township_only(directory, client_of):
    client = client_of("xinzhan_officer")
    assert {s.township.code for s in client.get("/credit/subjects/").context["page"]} == {
        "411603101"
    }
    other = Subject.objects.exclude(township__code="411603101").first()
    assert client.get(f"/credit/subjects/{other.pk}/").status_code == 404
    assert client.get(f"/credit/subjects/{directory.pk}/card/").status_code == 200


@pytest.mark.parametrize("username", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_see_no_subject(directory, client_of, username):
    client = client_of(username)
    assert client.get("/credit/subjects/").status_code == 403
    assert client.get(f"/credit/subjects/{directory.pk}/").status_code == 403


def test_the_detail_explains_the_grade_and_offers_what_is_allowed(directory, client_of):
    page = client_of("fgw_clerk").get(directory.get_absolute_url()).content.decode()
    assert "还没有评价过" in page
    assert "名录导入" in page
    assert "调整等级" in page
    inspector = client_of("mzj_inspector1").get(directory.get_absolute_url()).content.decode()
    assert "调整等级" not in inspector
    assert f"/credit/subjects/{directory.pk}/edit/" not in inspector


def test_an_edit_does_not_overwrite_what_was_saved_meanwhile(directory, client_of):
    client, url = client_of("mzj_clerk"), f"/credit/subjects/{directory.pk}/edit/"
    form = dict(client.get(url).context["form"].initial, reason="现场核实", address="新地址")
    assert client.post(url, form).status_code == 302
    directory.refresh_from_db()
    assert directory.address == "新地址"
    late = client_of("wjw_clerk").post(url, form | {"status": "closed"})
    assert late.status_code == 422
    assert "已被他人修改" in late.content.decode()
    directory.refresh_from_db()
    assert directory.status == "open"
    assert directory.changes.filter(source="人工维护：现场核实").count() == 1


def test_a_refused_form_keeps_what_was_typed(directory, client_of):
    form = {
        "id_kind": "uscc",
        "identifier": "91411603MA44GBK251",
        "name": "新店",
        "main_category": "catering",
        "grade": "B",
        "status": "open",
        "reason": "补录",
    }
    client = client_of("xzsp_clerk")
    response = client.post("/credit/subjects/add/", form)
    assert response.status_code == 422
    page = response.content.decode()
    assert "校验位不符" in page
    assert "91411603MA44GBK251" in page
    form["identifier"] = "92411603MA6NXG6Q3F"
    Subject.objects.filter(identifier=form["identifier"]).delete()
    assert client.post("/credit/subjects/add/", form).status_code == 302
    assert Subject.objects.get(identifier=form["identifier"]).name == "新店"


def test_a_forged_post_is_forbidden_and_leaves_a_trace(directory, client_of):
    response = client_of("mzj_clerk").post(
        f"/credit/subjects/{directory.pk}/act/grade/", {"grade": "A", "opinion": "自评"}
    )
    assert response.status_code == 403
    denied = TrailEntry.objects.get(outcome=TrailEntry.Outcome.DENIED)
    assert (denied.verb, denied.target_id) == ("subject.grade", directory.pk)
    assert client_of("nync_clerk").get("/credit/subjects/add/").status_code == 403
    assert (
        client_of("mzj_inspector1").get(f"/credit/subjects/{directory.pk}/edit/").status_code == 403
    )


def test_too_large_an_export_is_refused_in_words(directory, client_of, monkeypatch):
    monkeypatch.setattr("credit.views.directory.EXPORT_LIMIT", 100)
    response = client_of("nync_clerk").get("/credit/subjects/?export=xlsx&status=open", follow=True)
    assert "超过 100 条" in response.content.decode()
    assert response.redirect_chain[0][0] == "/credit/subjects/?status=open"
    assert SUBJECT_SHEET.max_rows >= 20_000


def test_the_api_lists_filters_and_grades(directory, client_of):
    client = client_of("fgw_clerk")
    body = client.get("/api/v1/subjects/?q=穗禾养老").json()
    assert [row["identifier"] for row in body["results"]] == [HOME.identifier]
    assert body["results"][0]["acts"] == ["grade"]
    url = f"/api/v1/subjects/{directory.pk}/"
    assert client_of("xinzhan_officer").get(url).json()["acts"] == []
    given = {"grade": "C", "opinion": "季度评价"}
    assert client.post(f"{url}acts/grade/", given, "application/json").json()["grade"] == "C"
    denied = client_of("mzj_clerk").post(f"{url}acts/grade/", given, "application/json")
    assert denied.status_code == 403
    assert client_of("audit_admin").get(url).status_code == 403
    again = client.post(f"{url}acts/grade/", given, "application/json")
    assert again.status_code == 422

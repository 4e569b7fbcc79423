from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from matters.models import Duty, MatterVersion

MATTERS = "/api/v1/matters/"


def test_matters_are_listed_with_duties_and_acts(drafts, client_of) -> None:
    body = client_of("mzj_clerk").get(MATTERS, {"code": "411603-ZHJG-019"}).json()
    (row,) = body["results"]
    assert (row["name"], row["state"]) == ("养老机构安全综合监管", "draft")
    assert row["categories"] == ["nursing-home"]
    assert [duty["part"] for duty in row["duties"]].count("lead") == 1
    assert len(row["duties"]) == 8
    assert row["acts"] == ["submit"]


def test_drafts_of_others_are_not_found(drafts, client_of) -> None:
    client = client_of("nync_clerk")
    assert client.get(f"{MATTERS}{drafts[19].pk}/").status_code == 404
    led = client.get(MATTERS, {"page_size": 200}).json()["results"]
    involved = Duty.objects.filter(department__name="区农业农村局").count()
    assert len(led) == involved


def test_an_act_goes_through_the_same_table(drafts, client_of) -> None:
    address = f"{MATTERS}{drafts[19].pk}/acts/submit/"
    done = client_of("mzj_clerk").post(address, {"opinion": ""}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "legal_review")
    again = client_of("mzj_clerk").post(address, {}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    forbidden = client_of("wjw_clerk").post(
        f"{MATTERS}{drafts[19].pk}/acts/approve/", {"opinion": "同意"}, "application/json"
    )
    assert forbidden.status_code == 403
    blank = client_of("sfj_head").post(
        f"{MATTERS}{drafts[19].pk}/acts/approve/", {"opinion": " "}, "application/json"
    )
    assert (blank.status_code, blank.json()["errors"][0]["field"]) == (422, "opinion")
    unknown = client_of("sfj_head").post(
        f"{MATTERS}{drafts[19].pk}/acts/fly/", {}, "application/json"
    )
    assert unknown.status_code == 404


def test_a_revision_is_answered_with_the_new_draft(drafts, advance, client_of) -> None:
    version = advance(drafts[19], "in_force")
    address = f"{MATTERS}{version.pk}/acts/revise/"
    client = client_of("mzj_clerk")
    assert client.post(address, {}, content_type="application/json").status_code == 422
    body = client.post(address, {"opinion": "修改"}, content_type="application/json").json()
    assert (body["number"], body["state"], body["change_reason"]) == (2, "draft", "修改")


def test_visitors_and_administrators_get_no_list(drafts, client, client_of) -> None:
    assert client.get(MATTERS).status_code in (401, 403)
    assert client_of("system_admin").get(MATTERS).json().get("results", []) == []


def test_the_list_costs_the_same_for_3_rows_and_for_19(drafts, client_of) -> None:
    client = client_of("xzsp_clerk")

    def queries() -> int:
        client.get(MATTERS)
        with CaptureQueriesContext(connection) as captured:
            client.get(MATTERS)
        return len(captured)

    many = queries()
    MatterVersion.objects.filter(matter__number__gt=3).delete()
    assert queries() == many


def test_check_items_are_listed_by_department_and_category(county, client_of, person) -> None:
    department = person("mzj_clerk").department_id
    client = client_of("wjw_clerk")
    body = client.get("/api/v1/check-items/", {"department": department}).json()
    assert {row["department_name"] for row in body["results"]} == {"区民政局"}
    body = client.get("/api/v1/check-items/", {"category": "nursing-home", "page_size": 200}).json()
    assert body["results"]
    assert all("nursing-home" in row["categories"] for row in body["results"])
    assert client.post("/api/v1/check-items/", {}, "application/json").status_code == 405

"""Pages, Excel file and REST resource of the inspectors' directory."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from credit.models import Subject
from credit.services.directory import upsert_subjects
from credit.tests.entries import HOME
from departments.models import Department
from inspections.imports import INSPECTOR_SHEET, apply, check
from inspections.models import Inspector, Recusal
from inspections.services.directory import add_recusal, upsert_inspectors
from records.actor import SYSTEM
from records.excel import Column, Sheet, kinds, read, to_bytes
from records.models import TrailEntry
from supervision.demo.directories import inspector_input
from supervision.demo.inspectors import generate_inspectors
from supervision.demo.workbooks import inspectors_workbook

REGION = "411603"
SOUND = {
    "name": "曾建安",
    "licence": "16160313001",
    "department": "区民政局",
    "valid_from": "2024-03-01",
    "valid_until": "2029-02-28",
    "specialities": "养老服务、社会组织",
    "townships": "新站镇",
    "status": "在岗",
}
LOOSE = Sheet(
    title=INSPECTOR_SHEET.title,
    columns=[Column(c.key, c.heading, kinds.text(500)) for c in INSPECTOR_SHEET.columns],
)


@pytest.fixture
def directory(county):
    ids = dict(Department.objects.values_list("name", "pk"))
    rows = generate_inspectors(3, timezone.localdate())
    entries = [inspector_input(row, ids) for row in rows]
    upsert_inspectors(SYSTEM, entries, "x", region_code=REGION)
    return rows


@pytest.fixture
def home(county):
    upsert_subjects(SYSTEM, [HOME], "x", region_code=REGION)
    return Subject.objects.get()


def checked(actor, *rows):
    parsed = read(INSPECTOR_SHEET, to_bytes(LOOSE, rows), "名录.xlsx")
    return parsed, check(actor, parsed)


@pytest.mark.parametrize(
    ("mistake", "column", "words"),
    [
        ({"name": ""}, "A", "必填"),
        ({"name": "长" * 41}, "A", "最多 40"),
        ({"licence": "??"}, "B", "执法证号应为"),
        ({"licence": ""}, "B", "必填"),
        ({"department": "民政居"}, "C", "是否为“民政局”"),
        ({"department": "太康县公安局"}, "C", "没有“太康县公安局”这个部门"),
        ({"department": "区机构编制委员会办公室"}, "C", "部门"),
        ({"valid_from": "2024-02-30"}, "D", "没有这一天"),
        ({"valid_from": "去年"}, "D", "不是日期"),
        ({"valid_until": ""}, "E", "必填"),
        ({"valid_until": "2024-02-28"}, "E", "早于有效期起"),
        ({"specialities": "长" * 31}, "F", "最多 30"),
        ({"specialities": "食品、食品"}, "F", "重复"),
        ({"townships": "新站乡"}, "G", "是否为“新站镇”"),
        ({"status": "退休"}, "H", "之一"),
    ],
)
def test_each_mistake_is_named_with_its_place(county, actor, mistake, column, words):
    parsed, _ = checked(actor("xzsp_clerk"), SOUND | mistake)
    assert [(error.row, error.column_letter) for error in parsed.errors] == [(2, column)]
    assert words in parsed.errors[0].message


def test_one_licence_twice_is_named(county, actor):
    parsed, _ = checked(actor("xzsp_clerk"), SOUND, SOUND | {"name": "别人"})
    assert [(error.row, error.column_letter) for error in parsed.errors] == [(3, "B")]


def test_a_clerk_imports_the_own_department_only(county, actor):
    parsed, _ = checked(actor("mzj_clerk"), SOUND)
    assert not parsed.errors
    parsed, _ = checked(actor("wjw_clerk"), SOUND)
    assert [(e.column_letter, e.message) for e in parsed.errors] == [
        ("C", "只能导入本部门的执法检查人员")
    ]


def test_an_ended_licence_is_told_but_taken(county, actor):
    ended = SOUND | {"valid_from": "2015-01-01", "valid_until": "2019-12-31"}
    parsed, summary = checked(actor("mzj_clerk"), ended)
    assert not parsed.errors
    assert "1 人（曾建安）" in dict(summary["facts"])["证件已过期"]
    apply(actor("mzj_clerk"), parsed.rows, lambda _: None)
    assert Inspector.objects.get().valid_until == dt.date(2019, 12, 31)


def test_the_demo_file_goes_in_whole_and_comes_out_the_same(county, actor, client_of):
    rows = generate_inspectors(3, timezone.localdate())
    parsed = read(INSPECTOR_SHEET, inspectors_workbook(rows), "名录.xlsx")
    check(actor("scjg_clerk"), parsed)
    assert parsed.errors == []
    assert "新增 600 条" in apply(actor("scjg_clerk"), parsed.rows, lambda _: None)
    exported = client_of("scjg_clerk").get("/inspections/inspectors/?export=xlsx").content
    again = read(INSPECTOR_SHEET, exported, "名录.xlsx")
    check(actor("scjg_clerk"), again)
    assert again.errors == []
    assert "无变化 600 条" in apply(actor("scjg_clerk"), again.rows, lambda _: None)


def test_the_lists_cost_the_same_whatever_their_length(county, client_of, home):
    client = client_of("scjg_clerk")

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    inspectors, recusals = "/inspections/inspectors/", "/inspections/inspectors/recusals/"
    queries(inspectors)
    none = queries(inspectors), queries(recusals)
    ids = dict(Department.objects.values_list("name", "pk"))
    rows = generate_inspectors(3, timezone.localdate())
    for count in (50, 600):
        entries = [inspector_input(row, ids) for row in rows[:count]]
        upsert_inspectors(SYSTEM, entries, "x", region_code=REGION)
        assert queries(inspectors) == none[0]
    for inspector in Inspector.objects.filter(is_active=True)[:30]:
        add_recusal(SYSTEM, inspector.pk, home.pk, "近亲属")
    assert queries(recusals) == none[1]


def test_a_department_sees_its_own_and_overseers_all(directory, client_of):
    def total(username: str) -> int:
        return client_of(username).get("/inspections/inspectors/").context["total"].value

    assert total("xzsp_clerk") == 600
    assert total("mzj_clerk") == 16
    assert client_of("audit_admin").get("/inspections/inspectors/").status_code == 403
    other = Inspector.objects.exclude(department__short_name="民政局").first()
    assert client_of("mzj_clerk").get(other.get_absolute_url()).status_code == 404


def test_licence_filters_split_by_today(directory, client_of):
    today = timezone.localdate()
    client = client_of("xzsp_clerk")

    def shown(licence: str) -> list[Inspector]:
        return client.get("/inspections/inspectors/", {"licence": licence}).context["page"].rows

    assert shown("expired")
    assert all(one.valid_until < today for one in shown("expired"))
    assert shown("soon")
    assert all(0 <= (one.valid_until - today).days <= 30 for one in shown("soon"))
    assert all(one.valid_until >= today for one in shown("valid"))
    assert {one.chip["tone"] for one in shown("soon")} == {"warn"}


def test_text_finds_names_and_licences_and_takes_wildcards_for_themselves(directory, client_of):
    client = client_of("xzsp_clerk")

    def found(text: str) -> set[str]:
        page = client.get("/inspections/inspectors/", {"q": text}).context["page"]
        return {one.name for one in page}

    assert found("彭俊凯") == {"彭俊凯"}
    licence = Inspector.objects.get(name="彭俊凯").licence
    assert found(licence) == {"彭俊凯"}
    assert found("%") == found("_") == set()


def test_acts_by_page_need_the_right_and_a_reason(directory, client_of):
    inspector = Inspector.objects.filter(department__short_name="民政局", is_active=True).first()
    url = f"{inspector.get_absolute_url()}act/deactivate/"
    assert client_of("nync_clerk").post(url, {"opinion": "x"}).status_code == 404
    assert client_of("mzj_inspector1").post(url, {"opinion": "x"}).status_code == 403
    assert TrailEntry.objects.filter(outcome="denied", verb="inspector.deactivate").exists()
    client_of("mzj_clerk").post(url, {"opinion": ""})
    inspector.refresh_from_db()
    assert inspector.is_active
    client_of("mzj_clerk").post(url, {"opinion": "调离"})
    inspector.refresh_from_db()
    assert not inspector.is_active


def test_entering_and_changing_by_form(county, client_of, person):
    client = client_of("mzj_clerk")
    form = {
        "name": "新人",
        "licence": "豫P-00123",
        "department": Department.objects.get(short_name="民政局").pk,
        "valid_from": "2026-01-01",
        "valid_until": "2025-01-01",
        "specialities": "养老服务，社会组织",
        "reason": "新取得执法证",
    }
    refused = client.post("/inspections/inspectors/add/", form)
    assert refused.status_code == 422
    assert "早于有效期起" in refused.content.decode()
    created = client.post("/inspections/inspectors/add/", form | {"valid_until": "2030-12-31"})
    assert created.status_code == 302
    inspector = Inspector.objects.get()
    assert inspector.specialities == ["养老服务", "社会组织"]
    edit = f"{inspector.get_absolute_url()}edit/"
    values = client.get(edit).context["form"].initial | {
        "user": person("mzj_inspector1").pk,
        "reason": "关联账号",
    }
    assert client.post(edit, values).status_code == 302
    stale = client.post(edit, values | {"name": "改名", "seen": "0" * 16})
    assert stale.status_code == 422
    assert "已被他人修改" in stale.content.decode()
    inspector.refresh_from_db()
    assert inspector.user == person("mzj_inspector1")


def test_a_recusal_is_found_chosen_recorded_and_lifted(directory, home, client_of):
    client = client_of("mzj_clerk")
    inspector = Inspector.objects.filter(department__short_name="民政局", is_active=True).first()
    url = f"{inspector.get_absolute_url()}recusals/add/"
    fragment = client.get(url, {"q": "穗禾养老"}, headers={"HX-Request": "true"}).content.decode()
    assert HOME.name in fragment
    assert "<html" not in fragment
    empty = client.post(url, {"reason": "近亲属"})
    assert empty.status_code == 422
    assert "选择监管对象" in empty.content.decode()
    done = client.post(url, {"subject": home.pk, "reason": "近亲属在该单位任职"}, follow=True)
    assert HOME.name in done.content.decode()
    recusal = Recusal.objects.get()
    remove = f"/inspections/inspectors/recusals/{recusal.pk}/remove/"
    assert client_of("nync_clerk").post(remove, {"opinion": "x"}).status_code == 404
    client.post(remove, {"opinion": "亲属已离职"})
    assert not Recusal.objects.exists()


def test_the_empty_directory_leads_to_the_import(county, client_of):
    page = client_of("mzj_clerk").get("/inspections/inspectors/").content.decode()
    assert "/imports/new/inspectors/" in page


def test_the_api_lists_filters_and_acts(directory, client_of):
    client = client_of("mzj_clerk")
    body = client.get("/api/v1/inspectors/?active=true&page_size=5").json()
    assert len(body["results"]) == 5
    first = body["results"][0]
    assert first["acts"] == ["deactivate"]
    url = f"/api/v1/inspectors/{first['id']}/acts/deactivate/"
    assert client.post(url, {}, "application/json").status_code == 422
    done = client.post(url, {"opinion": "调离"}, "application/json").json()
    assert (done["is_active"], done["acts"]) == (False, ["reactivate"])
    assert client.post(url, {"opinion": "再次"}, "application/json").status_code == 409
    elsewhere = client_of("wjw_clerk").post(url, {"opinion": "x"}, "application/json")
    assert elsewhere.status_code == 404

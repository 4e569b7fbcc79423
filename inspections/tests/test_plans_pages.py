"""The pages and the REST resource of the plan, through the front door."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from inspections.models import PlanItem, PlanItemPart, YearPlan
from inspections.services import plan_acts as acts
from inspections.services import plans as services
from inspections.tests import plan_story as story
from matters.models import CheckItem
from records.models import TrailEntry

YEAR = story.next_year()
PLAN_URL = f"/inspections/plans/{YEAR}/"
NEW_URL = f"/inspections/plans/{YEAR}/new/"


@pytest.fixture
def version(county):
    story.inspectors("mzj_clerk", "wjw_clerk", "xfdd_clerk")
    return story.matter()


@pytest.fixture
def item(version, actor):
    return services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR)
    )


def typed(version, **changes):
    """What the browser sends for a complete item."""
    data = story.item_data(version, YEAR)
    values = {
        "matter_version": version.pk,
        "title": "养老机构联合检查",
        "categories": list(data.categories),
        "departments": list(data.check_items),
        "check_items": [pk for ids in data.check_items.values() for pk in ids],
        "ratio_a": "3",
        "ratio_b": "10",
        "ratio_c": "12.5",
        "ratio_d": "100",
        "quota": "",
        "period_start": f"{YEAR}-03-01",
        "period_end": f"{YEAR}-05-31",
        "draw_at": f"{YEAR}-02-20T09:30",
        "draw_mode": "manual",
        "draw_level": "1",
        "parties": list(data.parties),
        "staffing": "teams",
        "officers_per_visit": "2",
        "max_teams": "8",
    }
    values.update(changes)
    return values


def test_an_empty_year_is_opened_by_the_receiver(version, client_of):
    receiver = client_of("xzsp_clerk")
    page = receiver.get(PLAN_URL).content.decode()
    assert "尚未启动编制" in page and reverse("inspections:plan-open", args=[YEAR]) in page
    assert reverse("inspections:plan-open", args=[YEAR]) not in (
        client_of("nync_clerk").get(PLAN_URL).content.decode()
    )
    receiver.post(f"{PLAN_URL}open/")
    assert YearPlan.objects.filter(year=YEAR).exists()
    page = receiver.get(PLAN_URL).content.decode()
    assert "还没有计划项目" in page
    assert "0 / 1 个事项已备案" in page and "养老机构安全综合监管" in page


def test_opening_by_others_is_refused(version, client_of):
    assert client_of("mzj_head").post(f"{PLAN_URL}open/").status_code == 403
    assert TrailEntry.objects.filter(verb="year-plan.open", outcome="denied").exists()


def test_the_form_is_filled_in_from_the_only_matter(version, client_of):
    page = client_of("mzj_clerk").get(NEW_URL).content.decode()
    assert f"{YEAR} 年养老机构安全联合检查" in page
    for username in ("mzj_clerk", "wjw_clerk", "xfdd_clerk"):
        assert f"{story.department(username).short_name}检查事项" in page
    assert "行政处罚法" in page and "淮政办〔2025〕1号（八）" in page
    form = client_of("mzj_clerk").get(NEW_URL).context["form"]
    chosen = {row.duty.department_id for row in form.department_choices() if row.checked}
    assert story.department("fgw_clerk").pk not in chosen
    assert len(chosen) == 3
    assert [str(form.initial[f"ratio_{g}"]) for g in "abcd"] == ["3", "10", "30", "100"]


def test_the_suggested_dates_are_written_as_browsers_read_them(version, client_of):
    page = client_of("mzj_clerk").get(NEW_URL)
    for name in ("period_start", "period_end"):
        written = f'name="{name}" value="{page.context["form"].initial[name].isoformat()}"'
        assert written in page.content.decode()


def test_the_ratio_of_the_matter_goes_before_the_grades(version, client_of):
    version.ratio_bp = 550
    version.save()
    form = client_of("mzj_clerk").get(NEW_URL).context["form"]
    assert {str(form.initial[f"ratio_{g}"]) for g in "abcd"} == {"5.5"}


def test_creating_by_the_form(version, client_of):
    response = client_of("mzj_clerk").post(NEW_URL, typed(version))
    item = PlanItem.objects.get()
    assert response.url == item.get_absolute_url()
    assert item.ratios == {"A": 300, "B": 1000, "C": 1250, "D": 10000}
    assert item.draw_at.isoformat() == f"{YEAR}-02-20T01:30:00+00:00"


def test_what_was_typed_stays_beside_the_errors(version, client_of):
    response = client_of("mzj_clerk").post(
        NEW_URL, typed(version, title="我起的名字", period_end=f"{YEAR + 1}-01-02", parties=[])
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "我起的名字" in page
    assert f"检查截止日期应在 {YEAR} 年度之内" in page
    assert "至少要有 2 个不同部门参与" in page
    assert not PlanItem.objects.exists()


def test_a_department_unticked_stays_unticked_after_an_error(version, client_of):
    wjw = story.department("wjw_clerk").pk
    own = list(CheckItem.objects.filter(code__startswith="T-").values_list("pk", flat=True))
    values = typed(version, title="", offered=own)
    values["departments"].remove(wjw)
    form = client_of("mzj_clerk").post(NEW_URL, values).context["form"]
    rows = {row.duty.department_id: row.checked for row in form.department_choices()}
    assert rows[wjw] is False and rows[version.lead_id] is True


def test_nonsense_is_said_in_words(version, client_of):
    response = client_of("mzj_clerk").post(
        NEW_URL, typed(version, matter_version="abc", draw_at="明天")
    )
    assert response.status_code == 422
    response = client_of("mzj_clerk").post(NEW_URL, typed(version, draw_at="明天", ratio_a="x"))
    assert response.status_code == 422 and not PlanItem.objects.exists()


def test_planning_for_another_departments_matter_is_refused_and_recorded(version, client_of):
    assert client_of("nync_clerk").post(NEW_URL, typed(version)).status_code == 403
    entry = TrailEntry.objects.get(verb="plan-item.create", outcome="denied")
    assert entry.department_name == story.department("nync_clerk").name
    assert not PlanItem.objects.exists()


@pytest.mark.parametrize("username", ["wjw_clerk", "nync_clerk"])
@pytest.mark.parametrize("code", ["submit", "withdraw"])
def test_forged_posts_are_refused_and_recorded(item, client_of, username, code):
    url = f"{item.get_absolute_url()}act/{code}/"
    assert client_of(username).post(url, {"opinion": "理由"}).status_code == 403
    entry = TrailEntry.objects.get(outcome="denied")
    assert (entry.verb, entry.target_id) == (f"plan-item.{code}", item.pk)
    item.refresh_from_db()
    assert item.state == PlanItem.State.DRAFT


def test_a_forged_edit_is_refused_and_tells_nothing(item, client_of):
    response = client_of("nync_clerk").post(
        f"{item.get_absolute_url()}edit/", typed(item.matter_version)
    )
    assert response.status_code == 403
    assert item.title not in response.content.decode()
    assert TrailEntry.objects.filter(verb="plan-item.edit", outcome="denied").exists()


def test_what_is_not_visible_is_not_found(item, client_of):
    assert client_of("nync_clerk").get(item.get_absolute_url()).status_code == 404
    assert client_of("nync_clerk").get(f"{item.get_absolute_url()}edit/").status_code == 404
    assert client_of("wjw_clerk").get(item.get_absolute_url()).status_code == 200


def test_the_course_by_buttons(item, client_of):
    def press(username, url, opinion=""):
        assert client_of(username).post(url, {"opinion": opinion}).status_code == 302

    press("mzj_clerk", f"{item.get_absolute_url()}act/submit/")
    for username in ("wjw_head", "xfdd_head"):
        part = item.parts.get(department=story.department(username))
        page = client_of(username).get(item.get_absolute_url()).content.decode()
        assert f"/inspections/plans/parts/{part.pk}/act/confirm/" in page
        press(username, f"/inspections/plans/parts/{part.pk}/act/confirm/")
    press("mzj_head", f"{item.get_absolute_url()}act/file/")
    assert "汇总已备案项目" in client_of("xzsp_clerk").get(PLAN_URL).content.decode()
    press("xzsp_clerk", f"{PLAN_URL}act/merge/")
    press("xzsp_head", f"{PLAN_URL}act/publish/")
    item.refresh_from_db()
    assert item.state == PlanItem.State.PUBLISHED
    page = client_of("nync_clerk").get(PLAN_URL).content.decode()
    assert item.title in page


def test_a_refusal_of_an_act_is_shown_on_the_page(item, client_of):
    client = client_of("mzj_head")
    response = client.post(f"{item.get_absolute_url()}act/file/", follow=True)
    assert "不能执行“报送备案”" in response.content.decode()


def test_a_partner_chooses_its_items_on_its_page(item, actor, client_of):
    acts.submit(actor("mzj_clerk"), item.pk)
    part = item.parts.get(department=story.department("wjw_clerk"))
    url = f"/inspections/plans/parts/{part.pk}/items/"
    client = client_of("wjw_clerk")
    assert "检查事项" in client.get(url).content.decode()
    assert client.post(url, {"check_items": ["x"]}).status_code == 302
    assert not part.check_items.exists()
    foreign = CheckItem.objects.exclude(department=part.department).first()
    assert client.post(url, {"check_items": [foreign.pk]}).status_code == 422
    assert client_of("xfdd_clerk").post(url, {"check_items": []}).status_code == 403
    PlanItemPart.objects.filter(pk=part.pk).update(state=PlanItemPart.State.CONFIRMED)
    assert client.get(url).status_code == 302


def test_fragments_of_the_form(version, client_of):
    story.subjects("A" * 100 + "D")
    client = client_of("mzj_clerk")
    url = f"{NEW_URL}fields/"
    page = client.get(url, {"matter_version": version.pk}).content.decode()
    assert 'name="title"' in page and "<html" not in page
    page = client.get(url, {**typed(version), "part": "estimate"}).content.decode()
    assert "<strong>4</strong>" in page and "/ 101 户" in page
    page = client.get(url, {**typed(version), "part": "estimate", "quota": "50"}).content.decode()
    assert "<strong>50</strong>" in page
    page = client.get(
        url, {**typed(version), "part": "departments", "categories": []}
    ).content.decode()
    assert 'name="check_items"' not in page
    assert client.get(url, {"part": "else"}).status_code == 404
    assert "请先选择" in client.get(url).content.decode()


def test_filters_and_export_give_the_same_rows(item, version, actor, client_of):
    services.create_item(
        actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR, title="第二项")
    )
    acts.submit(actor("mzj_clerk"), item.pk)
    client = client_of("xzsp_clerk")
    assert len(client.get(PLAN_URL).context["rows"]) == 2
    response = client.get(PLAN_URL, {"state": "draft"})
    assert [row.item.title for row in response.context["rows"]] == ["第二项"]
    response = client.get(PLAN_URL, {"state": "draft", "export": "xlsx"})
    sheet = load_workbook(io.BytesIO(response.content)).worksheets[0]
    rows = list(sheet.values)
    assert {"检查对象", "发起部门", "配合部门", "抽查比例", "抽查时间段"} <= set(rows[0])
    assert len(rows) == 2 and "第二项" in rows[1]
    assert "没有符合条件" in client.get(PLAN_URL, {"state": "filed"}).content.decode()


def count_queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", [PLAN_URL, "/api/v1/plan-items/"])
def test_the_number_of_queries_does_not_grow(item, version, actor, client_of, url):
    client = client_of("mzj_head")
    client.get(url)
    few = count_queries(client, url)
    for _ in range(5):
        services.create_item(actor("mzj_clerk"), YEAR, version.pk, story.item_data(version, YEAR))
    assert count_queries(client, url) == few


def test_overlaps_are_shown_with_the_plan(item, actor, client_of):
    story.inspectors("nync_clerk")
    other = story.matter(
        number=7, name="农资", lead="nync_clerk", enforcing=("wjw_clerk",), assisting=()
    )
    services.create_item(
        actor("nync_clerk"), YEAR, other.pk, story.item_data(other, YEAR, title="农资检查")
    )
    assert "建议合并" in client_of("xzsp_clerk").get(PLAN_URL).content.decode()
    assert "建议合并" not in client_of("mzj_clerk").get(PLAN_URL).content.decode()


def test_editing_keeps_number_and_shows_what_was_chosen(item, client_of):
    client = client_of("mzj_clerk")
    form = client.get(f"{item.get_absolute_url()}edit/").context["form"]
    assert form.initial["title"] == item.title
    values = typed(item.matter_version, title="改过的名字", quota="9")
    assert client.post(f"{item.get_absolute_url()}edit/", values).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.quota, item.number) == ("改过的名字", 9, 1)


def test_years_out_of_range_and_unknown_acts(item, client_of):
    client = client_of("mzj_clerk")
    assert client.get("/inspections/plans/1500/").status_code == 404
    assert client.post(f"{item.get_absolute_url()}act/explode/").status_code == 404
    assert client.get("/inspections/plans/").status_code == 302
    assert client_of("system_admin").get(PLAN_URL).status_code == 403


def as_json(version, **changes):
    data = story.item_data(version, YEAR)
    body = {
        "year": YEAR,
        "matter_version": version.pk,
        "title": data.title,
        "categories": list(data.categories),
        "parts": [
            {"department": pk, "check_items": list(ids)} for pk, ids in data.check_items.items()
        ],
        "ratios": data.ratios,
        "period_start": str(data.period_start),
        "period_end": str(data.period_end),
        "draw_at": data.draw_at.isoformat(),
        "draw_mode": "manual",
        "draw_level": 1,
        "staffing": "teams",
        "parties": list(data.parties),
    }
    return {**body, **changes}


def send(client, url, body):
    return client.post(url, body, content_type="application/json")


def test_rest_creates_and_acts(version, client_of):
    client = client_of("mzj_clerk")
    response = send(client, "/api/v1/plan-items/", as_json(version))
    assert response.status_code == 201, response.content
    body = response.json()
    assert body["acts"] == ["submit", "withdraw"]
    url = f"/api/v1/plan-items/{body['id']}/"
    assert send(client, f"{url}acts/submit/", {}).json()["state"] == "confirming"
    part = next(
        p["id"] for p in body["parts"] if p["department"]["id"] == story.department("wjw_head").pk
    )
    answer = send(
        client_of("wjw_head"), f"{url}parts/{part}/acts/decline/", {"opinion": "人手不足"}
    )
    assert "declined" in {p["state"] for p in answer.json()["parts"]}
    assert send(client, f"{url}acts/explode/", {}).status_code == 404


def test_rest_refuses_in_problem_details(version, item, client_of):
    client = client_of("mzj_clerk")
    response = send(client, "/api/v1/plan-items/", as_json(version, parties=[]))
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "parties"
    assert send(client, "/api/v1/plan-items/", {"year": "x"}).status_code == 400
    url = f"/api/v1/plan-items/{item.pk}/"
    assert send(client, f"{url}acts/file/", {}).status_code == 403
    assert send(client_of("nync_clerk"), f"{url}acts/submit/", {}).status_code == 403
    assert TrailEntry.objects.filter(verb="plan-item.submit", outcome="denied").exists()
    assert client_of("nync_clerk").get(url).status_code == 404
    assert send(client, "/api/v1/plan-items/abc/acts/submit/", {}).status_code == 404
    assert client_of("nync_clerk").get("/api/v1/plan-items/").json()["results"] == []
    assert client_of("system_admin").get("/api/v1/plan-items/").status_code == 403

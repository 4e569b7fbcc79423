"""The pages and the REST resource of warnings, rules, reports and patterns."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clues.models import Campaign, Clue, RiskWarning, WarningRuleVersion
from clues.rules import warnings as w
from clues.services.warnings import reports
from clues.tests.warning_samples import complaints, raised, rule, subject
from departments.models import Region
from matters.models import SubjectCategory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def ground(county: Region) -> None:
    """The demo county."""


def warn(count: int = 1) -> list[RiskWarning]:
    """As many warnings as asked for, raised now."""
    now = timezone.now()
    version = rule()
    for number in range(count):
        complaints(subject(f"养老院{number}"), [now - n * HOUR for n in (1, 2, 3)])
    return raised(version, now)


def test_list_costs_the_same_however_many(client_of) -> None:
    client, url = client_of("xzsp_clerk"), reverse("clues:warning-list")
    warn(1)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        assert client.get(url).status_code == 200
    warn(6)
    with CaptureQueriesContext(connection) as many:
        assert "养老院5" in client.get(url).content.decode()
    assert len(many) == len(few)


def test_list_filters_and_exports(client_of) -> None:
    (warning,) = warn()
    client, url = client_of("xzsp_clerk"), reverse("clues:warning-list")
    assert warning.number in client.get(url, {"state": "open", "level": "serious"}).content.decode()
    assert warning.number not in client.get(url, {"level": "major"}).content.decode()
    assert warning.number in client.get(url, {"unread": "on"}).content.decode()
    answer = client.get(url, {"export": "xlsx"})
    assert answer["Content-Type"].endswith("sheet")


def test_page_shows_the_events_that_the_reader_may_see(client_of) -> None:
    (warning,) = warn()
    page = client_of("mzj_clerk").get(warning.get_absolute_url()).content.decode()
    assert page.count("食堂使用过期食材") == 3
    assert "接收" in page
    assert client_of("wjw_clerk").get(warning.get_absolute_url()).status_code == 404


def test_page_hides_a_clue_made_confidential_since(client_of) -> None:
    (warning,) = warn()
    hidden = warning.subject
    one = Clue.objects.filter(subject=hidden).first()
    Clue.objects.filter(pk=one.pk).update(confidential=True, title="秘密标题")
    page = client_of("xzsp_clerk").get(warning.get_absolute_url()).content.decode()
    assert page.count("食堂使用过期食材") == 2
    assert "秘密标题" not in page and one.number not in page


def test_act_twice_is_harmless(client_of) -> None:
    (warning,) = warn()
    client = client_of("mzj_clerk")
    url = reverse("clues:warning-act", args=[warning.pk, "receive"])
    assert client.post(url).status_code == 302
    answer = client.post(url, follow=True)
    assert "不能执行" in answer.content.decode()
    warning.refresh_from_db()
    assert warning.state == "received"
    assert client_of("wjw_clerk").post(url).status_code == 404


def test_forms_keep_what_was_typed(client_of) -> None:
    (warning,) = warn()
    client = client_of("mzj_clerk")
    client.post(reverse("clues:warning-act", args=[warning.pk, "receive"]))
    url = reverse("clues:warning-clue", args=[warning.pk])
    assert warning.title in client.get(url).content.decode()
    answer = client.post(url, {"title": "食堂问题", "content": ""})
    assert answer.status_code == 422 and "食堂问题" in answer.content.decode()
    answer = client.post(url, {"title": "食堂问题", "content": "三件投诉。"})
    assert answer.status_code == 302
    for code in ("check", "campaign", "assign", "study", "conclude"):
        page = client.get(reverse(f"clues:warning-{code}", args=[warning.pk]))
        assert page.status_code in (302, 403)


def test_check_needs_a_task_or_all_of_a_new_one(client_of) -> None:
    (warning,) = warn()
    client = client_of("mzj_clerk")
    client.post(reverse("clues:warning-act", args=[warning.pk, "receive"]))
    url = reverse("clues:warning-check", args=[warning.pk])
    assert client.get(url).status_code == 200
    page = client.post(url, {"reason": "核查食堂"}).content.decode()
    assert "请选择检查日期，或选择已有的检查任务。" in page


RULE = {
    "name": "同一对象多次投诉",
    "source": "clue",
    "measure": w.COUNT,
    "group_by": w.SUBJECT,
    "window_days": "30",
    "threshold": "3",
    "at_least": "1",
    "quiet_days": "15",
    "level": w.SERIOUS,
    "push_to": [w.LEAD, "coordination"],
    "plan": "一并核查。",
    "change_reason": "试行",
}


def test_rule_is_tried_before_it_is_saved(client_of) -> None:
    now = timezone.now()
    complaints(subject("被投诉养老院"), [now - n * HOUR for n in (1, 2, 3)])
    client, url = client_of("xzsp_clerk"), reverse("clues:warning-rule-add")
    assert client.get(url).status_code == 200
    page = client.post(url, {**RULE, "try": "1"}).content.decode()
    assert "同一监管对象 30 天内被投诉举报 3 件及以上 → 较大预警" in page
    assert "被投诉养老院" in page and "<strong>1</strong> 起预警" in page
    assert not WarningRuleVersion.objects.exists()
    answer = client.post(url, {**RULE, "group_by": w.CLUE})
    assert answer.status_code == 422 and "不能按线索统计" in answer.content.decode()
    answer = client.post(url, RULE)
    version = WarningRuleVersion.objects.get()
    assert answer.url == version.get_absolute_url()
    assert client.get(f"{answer.url}?trial=1").status_code == 200
    edit = reverse("clues:warning-rule-edit", args=[version.pk])
    assert "一并核查。" in client.get(edit).content.decode()
    client.post(edit, {**RULE, "threshold": "4"})
    version.refresh_from_db()
    assert version.threshold == 4
    assert client_of("mzj_clerk").get(url).status_code == 403
    assert client_of("mzj_clerk").get(edit).status_code == 403
    shown = client_of("mzj_clerk").get(f"{version.get_absolute_url()}?trial=1").content.decode()
    assert "历史试算" not in shown


def test_presets_by_button_and_list_of_rules(client_of) -> None:
    client, url = client_of("xzsp_head"), reverse("clues:warning-rule-list")
    client.post(reverse("clues:warning-rule-presets"))
    page = client.get(url).content.decode()
    assert "同一监管对象 60 天内被检查 2 次及以上" in page
    assert "限规则“短期内重复入企检查”" in page
    assert client_of("mzj_head").post(reverse("clues:warning-rule-presets")).status_code == 403
    rule(townships=["411603101"], categories=["nursing_home"])
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(3):
        rule(townships=["411603101"], categories=["nursing_home"])
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)


def test_report_is_read_by_its_receivers(client_of) -> None:
    (warning,) = warn()
    RiskWarning.objects.filter(pk=warning.pk).update(level=w.MAJOR)
    today = timezone.localdate()
    report = reports.write(warning.region_code, "month", today.replace(day=1), today)
    client, url = client_of("mzj_head"), report.get_absolute_url()
    page = client.get(url).content.decode()
    assert warning.number in page and "共发出风险预警 1 起" in page
    client.post(url)
    assert report.receivers.get(department=warning.owner).read_by == "程永安"
    assert client.get(f"{url}?format=docx").content[:2] == b"PK"
    assert client.get(reverse("clues:warning-report-list")).status_code == 200
    assert client_of("xinzhan_officer").get(url).status_code == 404


def test_patterns_count_what_the_reader_sees_and_lead_to_rows(client_of) -> None:
    now = timezone.now()
    category = SubjectCategory.objects.order_by("pk").first()
    home = subject(categories=[category.code])
    complaints(home, [now - n * HOUR for n in range(1, 7)])
    complaints(home, [now - n * HOUR for n in range(1, 4)], confidential=True)
    complaints(home, [now - dt.timedelta(days=40)] * 2)
    client, url = client_of("xzsp_clerk"), reverse("clues:pattern-list")
    for by, key in (
        ("category", category.code),
        ("industry", home.industry_class),
        ("township", str(home.township_id)),
    ):
        page = client.get(url, {"by": by})
        (pattern,) = page.context["patterns"]
        assert (pattern.key, pattern.now, pattern.before, pattern.subjects) == (key, 6, 2, 1)
        rows = client.get(reverse("clues:pattern", args=[by, key]))
        assert str(rows.context["total"]) == "6"
    assert not client_of("wjw_clerk").get(url).context["patterns"]
    address = reverse("clues:pattern", args=["category", category.code])
    assert client.post(address, {"title": ""}).status_code == 422
    answer = client.post(
        address, {"title": "食堂专项", "reason": "投诉集中", "categories": [category.code]}
    )
    assert answer.status_code == 302
    assert Campaign.objects.get().title == "食堂专项"
    assert client.get(reverse("clues:pattern", args=["township", "abc"])).status_code == 404
    assert client.get(reverse("clues:pattern", args=["nothing", "1"])).status_code == 404


ABOVE = {
    "origin": "province",
    "external_number": "SJ-1",
    "level": "serious",
    "title": "省级预警",
    "content": "风险监测发现异常。",
}


def test_rest_enters_once_lists_and_acts(client_of) -> None:
    client = client_of("xzsp_clerk")
    first = client.post("/api/v1/warnings/", ABOVE, content_type="application/json")
    again = client.post("/api/v1/warnings/", ABOVE, content_type="application/json")
    assert first.status_code == 201 and first.json()["id"] == again.json()["id"]
    pk = first.json()["id"]
    assert "receive" in first.json()["acts"]
    answer = client.post(f"/api/v1/warnings/{pk}/acts/receive/")
    assert answer.json()["state"] == "received"
    assert client.post(f"/api/v1/warnings/{pk}/acts/receive/").status_code == 409
    wrong = {"departments": [999999], "opinion": ""}
    answer = client.post(
        f"/api/v1/warnings/{pk}/acts/study/", wrong, content_type="application/json"
    )
    assert answer.status_code == 422
    assert client.get("/api/v1/warnings/").json()["results"][0]["number"].startswith("YJ411603")
    other = client_of("mzj_clerk")
    assert other.get(f"/api/v1/warnings/{pk}/").status_code == 404
    assert (
        other.post("/api/v1/warnings/", ABOVE, content_type="application/json").status_code == 403
    )


def test_from_above_by_form(client_of) -> None:
    client, url = client_of("xzsp_clerk"), reverse("clues:warning-add")
    answer = client.post(url, {**ABOVE, "subject": "没有这个标识"})
    assert answer.status_code == 422 and "名录中没有这个标识" in answer.content.decode()
    assert client.post(url, ABOVE).status_code == 302
    assert client_of("mzj_clerk").get(url).status_code == 403

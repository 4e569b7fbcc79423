from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Region
from inspections.acts.tasks import TASK_PART_ACTS
from inspections.models import JointTask, Notice, Result
from inspections.services import tasks, visits
from inspections.services.notices import sign_notice
from inspections.services.tasks_worklist import pending_task_work
from inspections.tests.visit_samples import Story, make_story
from records.models import TrailEntry

pytestmark = pytest.mark.django_db
LIST = "/inspections/tasks/"


@pytest.fixture
def story(county: Region) -> Story:
    return make_story(county, homes=3)


def test_the_preview_writes_nothing_and_the_post_dispatches(story: Story, client_of) -> None:
    client, url = client_of("mzj_clerk"), f"/inspections/draws/{story.draw.pk}/dispatch/"
    page = client.get(url).content.decode()
    assert "将派发 <b>3</b> 项任务" in page
    assert not JointTask.objects.exists()
    answer = client.post(url, {"visit_on": "", "reason": ""})
    assert answer.status_code == 302
    assert JointTask.objects.count() == 3
    assert "已经派发" in client.get(url).content.decode()


def test_a_wrong_date_stays_in_the_form(story: Story, client_of) -> None:
    url = f"/inspections/draws/{story.draw.pk}/dispatch/"
    answer = client_of("mzj_clerk").post(url, {"visit_on": "2020-01-01"})
    assert answer.status_code == 422
    assert "不能早于今天" in answer.content.decode()
    assert "2020-01-01" in answer.content.decode()


def test_dispatching_is_refused_to_partners_and_traced(story: Story, client_of) -> None:
    url = f"/inspections/draws/{story.draw.pk}/dispatch/"
    assert client_of("wjw_head").post(url).status_code == 403
    assert client_of("nync_head").get(url).status_code == 404
    entry = TrailEntry.objects.get(outcome="denied")
    assert (entry.verb, entry.actor_name) == ("task.dispatch", "唐国平")


def test_list_and_detail_cost_the_same_for_few_and_many(
    county: Region, client_of, django_assert_num_queries
) -> None:
    small = make_story(county, homes=1)
    task = small.dispatch()[0]
    client = client_of("mzj_clerk")
    counts: dict[str, int] = {}
    for url in (LIST, task.get_absolute_url(), "/inspections/tasks/calendar/", "/api/v1/tasks/"):
        client.get(url)
        with django_assert_num_queries(100, exact=False) as few:
            assert client.get(url).status_code == 200
        counts[url] = len(few.captured_queries)
    make_story(county, homes=30).dispatch()
    for url, count in counts.items():
        with django_assert_num_queries(count):
            client.get(url)


def test_detail_costs_the_same_for_two_and_four_departments(
    county: Region, client_of, django_assert_num_queries
) -> None:
    small = make_story(county, homes=1).dispatch()[0]
    large = make_story(county, homes=1, codes=("MZJ", "WJW", "XFDD", "SCJG")).dispatch()[0]
    client = client_of("mzj_clerk")
    client.get(small.get_absolute_url())
    with django_assert_num_queries(100, exact=False) as few:
        client.get(small.get_absolute_url())
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(large.get_absolute_url())


def test_filters_narrow_and_the_export_holds_what_is_shown(story: Story, client_of) -> None:
    made = story.dispatch()
    tasks.accept(story.actor("wjw_clerk"), story.part(made[0], "WJW").pk)
    client = client_of("wjw_clerk")
    assert made[0].code not in client.get(LIST, {"waiting": "accept"}).content.decode()
    one = client.get(LIST, {"text": made[1].subject.name}).content.decode()
    assert made[1].code in one and made[2].code not in one
    answer = client.get(LIST, {"state": "scheduled", "export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    values = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert made[0].code in values and made[1].code not in values


def test_accepting_and_signing_in_bulk_shows_first_what_happens(story: Story, client_of) -> None:
    made = story.dispatch()
    ids = [task.pk for task in made]
    clerk = client_of("wjw_clerk")
    url = "/inspections/tasks/bulk/accept/"
    page = clerk.post(url, {"selected": ids})
    assert "将办理" in page.content.decode()
    assert not JointTask.objects.filter(state="scheduled").exists()
    clerk.post(url, {"selected": ids, "confirm": "1"})
    assert JointTask.objects.filter(state="scheduled").count() == 3
    client_of("mzj_head").post("/inspections/tasks/bulk/sign/", {"selected": ids, "confirm": "1"})
    assert Notice.objects.filter(state="signed").count() == 3


def test_all_that_wait_are_accepted_by_the_filter(story: Story, client_of) -> None:
    story.dispatch()
    page = client_of("wjw_clerk").post(
        f"/inspections/tasks/bulk/accept/?item={story.item.pk}", {"scope": "all"}
    )
    assert page.content.decode().count('name="selected"') == 3


def test_a_date_is_proposed_and_agreed_to_on_the_page(story: Story, client_of) -> None:
    task = story.dispatch()[0]
    part = story.part(task, "WJW")
    day = timezone.localdate() + dt.timedelta(days=1)
    day = day if day != task.visit_on else day + dt.timedelta(days=1)
    propose = f"/inspections/tasks/parts/{part.pk}/propose/"
    client_of("wjw_clerk").post(propose, {"visit_on": str(day), "opinion": "当天有会"})
    task.refresh_from_db()
    assert task.visit_on == day
    lead = client_of("mzj_clerk")
    assert "同意检查日期" in lead.get(task.get_absolute_url()).content.decode()
    lead.post(f"/inspections/tasks/parts/{story.part(task, 'MZJ').pk}/act/agree/")
    task.refresh_from_db()
    assert task.state == "scheduled"


def test_papers_read_as_papers(story: Story, client_of) -> None:
    part = story.signed()
    clerk = client_of("mzj_clerk")
    notice = clerk.get(f"{part.task.get_absolute_url()}notice/").content.decode()
    for words in ("行政检查通知书", "淮阳联检通〔", part.task.subject.name, "ZK-MZJ-0001"):
        assert words in notice
    record_url = f"/inspections/tasks/parts/{part.pk}/record/"
    assert clerk.get(record_url).status_code == 404
    visits.submit_part(story.actor("mzj_inspector1"), part.pk)
    record = clerk.get(record_url).content.decode()
    for words in ("行政检查记录表", "王院长", "未发现问题", "萧文远"):
        assert words in record


def test_outsiders_find_no_page(story: Story, client_of) -> None:
    task = story.notified()
    client = client_of("nync_clerk")
    for url in (task.get_absolute_url(), f"{task.get_absolute_url()}notice/"):
        assert client.get(url).status_code == 404
    assert client.post(f"{task.get_absolute_url()}act/cancel/", {"opinion": "x"}).status_code == 404


def test_demo_mode_offers_the_phone_of_each_officer(story: Story, client_of, settings) -> None:
    task = story.dispatch()[0]
    client = client_of("mzj_clerk")
    assert "打开手机页" not in client.get(task.get_absolute_url()).content.decode()
    settings.DEMO = True
    page = client.get(task.get_absolute_url()).content.decode()
    assert page.count("打开手机页") >= 4
    assert f'value="/inspections/m/{task.pk}/"' in page


def test_acts_of_the_phone_are_not_offered_at_the_desk(story: Story, client_of) -> None:
    task = story.on_site()
    context = client_of("mzj_inspector1").get(f"{LIST}{task.pk}/").context
    assert TASK_PART_ACTS.allowed(story.actor("mzj_inspector1"), context["own"])
    assert context["part_acts"] == []


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2100-13", "本月"])
def test_an_odd_month_shows_the_present_one(story: Story, client_of, month: str) -> None:
    today = timezone.localdate()
    page = client_of("mzj_clerk").get(f"{LIST}calendar/", {"month": month})
    assert page.context["title"] == f"{today.year} 年 {today.month} 月"


def test_the_calendar_shows_the_month(story: Story, client_of) -> None:
    task = story.dispatch()[0]
    month = task.visit_on.strftime("%Y-%m")
    client = client_of("mzj_clerk")
    page = client.get("/inspections/tasks/calendar/", {"month": month}).content.decode()
    assert task.subject.name in page
    assert client.get("/inspections/tasks/calendar/", {"month": "x"}).status_code == 200


def test_what_waits_for_whom(story: Story) -> None:
    def waiting(who: str) -> list[str]:
        return [row.what for row in pending_task_work(story.actor(who))]

    assert waiting("mzj_clerk") == ["派发联合检查任务"]
    made = story.dispatch()
    assert waiting("mzj_clerk") == []
    row = pending_task_work(story.actor("wjw_clerk"))[0]
    assert (row.what, "共 3 户" in row.about) == ("接收联合检查任务", True)
    for task in made:
        tasks.accept(story.actor("wjw_clerk"), story.part(task, "WJW").pk)
    assert waiting("mzj_head") == ["签发行政检查通知书"]
    assert waiting("mzj_inspector1") == []
    day = story.item.period_end
    tasks.propose_date(story.actor("mzj_clerk"), story.part(made[0], "MZJ").pk, day, "改期")
    assert waiting("wjw_head") == ["同意新提出的检查日期"]


def test_the_public_page_names_nobody_before_the_notice(story: Story, db) -> None:
    task = story.dispatch(timezone.localdate())[0]
    visitor = Client()
    url = f"/public/visits/{task.token}/"
    before = visitor.get(url)
    assert before.status_code == 200
    for words in ("萧文远", task.subject.name, "民政"):
        assert words not in before.content.decode()
    tasks.accept(story.actor("wjw_clerk"), story.part(task, "WJW").pk)
    sign_notice(story.actor("mzj_head"), task.pk)
    after = visitor.get(url)
    for words in ("萧文远", "ZK-MZJ-0001", task.subject.name, "有权拒绝"):
        assert words in after.content.decode()
    assert after["Cache-Control"] == "no-store"
    tasks.cancel(story.actor("mzj_head"), task.pk, "停业")
    assert "萧文远" not in visitor.get(url).content.decode()
    assert visitor.get("/public/visits/guess/").status_code == 404


class TestApi:
    def test_list_detail_and_acts(self, story: Story, client_of) -> None:
        lead, partner = client_of("mzj_head"), client_of("wjw_clerk")
        made = lead.post("/api/v1/tasks/", {"draw": story.draw.pk}, content_type="application/json")
        assert made.status_code == 201
        assert len(made.json()) == 3
        pk = made.json()[0]["id"]
        assert partner.get(f"/api/v1/tasks/{pk}/").json()["acts"] == ["accept", "propose"]
        answer = partner.post(f"/api/v1/tasks/{pk}/acts/accept/", content_type="application/json")
        assert answer.json()["state"] == "scheduled"
        answer = lead.post(f"/api/v1/tasks/{pk}/acts/sign/", content_type="application/json")
        assert answer.json()["notice"].startswith("淮阳联检通〔")
        assert len(lead.get("/api/v1/tasks/?state=notified").json()["results"]) == 1

    def test_refusals(self, story: Story, client_of) -> None:
        pk = story.dispatch()[0].pk
        again = client_of("mzj_clerk").post(
            "/api/v1/tasks/", {"draw": story.draw.pk}, content_type="application/json"
        )
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
        url = f"/api/v1/tasks/{pk}/acts/"
        sign = client_of("wjw_head").post(f"{url}sign/", content_type="application/json")
        assert sign.status_code == 403
        empty = client_of("wjw_clerk").post(f"{url}propose/", content_type="application/json")
        assert empty.status_code == 400
        assert client_of("nync_clerk").get(f"/api/v1/tasks/{pk}/").status_code == 404


def test_the_result_is_linked_after_submission(story: Story, client_of) -> None:
    part = story.signed()
    visits.submit_part(story.actor("mzj_inspector1"), part.pk)
    result = Result.objects.get()
    page = client_of("mzj_clerk").get(part.task.get_absolute_url()).content.decode()
    assert result.get_absolute_url() in page

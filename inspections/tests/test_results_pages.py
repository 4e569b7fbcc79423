import datetime as dt
import io

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from inspections.models import Result
from inspections.services import results, visits
from inspections.tests.result_samples import (
    approved,
    checked_story,
    published,
    result_of,
    submitted,
)
from inspections.tests.visit_samples import PNG, make_story, photo
from records import evidence
from records.models import Deadline, OutboxMessage, TrailEntry

pytestmark = pytest.mark.django_db

LIST = "/inspections/results/"


@pytest.fixture
def story(county):
    return checked_story(county)


def page_of(result, tail=""):
    return f"{LIST}{result.pk}/{tail}"


def shown(response):
    return response.content.decode()


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_queries_of_the_list_do_not_grow_with_rows(county, client_of):
    checked_story(county)
    client = client_of("mzj_head")
    counts = []
    for more in (0, 5):
        if more:
            checked_story(county, homes=more)
            Result.objects.update(state="submitted", codes=["no_problem"])
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_list_filters_and_exports_what_it_shows(county, client_of):
    story = checked_story(county, homes=3)
    done = published(story)
    late = result_of(story, position=1)
    yesterday = timezone.now() - dt.timedelta(days=1)
    Deadline.objects.filter(target_id=late.pk).update(due_at=yesterday)
    client = client_of("mzj_clerk")

    def names(query):
        page = client.get(LIST, query).context["page"]
        return [(row.part.task.subject.name, row.part.department_id) for row in page]

    own = story.departments["MZJ"].pk
    assert len(names({})) == 6
    assert names({"state": "published"}) == [(done.part.task.subject.name, own)]
    assert names({"overdue": "on"}) == [(late.part.task.subject.name, own)]
    assert len(names({"q": late.part.task.subject.name})) == 2
    assert len(names({"q": late.part.task.subject.identifier})) == 2
    assert len(names({"q": late.part.task.code})) == 2
    assert names({"q": "100%_"}) == []
    assert len(names({"plan": story.item.pk})) == 6
    assert len(names({"department": own})) == 3

    answer = client.get(LIST, {"state": "published", "export": "xlsx"})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    cells = [cell for row in rows for cell in row if cell]
    assert done.part.task.subject.name in cells
    assert late.part.task.subject.name not in cells
    assert "未发现问题" in cells


def test_the_page_shows_facts_photos_conclusion_and_push(story, client_of):
    result = published(story, remark="已当场核对 <script>alert(1)</script>")
    item = result.part.items.first()
    item.outcome, item.note = "problem", "灭火器<b>过期</b>"
    item.save()
    kept = evidence.keep(
        story.actor("mzj_inspector1"), result.part, io.BytesIO(PNG), "a.png", label=item.photo_label
    )
    client = client_of("mzj_clerk")

    text = shown(client.get(page_of(result)))

    for words in ("已公示", "未发现问题", "待推送", "第 1 号", "公示中", "灭火器", item.title):
        assert words in text
    assert f"/files/{kept.pk}/" in text
    assert "<script>alert" not in text and "&lt;script&gt;" in text
    assert "<b>过期" not in text
    OutboxMessage.objects.update(dead_at=timezone.now(), attempts=12)
    assert "已停止推送" in shown(client.get(page_of(result)))


def test_a_photo_taken_on_site_is_shown_at_its_item(county, client_of):
    story = make_story(county)
    part = story.part(story.on_site(), "MZJ")
    item = part.items.last()
    kept = visits.add_photo(story.actor("mzj_inspector1"), item.pk, photo(), "a.png")
    result = Result.objects.create(part=part)

    rows = client_of("mzj_clerk").get(page_of(result)).context["items"]

    assert [[file.pk for file in row.photos] for row in rows if row.item == item] == [[kept.pk]]


def test_the_form_ticks_nothing_and_keeps_what_was_typed(story, client_of):
    result = result_of(story)
    client = client_of("mzj_clerk")
    form_page = page_of(result, "edit/")
    assert "checked" not in shown(client.get(form_page)).replace("checked_on", "")

    answer = client.post(
        form_page, {"codes": ["no_problem", "unreachable"], "remark": "记录 <i>一</i>"}
    )

    assert answer.status_code == 422
    text = shown(answer)
    assert "不能与其他结果同时选择" in text
    assert answer.context["form"].errors["codes"]
    assert text.count("checked") == 2
    assert "记录 &lt;i&gt;一&lt;/i&gt;" in text
    assert result_of(story).state == "draft"

    done = client.post(form_page, {"codes": ["no_problem"], "remark": "一切正常"})
    assert done.headers["Location"] == page_of(result)
    result = result_of(story)
    assert (result.state, result.codes, result.remark) == ("submitted", ["no_problem"], "一切正常")


@pytest.mark.parametrize(
    ("kind", "offered", "absent"),
    [
        ("uscc", "false_information", None),
        ("house", "no_such_activity", "false_information"),
    ],
)
def test_the_form_offers_the_codes_of_the_kind_of_subject(story, client_of, kind, offered, absent):
    result = result_of(story)
    subject = result.part.task.subject
    subject.id_kind = kind
    subject.save()

    text = shown(client_of("mzj_clerk").get(page_of(result, "edit/")))

    assert f'value="{offered}"' in text
    assert f'value="{absent}"' not in text


def test_a_correction_leads_to_its_form_with_the_old_conclusion_beside(story, client_of):
    result = published(story, ["ordered_to_correct"])
    client = client_of("mzj_clerk")

    answer = client.post(page_of(result, "act/correct/"), {"opinion": "认定有误"})

    new = result_of(story)
    assert new.version == 2
    assert answer.headers["Location"] == page_of(new, "edit/")
    page = client.get(page_of(new, "edit/"))
    assert page.context["previous"] == result
    text = shown(page)
    assert "上一版本的结论" in text and "认定有误" in text
    assert "checked" not in text
    assert "有更新的版本" in shown(client.get(page_of(result)))


def test_a_form_out_of_time_leads_back_with_a_word(story, client_of):
    result = submitted(story)
    client = client_of("mzj_clerk")

    answer = client.get(page_of(result, "edit/"))

    assert answer.headers["Location"] == page_of(result)
    assert "待负责人审核" in said(answer)[0]
    late = client.post(page_of(result, "edit/"), {"codes": ["unreachable"]})
    assert late.status_code == 422
    assert result_of(story).codes == ["no_problem"]


def test_many_are_approved_after_a_preview(county, client_of):
    story = checked_story(county, homes=2)
    first = submitted(story)
    draft, foreign = result_of(story, position=1), result_of(story, "WJW")
    client = client_of("mzj_head")
    chosen = {"selected": [first.pk, draft.pk, foreign.pk]}

    preview = client.post(f"{LIST}bulk/approve/", chosen)
    assert preview.context["possible"] == [first]
    assert {row.target: row.obstacle for row in preview.context["skipped"]} == {
        draft: "当前状态为“待录入”",
        foreign: "不是本部门的检查结果",
    }
    assert result_of(story).state == "submitted"

    done = client.post(f"{LIST}bulk/approve/", chosen | {"confirm": "1", "opinion": "同意"})
    assert done.headers["Location"] == LIST
    assert any("1 项" in words for words in said(done))
    states = {row.pk: row.state for row in Result.objects.all()}
    assert states[first.pk] == "approved"
    assert states[draft.pk] == states[foreign.pk] == "draft"


def test_a_head_of_a_partner_may_look_but_not_approve(story, client_of):
    result = submitted(story)
    client = client_of("wjw_head")
    assert client.get(page_of(result)).status_code == 200

    for path in (page_of(result, "act/approve/"), f"{LIST}bulk/approve/"):
        answer = client.post(path, {"selected": [result.pk], "confirm": "1"})
        assert answer.status_code == 403
    assert client.post(page_of(result, "edit/"), {"codes": ["no_problem"]}).status_code == 403

    denied = TrailEntry.objects.filter(outcome="denied", actor_name="唐国平").order_by("id")
    assert [row.verb for row in denied] == ["result.approve", "result.approve", "result.submit"]
    assert result_of(story).state == "submitted"


@pytest.mark.parametrize("username", ["nync_head", "nync_clerk", "jjz_witness"])
def test_who_takes_no_part_does_not_learn_that_it_exists(story, client_of, username):
    result = submitted(story)
    client = client_of(username)

    assert client.get(page_of(result)).status_code == 404
    assert client.get(page_of(result, "edit/")).status_code == 404
    assert client.post(page_of(result, "edit/"), {"codes": ["no_problem"]}).status_code == 404
    for code in results.HANDLERS:
        answer = client.post(page_of(result, f"act/{code}/"), {"opinion": "强行"})
        assert answer.status_code == 404
    assert result_of(story).state == "submitted"


def test_unknown_acts_and_acts_of_the_system_have_no_door(story, client_of):
    result = approved(story)
    client = client_of("mzj_head")

    for code in ("publish", "supersede", "destroy"):
        assert client.post(page_of(result, f"act/{code}/")).status_code == 404
    assert client.get(page_of(result, "act/approve/")).status_code == 405


def test_visitors_are_sent_to_the_login(story, client):
    for path in (LIST, page_of(result_of(story)), "/api/v1/results/"):
        assert client.get(path).status_code in (302, 401, 403)


def test_rest_lists_submits_and_acts(story, client_of):
    result = result_of(story)
    clerk, head = client_of("mzj_clerk"), client_of("mzj_head")
    url = f"/api/v1/results/{result.pk}/"
    listed = clerk.get("/api/v1/results/", {"state": "draft"}).json()["results"]
    assert {row["department"] for row in listed} == {d.pk for d in story.departments.values()}
    row = clerk.get(url).json()
    assert (row["acts"], row["conclusion"]) == (["submit"], [])

    def post(client, act, body):
        return client.post(f"{url}acts/{act}/", body, content_type="application/json")

    wrong = post(clerk, "submit", {"codes": ["no_problem", "unreachable"]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "codes"
    assert post(clerk, "submit", {"codes": ["made_up"]}).status_code == 400
    assert post(clerk, "approve", {}).status_code == 403
    assert post(clerk, "submit", {"codes": ["no_problem"]}).json()["state"] == "submitted"
    assert post(clerk, "submit", {"codes": ["no_problem"]}).status_code == 409
    assert post(head, "return", {}).status_code == 422
    assert post(head, "approve", {}).json()["state"] == "approved"
    results.publish_next()
    new = post(clerk, "correct", {"opinion": "漏记"}).json()
    assert (new["version"], new["state"], new["change_reason"]) == (2, "draft", "漏记")
    assert post(clerk, "publish", {}).status_code == 404
    assert client_of("nync_head").get(url).status_code == 404
    assert clerk.get("/api/v1/results/", {"state": "nonsense"}).status_code == 400


def test_rest_costs_the_same_for_one_and_many(county, client_of):
    checked_story(county)
    client = client_of("mzj_clerk")
    counts = []
    for more in (0, 4):
        if more:
            checked_story(county, homes=more)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/api/v1/results/").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_page_that_awaits_publication_looks_again_until_it_is_there(county, client_of):
    story = checked_story(county)
    result = approved(story)
    client = client_of("mzj_clerk")
    assert 'hx-get="?live=1"' in shown(client.get(page_of(result)))
    waiting = client.get(page_of(result), {"live": "1"})
    assert (waiting.status_code, waiting.headers.get("HX-Refresh")) == (204, None)

    assert results.publish_next()

    over = client.get(page_of(result), {"live": "1"})
    assert (over.status_code, over.headers.get("HX-Refresh")) == (204, "true")
    assert "live=1" not in shown(client.get(page_of(result)))
    assert client_of("nync_head").get(page_of(result), {"live": "1"}).status_code == 404

"""Pages of what stopped: what is shown to whom, sending again, giving up, exports."""

from __future__ import annotations

import html
import io
import json

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.services import penalties
from clues.tests.samples import person
from clues.tests.test_penalties import enter
from inspections.tests.result_samples import checked_story, published
from records import clock, outbox
from records.models import OutboxMessage, TrailEntry
from records.outbox_names import COMPLAINT_CHANNEL
from supervision.outbound.services import reports

pytestmark = pytest.mark.django_db

COUNTY = "411603"
CONTACT = {"number": "X-1", "name": "王小明", "phone": "13812345678", "text": "已办结，详见附件"}


def dead(target=outbox.PROVINCE, payload=None, topic="matter.in_force", **more):
    message = outbox.post(target, topic, payload or {"name": "养老机构"}, COUNTY, **more)
    OutboxMessage.objects.filter(pk=message.pk).update(
        dead_at=clock.now(), attempts=12, round_attempts=12, last_error="连不上对方系统"
    )
    return message


def text_of(answer):
    return answer.content.decode()


def states():
    return [each.state for each in OutboxMessage.objects.order_by("place")]


def test_the_office_reads_what_was_told_without_contacts_and_the_administrator_none(
    county, client_of
):
    matter = dead()
    contact = dead(COMPLAINT_CHANNEL, CONTACT)
    office, admin = client_of("xzsp_clerk"), client_of("system_admin")

    assert "养老机构" in text_of(office.get(matter.get_absolute_url()))
    assert "养老机构" not in text_of(admin.get(matter.get_absolute_url()))
    for client in (office, admin):
        page = text_of(client.get(contact.get_absolute_url()))
        for hidden in ("王小明", "13812345678", "已办结，详见附件"):
            assert hidden not in page
        assert "连不上对方系统" in page
        assert "12" in page


def test_a_system_that_repeats_what_it_was_told_tells_the_administrator_nothing(county, client_of):
    message = dead(payload={"name": "安泰养老院", "results": ["已责令改正"], "fine_fen": 500000})
    echo = json.dumps({"payload": message.payload, "code": "E17"})
    said = f'对方系统没有接收（HTTP 422）{echo}：安泰养老院 "已责令改正" 500000 安泰养'
    OutboxMessage.objects.filter(pk=message.pk).update(last_error=said)
    office, admin = client_of("xzsp_clerk"), client_of("system_admin")
    pages = (
        message.get_absolute_url(),
        "/outbox/",
        f"/api/v1/outbox/{message.pk}/",
        "/outbox/?export=xlsx",
    )

    for address in pages:
        shown = _shown(admin.get(address))
        assert "HTTP 422" in shown and (address == "/outbox/" or "E17" in shown)
        for word in ("安泰", "责令", "500000", json.dumps("安泰")[1:-1]):
            assert word not in shown, (address, word)
    assert "安泰养老院" in _shown(office.get(pages[0]))
    assert "安泰养老院" in _shown(office.get(pages[2]))
    for client, found in ((office, False), (admin, True)):
        page = text_of(client.get("/outbox/?error=no+such+words"))
        assert (message.get_absolute_url() in page) is found


def _shown(answer) -> str:
    if "sheet" not in answer["Content-Type"]:
        return html.unescape(text_of(answer)).replace('\\"', '"').replace("\\\\", "\\")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    return " ".join(str(cell) for row in book.active.iter_rows(values_only=True) for cell in row)


def test_codes_are_shown_in_words_in_the_order_of_the_record(county, client_of):
    told = {"penalty_kind": "fine", "act_type": "2", "record": "411603-2-1", "status": "effective"}
    message = dead(payload=told, topic="supervision_act.reported")
    page = text_of(client_of("xzsp_clerk").get(message.get_absolute_url()))
    page = page[page.index("推送的内容") :]

    places = [page.index(word) for word in ("411603-2-1", "有效", "行政处罚", "罚款")]
    assert places == sorted(places)


def test_one_is_sent_again_with_its_reason_in_the_trail(county, client_of):
    message = dead()
    client = client_of("system_admin")
    address = f"{message.get_absolute_url()}act/send-again/"

    client.post(address, {"opinion": ""})
    assert states() == ["dead"]
    client.post(address, {"opinion": "对方已恢复"})

    assert states() == ["waiting"]
    entry = TrailEntry.objects.get(verb="outbox.send_again")
    assert entry.opinion == "对方已恢复"
    assert "对方已恢复" in text_of(client.get(message.get_absolute_url()))
    assert OutboxMessage.objects.get().round_attempts == 0
    assert OutboxMessage.objects.get().attempts == 12


def test_the_ticked_or_all_of_a_system_are_sent_again_after_a_look(county, client_of):
    first, second, third, other = dead(), dead(), dead(), dead(outbox.CREDIT_CHINA)
    client = client_of("xzsp_clerk")
    address = "/outbox/bulk/send-again/"

    page = text_of(client.post(address, {"selected": [str(first.pk), "no id"]}))
    assert str(first.pk) in page
    assert states() == ["dead"] * 4
    again = {"selected": [str(first.pk)], "confirm": "1"}
    assert client.post(address, again).status_code == 422
    client.post(address, again | {"opinion": "对方已恢复"})
    assert states() == ["waiting", "dead", "dead", "dead"]

    client.post(address, {"target": outbox.PROVINCE, "confirm": "1", "opinion": "全部重发"})
    assert states() == ["waiting", "waiting", "waiting", "dead"]
    assert {second.pk, third.pk} < set(
        OutboxMessage.objects.filter(dead_at=None).values_list("pk", flat=True)
    )
    assert other.target == outbox.CREDIT_CHINA


def test_giving_up_is_the_office_s_and_lets_the_next_pass(county, client_of):
    message = dead(thread="matter:1")
    outbox.post(outbox.PROVINCE, "matter.abolished", {}, COUNTY, thread="matter:1")
    address = f"{message.get_absolute_url()}act/give-up/"

    assert client_of("system_admin").post(address, {"opinion": "不要了"}).status_code == 403
    client_of("xzsp_head").post(address, {"opinion": "事项已废止"})

    assert states() == ["given_up", "waiting"]
    OutboxMessage.objects.filter(topic="matter.abolished").update(attempts=1)
    answer = client_of("xzsp_head").post(
        f"{message.get_absolute_url()}act/send-again/", {"opinion": "还是要"}, follow=True
    )
    assert "后续信息已经推送" in text_of(answer)
    assert states() == ["given_up", "waiting"]


def test_filters_narrow_and_the_file_holds_what_is_shown(county, client_of):
    dead()
    dead(outbox.CREDIT_CHINA)
    outbox.post(outbox.PROVINCE, "draw.done", {}, COUNTY)
    client = client_of("xzsp_clerk")

    answer = client.get("/outbox/?state=dead&target=province&export=xlsx")

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    shown = [row for row in rows if row[1] == "省“互联网+监管”平台"]
    assert len(shown) == 1
    assert "监管事项生效" in shown[0]


def test_the_list_asks_as_much_for_many_as_for_few(county, client_of, django_assert_num_queries):
    client = client_of("xzsp_clerk")
    dead()
    client.get("/outbox/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/outbox/")
    for _ in range(20):
        dead(outbox.CREDIT_CHINA)
    with django_assert_num_queries(len(few)):
        client.get("/outbox/")


def test_over_rest_the_same(county, client_of):
    message = dead()
    client = client_of("xzsp_clerk")
    address = "/api/v1/outbox/"

    (row,) = client.get(f"{address}?state=dead").json()["results"]
    assert row["acts"] == ["send-again", "give-up"]
    assert "payload" not in row
    assert client.get(f"{address}?state=delivered").json()["results"] == []
    refused = client.post(
        f"{address}{message.pk}/acts/send-again/", content_type="application/json"
    )
    assert refused.status_code == 422
    done = client.post(
        f"{address}{message.pk}/acts/send-again/",
        {"opinion": "对方已恢复"},
        content_type="application/json",
    )
    assert done.json()["state"] == "waiting"
    assert client_of("mzj_clerk").get(address).status_code == 403


def test_the_acts_are_listed_filtered_exported_and_reported_at_once(county, client_of, monkeypatch):
    published(checked_story(county))
    fine = enter()
    penalties.sign(person("wjw_head"), fine.pk)
    woken = []
    monkeypatch.setattr(reports, "wake_after_commit", lambda *args: woken.append(args))
    client = client_of("xzsp_clerk")

    with CaptureQueriesContext(connection) as asked:
        page = text_of(client.get("/outbound/acts/?kind=penalty&status=waiting"))
    assert fine.number in page
    assert fine.subject.shown_name in page
    assert len(asked) < 25
    assert fine.number not in text_of(client.get("/outbound/acts/?kind=penalty&status=sent"))
    assert fine.number not in text_of(client.get("/outbound/acts/?kind=nothing&since=x"))
    answer = client.get("/outbound/acts/?kind=penalty&export=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert any(fine.number in map(str, row) and "待推送" in row for row in rows)

    client.post("/outbound/acts/report-missing/")

    assert woken == [(reports.REPORT_TASK, COUNTY)]
    assert TrailEntry.objects.filter(verb="act_report.report_missing").count() == 1

"""Clues by Excel and over REST: the same rules, the same masks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.imports import CLUE_SHEET, apply, check
from clues.models import Clue, Complainant, Told
from clues.services.intake import merge
from clues.services.knowledge import concern
from clues.tests.intake_samples import CONTENT, entered
from records.excel import Sheet, kinds, read, to_bytes
from records.excel.columns import Column
from records.models import TrailEntry

pytestmark = pytest.mark.django_db

SOUND = {
    "channel": "12345 热线",
    "external_number": "2026-1",
    "title": "食堂卫生差",
    "content": CONTENT,
    "township": "新站镇",
    "complainant_name": "张三丰",
    "complainant_phone": "13800001234",
    "wants_answer": "是",
}
# The same headings, but every cell takes whatever is written: what a person's Excel does.
LOOSE = Sheet(
    title=CLUE_SHEET.title,
    columns=[Column(c.key, c.heading, kinds.text(6000)) for c in CLUE_SHEET.columns],
)


def checked(actor, *rows):
    parsed = read(CLUE_SHEET, to_bytes(LOOSE, rows), "工单.xlsx")
    return parsed, check(actor, parsed)


# Excel


@pytest.mark.parametrize(
    ("mistake", "column", "words"),
    [
        ({"channel": "传闻"}, "A", "之一"),
        ({"channel": "预警转办"}, "A", "之一"),
        ({"content": ""}, "D", "必填"),
        ({"occurred_on": "昨天"}, "E", "日期"),
        ({"township": "新战镇"}, "F", "是否为“新站镇”"),
        ({"identifier": "91411603MA44GBK258"}, "I", "名录中没有"),
        ({"complainant_phone": "123"}, "K", "手机号"),
        ({"wants_answer": "也许"}, "M", "之一"),
    ],
)
def test_a_mistake_is_named_by_row_and_column(actor, mistake, column, words):
    parsed, _ = checked(actor("nync_clerk"), SOUND, SOUND | {"external_number": "2"} | mistake)
    assert [(error.row, error.column_letter) for error in parsed.errors] == [(3, column)]
    assert words in parsed.errors[0].message


def test_a_sound_file_registers_tells_and_masks_its_preview(actor):
    clerk = actor("nync_clerk")
    second = SOUND | {"external_number": "", "complainant_name": "", "complainant_phone": ""}
    parsed, summary = checked(clerk, SOUND, second)
    assert parsed.ok
    assert summary["facts"][0] == ["将登记", "新增 2 条，已登记过跳过 0 条"]
    assert "138****1234" in summary["rows"][0] and "13800001234" not in str(summary)
    done: list[int] = []
    assert apply(clerk, parsed.rows, done.append) == "已登记线索 2 条，跳过已登记过的 0 条。"
    assert done == [1, 2]
    assert Complainant.objects.get().phone == "13800001234"
    assert Told.objects.count() == 1


def test_importing_the_same_file_again_adds_nothing(actor):
    clerk = actor("nync_clerk")
    parsed, _ = checked(clerk, SOUND)
    apply(clerk, parsed.rows, lambda _: None)
    parsed, summary = checked(clerk, SOUND)
    assert summary["facts"][0] == ["将登记", "新增 0 条，已登记过跳过 1 条"]
    assert apply(clerk, parsed.rows, lambda _: None) == "已登记线索 0 条，跳过已登记过的 1 条。"
    assert Clue.objects.count() == 1


def test_a_number_twice_or_of_another_department_is_an_error_a_hidden_one_is_none(actor):
    clerk = actor("nync_clerk")
    entered(actor("wjw_clerk"), external_number="taken")
    entered(actor("wjw_head"), external_number="hidden", confidential=True)
    parsed, _ = checked(
        clerk,
        SOUND,
        SOUND,
        SOUND | {"external_number": "taken"},
        SOUND | {"external_number": "hidden"},
    )
    assert [(error.row, error.message[:4]) for error in parsed.errors] == [
        (3, "与第 2"),
        (4, "这个来源"),
    ]


# REST

BODY = {
    "channel": "platform",
    "external_number": "P-1",
    "title": "食堂卫生差",
    "content": CONTENT,
    "township": "411603101",
    "complainant_name": "张三丰",
    "complainant_phone": "13800001234",
}


def post(client, **more):
    return client.post("/api/v1/clues/", BODY | more, content_type="application/json")


def test_a_clue_is_registered_once_and_answered_masked(client_of):
    client = client_of("nync_clerk")
    first = post(client)
    assert first.status_code == 201
    assert first.json()["complainant"] == {
        "name": "张**",
        "phone": "138****1234",
        "wants_answer": True,
    }
    again = post(client)
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert "handle" in first.json()["acts"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"channel": "warning"}, "channel"),
        ({"township": "110000"}, "township"),
        ({"subject": 99999999999999999999}, "subject"),
        ({"matter": -1}, "matter"),
        ({"complainant_phone": "1"}, "complainant_phone"),
        ({"content": ""}, "content"),
        ({"latitude": "33.1"}, "latitude"),
    ],
)
def test_bad_bodies_are_refused_at_their_field(client_of, more, field):
    response = post(client_of("nync_clerk"), **more)
    assert response.status_code in (400, 422)
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_a_number_of_another_department_is_a_conflict(client_of, actor):
    entered(actor("wjw_clerk"), channel="platform", external_number="P-1")
    assert post(client_of("nync_clerk")).status_code == 409


def test_who_is_no_staff_registers_nothing(client_of):
    response = post(client_of("jjz_witness"))
    assert response.status_code == 403
    assert not Clue.objects.exists()


def test_list_and_detail_show_what_is_visible_and_no_contact(client_of, actor):
    clue = entered(actor("nync_clerk"))
    hidden = entered(actor("nync_head"), confidential=True)
    client = client_of("nync_clerk")
    listed = client.get("/api/v1/clues/").json()
    assert [row["number"] for row in listed["results"]] == [clue.number]
    detail = client.get(f"/api/v1/clues/{clue.pk}/")
    assert "13800001234" not in detail.content.decode()
    assert "张三丰" not in detail.content.decode()
    assert client.get(f"/api/v1/clues/{hidden.pk}/").status_code == 404
    assert client_of("wjw_clerk").get(f"/api/v1/clues/{clue.pk}/").status_code == 404


def test_the_list_pages_by_key_and_filters(client_of, actor):
    clerk, client = actor("nync_clerk"), client_of("nync_clerk")
    for _ in range(5):
        entered(clerk, complainant_phone="")
    grid = entered(clerk, channel="grid", complainant_phone="")
    seen, url = [], "/api/v1/clues/?page_size=2"
    while url:
        answer = client.get(url).json()
        seen += [row["id"] for row in answer["results"]]
        url = answer["next"]
    assert len(seen) == len(set(seen)) == 6
    found = client.get("/api/v1/clues/?channel=grid").json()["results"]
    assert [row["id"] for row in found] == [grid.pk]


def test_the_list_costs_the_same_with_one_and_with_many(client_of, actor):
    clerk, client = actor("nync_clerk"), client_of("nync_clerk")
    entered(clerk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/clues/").status_code == 200
        return len(captured)

    queries()
    one = queries()
    for _ in range(10):
        entered(clerk)
    assert queries() == one


def test_acts_go_through_the_door_of_the_table(client_of, actor):
    clue = entered(actor("nync_clerk"))
    url = f"/api/v1/clues/{clue.pk}/acts/handle/"
    assert client_of("xzsp_clerk").post(url).status_code == 403
    done = client_of("nync_clerk").post(url)
    assert (done.status_code, done.json()["state"]) == (200, "handling")
    assert TrailEntry.objects.filter(verb="clue.handle", target_id=clue.pk).exists()


def test_the_main_clue_is_named_only_to_whom_it_is_visible(client_of, actor):
    clerk = actor("nync_clerk")
    main, other = entered(clerk), entered(clerk)
    merge(clerk, other.pk, main.pk, "同一件事")
    concern(other, actor("wjw_clerk").department_id)
    url = f"/api/v1/clues/{other.pk}/"
    assert client_of("nync_clerk").get(url).json()["merged_into"] == main.number
    assert client_of("wjw_clerk").get(url).json()["merged_into"] is None

"""Pages and REST resources of information sharing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clues.models import SharedRecord, SharingEntry, SharingRequest
from clues.selectors.sharing import STATISTICS_SHEET
from clues.services.sharing import records, requests
from clues.tests.samples import at, department, make_clue, person, photo
from clues.tests.sharing_samples import GIVEN, entry, record, request, sent_request
from credit.models import Subject
from records.excel import read

pytestmark = pytest.mark.usefixtures("county")

LIST = "/clues/sharing/"
RECORDS = "/clues/sharing/records/"
REQUESTS = "/clues/sharing/requests/"
STATISTICS = "/clues/sharing/statistics/"


def _text(client, url, **query):  # type: ignore[no-untyped-def]
    answer = client.get(url, query)
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (LIST, "还没有共享目录"),
        (RECORDS, "还没有共享信息"),
        (REQUESTS, "还没有信息申请"),
        (STATISTICS, "没有可以统计的共享信息"),
    ],
)
def test_empty_pages_say_what_belongs_there(client_of, address, words) -> None:  # type: ignore[no-untyped-def]
    assert words in _text(client_of("nync_clerk"), address)


def test_a_clerk_draws_up_and_the_head_confirms(client_of) -> None:  # type: ignore[no-untyped-def]
    clerk = client_of("scjg_clerk")
    assert "编制共享目录" in _text(clerk, f"{LIST}add/")
    form = {**GIVEN, "receivers": [department("民政局").pk]}
    refused = clerk.post(f"{LIST}add/", {**form, "limit_days": 9})
    assert refused.status_code == 422
    assert "1 至 5 个工作日" in refused.content.decode()
    assert "食品安全行政处罚决定" in refused.content.decode()
    answer = clerk.post(f"{LIST}add/", form)
    made = SharingEntry.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    url = made.get_absolute_url()
    assert clerk.post(f"{url}act/confirm/").status_code == 403
    client_of("scjg_head").post(f"{url}act/confirm/")
    made.refresh_from_db()
    assert made.state == "current"
    assert "食品安全行政处罚决定" in _text(client_of("wjw_clerk"), LIST)


def test_a_new_version_starts_from_the_present_one(client_of) -> None:  # type: ignore[no-untyped-def]
    made = entry()
    clerk = client_of("scjg_clerk")
    assert made.content in _text(clerk, f"{made.get_absolute_url()}renew/")
    form = {**GIVEN, "receivers": [department("卫健委").pk], "limit_days": 3}
    clerk.post(f"{made.get_absolute_url()}renew/", form)
    new = SharingEntry.objects.get(version=2)
    assert (new.number, new.limit_days, new.state) == (made.number, 3, "confirm")
    again = clerk.get(f"{new.get_absolute_url()}edit/")
    assert again.status_code == 302
    assert client_of("mzj_clerk").get(f"{new.get_absolute_url()}").status_code == 404


def test_register_share_and_read_on_the_pages(client_of) -> None:  # type: ignore[no-untyped-def]
    made = entry()
    clerk = client_of("scjg_clerk")
    answer = clerk.post(
        f"{RECORDS}add/",
        {
            "entry": made.pk,
            "title": "某餐馆无证经营案",
            "content": "罚款",
            "event_on": timezone.localdate().isoformat(),
            "files": [photo()],
        },
    )
    owed = SharedRecord.objects.get()
    url = owed.get_absolute_url()
    assert answer["Location"] == url
    assert client_of("mzj_clerk").get(url).status_code == 404
    clerk.post(f"{url}act/share/")
    page = _text(client_of("mzj_clerk"), url)
    assert "现场照片.jpg" in page and "阅收" in page
    client_of("mzj_clerk").post(f"{url}act/read/")
    twice = client_of("mzj_clerk").post(f"{url}act/read/", follow=True)
    assert "已经阅收" in twice.content.decode()
    assert "曾佳颖" in _text(clerk, url)


def test_a_wrong_clue_number_is_said_at_its_field(client_of) -> None:  # type: ignore[no-untyped-def]
    hidden = make_clue(person("mzj_clerk"), confidential=True)
    made = entry()
    for number in (hidden.number, "XS411603-2026-999999"):
        answer = client_of("scjg_clerk").post(
            f"{RECORDS}add/",
            {
                "entry": made.pk,
                "title": "甲",
                "content": "乙",
                "event_on": "2026-09-28",
                "clue": number,
            },
        )
        assert answer.status_code == 422
        assert "没有找到这条线索" in answer.content.decode()


def test_the_answer_is_hidden_from_the_asking_department_until_signed(client_of) -> None:  # type: ignore[no-untyped-def]
    asked = sent_request()
    url = asked.get_absolute_url()
    form = {"grants": "yes", "answer": "经研究同意", "content": "名单共 12 家"}
    client_of("scjg_clerk").post(f"{url}propose/", form)
    assert "经研究同意" in _text(client_of("scjg_clerk"), url)
    api = f"/api/v1/sharing-requests/{asked.pk}/"
    assert "经研究同意" not in _text(client_of("mzj_clerk"), url)
    assert client_of("mzj_clerk").get(api).json()["answer"] == ""
    client_of("scjg_head").post(f"{url}act/approve/")
    assert "经研究同意" in _text(client_of("mzj_clerk"), url)
    assert client_of("mzj_clerk").get(api).json()["answer"] == "经研究同意"
    given = SharedRecord.objects.get(request=asked)
    assert "名单共 12 家" in _text(client_of("mzj_clerk"), given.get_absolute_url())


def test_a_request_is_drawn_up_once(client_of) -> None:  # type: ignore[no-untyped-def]
    form = {
        "provider": department("市场监管局").pk,
        "title": "许可信息",
        "purpose": "核对",
        "basis": "条例",
        "content": "名单",
    }
    for _ in range(2):
        assert client_of("mzj_clerk").post(f"{REQUESTS}add/", form).status_code == 302
    assert SharingRequest.objects.count() == 1
    assert client_of("audit_admin").get(f"{REQUESTS}add/").status_code == 403


def test_every_number_of_the_statistics_leads_to_its_rows(client_of) -> None:  # type: ignore[no-untyped-def]
    made = entry()
    with at("2026-09-28 10:00"):
        on_time, late, overdue = (record(made, title=title) for title in "甲乙丙")
        records.share(person("scjg_clerk"), on_time.pk)
    with at("2026-10-12 10:00"):
        records.share(person("scjg_clerk"), late.pk)
    today = record(made, timezone.localdate().isoformat(), title="丁")
    client = client_of("scjg_head")
    page = client.get(STATISTICS)
    (row,) = page.context["rows"]
    assert [value for _, value, _ in row["cells"]] == [1, 1, 1, 1]
    behind = [client.get(url).context["page"].rows[0].pk for _, _, url in row["cells"]]
    assert behind == [on_time.pk, late.pk, today.pk, overdue.pk]
    others = client_of("wjw_head").get(STATISTICS)
    assert others.context["rows"] == []


def test_the_statistics_are_exported_as_shown(client_of) -> None:  # type: ignore[no-untyped-def]
    record(entry(), timezone.localdate().isoformat())
    answer = client_of("scjg_head").get(STATISTICS, {"export": "xlsx"})
    (row,) = read(STATISTICS_SHEET, answer.content, "x.xlsx").rows
    assert (row.values["provider"], row.values["open"]) == ("区市场监督管理局", 1)


def test_confidential_records_are_in_no_list_number_or_export(client_of) -> None:  # type: ignore[no-untyped-def]
    clerk = person("scjg_clerk")
    clue = make_clue(clerk, confidential=True)
    hidden = record(entry(), timezone.localdate().isoformat(), clue_id=clue.pk, title="绝密案")
    for username in ("scjg_head", "xzsp_head", "mzj_head"):
        client = client_of(username)
        assert "绝密案" not in _text(client, RECORDS)
        assert "绝密案" not in _text(client, RECORDS, q="绝密")
        assert client.get(STATISTICS).context["rows"] == []
        assert client.get(hidden.get_absolute_url()).status_code == 404
        assert client.get("/api/v1/shared-records/").json()["results"] == []
    assert "绝密案" in _text(client_of("scjg_clerk"), RECORDS)


@pytest.mark.parametrize("address", [LIST, RECORDS, REQUESTS, STATISTICS])
def test_lists_cost_the_same_however_long(client_of, address) -> None:  # type: ignore[no-untyped-def]
    client = client_of("scjg_head")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        return len(queries)

    made = entry("民政局", "卫健委")
    records.share(person("scjg_clerk"), record(made, title="零").pk)
    sent_request()
    client.get(address)
    few = cost()
    for number in range(4):
        another = entry("民政局", "卫健委", "住建局", title=f"目录{number}")
        records.share(person("scjg_clerk"), record(another, title=f"信息{number}").pk)
        sent_request(title=f"申请{number}")
    assert cost() == few


def _subject(county, name: str) -> Subject:  # type: ignore[no-untyped-def]
    return Subject.objects.create(
        region=county,
        id_kind="uscc",
        identifier=f"91411603{abs(hash(name)) % 10**10:010d}",
        name=name,
        categories=[],
        grade="C",
    )


def test_a_connected_base_shows_its_rows_to_the_scope_only(county, client_of) -> None:  # type: ignore[no-untyped-def]
    _subject(county, "穗禾商店")
    made = entry(
        "民政局", way="adapter", adapter="public_credit", secrecy="restricted", title="信用"
    )
    url = made.get_absolute_url()
    assert "穗禾商店" in _text(client_of("mzj_clerk"), url)
    assert "穗禾商店" not in _text(client_of("nync_clerk"), url)
    exported = client_of("mzj_clerk").get(url, {"export": "xlsx"})
    assert exported["Content-Type"].endswith("sheet")
    assert "穗禾商店" not in _text(client_of("nync_clerk"), url, export="xlsx")


def test_a_base_that_is_not_connected_says_so(client_of) -> None:  # type: ignore[no-untyped-def]
    made = entry(for_all=True, way="adapter", adapter="persons", title="人口")
    assert "尚未接入" in _text(client_of("mzj_clerk"), made.get_absolute_url())


def test_the_catalogue_over_rest(client_of) -> None:  # type: ignore[no-untyped-def]
    body = {**GIVEN, "receivers": [department("民政局").pk]}
    clerk, head = client_of("scjg_clerk"), client_of("scjg_head")
    answer = clerk.post("/api/v1/sharing-entries/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    pk = answer.json()["id"]
    assert answer.json()["acts"] == ["drop"]
    wrong = {**body, "title": "另一项", "limit_days": 9}
    refused = clerk.post("/api/v1/sharing-entries/", wrong, content_type="application/json")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "limit_days"
    done = head.post(f"/api/v1/sharing-entries/{pk}/acts/confirm/")
    assert done.json()["state"] == "current"
    assert client_of("tc_zfj_head").get(f"/api/v1/sharing-entries/{pk}/").status_code == 404


def test_records_over_rest(client_of) -> None:  # type: ignore[no-untyped-def]
    made = entry()
    body = {"entry": made.pk, "title": "甲", "content": "乙", "event_on": "2026-09-28"}
    clerk = client_of("scjg_clerk")
    answer = clerk.post("/api/v1/shared-records/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    pk = answer.json()["id"]
    assert dt.datetime.fromisoformat(answer.json()["due_at"]).astimezone(
        timezone.get_current_timezone()
    ).date() == dt.date(2026, 10, 10)
    assert client_of("mzj_clerk").get(f"/api/v1/shared-records/{pk}/").status_code == 404
    shared = clerk.post(f"/api/v1/shared-records/{pk}/acts/share/")
    assert shared.json()["state"] == "shared"
    read_it = client_of("mzj_clerk").post(f"/api/v1/shared-records/{pk}/acts/read/")
    assert read_it.json()["receipts"][0]["read_by"] == "曾佳颖"
    foreign = client_of("mzj_clerk").post(
        "/api/v1/shared-records/", body, content_type="application/json"
    )
    assert foreign.status_code == 403


def test_requests_over_rest(client_of) -> None:  # type: ignore[no-untyped-def]
    body = {
        "provider": department("市场监管局").pk,
        "title": "许可信息",
        "purpose": "核对",
        "basis": "条例",
        "content": "名单",
    }
    made = client_of("mzj_clerk").post(
        "/api/v1/sharing-requests/", body, content_type="application/json"
    )
    assert made.status_code == 201, made.content
    url = f"/api/v1/sharing-requests/{made.json()['id']}"
    assert client_of("mzj_head").post(f"{url}/acts/sign/").json()["state"] == "sent"
    answer = client_of("scjg_clerk").post(
        f"{url}/acts/propose/",
        {"grants": False, "answer": "没有该信息"},
        content_type="application/json",
    )
    assert answer.json()["state"] == "proposed"
    assert client_of("scjg_head").post(f"{url}/acts/approve/").json()["state"] == "declined"


def test_a_request_that_ended_offers_nothing_more(client_of) -> None:  # type: ignore[no-untyped-def]
    asked = request()
    requests.HANDLERS["withdraw"](person("mzj_clerk"), asked.pk, "不再需要")
    page = client_of("mzj_head").get(asked.get_absolute_url())
    assert page.context["acts"] == []

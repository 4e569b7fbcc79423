"""Pages and REST of hand-overs, disputes and refusals: doors, forms, totals, exports, queries."""

from __future__ import annotations

import io
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clues.models import CrimeHandover, Dispute, Refusal
from clues.services.crime.department import DOCUMENTS
from clues.tests import procedure_samples as samples
from clues.tests.samples import department, own_handling, person, photo
from records.models import TrailEntry

pytestmark = pytest.mark.django_db

LISTS = ("clues:crime-list", "clues:dispute-list", "clues:refusal-list")


def _words(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_empty_at_first_and_closed_to_administrators(client_of, name: str) -> None:
    page = client_of("mzj_clerk").get(reverse(name))
    assert "还没有与本部门有关的事项" in _words(page)
    assert client_of("system_admin").get(reverse(name)).status_code == 403


def test_the_list_counts_filters_and_exports_what_is_shown(client_of) -> None:
    samples.begun()
    samples.reviewing()
    client = client_of("scjg_clerk")
    url = reverse("clues:crime-list")
    page = client.get(url)
    assert page.context["total"].value == 2
    totals = {group.code: many for group, many, _ in page.context["stats"]}
    assert totals == {
        "preparing": 1,
        "police": 1,
        "filed": 0,
        "objecting": 0,
        "returned": 0,
        "ended": 0,
    }
    found = client.get(url, {"group": "police"}).context["rows"]
    assert [row.procedure.state for row in found] == ["reviewing"]
    assert client.get(url, {"own": "on"}).context["total"].value == 1
    assert client.get(url, {"overdue": "on"}).context["total"].value == 0
    assert client.get(url, {"q": "没有这个"}).context["total"].value == 0
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(url, {"group": "police", "export": "xlsx"}).content)
    )
    cells = [cell.value for row in book.active.iter_rows() for cell in row]
    assert "立案审查中" in cells and "决定是否立案" in cells and "专案组核实中" not in cells
    assert TrailEntry.objects.filter(verb="export").exists()


@pytest.mark.parametrize(
    ("name", "make", "username"),
    [
        ("clues:crime-list", samples.reviewing, "gaj_clerk"),
        ("clues:dispute-list", samples.talked, "mzj_clerk"),
        ("clues:refusal-list", samples.advised, "mzj_clerk"),
    ],
)
def test_a_list_costs_the_same_for_one_and_for_many(client_of, name, make, username) -> None:
    client = client_of(username)
    make()
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for _ in range(3):
        make()
    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse(name))
    assert len(page.context["rows"]) == 4
    assert len(many) == len(few)


def test_a_hand_over_is_begun_from_a_clue_and_led_on_pages(client_of) -> None:
    clue = own_handling(person("scjg_clerk"))
    client = client_of("scjg_clerk")
    url = f"{reverse('clues:crime-new')}?clue={clue.pk}"
    page = client.get(url)
    assert clue.title in _words(page)
    form = {
        "key": str(uuid.uuid4()),
        "title": clue.title,
        "suspect": "某店",
        "facts": "事实",
        "officers": samples.officers("scjg_inspector1"),
    }
    refused = client.post(url, form)
    assert refused.status_code == 422 and "2 名以上" in _words(refused)
    form["officers"] = samples.officers("scjg_inspector1", "scjg_inspector2")
    assert client.post(url, form).status_code == 302
    assert client.post(url, form).status_code == 302
    case = CrimeHandover.objects.get()
    assert case.clue == clue

    at_work = client_of("scjg_inspector1")
    sent = at_work.post(
        reverse("clues:crime-report", args=[case.pk]), {"offence": "诈骗罪", "report": "属实。"}
    )
    assert sent.status_code == 302
    for label in DOCUMENTS:
        at_work.post(
            reverse("clues:crime-attach", args=[case.pk]), {"label": label, "files": photo()}
        )
    head = client_of("scjg_head")
    head.post(reverse("clues:crime-act", args=[case.pk, "approve"]), {"opinion": ""})
    head.post(reverse("clues:crime-act", args=[case.pk, "transfer"]), {"opinion": ""})
    case.refresh_from_db()
    assert case.state == CrimeHandover.State.TRANSFERRED
    detail = _words(client_of("gaj_clerk").get(case.get_absolute_url()))
    assert "签收回执" in detail and "调查报告" in detail and "在回执上签字" in detail


def test_a_clue_leads_to_what_may_be_begun_because_of_it(client_of) -> None:
    clue = own_handling(person("scjg_clerk"))
    ways = {"移送涉嫌犯罪案件", "提出职责争议", "拟履职建议书", "拟函"}

    def offered(username: str) -> set[str]:
        page = client_of(username).get(clue.get_absolute_url())
        return {one.label for one in page.context["beginnings"]}

    client = client_of("scjg_clerk")
    for one in client.get(clue.get_absolute_url()).context["beginnings"]:
        assert client.get(one.url).status_code == 200
    assert offered("scjg_clerk") == ways
    # The coordination office sees every clue but is not concerned by this one.
    assert offered("xzsp_clerk") == {"拟履职建议书", "拟函"}
    samples.begun(clue)
    assert offered("scjg_clerk") == ways - {"移送涉嫌犯罪案件"}


def test_a_wrong_file_is_refused_with_words_kept(client_of) -> None:
    case = samples.begun()
    text = SimpleUploadedFile("a.txt", b"hello")
    page = client_of("scjg_clerk").post(
        reverse("clues:crime-attach", args=[case.pk]), {"label": DOCUMENTS[0], "files": text}
    )
    assert page.status_code == 422
    assert "类型不在允许范围内" in _words(page)


def test_doors_are_closed_to_who_may_not(client_of) -> None:
    case = samples.approved()
    assert client_of("gaj_head").get(case.get_absolute_url()).status_code == 404
    act = reverse("clues:crime-act", args=[case.pk, "transfer"])
    assert client_of("mzj_head").post(act).status_code == 404
    assert client_of("scjg_clerk").post(act).status_code == 403
    assert TrailEntry.objects.filter(outcome="denied", verb="crime.transfer").exists()
    assert client_of("gaj_clerk").get(reverse("clues:crime-new")).status_code == 403
    assert client_of("mzj_clerk").get(reverse("clues:crime-back")).status_code == 403
    again = client_of("scjg_inspector1").get(reverse("clues:crime-report", args=[case.pk]))
    assert again.status_code == 302


def test_the_police_begin_the_other_direction_on_a_page(client_of) -> None:
    form = {
        "key": str(uuid.uuid4()),
        "title": "张某殴打他人案",
        "suspect": "张某",
        "facts": "情节显著轻微。",
        "department": department("市场监管局").pk,
        "files": photo(),
    }
    assert client_of("gaj_clerk").post(reverse("clues:crime-back"), form).status_code == 302
    case = CrimeHandover.objects.get()
    assert "签发移送行政处理函" in _words(client_of("gaj_head").get(case.get_absolute_url()))


def test_a_dispute_is_led_on_pages(client_of) -> None:
    client = client_of("mzj_clerk")
    form = {
        "key": str(uuid.uuid4()),
        "about": "duties",
        "title": "内设食堂",
        "departments": [department("市场监管局").pk],
        "facts": "认识不一致。",
    }
    assert client.post(reverse("clues:dispute-new"), form).status_code == 302
    dispute = Dispute.objects.get()
    client_of("mzj_head").post(reverse("clues:dispute-act", args=[dispute.pk, "raise"]))
    for username in ("mzj_clerk", "scjg_clerk"):
        client_of(username).post(
            reverse("clues:dispute-handle", args=[dispute.pk]), {"text": "已处置。"}
        )
    client.post(
        reverse("clues:dispute-talk", args=[dispute.pk]),
        {"held_on": "2026-09-01", "participants": "双方", "minutes": "未谈拢。", "agreed": ""},
    )
    client.post(reverse("clues:dispute-prepare", args=[dispute.pk]), {"text": "申请协调。"})
    client_of("mzj_head").post(reverse("clues:dispute-act", args=[dispute.pk, "submit"]))
    client_of("bianb_clerk").post(
        reverse("clues:dispute-propose", args=[dispute.pk]),
        {"responsible": department("民政局").pk, "text": "由民政局负责。"},
    )
    assert "由民政局负责" not in _words(client.get(dispute.get_absolute_url()))
    client_of("bianb_head").post(reverse("clues:dispute-act", args=[dispute.pk, "decide"]))
    dispute.refresh_from_db()
    assert dispute.state == Dispute.State.DECIDED
    assert "由民政局负责" in _words(client.get(dispute.get_absolute_url()))


def test_a_refusal_is_led_on_pages(client_of) -> None:
    form = {
        "key": str(uuid.uuid4()),
        "title": "未检查食堂",
        "addressee": department("市场监管局").pk,
        "facts": "未派员。",
        "basis": "食品安全法第六条",
        "advice": "请检查。",
    }
    client = client_of("mzj_clerk")
    assert client.post(reverse("clues:refusal-new"), form).status_code == 302
    refusal = Refusal.objects.get()
    client_of("mzj_head").post(reverse("clues:refusal-act", args=[refusal.pk, "advise"]))
    act = reverse("clues:refusal-act", args=[refusal.pk, "reject"])
    client_of("scjg_head").post(act, {"opinion": "不属于本部门。"})
    drafted = client.get(reverse("clues:refusal-prepare-report", args=[refusal.pk]))
    assert "不属于本部门" in _words(drafted)
    client.post(reverse("clues:refusal-prepare-report", args=[refusal.pk]), {"text": "报请处理。"})
    client_of("mzj_head").post(reverse("clues:refusal-act", args=[refusal.pk, "report"]))
    page = _words(client_of("zfb_head").get(refusal.get_absolute_url()))
    assert "责令改正" in page and "不予支持" in page


@pytest.mark.parametrize(
    "start", ["begun", "reported", "approved", "transferred", "not_filed", "sent_back"]
)
def test_every_stage_of_a_hand_over_has_a_page(client_of, start: str) -> None:
    case = getattr(samples, start)()
    username = "gaj_head" if start == "sent_back" else "scjg_head"
    page = client_of(username).get(case.get_absolute_url())
    current = [step for step in page.context["steps"] if step.state == "current"]
    assert page.status_code == 200 and len(current) == 1


@pytest.mark.parametrize("start", ["drafted", "raised", "talked", "agreed", "submitted"])
def test_every_stage_of_a_dispute_has_a_page(client_of, start: str) -> None:
    dispute = getattr(samples, start)()
    page = client_of("mzj_head").get(dispute.get_absolute_url())
    assert len([step for step in page.context["steps"] if step.state == "current"]) == 1


@pytest.mark.parametrize(
    "start", ["prepared_advice", "advised", "unresolved", "on_report", "ordered", "criticised"]
)
def test_every_stage_of_a_refusal_has_a_page(client_of, start: str) -> None:
    refusal = getattr(samples, start)()
    page = client_of("mzj_head").get(refusal.get_absolute_url())
    assert len([step for step in page.context["steps"] if step.state == "current"]) == 1


def test_rest_lists_shows_and_acts(client_of) -> None:
    case = samples.transferred()
    police = client_of("gaj_clerk")
    listed = police.get("/api/v1/crimes/").json()["results"]
    assert [row["number"] for row in listed] == [case.number] and "acts" not in listed[0]
    one = police.get(f"/api/v1/crimes/{case.pk}/").json()
    assert one["acts"] == ["receive"] and one["turn"]["waits"] == "在回执上签字"
    done = police.post(f"/api/v1/crimes/{case.pk}/acts/receive/", {"opinion": ""})
    assert done.status_code == 200 and done.json()["state"] == "reviewing"
    assert client_of("mzj_clerk").get(f"/api/v1/crimes/{case.pk}/").status_code == 404
    refused = police.post(f"/api/v1/crimes/{case.pk}/acts/file/", {"opinion": "立案"})
    assert refused.status_code == 403

    dispute, refusal = samples.submitted(), samples.advised()
    one = client_of("bianb_clerk").get(f"/api/v1/disputes/{dispute.pk}/").json()
    assert one["acts"] == ["ask-statements"] and len(one["parties"]) == 2
    path = f"/api/v1/refusals/{refusal.pk}/acts/accept/"
    head, json = client_of("scjg_head"), "application/json"
    missing = head.post(path, {"opinion": ""}, content_type=json)
    assert missing.status_code == 422 and missing["Content-Type"] == "application/problem+json"
    done = head.post(path, {"opinion": "照办"}, content_type=json)
    assert done.status_code == 200 and done.json()["state"] == "correcting"

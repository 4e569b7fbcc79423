"""Pages, files and REST of letters: what is shown to whom, and at what cost."""

from __future__ import annotations

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from clues.forms.letters import UNSEEN_CLUE
from clues.models import Referral, Stop
from clues.services.letters import answering, drafts, sending
from clues.tests import letter_samples as letters
from clues.tests.samples import at, department, make_clue, moment, person, photo
from records.models import TrailEntry

pytestmark = pytest.mark.django_db


def page(client, letter: Referral) -> str:
    return client.get(letter.get_absolute_url()).content.decode()


def posted(kind: str = "assistance", **over):
    fields = {
        "title": "关于协助核查的函",
        "body": "第一段。\n第二段。",
        "to": letters.office("xfdd_clerk").pk,
        "outside": "",
        "subject": "",
    }
    return fields | over


def test_list_costs_the_same_for_one_and_for_many(county, client_of):
    client = client_of("mzj_clerk")
    address = reverse("clues:letter-list")
    letters.sent()
    client.get(address)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    few = queries()
    for number in range(4):
        letters.received(title=f"第{number}件函", copies=(department("司法局"),))
    assert queries() == few


def test_api_list_costs_the_same_for_one_and_for_many(county, client_of):
    client = client_of("mzj_clerk")
    counts = []
    for number in range(3):
        letters.received(title=f"第{number}件函")
        with CaptureQueriesContext(connection) as caught:
            assert len(client.get("/api/v1/letters/").json()["results"]) == number + 1
        counts.append(len(caught))
    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("box=out", {"甲函"}),
        ("box=in", {"乙函"}),
        ("box=copied", {"丙函"}),
        ("box=waiting", {"乙函"}),
        ("kind=appraisal", {"丙函"}),
        ("state=received", {"甲函"}),
        ("state=open", {"甲函", "乙函", "丙函"}),
        ("q=乙", {"乙函"}),
        ("q=鉴〔", {"丙函"}),
        ("since=2026-09-30", {"乙函", "丙函"}),
        ("until=2026-09-29", {"甲函"}),
    ],
)
def test_filters_of_the_list(county, client_of, query, expected):
    with at("2026-09-28 10:00"):
        letters.received(title="甲函")
    with at("2026-09-30 10:00"):
        letters.sent("assistance", "zjj_clerk", "mzj_clerk", title="乙函")
        copies = (department("民政局"),)
        letters.sent("appraisal", "zjj_clerk", "scjg_clerk", title="丙函", copies=copies)
    Referral.objects.filter(title="甲函").update(created_at=moment("2026-09-29 23:59"))
    Referral.objects.exclude(title="甲函").update(created_at=moment("2026-09-30 00:00"))
    answer = client_of("mzj_clerk").get(f"{reverse('clues:letter-list')}?{query}")
    assert {row.letter.title for row in answer.context["rows"]} == expected


def test_export_holds_what_is_shown(county, client_of):
    letters.sent(title="甲函")
    letters.proposed("done", title="乙函")
    answer = client_of("mzj_clerk").get(f"{reverse('clues:letter-list')}?export=xlsx&q=乙")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    words = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "乙函" in words and "甲函" not in words
    # The answer waits for the head's signature: nobody else sees it.
    assert "已协助" not in words


def test_strangers_find_nothing(county, client_of):
    letter = letters.sent()
    client = client_of("wjw_clerk")
    for name in ("letter", "letter-edit", "letter-answer", "letter-extend", "letter-supplement"):
        assert client.get(reverse(f"clues:{name}", args=[letter.pk])).status_code == 404
    for form in ("pdf", "docx"):
        address = reverse("clues:letter-print", args=[letter.pk, form])
        assert client.get(address).status_code == 404
    assert client.get(f"/api/v1/letters/{letter.pk}/").status_code == 404
    act = client.post(reverse("clues:letter-act", args=[letter.pk, "receive"]))
    assert act.status_code == 404


def test_addressee_does_not_see_a_letter_before_it_is_sent(county, client_of):
    letter = letters.in_review()
    client = client_of("xfdd_head")
    assert client.get(letter.get_absolute_url()).status_code == 404
    assert letter.title not in client.get(reverse("clues:letter-list")).content.decode()


def test_new_letter_is_written_on_the_page(county, client_of):
    client = client_of("mzj_clerk")
    choose = client.get(reverse("clues:letter-kinds")).content.decode()
    assert "协助函" in choose and "督办函" not in choose
    address = reverse("clues:letter-new", args=["assistance"])
    form = client.get(address).content.decode()
    assert "签收后 10 个工作日内答复" in form and "郯城综合执法局" not in form
    answer = client.post(address, posted(other_files=[photo()]), follow=True)
    letter = Referral.objects.get()
    assert answer.redirect_chain[-1][0] == letter.get_absolute_url()
    shown = answer.content.decode()
    assert "周口市淮阳区民政局" in shown and "（未签发）" in shown and "现场照片.jpg" in shown


def test_refused_form_keeps_what_was_typed(county, client_of):
    client = client_of("mzj_clerk")
    address = reverse("clues:letter-new", args=["assistance"])
    answer = client.post(address, posted(to="", title="保留的标题"))
    assert answer.status_code == 422
    assert "保留的标题" in answer.content.decode()
    assert "只填一项" in answer.content.decode()
    assert not Referral.objects.exists()


def test_kinds_that_one_may_not_write(county, client_of):
    client = client_of("mzj_clerk")
    assert client.get(reverse("clues:letter-new", args=["supervision"])).status_code == 403
    assert client.get(reverse("clues:letter-new", args=["clue_transfer"])).status_code == 404
    assert client_of("mzj_inspector1").get(reverse("clues:letter-kinds")).status_code == 403


def test_clue_goes_with_the_letter(county, client_of):
    clue = make_clue(person("mzj_clerk"))
    address = reverse("clues:letter-new", args=["assistance"]) + f"?clue={clue.pk}"
    client = client_of("mzj_clerk")
    assert clue.title in client.get(address).content.decode()
    client.post(address, posted())
    assert Referral.objects.get().clue == clue
    assert client_of("wjw_clerk").get(address).status_code == 404


@pytest.mark.parametrize("page", ["letters/new/assistance", "crimes/new", "refusals/new"])
def test_what_was_written_about_a_clue_that_is_gone_is_not_lost(county, client_of, page):
    """It may have become confidential meanwhile; a number that was never given is told the same."""
    clue = make_clue(person("mzj_clerk"))
    client = client_of("wjw_clerk")
    told = []
    for key in (clue.pk, clue.pk + 1000):
        text = posted(title="要紧的内容", facts="要紧的内容")
        answer = client.post(f"/clues/{page}/?clue={key}", text)
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert "要紧的内容" in shown and clue.title not in shown and clue.number not in shown
        told.append(UNSEEN_CLUE in shown)
    assert told == [True, True]
    assert not Referral.objects.exists()


def test_whole_way_on_the_pages(county, client_of):
    clerk, head = client_of("mzj_clerk"), client_of("mzj_head")
    other, other_head = client_of("xfdd_clerk"), client_of("xfdd_head")
    letter = letters.drafted()

    def act(client, code, **fields):
        return client.post(reverse("clues:letter-act", args=[letter.pk, code]), fields, follow=True)

    edited = reverse("clues:letter-edit", args=[letter.pk])
    assert "疏散通道堵塞" in clerk.get(edited).content.decode()
    clerk.post(edited, posted(title="改过的标题"))
    act(clerk, "submit")
    act(head, "sign")
    act(other, "receive")
    act(other, "ask", opinion="请补充平面图")
    step = reverse("clues:letter-supplement", args=[letter.pk])
    assert "请补充平面图" in clerk.get(step).content.decode()
    clerk.post(step, {"text": "见附件", "upload": [photo("平面图.jpg")]})
    extend = reverse("clues:letter-extend", args=[letter.pk])
    assert "最多 10 个工作日" in other_head.get(extend).content.decode()
    refused = other_head.post(extend, {"amount": 30, "opinion": "检测"})
    assert refused.status_code == 422 and "最多延长" in refused.content.decode()
    other_head.post(extend, {"amount": 2, "opinion": "检测"})
    answer = reverse("clues:letter-answer", args=[letter.pk])
    other.post(answer, {"answer": "done", "text": "通道已清理。", "files": [photo("清理后.jpg")]})
    assert "通道已清理" not in page(clerk, letter)
    assert "清理后.jpg" not in page(clerk, letter)
    assert "通道已清理" in page(other, letter)
    act(other_head, "answer")
    shown = page(clerk, letter)
    assert "通道已清理" in shown and "清理后.jpg" in shown and "平面图.jpg" in shown
    # What was said inside the other house stays there.
    assert "拟答复" not in shown and "送负责人签发" in shown
    seen_there = page(other, letter)
    assert "送负责人签发" not in seen_there and "起算期限：拟稿" not in seen_there


def test_late_comer_is_told_in_words(county, client_of):
    letter = letters.proposed("done")
    answering.answer(person("xfdd_head"), letter.pk)
    client = client_of("xfdd_clerk")
    address = reverse("clues:letter-answer", args=[letter.pk])
    for answer in (
        client.get(address, follow=True),
        client.post(address, {"answer": "done", "text": "再答"}, follow=True),
    ):
        assert "当前状态为“已答复”" in answer.content.decode()


def test_denied_act_is_recorded(county, client_of):
    letter = letters.in_review()
    answer = client_of("mzj_clerk").post(reverse("clues:letter-act", args=[letter.pk, "sign"]))
    assert answer.status_code == 403
    assert TrailEntry.objects.filter(verb="letter.sign", outcome="denied").exists()


def test_copy_is_read_by_button(county, client_of):
    letter = letters.sent(copies=(department("卫健委"),))
    client = client_of("wjw_clerk")
    assert "阅知" in page(client, letter)
    for _ in range(2):
        client.post(reverse("clues:letter-act", args=[letter.pk, "read"]))
    assert person("wjw_clerk").name in page(client_of("mzj_clerk"), letter)


def test_supervision_starts_from_a_stop(county, client_of):
    letter = letters.received()
    stop = Stop.objects.open().of(letter).get(code="main")
    address = reverse("clues:letter-supervise", args=[stop.pk])
    assert client_of("mzj_head").post(address).status_code == 403
    answer = client_of("xzsp_clerk").post(address, {"opinion": "请说明"}, follow=True)
    assert "请说明" in answer.content.decode()
    again = client_of("xzsp_clerk").post(address, follow=True)
    assert "已有督办函" in again.content.decode()


# The printed letter


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s", "", "".join(one.extract_text() for one in pages))


def printed(client, letter: Referral, form: str):
    return client.get(reverse("clues:letter-print", args=[letter.pk, form]))


def test_printed_letter_says_what_was_sent(county, client_of):
    with at("2026-09-03 10:00"):
        letter = letters.sent(
            "appraisal",
            "zjj_clerk",
            "scjg_clerk",
            body="请鉴定<b>电梯</b>钢丝绳。",
            copies=(department("司法局"),),
        )
    answer = printed(client_of("scjg_clerk"), letter, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    for part in (
        "周口市淮阳区住房和城乡建设局",
        "住建局鉴〔2026〕1号",
        "周口市淮阳区市场监督管理局：",
        "请鉴定<b>电梯</b>钢丝绳。",
        "附件：待鉴定材料",
        "2026年9月3日",
        "抄送：周口市淮阳区司法局。",
    ):
        assert part in text
    assert "内部保密" not in text
    answer = printed(client_of("scjg_clerk"), letter, "docx")
    words = "\n".join(p.text for p in Document(io.BytesIO(answer.content)).paragraphs)
    assert "请鉴定<b>电梯</b>钢丝绳。" in words and "住建局鉴〔2026〕1号" in words


def test_draft_prints_as_unsigned(county, client_of):
    letter = letters.in_review()
    text = text_of(printed(client_of("mzj_head"), letter, "pdf").content)
    assert "（未签发）" in text and "年" not in text[-60:]


def test_later_files_are_no_attachments(county, client_of):
    with at("2026-09-03 10:00"):
        letter = letters.received()
    with at("2026-09-04 10:00"):
        answering.ask(person("xfdd_clerk"), letter.pk, "请补充")
        answering.supplement(person("mzj_clerk"), letter.pk, "", {"补充材料": [photo()]})
    assert "附件" not in text_of(printed(client_of("mzj_clerk"), letter, "pdf").content)


def test_confidential_letter_bears_its_mark_for_those_who_know(county, client_of):
    head = person("mzj_head")
    clue = make_clue(head, confidential=True)
    letter = letters.drafted("assistance", "mzj_head", clue=clue)
    drafts.submit(head, letter.pk)
    sending.sign(head, letter.pk)
    assert "内部保密" in text_of(printed(client_of("xfdd_head"), letter, "pdf").content)
    for name in ("xfdd_clerk", "mzj_clerk", "xzsp_head"):
        client = client_of(name)
        assert printed(client, letter, "pdf").status_code == 404
        assert client.get(f"/api/v1/letters/{letter.pk}/").status_code == 404
        listed = client.get(reverse("clues:letter-list") + "?q=协助").content.decode()
        assert letter.title not in listed


# REST


def test_draft_and_acts_over_rest(county, client_of):
    clerk, head, other = (client_of(n) for n in ("mzj_clerk", "mzj_head", "xfdd_clerk"))

    def post(client, address, body):
        return client.post(f"/api/v1/letters/{address}", body, content_type="application/json")

    body = {
        "kind": "assistance",
        "title": "关于协助的函",
        "body": "请协助。",
        "to": letters.office("xfdd_clerk").pk,
    }
    made = post(clerk, "", body)
    assert made.status_code == 201
    assert made.json()["acts"] == ["submit", "edit", "discard"]
    key = made.json()["id"]
    assert post(clerk, f"{key}/acts/submit/", {}).json()["state"] == "review"
    assert post(clerk, f"{key}/acts/sign/", {}).status_code == 403
    assert post(head, f"{key}/acts/sign/", {}).json()["number"].startswith("民政局协〔")
    assert post(head, f"{key}/acts/sign/", {}).status_code == 409
    assert post(other, f"{key}/acts/receive/", {}).json()["state"] == "received"
    wrong = post(other, f"{key}/acts/draft-answer/", {"answer": "x", "text": "y"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "answer")
    done = post(other, f"{key}/acts/draft-answer/", {"answer": "done", "text": "已协助"})
    assert done.json()["answer"] == "done"
    assert clerk.get(f"/api/v1/letters/{key}/").json()["answer"] == ""
    assert post(other, f"{key}/acts/extend/", {"opinion": "x"}).status_code == 400
    assert post(other, f"{key}/acts/nothing/", {}).status_code == 404


def test_rest_refuses_what_the_page_refuses(county, client_of):
    body = {"kind": "assistance", "title": "函", "body": "文", "to": None}
    for over, status in (({}, 422), ({"clue": 999}, 400), ({"kind": "clue_transfer"}, 400)):
        answer = client_of("mzj_clerk").post(
            "/api/v1/letters/", body | over, content_type="application/json"
        )
        assert answer.status_code == status

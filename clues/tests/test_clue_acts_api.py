"""The acts on a clue with fields of their own, over REST: a whole course without a page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from clues.models import Clue, Referral
from clues.services.uploads import keep_files
from clues.tests.samples import department, handling, make_clue, own_handling, photo
from records.trail import entries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(client_of):
    """POST an act to a clue as somebody; answers with status and body."""
    clients: dict[str, Client] = {}

    def post(username: str, clue: Clue, code: str, **body: object) -> tuple[int, dict]:
        client = clients.setdefault(username, client_of(username))
        url = f"/api/v1/clues/{clue.pk}/acts/{code}/"
        answer = client.post(url, body, content_type="application/json")
        return answer.status_code, answer.json()

    return post


def test_from_the_talk_to_the_answer(send, actor):
    clue, to = make_clue(actor("scjg_clerk")), department("民政局")
    keep_files(actor("scjg_clerk"), clue, [photo()], "证据材料")
    talk = {"department": to.pk, "talked_at": timezone.now().isoformat(), "note": "同意接收。"}
    assert send("scjg_clerk", clue, "talk", **talk)[1]["state"] == "talked"
    letter = {"title": "移送函", "body": "请依法核查处理。"}
    status, body = send("scjg_clerk", clue, "prepare", **letter)
    assert (status, "prepare" in body["acts"]) == (200, False)
    assert send("scjg_head", clue, "transfer")[0] == 200
    assert send("scjg_clerk", clue, "tell", text="已移送区民政局办理。")[0] == 200
    assert send("mzj_clerk", clue, "receive")[1]["state"] == "handling"
    assert send("mzj_clerk", clue, "ask-supplement", opinion="请补充来电记录")[0] == 200
    status, body = send("scjg_clerk", clue, "supplement", note="来电记录已补充。")
    assert (status, body["state"]) == (200, "handling")
    assert send("mzj_head", clue, "extend", amount=2, opinion="需要检验")[0] == 200
    answer = {"outcome": "corrected", "answer": "已责令改正。"}
    assert "propose" not in send("mzj_clerk", clue, "propose", **answer)[1]["acts"]
    assert send("mzj_head", clue, "approve")[1]["state"] == "closed"
    assert Referral.objects.get(clue=clue).answer == "handled"
    verbs = set(entries_of(clue).values_list("verb", flat=True))
    assert {"clue.talk", "clue.prepare", "clue.tell", "clue.extend", "clue.propose"} <= verbs


def test_the_coordination_office_names_the_department(send, actor):
    clue = own_handling(actor("scjg_clerk"))
    named = {"department": department("卫健委").pk, "opinion": "属于医疗机构"}
    assert send("scjg_head", clue, "assign", **named)[0] == 403
    status, body = send("xzsp_clerk", clue, "assign", **named)
    assert (status, body["holder"]) == (200, "区卫生健康委员会")


def test_a_clue_is_merged_into_one_that_the_caller_sees(send, actor):
    clerk = actor("mzj_clerk")
    clue, main, foreign = make_clue(clerk), make_clue(clerk), make_clue(actor("scjg_clerk"))
    for unseen in (foreign.pk, 2**62):
        status, body = send("mzj_clerk", clue, "merge", into=unseen, opinion="同一件事")
        assert (status, body["errors"][0]["field"]) == (422, "into")
    status, body = send("mzj_clerk", clue, "merge", into=main.pk, opinion="同一件事")
    assert (status, body["merged_into"]) == (200, main.number)


def test_what_is_wrong_is_said_at_its_field(send, actor):
    clue = make_clue(actor("scjg_clerk"))
    status, body = send("scjg_clerk", clue, "talk", department=2**70, note="")
    assert status == 400
    assert {error["field"] for error in body["errors"]} == {"department", "talked_at", "note"}
    elsewhere = handling(actor("xzsp_clerk"), actor("xzsp_head"), actor("mzj_clerk"))
    assert send("wjw_clerk", elsewhere, "propose", outcome="nothing", answer="无")[0] == 404
    assert Clue.objects.get(pk=elsewhere.pk).answer == ""

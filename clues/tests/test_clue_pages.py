"""The page of a clue and of its acts, bulk acts, the emergency entry."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clues.acts.clue import CLUE_ACTS
from clues.models import Clue, Referral, Stop
from clues.selectors import lanes
from clues.services import clue_answer, clue_transfer, clues, joint
from clues.tests import joint_samples, letter_samples
from clues.tests.samples import (
    at,
    department,
    handling,
    make_clue,
    photo,
    prepared,
    propose_answer,
    talked,
    transferred,
)
from departments.models import Department

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(actor):
    return Department.objects.select_related("region").get(pk=actor("mzj_clerk").department_id)


def words(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_whole_way_of_a_clue_by_its_pages(actor, client_of, home):
    scjg, head, mzj, mzj_head = map(client_of, ("scjg_clerk", "scjg_head", "mzj_clerk", "mzj_head"))
    clue = make_clue(actor("scjg_clerk"))
    url = f"/clues/{clue.pk}/"
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"

    def post(client, path, **data):
        answer = client.post(url + path, data)
        assert answer.status_code == 302
        clue.refresh_from_db()

    post(scjg, "talk/", department=home.pk, talked_at=now, note="对方同意接收")
    form = words(scjg.get(url + "prepare/"))
    assert clue.number in form and "对方同意接收" in form
    draft = clue_transfer.letter_draft(clue)
    post(scjg, "prepare/", **draft, files=[photo()])
    post(head, "act/transfer/")
    post(scjg, "tell/", text="您好，已移送区民政局办理。")
    post(mzj, "act/receive/")
    post(mzj, "act/ask-supplement/", opinion="请补充票据")
    post(scjg, "supplement/", note="票据见附件", files=[photo("票据.jpg")])
    post(mzj_head, "extend/", amount=3, opinion="等待检验")
    post(mzj, "propose/", outcome="corrected", answer="已责令改正。")
    post(mzj_head, "act/approve/")
    assert clue.state == "closed"

    page = words(mzj.get(url))
    for expected in ("已办结", "已责令改正。", "票据.jpg", "移〔", "要求补充材料", "您好，已移送"):
        assert expected in page


def test_refusals_stay_in_the_form_with_what_was_typed(actor, client_of, home):
    clue = make_clue(actor("scjg_clerk"))
    client = client_of("scjg_clerk")
    answer = client.post(
        f"/clues/{clue.pk}/talk/",
        {"department": home.pk, "talked_at": "2099-01-01T10:00", "note": "说明情况"},
    )
    assert answer.status_code == 422
    assert "沟通时间不能晚于现在" in words(answer)
    assert "说明情况" in words(answer)
    done = talked(actor("scjg_clerk"), home)
    answer = client.post(f"/clues/{done.pk}/prepare/", {"title": "函", "body": "正文"})
    assert answer.status_code == 422
    assert "必须附证据材料" in words(answer)


def test_a_form_page_of_an_act_that_is_over_leads_back_in_words(actor, client_of):
    clue = clues.handle(actor("scjg_clerk"), make_clue(actor("scjg_clerk")).pk)
    answer = client_of("scjg_clerk").get(f"/clues/{clue.pk}/talk/", follow=True)
    assert answer.redirect_chain == [(f"/clues/{clue.pk}/", 302)]
    assert "不能执行“记录与对方沟通”" in words(answer)


def test_others_do_not_find_it_and_partners_may_not_act(actor, client_of, home):
    clue = talked(actor("scjg_clerk"), home)
    assert client_of("wjw_head").get(f"/clues/{clue.pk}/").status_code == 404
    assert client_of("wjw_head").get(f"/clues/{clue.pk}/prepare/").status_code == 404
    # The coordination office oversees all, but prepares no letters for others.
    assert client_of("xzsp_clerk").get(f"/clues/{clue.pk}/").status_code == 200
    assert client_of("xzsp_clerk").get(f"/clues/{clue.pk}/prepare/").status_code == 403
    assert client_of("xzsp_clerk").post(f"/clues/{clue.pk}/act/handle/").status_code == 403


def test_the_page_says_whose_turn_it_is_and_who_was_late(actor, client_of, home):
    with at("2026-09-28 09:00"):
        clue = prepared(actor("scjg_clerk"), home, evidence_at_risk="冻肉可能被转移")
    with at("2026-10-12 09:00"):
        clue_transfer.transfer(actor("scjg_head"), clue.pk)
    with at("2026-10-12 15:00"):
        page = words(client_of("mzj_clerk").get(f"/clues/{clue.pk}/"))
    assert "<strong>区民政局</strong> <span>签收</span>" in page
    assert "逾期 3 个工作日完成" in page
    assert "证据灭失风险：冻肉可能被转移" in page
    assert "有逾期" in page


def test_lanes_stand_by_department_in_the_order_of_the_way(actor, home):
    with at("2026-09-28 09:00"):
        clue = transferred(actor("scjg_clerk"), actor("scjg_head"), home)
    with at("2026-09-30 09:00"):
        clue_transfer.receive(actor("mzj_clerk"), clue.pk)
    with at("2026-10-08 09:00"):
        clue.refresh_from_db()
        course = lanes.lanes_of(clue, lanes.stops_of(actor("mzj_clerk"), clue))
    first, second = course.lanes
    assert first.department.pk == actor("scjg_clerk").department_id
    assert [line.stop.waits for line in second.lines] == ["签收", "办理并答复"]
    assert (first.holds, second.holds) == (False, True)
    # 28 September 9:00 to 8 October 9:00.
    assert second.spent.days == 10
    assert course.present is not None and course.present.stop.waits == "办理并答复"
    # Telling the complainant ran meanwhile and is overdue only after 8 October.
    assert [bar.tone for bar in second.bars] == ["done", "open"]
    assert all(0 <= float(bar.x.rstrip("%")) <= 100 for bar in (*first.bars, *second.bars))


def test_the_page_costs_the_same_with_few_and_many_stops(actor, client_of, home):
    client = client_of("mzj_clerk")

    def cost(clue: Clue) -> int:
        client.get(f"/clues/{clue.pk}/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/clues/{clue.pk}/").status_code == 200
        return len(queries)

    few = handling(actor("scjg_clerk"), actor("scjg_head"), actor("mzj_clerk"))
    many = handling(actor("scjg_clerk"), actor("scjg_head"), actor("mzj_clerk"))
    for _ in range(4):
        clue_transfer.ask_supplement(actor("mzj_clerk"), many.pk, "再补充")
        clue_transfer.supplement(
            actor("scjg_clerk"), many.pk, note="补充", files=[photo("补充.jpg")]
        )
    for _ in range(3):
        clue_answer.approve(actor("mzj_head"), propose_answer(actor("mzj_clerk"), many).pk)
        many = clues.reopen(actor("mzj_head"), many.pk, "重新办理")
    assert Stop.objects.of(many).count() > Stop.objects.of(few).count() + 5
    assert cost(many) <= cost(few)


def test_bulk_receiving_previews_and_skips_what_is_not_possible(actor, client_of, home):
    scjg, head = actor("scjg_clerk"), actor("scjg_head")
    ways = [transferred(scjg, head, home) for _ in range(2)]
    done = handling(scjg, head, actor("mzj_clerk"))
    client = client_of("mzj_clerk")
    chosen = {"selected": [one.pk for one in (*ways, done)]}
    preview = words(client.post("/clues/bulk/receive/", chosen))
    assert "当前状态为“办理中”" in preview
    assert Clue.objects.filter(state="transferred").count() == 2
    answer = client.post("/clues/bulk/receive/", chosen | {"confirm": "1"})
    assert answer.status_code == 302
    assert Clue.objects.filter(state="handling").count() == 3
    assert client_of("wjw_clerk").post("/clues/bulk/receive/", chosen).status_code == 302


def test_bulk_assigning_is_for_coordination_with_a_reason(actor, client_of):
    clue = make_clue(actor("scjg_clerk"))
    target = department("卫健委")
    chosen = {"selected": [clue.pk]}
    assert client_of("scjg_head").post("/clues/bulk/assign/", chosen).status_code == 403
    client = client_of("xzsp_clerk")
    assert "指定理由" in words(client.post("/clues/bulk/assign/", chosen))
    wrong = client.post("/clues/bulk/assign/", chosen | {"confirm": "1", "department": target.pk})
    assert wrong.status_code == 422
    client.post(
        "/clues/bulk/assign/",
        chosen | {"confirm": "1", "department": target.pk, "opinion": "属于医疗机构"},
    )
    clue.refresh_from_db()
    assert (clue.holder_id, clue.assigned) == (target.pk, True)


def test_an_emergency_by_its_pages(actor, client_of):
    officer = client_of("scjg_inspector1")
    assert officer.get("/clues/emergency/").status_code == 200
    data = {
        "title": "燃气泄漏",
        "danger": "软管脱落",
        "since": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "place": "文昌大道 12 号",
        "measures": "关闭总阀",
        "called": [department("卫健委").pk],
        "client_key": str(uuid.uuid4()),
        "files": [photo()],
    }
    missing = officer.post("/clues/emergency/", data | {"measures": ""})
    assert missing.status_code == 422
    assert "软管脱落" in words(missing)
    answer = officer.post("/clues/emergency/", data | {"files": [photo()]})
    clue = Clue.objects.get()
    assert answer.url == f"/clues/{clue.pk}/"
    officer.post("/clues/emergency/", data | {"files": [photo()]})
    assert Clue.objects.count() == 1

    called = client_of("wjw_inspector1")
    page = words(called.get(f"/clues/{clue.pk}/"))
    letter = Referral.objects.get(kind="emergency_call")
    assert f"/clues/calls/{letter.pk}/respond/" in page
    url = f"/clues/calls/{letter.pk}/respond/"
    assert "关闭总阀" in words(called.get(url))
    assert called.post(url, {"answer": "unable", "note": ""}).status_code == 422
    assert called.post(url, {"answer": "present", "note": "两人到场"}).status_code == 302
    assert called.post(url, {"answer": "present"}, follow=True).status_code == 200
    assert client_of("mzj_clerk").get(url).status_code == 404
    assert client_of("scjg_clerk").get(url).status_code == 403
    assert client_of("system_admin").get("/clues/emergency/").status_code == 403


def test_naming_people_by_the_page(actor, client_of, person):
    clue = make_clue(actor("scjg_head"), confidential=True)
    page = client_of("scjg_head").get(f"/clues/{clue.pk}/name/")
    assert person("scjg_clerk").name in words(page)
    assert person("mzj_clerk").name not in words(page).split("知悉人")[-1]
    client_of("scjg_head").post(f"/clues/{clue.pk}/name/", {"people": [person("scjg_clerk").pk]})
    assert client_of("scjg_clerk").get(f"/clues/{clue.pk}/").status_code == 200


def test_one_button_stands_out(actor):
    """The usual next act of whoever holds the clue, in every state."""
    clerk, head, to = actor("scjg_clerk"), actor("scjg_head"), department("民政局")
    mzj, mzj_head = actor("mzj_clerk"), actor("mzj_head")

    def usual(who, clue) -> list[str]:
        buttons = CLUE_ACTS.buttons(who, Clue.objects.get(pk=clue.pk))
        return [one["code"] for one in buttons if one["style"] == "primary"]

    assert usual(clerk, make_clue(clerk)) == ["talk"]
    assert usual(clerk, talked(clerk, to)) == ["prepare"]
    assert usual(head, prepared(clerk, to)) == ["transfer"]
    sent = transferred(clerk, head, to)
    assert (usual(mzj, sent), usual(clerk, sent)) == (["receive"], ["tell"])
    assert usual(mzj, handling(clerk, head, mzj)) == ["propose"]
    assert usual(mzj_head, handling(clerk, head, mzj)) == ["propose"]


def test_the_course_tells_each_event_once(actor):
    clerk, head, mzj = actor("scjg_clerk"), actor("scjg_head"), actor("mzj_clerk")
    clue = transferred(clerk, head, department("民政局"))
    clue_answer.tell(clerk, clue.pk, text="您反映的问题已移送区民政局办理。")
    clue_transfer.receive(mzj, clue.pk)
    files = [photo("甲.jpg"), photo("乙.jpg")]
    clue_transfer.add_evidence(mzj, clue.pk, files=files)
    letter_samples.sent(clerk="mzj_clerk", clue=clue)
    verification = joint_samples.drafted(clue, "mzj_clerk", "wjw_clerk", "xfdd_clerk")
    joint.open_up(actor("mzj_head"), verification.pk)

    letters = list(lanes.letters_of(mzj, clue))
    course = lanes.course_of(Clue.objects.get(pk=clue.pk), letters)
    verbs = [entry.verb for entry in course]
    for once in ("告知反映人", "签发移送函", "签收", "签发联合核查通知"):
        assert verbs.count(once) == 1, verbs
    for told_by_another in ("移送告知", "拟联合核查通知", "补充材料"):
        assert told_by_another not in verbs
    (uploaded,) = [entry for entry in course if len(entry.attachments) == 2]
    assert [file.name for file in uploaded.attachments] == ["甲.jpg", "乙.jpg"]

"""What each kind of letter allows, and what it refuses (L8)."""

from __future__ import annotations

import pytest

from clues.models import Referral
from clues.services.letters import answering, drafts, sending
from clues.services.letters.supervising import supervise
from clues.tests import letter_samples as letters
from clues.tests.letter_samples import codes, main_stop
from clues.tests.samples import at, department, make_clue, person, photo
from records import evidence
from records.errors import Conflict, NotAllowed, Refused
from records.trail import entries_of

pytestmark = pytest.mark.django_db

_S = Referral.State


@pytest.mark.parametrize(
    ("kind", "clerk", "to", "field"),
    [
        ("assistance", "mzj_clerk", "tc_scj_clerk", "to"),
        ("assistance", "mzj_clerk", "mzj_head", "to"),
        ("cross_region", "scjg_clerk", "mzj_clerk", "to"),
        ("cross_region", "scjg_clerk", "zk_scjg_clerk", "to"),
        ("up_down", "scjg_clerk", "xh_scjg_clerk", "to"),
        ("up_down", "scjg_clerk", "mzj_clerk", "to"),
        ("clue_transfer", "mzj_clerk", "xfdd_clerk", "kind"),
        ("nonsense", "mzj_clerk", "xfdd_clerk", "kind"),
    ],
)
def test_letters_go_only_where_the_kind_may(county, kind, clerk, to, field):
    content = letters.content(letters.office(to))
    with pytest.raises(Refused) as refusal:
        drafts.draft(person(clerk), kind, content)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": " "}, "title"),
        ({"body": ""}, "body"),
        ({"body": "长" * 10_001}, "body"),
        ({"outside": "某检测院"}, "to"),
        ({"to": None}, "to"),
    ],
)
def test_what_is_missing_names_its_field(county, over, field):
    content = letters.content(**({"to": letters.office("xfdd_clerk")} | over))
    with pytest.raises(Refused) as refusal:
        drafts.draft(person("mzj_clerk"), "assistance", content)
    assert refusal.value.field == field


def test_only_the_coordination_office_supervises(county):
    with pytest.raises(NotAllowed, match="综合协调组"):
        letters.drafted("supervision", "mzj_clerk", "xfdd_clerk")


def test_evidence_must_be_there_before_the_signature(county):
    letter = letters.drafted("appraisal", "zjj_clerk", "scjg_clerk", files={})
    with pytest.raises(Refused, match="待鉴定材料"):
        drafts.submit(person("zjj_clerk"), letter.pk)
    new = letters.content(letters.office("scjg_clerk"), "appraisal")
    drafts.edit(person("zjj_clerk"), letter.pk, new)
    assert drafts.submit(person("zjj_clerk"), letter.pk).state == _S.REVIEW


def test_sanction_proposal_names_its_subject(county):
    with pytest.raises(Refused, match="监管对象"):
        letters.drafted("licence_sanction", "cgj_clerk", "scjg_clerk", subject=None)


def test_answer_is_one_of_the_kind(county):
    letter = letters.received()
    for answer, text, field in (("revoked", "已办", "answer"), ("done", " ", "text")):
        with pytest.raises(Refused) as refusal:
            answering.propose(person("xfdd_clerk"), letter.pk, answer, text)
        assert refusal.value.field == field


# The decision on a proposal of sanction is copied back (T 4)


def test_decision_is_copied_back_with_the_answer(county):
    letter = letters.received("licence_sanction", "cgj_clerk", "scjg_clerk")
    with pytest.raises(Refused, match="处理决定"):
        answering.propose(person("scjg_clerk"), letter.pk, "revoked", "已作出决定")
    files = {"处理决定": [photo("决定书.jpg")]}
    answering.propose(person("scjg_clerk"), letter.pk, "revoked", "已吊销。", files)
    letter = answering.answer(person("scjg_head"), letter.pk)
    copy = Referral.objects.get(answers_to=letter)
    assert (copy.kind, copy.sender, copy.to) == ("decision_copy", letter.to, letter.sender)
    assert (copy.state, copy.signed_by) == (_S.SENT, person("scjg_head").name)
    assert copy.number
    assert evidence.of(copy).get().sha256 == evidence.of(letter).get(label="处理决定").sha256
    assert [each.department.short_name for each in copy.copies.all()] == ["司法局"]
    assert main_stop(copy).department == letter.sender


def test_no_sanction_copies_nothing(county):
    letter = letters.proposed("refused", "licence_sanction", "cgj_clerk", "scjg_clerk")
    answering.answer(person("scjg_head"), letter.pk)
    assert not Referral.objects.filter(kind="decision_copy").exists()


# Copies


def test_copies_chosen_and_by_rule_leave_receipts(county):
    letter = letters.sent(
        "cross_region", "scjg_clerk", "tc_scj_clerk", copies=(department("司法局"),)
    )
    names = {copy.department.name for copy in letter.copies.all()}
    coordination = {"区行政审批和政务信息管理局", "县行政审批服务局"}
    assert names == {"区司法局"} | coordination
    reader = person("tc_xzsp_clerk")
    assert "read" in codes("tc_xzsp_clerk", letter)
    sending.read(reader, letter.pk)
    sending.read(reader, letter.pk)
    receipt = letter.copies.get(department_id=reader.department_id)
    assert receipt.read_by == reader.name
    assert entries_of(letter).filter(verb="letter.read").count() == 1
    with pytest.raises(Refused, match="不存在"):
        sending.read(person("xfdd_clerk"), letter.pk)


def test_copies_are_unseen_before_the_signature(county):
    letter = letters.in_review(copies=(department("司法局"),))
    reader = person("wjw_clerk")
    assert not Referral.objects.visible_to(reader).filter(pk=letter.pk).exists()
    letter = letters.sent(title="另一函", copies=(department("卫健委"),))
    assert Referral.objects.visible_to(reader).filter(pk=letter.pk).exists()


# Rights


@pytest.mark.parametrize(
    ("service", "username"),
    [
        (sending.sign, "mzj_clerk"),
        (sending.sign, "xfdd_head"),
        (sending.sign, "xzsp_head"),
    ],
)
def test_only_the_senders_head_signs(county, service, username):
    letter = letters.in_review()
    with pytest.raises(NotAllowed):
        service(person(username), letter.pk)


def test_who_may_do_what_on_the_way(county):
    letter = letters.sent()
    everyone = ("mzj_clerk", "mzj_head", "xfdd_clerk", "xfdd_head", "wjw_head", "xzsp_head")
    assert [codes(name, letter) for name in everyone] == [
        set(),
        {"withdraw"},
        {"receive"},
        {"receive", "return"},
        set(),
        set(),
    ]
    sending.receive(person("xfdd_clerk"), letter.pk)
    assert [codes(name, letter) for name in everyone] == [
        set(),
        set(),
        {"draft-answer", "ask"},
        {"draft-answer", "ask", "extend", "pause"},
        set(),
        {"extend"},
    ]


# Letters of procedures, confidential letters, supervision


def test_letters_of_a_procedure_have_no_acts_of_their_own(county):
    letter = letters.sent()
    Referral.objects.filter(pk=letter.pk).update(kind="clue_transfer")
    for name in ("mzj_clerk", "mzj_head", "xfdd_clerk", "xfdd_head"):
        assert codes(name, letter) == set()


def test_confidential_clue_makes_a_confidential_letter(county):
    clerk, head = person("mzj_clerk"), person("mzj_head")
    clue = make_clue(clerk, confidential=True, named=(head,))
    letter = letters.drafted(clue=clue)
    assert letter.confidential and letter.pk >= 2**52
    assert "养老院" not in str(letter)
    drafts.submit(clerk, letter.pk)
    letter = sending.sign(head, letter.pk)
    assert "协密" in letter.number
    seen = {
        name: Referral.objects.visible_to(person(name)).filter(pk=letter.pk).exists()
        for name in ("xfdd_head", "xfdd_clerk", "xzsp_head", "mzj_head")
    }
    assert seen == {"xfdd_head": True, "xfdd_clerk": False, "xzsp_head": False, "mzj_head": True}
    with pytest.raises(NotAllowed):
        sending.receive(person("xfdd_clerk"), letter.pk)
    assert sending.receive(person("xfdd_head"), letter.pk).state == _S.RECEIVED


def test_unnamed_colleague_cannot_write_about_a_confidential_clue(county):
    clue = make_clue(person("mzj_clerk"), confidential=True)
    with pytest.raises(Refused, match="不存在"):
        letters.drafted("assistance", "mzj_head", "xfdd_clerk", clue=clue)


def test_supervision_says_where_it_lies_and_how_late(county):
    with at("2026-09-28 16:00"):
        letter = letters.received()
    stop = main_stop(letter)
    with at("2026-10-20 10:00"):
        with pytest.raises(NotAllowed):
            supervise(person("mzj_head"), stop.pk)
        press = supervise(person("xzsp_clerk"), stop.pk, "请说明原因。")
        with pytest.raises(Conflict, match="已有督办函"):
            supervise(person("xzsp_clerk"), letter)
    assert (press.kind, press.to, press.cause) == ("supervision", letter.to, letter)
    for words in (
        "自 2026年9月28日 起由你单位负责“答复”",
        "应于 2026年10月16日 前办结，已逾期 2 个工作日。",
        "请说明原因。",
    ):
        assert words in press.body


def test_nothing_to_supervise_once_it_is_done(county):
    letter = letters.proposed("done")
    stop = main_stop(letter)
    answering.answer(person("xfdd_head"), letter.pk)
    for about in (stop.pk, letter):
        with pytest.raises(Refused, match="已经办结"):
            supervise(person("xzsp_clerk"), about)

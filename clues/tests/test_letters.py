"""Letters from the draft to the answer (L8): what each kind allows, and what it refuses."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clues.acts.letters import LETTER_ACTS
from clues.models import Referral, Stop
from clues.selectors.board import board
from clues.services.letters import answering, drafts, sending
from clues.services.letters.supervising import supervise
from clues.tests import letter_samples as letters
from clues.tests.samples import at, department, make_clue, person, photo
from departments.models import RuleValue, User
from records import evidence
from records.errors import Conflict, NotAllowed, Refused
from records.trail import entries_of

pytestmark = pytest.mark.django_db

_S = Referral.State


def main_stop(letter: Referral) -> Stop:
    return Stop.objects.open().of(letter).select_related("deadline").get(code="main")


def due(letter: Referral) -> str:
    deadline = main_stop(letter).deadline
    assert deadline is not None and deadline.due_at is not None
    return f"{timezone.localtime(deadline.due_at):%Y-%m-%d}"


def codes(username: str, letter: Referral) -> set[str]:
    letter = Referral.objects.get(pk=letter.pk)
    return {act.code for act in LETTER_ACTS.allowed(person(username), letter)}


def test_assistance_from_draft_to_answer(county):
    letter = letters.drafted()
    assert (main_stop(letter).waits, main_stop(letter).department) == ("拟稿", letter.sender)
    drafts.submit(person("mzj_clerk"), letter.pk)
    assert main_stop(letter).for_head
    letter = sending.sign(person("mzj_head"), letter.pk)
    year = timezone.localdate().year
    assert letter.number == f"民政局协〔{year}〕1号"
    stop = main_stop(letter)
    assert (stop.waits, stop.department, stop.sender) == ("签收", letter.to, letter.sender)
    sending.receive(person("xfdd_clerk"), letter.pk)
    assert main_stop(letter).person == User.objects.get(username="xfdd_clerk")
    answering.propose(person("xfdd_clerk"), letter.pk, "done", "已派员核查。")
    assert main_stop(letter).for_head
    letter = answering.answer(person("xfdd_head"), letter.pk)
    assert (letter.state, letter.answer_label) == (_S.ANSWERED, "已协助")
    assert not Stop.objects.open().of(letter).exists()
    assert not main_or_none(letter)


def main_or_none(letter: Referral) -> Stop | None:
    return Stop.objects.open().of(letter).first()


@pytest.mark.parametrize(
    ("kind", "clerk", "to", "receiver", "answer"),
    [
        ("assistance", "mzj_clerk", "xfdd_clerk", "xfdd", "partly"),
        ("appraisal", "zjj_clerk", "scjg_clerk", "scjg", "given"),
        ("licence_sanction", "cgj_clerk", "scjg_clerk", "scjg", "revoked"),
        ("supervision", "xzsp_clerk", "mzj_clerk", "mzj", "explained"),
        ("cross_region", "scjg_clerk", "tc_scj_clerk", "tc_scj", "done"),
        ("up_down", "scjg_clerk", "zk_scjg_clerk", "zk_scjg", "replied"),
        ("up_down", "zk_scjg_clerk", "scjg_clerk", "scjg", "replied"),
    ],
)
def test_every_kind_with_an_answer_reaches_it(county, kind, clerk, to, receiver, answer):
    letter = letters.proposed(answer, kind, clerk, to)
    letter = answering.answer(person(f"{receiver}_head"), letter.pk)
    assert letter.state == _S.ANSWERED
    assert not main_or_none(letter)


def test_a_copied_decision_ends_with_its_receipt(county):
    letter = letters.sent("decision_copy", "scjg_clerk", "cgj_clerk")
    assert main_stop(letter).waits == "签收"
    letter = sending.receive(person("cgj_clerk"), letter.pk)
    assert letter.state == _S.NOTED
    assert main_or_none(letter) is None
    assert "draft-answer" not in codes("cgj_clerk", letter)


def test_a_letter_to_another_county_lies_on_the_boards_of_both(county):
    letter = letters.sent("cross_region", "scjg_clerk", "tc_scj_clerk")
    here, there = person("xzsp_clerk"), person("tc_xzsp_clerk")
    stop = main_stop(letter)
    assert stop.region_code == stop.deadline.region_code == "371322"
    assert board(there).everything.total == 1
    assert board(here).everything.total == 0
    for overseer in (here, there):
        assert Stop.objects.visible_to(overseer).filter(pk=stop.pk).exists()
        assert Referral.objects.visible_to(overseer).filter(pk=letter.pk).exists()
    # Before the signature nobody over there knows of it.
    draft = letters.in_review("cross_region", "scjg_clerk", "tc_scj_clerk")
    assert not Referral.objects.visible_to(there).filter(pk=draft.pk).exists()
    assert not Stop.objects.of(draft).visible_to(there).exists()
    # Whoever oversees the department that is late presses it.
    assert supervise(there, stop.pk).to == letter.to
    with pytest.raises(NotAllowed):
        supervise(here, stop.pk)


# Clocks, computed by hand across the National Day of 2026: working days after 28 September are
# 29, 30 September, 8, 9, 10 (a working Saturday), 12 … 16, 19 … 23 October.


@pytest.mark.parametrize(
    ("kind", "clerk", "to", "expected"),
    [
        ("assistance", "mzj_clerk", "xfdd_clerk", "2026-10-16"),
        ("appraisal", "zjj_clerk", "scjg_clerk", "2026-10-23"),
        ("licence_sanction", "cgj_clerk", "scjg_clerk", "2026-10-23"),
        ("supervision", "xzsp_clerk", "mzj_clerk", "2026-10-10"),
        ("cross_region", "scjg_clerk", "tc_scj_clerk", "2026-10-23"),
        ("up_down", "scjg_clerk", "zk_scjg_clerk", "2026-10-16"),
    ],
)
def test_answer_is_due_after_the_receipt(county, kind, clerk, to, expected):
    with at("2026-09-28 16:00"):
        letter = letters.received(kind, clerk, to)
    assert due(letter) == expected


def test_receipt_is_due_in_two_working_days(county):
    with at("2026-09-30 09:00"):
        letter = letters.sent()
    assert due(letter) == "2026-10-09"


def test_clock_stands_still_while_the_sender_supplements(county):
    with at("2026-09-28 16:00"):
        letter = letters.received()
    with at("2026-10-09 10:00"):
        answering.ask(person("xfdd_clerk"), letter.pk, "请补充现场平面图")
    side = Stop.objects.open().of(letter).get(code="supplement")
    assert (side.department, side.deadline.due_at is not None) == (letter.sender, True)
    assert main_stop(letter).deadline.due_at is None
    with at("2026-10-13 15:00"):
        answering.supplement(person("mzj_clerk"), letter.pk, "", {"补充材料": [photo()]})
    assert not Stop.objects.open().of(letter).filter(code="supplement").exists()
    # Three working days had passed; the other seven run from 14 October on.
    assert due(letter) == "2026-10-22"


def test_addressee_may_go_on_without_the_supplement(county):
    letter = letters.received()
    answering.ask(person("xfdd_clerk"), letter.pk, "请补充现场平面图")
    assert codes("mzj_clerk", letter) == {"supplement"}
    letter = answering.go_on(person("xfdd_clerk"), letter.pk, "已自行取得")
    assert letter.state == _S.RECEIVED
    assert main_stop(letter).deadline.due_at is not None


def test_supplement_has_words_or_files(county):
    letter = letters.received()
    answering.ask(person("xfdd_clerk"), letter.pk, "请补充")
    with pytest.raises(Refused, match="补充说明或上传"):
        answering.supplement(person("mzj_clerk"), letter.pk, "  ", {"补充材料": []})


def test_head_extends_once_within_the_limit_then_coordination(county):
    with at("2026-09-28 16:00"):
        letter = letters.received()
    with pytest.raises(Refused, match="最多延长 10 个工作日"):
        answering.extend(person("xfdd_head"), letter.pk, 11, "检测周期长")
    answering.extend(person("xfdd_head"), letter.pk, 3, "检测周期长")
    assert due(letter) == "2026-10-21"
    with pytest.raises(NotAllowed):
        answering.extend(person("xfdd_head"), letter.pk, 1, "再延")
    answering.extend(person("xzsp_clerk"), letter.pk, 2, "综合协调组同意")
    assert due(letter) == "2026-10-23"


def test_region_sets_the_limit_of_the_extension(county):
    letter = letters.received()
    RuleValue.objects.create(
        region=county, key="clues.letter.extension_most", value=2, source="淮阳区规定"
    )
    with pytest.raises(Refused, match="最多延长 2 个工作日"):
        answering.extend(person("xfdd_head"), letter.pk, 3, "检测周期长")


def test_pause_and_resume_move_the_day(county):
    with at("2026-09-28 16:00"):
        letter = letters.received()
    with at("2026-09-29 10:00"):
        answering.pause(person("xfdd_head"), letter.pk, "等待上级批复")
    assert "ask" not in codes("xfdd_clerk", letter)
    with at("2026-10-08 10:00"):
        answering.resume(person("xfdd_head"), letter.pk, "已批复")
    # No day had passed before the pause; ten run from 9 October on.
    assert due(letter) == "2026-10-21"


def test_returned_once_with_the_number_kept(county):
    letter = letters.sent()
    number = letter.number
    with pytest.raises(Refused, match="退回理由"):
        sending.give_back(person("xfdd_head"), letter.pk, " ")
    sending.give_back(person("xfdd_head"), letter.pk, "不属于本单位职责")
    stop = main_stop(letter)
    assert (stop.waits, stop.department) == ("处理退回", letter.sender)
    new = letters.content(letters.office("zjj_clerk"), title="改发住建局的函")
    drafts.edit(person("mzj_clerk"), letter.pk, new)
    drafts.submit(person("mzj_clerk"), letter.pk)
    letter = sending.sign(person("mzj_head"), letter.pk)
    assert (letter.number, letter.to.short_name) == (number, "住建局")
    assert "return" not in codes("zjj_head", letter)
    with pytest.raises(Conflict):
        sending.give_back(person("zjj_head"), letter.pk, "也不属于")


def test_withdrawn_before_receipt_only(county):
    letter = letters.sent()
    letter = sending.withdraw(person("mzj_head"), letter.pk, "情况有变")
    assert (letter.state, main_or_none(letter)) == (_S.WITHDRAWN, None)
    late = letters.received(title="另一件事的函")
    with pytest.raises(Conflict):
        sending.withdraw(person("mzj_head"), late.pk, "情况有变")


def test_discarded_draft_stays_unseen(county):
    letter = letters.drafted()
    drafts.discard(person("mzj_clerk"), letter.pk)
    assert not Referral.objects.visible_to(person("xfdd_clerk")).filter(pk=letter.pk).exists()


def test_head_gives_draft_and_answer_back(county):
    letter = letters.in_review()
    letter = drafts.reject(person("mzj_head"), letter.pk, "写明时间")
    assert letter.state == _S.DRAFT
    other = letters.proposed("done", title="第二件函")
    other = answering.reject_answer(person("xfdd_head"), other.pk, "附上照片")
    assert (other.state, other.answer_proposed) == (_S.RECEIVED, False)
    with pytest.raises(Conflict):
        answering.answer(person("xfdd_head"), other.pk)


def test_same_draft_sent_twice_is_one(county):
    first = letters.drafted()
    assert letters.drafted() == first
    assert Referral.objects.count() == 1


# Outside the platform


def test_answer_from_outside_is_entered_with_its_scan(county):
    with at("2026-09-28 16:00"):
        letter = letters.sent(to=None, outside="河南省某检测院")
    stop = main_stop(letter)
    assert (stop.waits, stop.department) == ("等待外部答复", letter.sender)
    assert due(letter) == "2026-10-16"
    assert letter.get_state_display() == "已发出待外部答复"
    clerk = person("mzj_clerk")
    with pytest.raises(Refused, match="扫描件"):
        answering.enter_answer(clerk, letter.pk, "done", "已检测")
    scan = {"对方复函": [photo("复函.jpg")]}
    letter = answering.enter_answer(clerk, letter.pk, "done", "已检测", scan)
    assert (letter.state, letter.answered_by) == (_S.ANSWERED, "河南省某检测院")
    assert main_or_none(letter) is None


def test_copied_decision_to_outside_is_done_when_sent(county):
    letter = letters.sent("decision_copy", "scjg_clerk", None, outside="某市监局")
    assert (letter.state, main_or_none(letter)) == (_S.NOTED, None)


# Rules of the kinds


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


def test_a_returned_letter_may_be_given_up_while_it_is_rewritten(county):
    letter = letters.sent()
    sending.give_back(person("xfdd_head"), letter.pk, "不属于本单位职责")
    drafts.submit(person("mzj_clerk"), letter.pk)
    drafts.reject(person("mzj_head"), letter.pk, "换一家单位")
    letter = sending.withdraw(person("mzj_head"), letter.pk, "不再需要")
    assert letter.state == _S.WITHDRAWN
    unsent = letters.in_review()
    with pytest.raises(Conflict):
        sending.withdraw(person("mzj_head"), unsent.pk, "不再需要")

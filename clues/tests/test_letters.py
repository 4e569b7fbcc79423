"""Letters from the draft to the answer (L8): their course and their clocks."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clues.models import Referral, Stop
from clues.selectors.board import board
from clues.services.letters import answering, drafts, sending
from clues.services.letters.supervising import supervise
from clues.tests import letter_samples as letters
from clues.tests.letter_samples import codes, main_stop
from clues.tests.samples import at, person, photo
from departments.models import RuleValue, User
from records.errors import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db

_S = Referral.State


def due(letter: Referral) -> str:
    deadline = main_stop(letter).deadline
    assert deadline is not None and deadline.due_at is not None
    return f"{timezone.localtime(deadline.due_at):%Y-%m-%d}"


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

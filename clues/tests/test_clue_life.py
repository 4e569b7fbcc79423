"""From the first receiver to the final answer, with every date computed by hand.

Working days used here (State Council's announcements): 2026-09-28 to 09-30 worked, 10-01 to 10-07
National Day, 10-08 and 10-09 worked, Saturday 10-10 worked in exchange, 10-11 Sunday, 10-12 to
10-16 worked, 10-19 to 10-23 worked, 10-26 to 10-30 worked. Spring Festival: 02-15 to 02-23 free,
Saturdays 02-14 and 02-28 worked in exchange.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from clues.models import Clue, Complainant, Referral, Stop, Told
from clues.services import clue_answer, clue_dispute, clue_transfer, clues, complainants
from clues.tests.samples import (
    at,
    department,
    handling,
    make_clue,
    moment,
    own_handling,
    photo,
    prepared,
    propose_answer,
    talked,
    transferred,
)
from departments.actors import fills_in
from departments.models import Department, RuleValue
from departments.roles import Function
from records.errors import Conflict, NotAllowed, Refused
from records.trail import entries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scjg(actor):
    return actor("scjg_clerk")


@pytest.fixture
def scjg_head(actor):
    return actor("scjg_head")


@pytest.fixture
def mzj(actor):
    return actor("mzj_clerk")


@pytest.fixture
def mzj_head(actor):
    return actor("mzj_head")


@pytest.fixture
def home(mzj):
    """The department that the clues belong to."""
    return Department.objects.select_related("region").get(pk=mzj.department_id)


def main(clue: Clue) -> Stop:
    return Stop.objects.select_related("deadline").of(clue).get(code="main", left_at=None)


def side(clue: Clue, code: str) -> Stop | None:
    return Stop.objects.select_related("deadline").of(clue).filter(code=code, left_at=None).first()


def due(stop: Stop | None) -> str:
    assert stop is not None and stop.deadline is not None and stop.deadline.due_at is not None
    return f"{timezone.localtime(stop.deadline.due_at):%Y-%m-%d}"


def late_entries(clue: Clue) -> list[str]:
    return list(entries_of(clue).filter(verb="clue.late").values_list("opinion", flat=True))


def test_the_clocks_of_a_transfer_around_national_day(scjg, scjg_head, mzj, home):
    with at("2026-09-28 09:00"):
        clue = make_clue(scjg)
        # 3 working days to judge: 29, 30 September, 8 October.
        assert (main(clue).waits, due(main(clue))) == ("研判并沟通", "2026-10-08")
    with at("2026-09-28 16:00"):
        clue_transfer.talk(
            scjg, clue.pk, department=home, talked_at=moment("2026-09-28 11:00"), note="同意接收"
        )
        # 3 working days from the talk.
        assert (main(clue).waits, due(main(clue))) == ("移送", "2026-10-08")
        assert not main(clue).for_head
    with at("2026-09-29 10:00"):
        draft = clue_transfer.letter_draft(Clue.objects.get(pk=clue.pk))
        clue_transfer.prepare(scjg, clue.pk, **draft, files=[photo()])
        assert main(clue).for_head
    with at("2026-09-30 10:00"):
        moved = clue_transfer.transfer(scjg_head, clue.pk)
        assert moved.holder == home
        # 2 working days to receive: 8, 9 October; 3 to tell: 8, 9, 10 October (exchanged Saturday).
        assert (main(clue).department, due(main(clue))) == (home, "2026-10-09")
        assert due(side(clue, "tell")) == "2026-10-10"
        assert side(clue, "tell").department_id == scjg.department_id
    with at("2026-10-09 10:00"):
        clue_transfer.receive(mzj, clue.pk)
        # 15 working days: 10; 12-16; 19-23; 26-29 October.
        assert (main(clue).waits, due(main(clue))) == ("办理并答复", "2026-10-29")
        assert main(clue).person_id == mzj.user_id
    assert late_entries(clue) == []
    letter = Referral.objects.get(clue=clue)
    assert (letter.state, letter.received_by) == ("received", mzj.name)
    assert letter.number.endswith("移〔2026〕1号")


def test_the_clock_of_a_transfer_before_spring_festival(scjg, home):
    with at("2026-02-13 15:00"):
        clue = talked(scjg, home)
    # Friday 13 February: Saturday 14 worked, then 24 and 25 February.
    assert due(main(clue)) == "2026-02-25"


def test_five_and_twenty_working_days_of_a_region(scjg, home, county):
    for key, value in (("clues.judge", 5), ("clues.handle", 20)):
        RuleValue.objects.create(region=county, key=key, value=value, source="本区规定")
    with at("2026-09-28 09:00"):
        clue = make_clue(scjg)
        assert due(main(clue)) == "2026-10-10"
        clues.handle(scjg, clue.pk)
        # 29, 30 (2); 8, 9, 10 (5); 12-16 (10); 19-23 (15); 26-30 October (20).
        assert due(main(clue)) == "2026-10-30"


def test_a_late_transfer_is_said_with_department_days_and_risk(scjg, scjg_head, home):
    with at("2026-09-28 09:00"):
        clue = prepared(scjg, home, evidence_at_risk="冻肉可能被转移")
    with at("2026-10-12 09:00"):
        clue_transfer.transfer(scjg_head, clue.pk)
    (said,) = late_entries(clue)
    # Due on 8 October; 9, 10 (exchanged) and 12 October are working days after it.
    assert "应于 2026-10-08 前移送，逾期 3 个工作日" in said
    assert "市场监督管理局" in said
    assert "证据灭失风险：冻肉可能被转移" in said
    after = entries_of(clue).get(verb="clue.late").after
    assert (after["department"], after["late"]) == (scjg.department_id, 3)


def test_a_late_receipt_and_late_telling_are_said_of_who_was_late(scjg, scjg_head, mzj, home):
    with at("2026-09-28 09:00"):
        clue = transferred(scjg, scjg_head, home)
    with at("2026-10-09 09:00"):
        # Due on 30 September: 8 and 9 October are late.
        clue_transfer.receive(mzj, clue.pk)
        # Telling was due on 8 October.
        clue_answer.tell(scjg, clue.pk, text="已移送民政局")
    received, told = sorted(late_entries(clue), key=lambda words: "告知" in words)
    assert "民政局应于 2026-09-30 前签收，逾期 2 个工作日" in received
    assert "应于 2026-10-08 前告知反映人，逾期 1 个工作日" in told


def test_done_on_the_due_day_itself_is_not_late(scjg, scjg_head, home):
    with at("2026-09-28 09:00"):
        clue = prepared(scjg, home)
    with at("2026-10-08 23:30"):
        clue_transfer.transfer(scjg_head, clue.pk)
    assert late_entries(clue) == []


def test_a_talk_is_with_another_department_between_receipt_and_now(scjg, home):
    with at("2026-09-28 09:00"):
        clue = make_clue(scjg)
    own = Department.objects.select_related("region").get(pk=scjg.department_id)
    with at("2026-09-28 12:00"):
        for talked_at, to, field in (
            ("2026-09-28 08:59", home, "talked_at"),
            ("2026-09-28 12:01", home, "talked_at"),
            ("2026-09-28 10:00", own, "department"),
        ):
            with pytest.raises(Refused) as refusal:
                clue_transfer.talk(
                    scjg, clue.pk, department=to, talked_at=moment(talked_at), note="已沟通"
                )
            assert refusal.value.field == field
    assert Clue.objects.get(pk=clue.pk).state == "received"


def test_the_drafted_letter_leaves_to_the_paper_what_the_paper_adds(scjg, home):
    clue = talked(scjg, home, evidence_at_risk="冻肉可能被转移")
    body = clue_transfer.letter_draft(clue)["body"]
    assert f"{home.name}：" not in body and "\u3000" not in body
    assert "对方同意接收），该线索" in body
    assert body.endswith("证据灭失风险：冻肉可能被转移")


def test_without_evidence_nothing_is_transferred(scjg, home):
    clue = talked(scjg, home)
    draft = clue_transfer.letter_draft(clue)
    with pytest.raises(Refused, match="证据材料"):
        clue_transfer.prepare(scjg, clue.pk, **draft, files=[])
    assert not Referral.objects.exists()
    clue_transfer.prepare(scjg, clue.pk, **draft, files=[photo()])


def test_only_the_head_signs_and_the_letter_can_be_taken_back(scjg, scjg_head, home):
    clue = prepared(scjg, home)
    with pytest.raises(NotAllowed):
        clue_transfer.transfer(scjg, clue.pk)
    with pytest.raises(Conflict):
        clues.handle(scjg, clue.pk)
    clue_transfer.unprepare(scjg, clue.pk, "改写")
    with pytest.raises(Conflict):
        clue_transfer.transfer(scjg_head, clue.pk)
    assert Referral.objects.get().state == "withdrawn"
    assert Referral.objects.get().number == ""
    clues.handle(scjg, clue.pk)


def test_a_department_returns_once(scjg, scjg_head, mzj, mzj_head, home):
    clue = transferred(scjg, scjg_head, home)
    with pytest.raises(NotAllowed):
        clue_transfer.send_back(mzj, clue.pk, "不属于我局")
    with pytest.raises(Refused):
        clue_transfer.send_back(mzj_head, clue.pk, " ")
    back = clue_transfer.send_back(mzj_head, clue.pk, "不属于我局职责")
    assert (back.state, back.holder_id, back.times_returned) == ("returned", scjg.department_id, 1)
    letter = Referral.objects.get()
    assert (letter.state, letter.answer_text) == ("returned", "不属于我局职责")
    clue_transfer.talk(scjg, clue.pk, department=home, talked_at=timezone.now(), note="再次沟通")
    draft = clue_transfer.letter_draft(Clue.objects.get(pk=clue.pk))
    clue_transfer.prepare(scjg, clue.pk, **draft, files=[])
    clue_transfer.transfer(scjg_head, clue.pk)
    with pytest.raises(Conflict):
        clue_transfer.send_back(mzj_head, clue.pk, "仍不属于")
    clue_transfer.receive(mzj, clue.pk)
    assert Referral.objects.filter(clue=clue, state="received").count() == 1


def test_a_supplement_pauses_the_clock_and_moves_the_due_date(scjg, scjg_head, mzj, home):
    with at("2026-10-09 09:00"):
        clue = handling(scjg, scjg_head, mzj)
        # 15 working days after 9 October: 10; 12-16; 19-23; 26-29.
        assert due(main(clue)) == "2026-10-29"
    with at("2026-10-12 09:00"):
        clue_transfer.ask_supplement(mzj, clue.pk, "请补充采购票据")
        assert main(clue).deadline.due_at is None
        # The sender has 3 working days: 13, 14, 15 October.
        assert due(side(clue, "supplement")) == "2026-10-15"
        assert side(clue, "supplement").department_id == scjg.department_id
    with pytest.raises(NotAllowed):
        clue_transfer.supplement(mzj, clue.pk, note="自己补", files=[])
    with at("2026-10-14 09:00"):
        with pytest.raises(Refused):
            clue_transfer.supplement(scjg, clue.pk, note="", files=[])
        clue_transfer.supplement(scjg, clue.pk, note="票据见附件", files=[photo("票据.jpg")])
    # 12, 13, 14 October stood still: three working days more after 29: 30 October, 2, 3 November.
    assert due(main(clue)) == "2026-11-03"
    assert side(clue, "supplement") is None
    assert Referral.objects.get(clue=clue).state == "received"
    assert Referral.objects.get(clue=clue).received_at == moment("2026-10-09 09:00")


def test_the_handling_department_need_not_wait_for_a_supplement(scjg, scjg_head, mzj):
    clue = handling(scjg, scjg_head, mzj)
    clue_transfer.ask_supplement(mzj, clue.pk, "请补充票据")
    clue_transfer.go_on(mzj, clue.pk, "已从供货商取得")
    assert Clue.objects.get(pk=clue.pk).state == "handling"
    assert main(clue).deadline.due_at is not None
    assert side(clue, "supplement") is None


def test_a_first_receiver_that_found_nothing_answers_directly(scjg, scjg_head):
    clue = make_clue(scjg)
    clue_answer.propose(
        scjg, clue.pk, outcome="nothing", answer="现场检查未发现过期食材。", files=[]
    )
    with pytest.raises(NotAllowed):
        clue_answer.approve(scjg, clue.pk)
    done = clue_answer.approve(scjg_head, clue.pk)
    assert (done.state, done.outcome, done.answer_proposed) == ("closed", "nothing", False)
    told = Told.objects.get(clue=clue, step="answered")
    assert "现场检查未发现过期食材" in told.text
    assert told.by == scjg.department_name
    assert not Stop.objects.of(clue).open().exists()
    assert not Referral.objects.exists()


def test_the_answer_reaches_the_complainants_of_merged_clues(scjg, scjg_head):
    clue = own_handling(scjg)
    other = make_clue(scjg, title="同一家养老院")
    further = make_clue(scjg, title="又一次反映")
    Clue.objects.filter(pk=other.pk).update(state="merged", merged_into=clue)
    Clue.objects.filter(pk=further.pk).update(state="merged", merged_into=other)
    clue_answer.approve(scjg_head, propose_answer(scjg, clue).pk)
    told = Told.objects.filter(step="answered")
    assert set(told.values_list("clue_id", flat=True)) == {clue.pk, other.pk, further.pk}


def test_a_rejected_answer_stays_as_a_draft(scjg, scjg_head):
    clue = propose_answer(scjg, own_handling(scjg))
    assert main(clue).for_head
    clue_answer.reject(scjg_head, clue.pk, "补充依据")
    clue = Clue.objects.get(pk=clue.pk)
    assert (clue.state, clue.answer_proposed) == ("handling", False)
    assert "封存" in clue.answer
    assert not main(clue).for_head
    assert not Told.objects.filter(step="answered").exists()


def test_nobody_is_owed_a_word_where_nobody_complained(scjg, scjg_head, home):
    silent = transferred(scjg, scjg_head, home, complainant=False)
    assert side(silent, "tell") is None
    clue = make_clue(scjg)
    Complainant.objects.filter(clue=clue).update(wants_answer=False)
    clue_transfer.talk(scjg, clue.pk, department=home, talked_at=timezone.now(), note="沟通")
    draft = clue_transfer.letter_draft(Clue.objects.get(pk=clue.pk))
    clue_transfer.prepare(scjg, clue.pk, **draft, files=[photo()])
    clue_transfer.transfer(scjg_head, clue.pk)
    assert side(clue, "tell") is None


def test_who_is_told_later_reads_the_day_of_the_transfer(scjg, scjg_head, home):
    with at("2026-09-30 10:00"):
        clue = transferred(scjg, scjg_head, home)
    with at("2026-10-09 09:00"):
        words = complainants.suggested_text(clue, Told.Step.TRANSFERRED)
    assert f"属于{home.name}的职责，已于2026年9月30日移送" in words


def test_telling_is_done_once_by_who_transferred(scjg, scjg_head, mzj, home):
    clue = transferred(scjg, scjg_head, home)
    with pytest.raises(NotAllowed):
        clue_answer.tell(mzj, clue.pk, text="已移送")
    with pytest.raises(Refused):
        clue_answer.tell(scjg, clue.pk, text="  ")
    clue_answer.tell(scjg, clue.pk, text="您反映的问题已移送区民政局办理。")
    with pytest.raises(Conflict):
        clue_answer.tell(scjg, clue.pk, text="再说一次")
    told = Told.objects.get(clue=clue, step="transferred")
    assert told.text == "您反映的问题已移送区民政局办理。"


def test_the_head_extends_once_within_the_most_and_coordination_beyond(
    scjg, scjg_head, mzj, mzj_head, actor
):
    coordination = actor("xzsp_clerk")
    assert fills_in(coordination, Function.COORDINATION, "411603")
    with at("2026-10-09 09:00"):
        clue = handling(scjg, scjg_head, mzj)
        with pytest.raises(NotAllowed):
            clues.extend(mzj, clue.pk, amount=2, opinion="案情复杂")
        with pytest.raises(Refused, match="最多延长 10 个工作日"):
            clues.extend(mzj_head, clue.pk, amount=11, opinion="案情复杂")
        clues.extend(mzj_head, clue.pk, amount=2, opinion="需要检验")
        # 29 October and two more working days: 30 October, 2 November.
        assert due(main(clue)) == "2026-11-02"
        with pytest.raises(Refused, match="只能延长一次"):
            clues.extend(mzj_head, clue.pk, amount=1, opinion="还需要时间")
        clues.extend(coordination, clue.pk, amount=1, opinion="检验机构排期")
    assert due(main(clue)) == "2026-11-03"


def test_a_pause_needs_its_end_and_moves_the_due_date(scjg, scjg_head):
    with at("2026-10-09 09:00"):
        clue = own_handling(scjg)
    with at("2026-10-12 09:00"):
        clues.pause(scjg_head, clue.pk, "等待检验结果")
        with pytest.raises(Conflict):
            clues.pause(scjg_head, clue.pk, "再暂停")
        with pytest.raises(Conflict):
            clues.extend(scjg_head, clue.pk, amount=1, opinion="延长")
    with at("2026-10-13 09:00"):
        clues.resume(scjg_head, clue.pk, "检验结果已出")
    # Two working days stood still: 29 October, then 30 October and 2 November.
    assert due(main(clue)) == "2026-11-02"


def test_coordination_names_the_department_and_it_may_not_return(
    scjg, scjg_head, mzj, mzj_head, home, actor
):
    wjw, coordination = actor("wjw_clerk"), actor("xzsp_head")
    clue = transferred(scjg, scjg_head, home)
    other = department("卫健委")
    with pytest.raises(NotAllowed):
        clue_transfer.assign(mzj_head, clue.pk, department=other, opinion="应由卫健")
    with pytest.raises(Refused):
        clue_transfer.assign(coordination, clue.pk, department=other, opinion="")
    clue = clue_transfer.assign(coordination, clue.pk, department=other, opinion="属于医疗机构")
    assert (clue.state, clue.holder_id, clue.assigned) == ("handling", other.pk, True)
    assert Referral.objects.get(clue=clue).state == "withdrawn"
    with pytest.raises(NotAllowed):
        clue_transfer.receive(mzj, clue.pk)
    assert clue in Clue.objects.visible_to(wjw)
    with pytest.raises(Refused, match="已由"):
        clue_transfer.assign(coordination, clue.pk, department=other, opinion="再指定")
    # What is missing comes from the first receiver.
    clue_transfer.ask_supplement(wjw, clue.pk, "请补充来电记录")
    assert side(clue, "supplement").department_id == scjg.department_id


def test_what_another_department_takes_away_in_time_was_not_done(scjg, scjg_head, home, actor):
    with at("2026-10-09 09:00"):
        in_time = transferred(scjg, scjg_head, home, complainant=False)
        late = transferred(scjg, scjg_head, home, complainant=False)
        clocks = [main(clue).deadline for clue in (in_time, late)]
    office, other = actor("xzsp_clerk"), department("卫健委")
    with at("2026-10-10 09:00"):
        clue_transfer.assign(office, in_time.pk, department=other, opinion="属于医疗机构")
    with at("2026-10-20 09:00"):
        clue_transfer.assign(office, late.pk, department=other, opinion="属于医疗机构")
    for clock in clocks:
        clock.refresh_from_db()
    assert [bool(clock.cancelled_at) for clock in clocks] == [True, False]
    assert [bool(clock.met_at) for clock in clocks] == [False, True]


def test_asking_for_more_takes_the_proposed_answer_back(scjg, scjg_head, mzj, mzj_head):
    clue = propose_answer(mzj, handling(scjg, scjg_head, mzj))
    assert main(clue).for_head
    clue = clue_transfer.ask_supplement(mzj, clue.pk, "请补充来电记录")
    assert not clue.answer_proposed and not main(clue).for_head


def test_a_closed_clue_is_handled_anew_with_a_new_clock(scjg, scjg_head, mzj, mzj_head):
    with at("2026-10-09 09:00"):
        clue = propose_answer(mzj, handling(scjg, scjg_head, mzj))
        clue_answer.approve(mzj_head, clue.pk)
        assert Referral.objects.get(clue=clue).answer == "handled"
    with at("2026-10-12 09:00"):
        with pytest.raises(NotAllowed):
            clues.reopen(mzj, clue.pk, "反映人不满意")
        clue = clues.reopen(mzj_head, clue.pk, "反映人提供了新证据")
    assert (clue.state, clue.outcome, clue.closed_at) == ("handling", "", None)
    # 13-16 (4), 19-23 (9), 26-30 (14) October, 2 November (15).
    assert due(main(clue)) == "2026-11-02"
    clue_answer.approve(mzj_head, propose_answer(mzj, clue).pk)
    assert Told.objects.filter(clue=clue, step="answered").count() == 2


def test_a_disputed_clue_lies_with_its_dispute(scjg, scjg_head, mzj_head, home):
    clue = transferred(scjg, scjg_head, home)
    clue_dispute.enter_dispute(mzj_head, clue)
    assert clue.state == "disputed"
    assert Stop.objects.of(clue).open().filter(code="main").count() == 0
    with pytest.raises(Conflict):
        clue_dispute.enter_dispute(mzj_head, clue)
    clue_dispute.leave_dispute(scjg_head, clue, home)
    assert (clue.state, clue.holder_id, clue.assigned) == ("handling", home.pk, True)
    assert main(clue).department_id == home.pk
    assert Referral.objects.get(clue=clue).state == "received"
    with pytest.raises(Conflict):
        clue_dispute.leave_dispute(scjg_head, clue, home)


def test_time_spent_is_told_by_stop(scjg, scjg_head, mzj, home):
    with at("2026-09-28 09:00"):
        clue = transferred(scjg, scjg_head, home)
    with at("2026-09-29 09:00"):
        clue_transfer.receive(mzj, clue.pk)
    waited = Stop.objects.of(clue).get(waits="签收")
    assert waited.left_at - waited.entered_at == dt.timedelta(days=1)
    assert waited.person_id == mzj.user_id


def test_a_transfer_returned_in_time_needs_no_telling_and_the_next_one_does(
    scjg, scjg_head, mzj_head, home
):
    with at("2026-09-28 09:00"):
        clue = transferred(scjg, scjg_head, home)
    with at("2026-09-29 09:00"):
        clue_transfer.send_back(mzj_head, clue.pk, "不属于我局职责")
        assert side(clue, "tell") is None
        clue_transfer.talk(
            scjg, clue.pk, department=department("卫健委"), talked_at=timezone.now(), note="同意"
        )
        draft = clue_transfer.letter_draft(Clue.objects.get(pk=clue.pk))
        clue_transfer.prepare(scjg, clue.pk, **draft, files=[])
        clue_transfer.transfer(scjg_head, clue.pk)
    # 30 September, 8 and 9 October, from the second transfer.
    assert due(side(clue, "tell")) == "2026-10-09"
    assert late_entries(clue) == []


def test_a_transfer_returned_after_telling_was_due_stays_late(scjg, scjg_head, mzj_head, home):
    with at("2026-09-28 09:00"):
        clue = transferred(scjg, scjg_head, home)
    with at("2026-10-09 09:00"):
        clue_transfer.send_back(mzj_head, clue.pk, "不属于我局职责")
    assert any("前告知反映人，逾期 1 个工作日" in words for words in late_entries(clue))


def test_the_letter_of_a_merged_clue_is_answered_with_the_main_one(scjg, scjg_head, mzj, mzj_head):
    clue = handling(scjg, scjg_head, mzj)
    other = handling(scjg, scjg_head, mzj)
    Clue.objects.filter(pk=other.pk).update(state="merged", merged_into=clue)
    clue_answer.approve(mzj_head, propose_answer(mzj, clue).pk)
    assert set(Referral.objects.values_list("state", flat=True)) == {"answered"}

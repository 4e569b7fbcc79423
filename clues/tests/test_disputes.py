"""Disputes: common action, talk, decision, with dates and a clue that lies with them (L9)."""

from __future__ import annotations

import datetime as dt

import pytest

from clues.acts.disputes import DISPUTE_ACTS
from clues.models import Clue, Dispute, Referral, Stop
from clues.services import clue_transfer, disputes, joint
from clues.stages import main_stop
from clues.tests import procedure_samples as samples
from clues.tests.joint_samples import asked
from clues.tests.procedure_samples import due, turn
from clues.tests.samples import at, department, handling, own_handling, person, transferred
from records.errors import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db
S = Dispute.State


def _clue() -> Clue:
    return handling(person("xzsp_clerk"), person("xzsp_head"), person("mzj_clerk"))


def _sides(dispute: Dispute) -> set[tuple[str, str]]:
    found = Stop.objects.open().of(dispute).exclude(code="main")
    return {(stop.department.short_name, stop.waits) for stop in found}


def test_agreed_over_national_day(county) -> None:
    with at("2026-09-28 10:00"):
        clue = _clue()
        dispute = samples.drafted(clue=clue)
        assert (turn(dispute)[1], due(dispute)) == ("负责人提出争议", "2026-09-30 23:59")
        assert not Dispute.objects.visible_to(person("wjw_head")).exists()
    with at("2026-09-30 09:00"):
        disputes.raise_dispute(person("mzj_head"), dispute.pk)
    dispute.refresh_from_db()
    clue.refresh_from_db()
    assert clue.state == Clue.State.DISPUTED
    assert main_stop(clue) is None
    assert turn(dispute) == ("民政局", "先行共同处置")
    assert due(dispute) == "2026-10-10 23:59"
    assert _sides(dispute) == {("市场监管局", "先行共同处置")}

    with at("2026-10-08 09:00"):
        disputes.handle(person("mzj_clerk"), dispute.pk, "到场查看。")
    assert turn(dispute) == ("市场监管局", "先行共同处置")
    assert due(dispute) == "2026-10-10 23:59"
    assert _sides(dispute) == set()
    with at("2026-10-09 09:00"):
        disputes.handle(person("scjg_clerk"), dispute.pk, "封存过期食材。")
    dispute.refresh_from_db()
    assert (dispute.state, turn(dispute)) == (S.NEGOTIATING, ("民政局", "协商"))
    assert due(dispute) == "2026-10-15 23:59"

    with at("2026-10-12 15:00"):
        disputes.talk(
            person("scjg_clerk"),
            dispute.pk,
            held_on=dt.date(2026, 10, 12),
            participants="双方分管负责人",
            minutes="内设食堂由市场监管局负责。",
            agreed_id=department("市场监管局").pk,
        )
    dispute.refresh_from_db()
    assert turn(dispute) == ("民政局", "确认协商结果")
    assert _sides(dispute) == {("市场监管局", "确认协商结果")}
    with at("2026-10-13 15:00"):
        disputes.confirm(person("mzj_head"), dispute.pk)
        with pytest.raises(NotAllowed):
            disputes.confirm(person("mzj_head"), dispute.pk)
        disputes.confirm(person("scjg_head"), dispute.pk)
    dispute.refresh_from_db()
    clue.refresh_from_db()
    assert dispute.state == S.SETTLED
    assert dispute.responsible == clue.holder == department("市场监管局")
    assert clue.state == Clue.State.HANDLING
    assert turn(clue)[0] == "市场监管局"
    assert not Stop.objects.open().of(dispute).exists()


@pytest.mark.parametrize(
    ("about", "office", "clerk", "head"),
    [
        (Dispute.About.ENFORCEMENT, "司法局", "sfj_clerk", "sfj_head"),
        (Dispute.About.DUTIES, "编办", "bianb_clerk", "bianb_head"),
    ],
)
def test_the_office_that_fits_decides(
    county, about: str, office: str, clerk: str, head: str
) -> None:
    with at("2026-09-29 10:00"):
        clue = _clue()
        dispute = samples.submitted(about, clue)
    assert turn(dispute) == (office, "作出协调决定")
    assert due(dispute) == "2026-10-19 23:59"
    with at("2026-10-08 10:00"):
        disputes.ask_statements(person(clerk), dispute.pk, "请说明依据。")
    assert _sides(dispute) == {("民政局", "提交书面意见"), ("市场监管局", "提交书面意见")}
    disputes.state(person("scjg_head"), dispute.pk, "依据食品安全法。")
    assert _sides(dispute) == {("民政局", "提交书面意见")}
    with pytest.raises(Conflict):
        disputes.decide(person(head), dispute.pk)
    disputes.propose(person(clerk), dispute.pk, department("民政局").pk, "由民政局负责。")
    with pytest.raises(NotAllowed):
        disputes.decide(person(clerk), dispute.pk)
    disputes.decide(person(head), dispute.pk)
    dispute.refresh_from_db()
    clue.refresh_from_db()
    assert (dispute.state, clue.holder.short_name) == (S.DECIDED, "民政局")
    letter = Referral.objects.get(kind="dispute_submission")
    assert (letter.answer, letter.answer_text) == ("decided", "由民政局负责。")
    assert [copy.department.short_name for copy in letter.copies.all()] == ["市场监管局"]
    assert _sides(dispute) == set() and main_stop(dispute) is None


def test_talk_comes_before_the_decision(county) -> None:
    dispute = samples.acted_together()
    with pytest.raises(Conflict):
        disputes.prepare(person("mzj_clerk"), dispute.pk, "申请。")
    samples._talk(person("scjg_clerk"), dispute.pk)
    disputes.prepare(person("mzj_clerk"), dispute.pk, "申请。")
    with pytest.raises(NotAllowed):
        disputes.submit(person("mzj_clerk"), dispute.pk)
    disputes.submit(person("mzj_head"), dispute.pk)
    dispute.refresh_from_db()
    assert dispute.state == S.SUBMITTED


def test_a_new_form_is_acted_on_by_all_then_studied_with_a_legal_opinion(county) -> None:
    dispute = samples.submitted(Dispute.About.NEW_FORM)
    assert turn(dispute)[0] == "编办"
    assert _sides(dispute) == {("司法局", "出具法制意见")}
    disputes.propose(person("bianb_clerk"), dispute.pk, department("民政局").pk, "由民政局负责。")
    with pytest.raises(Refused, match="法制意见"):
        disputes.decide(person("bianb_head"), dispute.pk)
    disputes.legal_opinion(person("sfj_head"), dispute.pk, "参照养老服务条例。")
    disputes.decide(person("bianb_head"), dispute.pk)
    dispute.refresh_from_db()
    assert dispute.state == S.DECIDED


def test_who_does_not_take_part_cannot_hold_it_up(county) -> None:
    dispute = samples.raised()
    disputes.handle(person("mzj_clerk"), dispute.pk, "已处置。")
    with pytest.raises(Conflict):
        disputes.go_on(person("mzj_head"), dispute.pk, "对方未到。")
    samples.overdue(dispute)
    disputes.go_on(person("mzj_head"), dispute.pk, "对方未到。")
    dispute.refresh_from_db()
    assert dispute.state == S.NEGOTIATING


def test_disagreeing_begins_the_talk_anew(county) -> None:
    dispute = samples.agreed()
    disputes.confirm(person("scjg_head"), dispute.pk)
    disputes.disagree(person("mzj_head"), dispute.pk, "表述不准确。")
    dispute.refresh_from_db()
    assert dispute.state == S.NEGOTIATING and dispute.proposed is None
    assert not dispute.parties.exclude(confirmed_at=None).exists()
    assert _sides(dispute) == set()


def test_a_withdrawn_dispute_leaves_the_clue_where_it_was(county) -> None:
    clue = _clue()
    dispute = samples.talked(clue=clue)
    disputes.prepare(person("mzj_clerk"), dispute.pk, "申请。")
    disputes.withdraw(person("mzj_head"), dispute.pk, "已经说清。")
    clue.refresh_from_db()
    assert (clue.state, clue.holder.short_name) == (Clue.State.HANDLING, "民政局")
    letter = Referral.objects.get(kind="dispute_submission")
    assert letter.state == Referral.State.WITHDRAWN


def test_a_clue_disputed_before_its_receipt_comes_back_to_be_received_or_returned(county) -> None:
    with at("2026-09-28 10:00"):
        clue = transferred(person("xzsp_clerk"), person("xzsp_head"), department("民政局"))
        dispute = samples.raised(clue=clue)
    clue.refresh_from_db()
    assert clue.state == Clue.State.DISPUTED
    with at("2026-09-29 10:00"):
        disputes.withdraw(person("mzj_head"), dispute.pk, "已经说清。")
        clue.refresh_from_db()
        assert (clue.state, clue.assigned) == (Clue.State.TRANSFERRED, False)
        # 30 September and 8 October are the next two working days.
        assert (turn(clue), due(clue)) == (("民政局", "签收"), "2026-10-08 23:59")
        clue = clue_transfer.send_back(person("mzj_head"), clue.pk, "不属于民政职责")
    assert (clue.state, clue.holder) == (
        Clue.State.RETURNED,
        department("行政审批和政务信息管理局"),
    )


def test_no_dispute_about_a_clue_that_is_verified_jointly(county) -> None:
    clue = _clue()
    joint.begin(person("mzj_clerk"), clue.pk, "请共同核查。", asked("mzj_clerk", "scjg_clerk"))
    dispute = samples.drafted(clue=clue)
    with pytest.raises(Refused, match="联合核查尚未结束"):
        disputes.raise_dispute(person("mzj_head"), dispute.pk)
    dispute.refresh_from_db()
    assert dispute.state == S.DRAFT


def test_only_a_party_takes_the_matter_over_by_agreement(county) -> None:
    dispute = samples.acted_together()
    with pytest.raises(Refused, match="争议的一方"):
        samples._talk(person("scjg_clerk"), dispute.pk, "卫健委")


def test_a_clue_is_disputed_once(county) -> None:
    clue = _clue()
    samples.raised(clue=clue)
    with pytest.raises(Refused, match="已经在职责争议"):
        samples.drafted(clue=clue)
    other = own_handling(person("scjg_clerk"))
    with pytest.raises(Refused, match="线索不存在"):
        samples.drafted(clue=other)


def test_a_dispute_needs_another_department_and_a_past_talk(county) -> None:
    with pytest.raises(Refused, match="其他部门"):
        disputes.begin(
            person("mzj_clerk"), samples.question(), [person("mzj_clerk").department_id or 0]
        )
    dispute = samples.acted_together()
    with pytest.raises(Refused, match="不能晚于今天"):
        disputes.talk(
            person("mzj_clerk"),
            dispute.pk,
            held_on=dt.date(2100, 1, 1),
            participants="双方",
            minutes="。",
        )


def test_who_may_do_what(county) -> None:
    def codes(username: str, dispute: Dispute) -> set[str]:
        return {act.code for act in DISPUTE_ACTS.allowed(person(username), dispute)}

    drafted = samples.drafted()
    assert codes("mzj_clerk", drafted) == {"drop"}
    assert codes("mzj_head", drafted) == {"raise", "drop"}
    assert codes("scjg_head", drafted) == set()
    submitted = samples.submitted()
    assert codes("bianb_clerk", submitted) == {"ask-statements", "propose"}
    assert codes("sfj_head", submitted) == codes("mzj_head", submitted) == set()
    for username in ("wjw_head", "xzsp_head", "zfb_head", "security_admin"):
        assert codes(username, submitted) == set()

"""Refused duties: advice, government, correction, criticism, accountability, with dates (L9)."""

from __future__ import annotations

import pytest

from clues.acts.procedures import letter_of
from clues.acts.refusals import REFUSAL_ACTS
from clues.models import Referral, Refusal, Stop
from clues.selectors.procedures import course
from clues.selectors.steps import refusal_steps
from clues.services import refusals
from clues.services.procedures import letters_of
from clues.stages import main_stop
from clues.tests import procedure_samples as samples
from clues.tests.procedure_samples import due, turn
from clues.tests.samples import at, own_handling, person, photo
from records.errors import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db
S = Refusal.State
do = refusals.HANDLERS


def test_to_the_end_over_spring_festival(county) -> None:
    """15–23 February 2026 are off; Saturdays the 14th and the 28th are worked."""
    with at("2026-02-09 10:00"):
        refusal = samples.prepared_advice(own_handling(person("mzj_clerk")))
    assert (turn(refusal)[1], due(refusal)) == ("签发履职建议书", "2026-02-11 23:59")
    with at("2026-02-11 10:00"):
        refusals.advise(person("mzj_head"), refusal.pk)
    refusal.refresh_from_db()
    assert turn(refusal) == ("市场监管局", "答复履职建议")
    assert due(refusal) == "2026-02-25 23:59"
    with at("2026-02-25 10:00"):
        refusals.reject(person("scjg_head"), refusal.pk, "不属于本部门职责。")
    refusal.refresh_from_db()
    assert turn(refusal) == ("民政局", "报告本级人民政府")
    assert due(refusal) == "2026-03-03 23:59"
    with at("2026-03-02 10:00"):
        refusals.prepare_report(person("mzj_clerk"), refusal.pk, "报请处理。")
        refusals.report(person("mzj_head"), refusal.pk)
    refusal.refresh_from_db()
    assert turn(refusal) == ("区政府办", "审查不履职情况报告")
    with at("2026-03-05 10:00"):
        refusals.order(person("zfb_head"), refusal.pk, "十日内完成检查。")
    refusal.refresh_from_db()
    assert turn(refusal) == ("市场监管局", "按责令改正")
    assert due(refusal) == "2026-03-19 23:59"
    with at("2026-03-20 10:00"):
        do["lapse"](person("zfb_clerk"), refusal.pk, "逾期未改正。")
        refusals.prepare_criticism(person("zfb_clerk"), refusal.pk, "通报批评。")
        refusals.criticise(person("zfb_head"), refusal.pk)
    refusal.refresh_from_db()
    letter = Referral.objects.get(kind="criticism")
    assert letter.to is not None and letter.to.short_name == "市场监管局"
    assert {copy.department.short_name for copy in letter.copies.all()} == {
        "民政局",
        "行政审批和政务信息管理局",
    }
    with at("2026-03-23 10:00"):
        refusals.refer(person("zfb_head"), refusal.pk, "拒不改正。")
    refusal.refresh_from_db()
    assert turn(refusal) == ("派驻纪检监察组", "问责并反馈结果")
    assert Refusal.objects.visible_to(person("jjz_witness")).get() == refusal
    refusals.account(person("jjz_witness"), refusal.pk, "对有关负责人诫勉。")
    refusal.refresh_from_db()
    assert (refusal.state, refusal.outcome) == (S.ACCOUNTED, "对有关负责人诫勉。")
    assert main_stop(refusal) is None
    answers = dict(Referral.objects.values_list("kind", "answer"))
    assert answers == {
        "advice_to_correct": "rejected",
        "refusal_report": "ordered",
        "criticism": "",
    }


def test_taken_and_corrected(county) -> None:
    refusal = samples.advised()
    refusals.accept(person("scjg_head"), refusal.pk, "下周检查。")
    refusals.show(person("scjg_head"), refusal.pk, "已检查三家。", [photo()])
    refusal.refresh_from_db()
    assert turn(refusal) == ("民政局", "核实改正情况")
    do["unsatisfied"](person("mzj_head"), refusal.pk, "仅检查一家。")
    refusal.refresh_from_db()
    assert refusal.state == S.UNRESOLVED
    do["withdraw"](person("mzj_head"), refusal.pk, "已补查。")
    refusal.refresh_from_db()
    assert refusal.state == S.WITHDRAWN and main_stop(refusal) is None


def test_silence_leads_to_the_government_after_the_limit_only(county) -> None:
    refusal = samples.advised()
    with pytest.raises(Conflict):
        do["escalate"](person("mzj_clerk"), refusal.pk, "未答复。")
    samples.overdue(refusal)
    do["escalate"](person("mzj_clerk"), refusal.pk, "未答复。")
    refusal.refresh_from_db()
    assert refusal.state == S.UNRESOLVED


def test_the_government_may_dismiss(county) -> None:
    refusal = samples.on_report()
    refusals.dismiss(person("zfb_head"), refusal.pk, "职责依据不足。")
    refusal.refresh_from_db()
    assert refusal.state == S.DISMISSED and main_stop(refusal) is None


def test_nothing_is_signed_that_was_not_prepared(county) -> None:
    refusal = samples.unresolved()
    with pytest.raises(Conflict):
        refusals.report(person("mzj_head"), refusal.pk)
    refusals.prepare_report(person("mzj_clerk"), refusal.pk, "一稿。")
    refusals.prepare_report(person("mzj_clerk"), refusal.pk, "二稿。")
    assert Referral.objects.get(kind="refusal_report").body == "二稿。"
    with pytest.raises(NotAllowed):
        refusals.report(person("mzj_clerk"), refusal.pk)


def test_nobody_advises_their_own_department(county) -> None:
    own = person("mzj_clerk").department_id or 0
    with pytest.raises(Refused, match="本部门") as refused:
        refusals.begin(person("mzj_clerk"), samples.complaint(), own)
    assert refused.value.field == "addressee"


def test_who_may_do_what_and_who_sees_it(county) -> None:
    def codes(username: str, refusal: Refusal) -> set[str]:
        return {act.code for act in REFUSAL_ACTS.allowed(person(username), refusal)}

    prepared = samples.prepared_advice()
    assert codes("mzj_clerk", prepared) == {"drop"}
    assert codes("scjg_head", prepared) == set()
    advised = samples.advised()
    assert codes("scjg_clerk", advised) == set()
    assert codes("scjg_head", advised) == {"accept", "reject"}
    ordered = samples.ordered()
    assert codes("zfb_head", ordered) == codes("mzj_head", ordered) == set()
    assert codes("scjg_head", ordered) == {"show-order"}
    assert Refusal.objects.visible_to(person("zfb_clerk")).get() == ordered
    for username in ("wjw_head", "jjz_witness"):
        assert not Refusal.objects.visible_to(person(username)).exists()


def test_the_letters_say_what_they_are_and_the_notice_waits_for_nobody(county) -> None:
    refusal = samples.criticised()
    report, notice = letter_of(refusal, "refusal_report"), letter_of(refusal, "criticism")
    addressee = refusal.addressee.name
    assert report.title == f"关于{addressee}不履行职责情况的报告：{refusal.title}"
    assert notice.title == f"关于{addressee}不履行职责问题的通报批评：{refusal.title}"
    assert (notice.get_state_display(), notice.state_tone) == ("已发出", "ok")
    advice = letter_of(samples.advised(), "advice_to_correct")
    assert advice.get_state_display() == "已发出待签收"


def test_the_course_of_a_procedure_tells_each_step_once(county) -> None:
    refusal = samples.criticised()
    told = [entry.verb for entry in course(refusal, letters_of(refusal))]
    assert told.count("签发通报批评") == 1
    assert not [verb for verb in told if verb.startswith("起算期限")]


def test_the_department_criticised_confirms_that_it_has_the_notice(county) -> None:
    refusal = samples.criticised()
    owed = Stop.objects.open().of(refusal).exclude(code=Stop.MAIN).get()
    assert (owed.department.short_name, owed.waits) == ("市场监管局", "确认收到通报批评")
    for username in ("mzj_head", "zfb_head"):
        with pytest.raises(NotAllowed):
            do["confirm-notice"](person(username), refusal.pk, "")
    do["confirm-notice"](person("scjg_clerk"), refusal.pk, "")
    notice = letter_of(refusal, "criticism")
    assert notice is not None
    assert (notice.state, notice.received_by) == (
        Referral.State.NOTED,
        person("scjg_clerk").name,
    )
    assert not Stop.objects.open().of(refusal).exclude(code=Stop.MAIN).exists()
    with pytest.raises(Conflict):
        do["confirm-notice"](person("scjg_clerk"), refusal.pk, "")


def test_nothing_is_owed_beside_a_refusal_that_has_ended(county) -> None:
    refusal = samples.criticised()
    do["settle"](person("zfb_head"), refusal.pk, "已经改正。")
    assert not Stop.objects.open().of(refusal).exists()


def test_every_step_that_is_done_has_its_date(county) -> None:
    refusal = samples.criticised()
    refusals.refer(person("zfb_head"), refusal.pk, "移送追责。")
    refusal = do["account"](person("jjz_witness"), refusal.pk, "诫勉谈话。")
    steps = refusal_steps(refusal)
    assert [step.label for step in steps if step.at is None] == []
    moments = [step.at for step in steps]
    assert moments == sorted(moments)  # type: ignore[type-var]


def test_a_refusal_corrected_on_advice_ends_with_its_date(county) -> None:
    refusal = samples.advised()
    refusals.accept(person("scjg_head"), refusal.pk, "立即安排。")
    refusals.show(person("scjg_head"), refusal.pk, "已检查。")
    refusal = do["satisfied"](person("mzj_head"), refusal.pk, "")
    assert refusal_steps(refusal)[-1].at == refusal.closed_at is not None

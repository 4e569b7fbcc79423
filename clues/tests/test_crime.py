"""Handing suspected crimes over: the story with its dates, refusals, both directions (L7)."""

from __future__ import annotations

import uuid

import pytest

from clues.acts.crime import CRIME_ACTS
from clues.models import Clue, CrimeHandover, Referral, Stop
from clues.selectors.procedures import checklist
from clues.selectors.steps import crime_steps
from clues.services import crime
from clues.services.crime import begin as beginning
from clues.services.crime import department as at_department
from clues.stages import main_stop
from clues.tests import procedure_samples as samples
from clues.tests.procedure_samples import due, turn
from clues.tests.samples import at, make_clue, own_handling, person, photo, together
from clues.worklist import pending_verification
from departments.models import FunctionAssignment, RuleValue
from records.errors import Conflict, NotAllowed, Refused
from records.models import Evidence, TrailEntry

pytestmark = pytest.mark.django_db
S = CrimeHandover.State
do = crime.HANDLERS


def test_over_national_day_every_step_has_its_date(county) -> None:
    """Working days skip 1–7 October 2026 and count Saturday the 10th; the law's days do not."""
    with at("2026-09-28 10:00"):
        clue = own_handling(person("scjg_clerk"))
        case = samples.begun(clue)
    assert turn(case) == ("市场监管局", "专案组核实并报告")
    assert due(case) == "2026-10-16 23:59"

    with at("2026-09-30 16:00"):
        at_department.report(
            person("scjg_inspector1"),
            case.pk,
            "属实。",
            offence="非法经营罪",
            penalties="查封库存。",
        )
    case.refresh_from_db()
    assert (turn(case)[1], due(case)) == ("负责人审批移送", "2026-10-03 23:59")

    with at("2026-10-02 15:30"):
        do["approve"](person("scjg_head"), case.pk, "")
    case.refresh_from_db()
    assert (turn(case)[1], due(case)) == ("移送公安机关", "2026-10-03 15:30")

    samples.attach_all(person("scjg_clerk"), case.pk)
    with at("2026-10-03 09:00"):
        do["transfer"](person("scjg_head"), case.pk, "")
    case.refresh_from_db()
    assert turn(case) == ("公安局", "在回执上签字")
    assert due(case) == "2026-10-04 09:00"
    letter = Referral.objects.get(kind="criminal_handover")
    assert letter.state == Referral.State.SENT
    assert "刑〔2026〕1号" in letter.number
    assert [copy.department.short_name for copy in letter.copies.all()] == ["检察院"]
    assert "查封库存" in letter.body

    with at("2026-10-03 14:00"):
        do["receive"](person("gaj_clerk"), case.pk, "")
    assert due(case) == "2026-10-06 23:59"
    with at("2026-10-05 09:00"):
        do["extend-complex"](person("gaj_head"), case.pk, "涉案账目较多。")
        assert due(case) == "2026-10-13 23:59"
        with pytest.raises(Refused, match="已经达到 10 日"):
            do["extend-complex"](person("gaj_head"), case.pk, "再延。")
        do["extend-grave"](person("gaj_head"), case.pk, "跨省。")
    assert due(case) == "2026-11-02 23:59"

    with at("2026-10-20 10:00"):
        do["file"](person("gaj_head"), case.pk, "淮公立字〔2026〕8号，决定立案。")
    case.refresh_from_db()
    assert turn(case) == ("市场监管局", "移交涉案物品和材料")
    assert due(case) == "2026-10-23 23:59"
    letter.refresh_from_db()
    assert (letter.state, letter.answer) == (Referral.State.ANSWERED, "filed")

    with at("2026-10-21 16:20"):
        at_department.deliver(person("scjg_clerk"), case.pk, "卤制品 320 公斤。", [photo()])
    case.refresh_from_db()
    assert turn(case) == ("公安局", "办结交接手续")
    assert due(case) == "2026-10-22 16:20"
    with at("2026-10-22 09:00"):
        do["confirm"](person("gaj_clerk"), case.pk, "")
    case.refresh_from_db()
    assert case.state == S.ACCEPTED and main_stop(case) is None
    clue.refresh_from_db()
    assert clue.state == Clue.State.HANDLING
    told = TrailEntry.objects.filter(verb="clue.crimehandover", target_id=clue.pk)
    assert [entry.label.split("：")[-1] for entry in told.order_by("id")] == [
        "指定专案组核实",
        "移送公安局",
        "公安机关决定立案",
        "确认交接",
    ]


def test_the_clock_of_the_police_stands_still_over_spring_festival(county) -> None:
    """Accepted on 13 February 2026 (three days: the 16th); paused 14–17, both days left out."""
    with at("2026-02-13 10:00"):
        case = samples.reviewing()
    assert due(case) == "2026-02-16 23:59"
    with at("2026-02-14 11:00"):
        do["ask-supplement"](person("gaj_head"), case.pk, "缺检验报告原件。")
    stop = main_stop(case)
    assert stop is not None and stop.deadline is not None and stop.deadline.due_at is None
    side = Stop.objects.open().of(case).get(code="supplement")
    assert side.department.short_name == "市场监管局"
    assert side.deadline.due_at.date().isoformat() == "2026-02-17"
    with at("2026-02-17 15:00"):
        at_department.supplement(person("scjg_clerk"), case.pk, "已补。", [photo()])
    assert due(case) == "2026-02-20 23:59"
    assert not Stop.objects.open().of(case).filter(code="supplement").exists()


def test_the_police_need_not_wait_for_ever(county) -> None:
    case = samples.reviewing()
    do["ask-supplement"](person("gaj_head"), case.pk, "缺清单。")
    do["stop-waiting"](person("gaj_head"), case.pk, "逾期未补。")
    case.refresh_from_db()
    assert case.state == S.REVIEWING and due(case)
    assert not Stop.objects.open().of(case).exclude(code="main").exists()


def test_objection_review_and_oversight_lead_to_filing(county) -> None:
    with at("2026-10-01 09:00"):
        case = samples.not_filed()
    assert (turn(case)[1], due(case)) == ("提出异议或行政处理", "2026-10-04 23:59")
    with at("2026-10-04 17:00"):
        do["ask-review"](person("scjg_head"), case.pk, "货值已达追诉标准。")
    case.refresh_from_db()
    assert turn(case) == ("公安局", "作出复议决定")
    assert due(case) == "2026-10-07 23:59"
    with at("2026-10-07 12:00"):
        do["uphold"](person("gaj_head"), case.pk, "主观明知证据不足。")
        do["ask-oversight"](person("scjg_head"), case.pk, "请依法监督。")
    case.refresh_from_db()
    assert turn(case) == ("检察院", "审查立案监督建议")
    with at("2026-10-09 12:00"):
        do["demand-reasons"](person("jcy_head"), case.pk, "说明不立案理由。")
    case.refresh_from_db()
    assert (turn(case), due(case)) == (("公安局", "说明不立案理由"), "2026-10-16 23:59")
    with at("2026-10-12 12:00"):
        do["explain"](person("gaj_head"), case.pk, "证据不足。")
    with at("2026-10-14 12:00"):
        do["order-filing"](person("jcy_head"), case.pk, "理由不成立。")
    case.refresh_from_db()
    assert (turn(case), due(case)) == (("公安局", "按通知立案"), "2026-10-29 23:59")
    do["file"](person("gaj_head"), case.pk, "按通知立案。")
    answers = dict(Referral.objects.values_list("kind", "answer"))
    assert answers == {
        "criminal_handover": "not_filed",
        "filing_review": "upheld",
        "filing_oversight": "ordered",
    }


def test_after_three_days_review_is_too_late_but_oversight_is_not(county) -> None:
    with at("2026-10-01 09:00"):
        case = samples.not_filed()
    with at("2026-10-05 00:30"):
        with pytest.raises(Refused, match="三日期限已过"):
            do["ask-review"](person("scjg_head"), case.pk, "请复议。")
        do["ask-oversight"](person("scjg_head"), case.pk, "请监督。")
    case.refresh_from_db()
    assert case.state == S.OVERSIGHT


def test_what_is_no_crime_is_dealt_with_by_the_department(county) -> None:
    case = samples.not_filed()
    do["accept"](person("scjg_head"), case.pk, "")
    case.refresh_from_db()
    assert turn(case) == ("市场监管局", "依法作出行政处理")
    do["conclude"](person("scjg_head"), case.pk, "罚款 5 万元。")
    case.refresh_from_db()
    assert case.state == S.CONCLUDED and case.result == "罚款 5 万元。"


def test_the_police_hand_back_what_turned_out_to_be_no_crime(county) -> None:
    case = samples.reviewing()
    do["file"](person("gaj_head"), case.pk, "决定立案。")
    at_department.deliver(person("scjg_clerk"), case.pk, "移交。", [photo()])
    do["confirm"](person("gaj_clerk"), case.pk, "")
    do["give-back"](person("gaj_head"), case.pk, "情节显著轻微，撤销案件。")
    case.refresh_from_db()
    assert turn(case) == ("市场监管局", "签收移送行政处理案件")
    do["receive-back"](person("scjg_clerk"), case.pk, "")
    do["conclude"](person("scjg_head"), case.pk, "警告。")
    letter = Referral.objects.get(kind="administrative_handover")
    assert (letter.answer, letter.answer_text) == ("handled", "警告。")


def test_the_other_direction_begins_with_the_police(county) -> None:
    with pytest.raises(NotAllowed):
        samples.sent_back("mzj_clerk")
    with at("2026-09-30 10:00"):
        case = samples.sent_back(to="卫健委")
    assert (turn(case), due(case)) == (("公安局", "签发移送行政处理函"), "2026-10-10 23:59")
    seen = CrimeHandover.objects.visible_to
    assert not seen(person("wjw_clerk")).exists()
    with at("2026-10-08 10:00"):
        do["send-back"](person("gaj_head"), case.pk, "")
    case.refresh_from_db()
    assert (turn(case)[0], due(case)) == ("卫健委", "2026-10-10 23:59")
    assert seen(person("wjw_clerk")).get() == case
    assert seen(person("jcy_clerk")).get() == case
    assert not seen(person("mzj_clerk")).exists()


def test_two_officers_of_the_own_department_are_needed(county) -> None:
    clerk = person("scjg_clerk")
    for chosen in (["scjg_inspector1"], ["scjg_inspector1", "mzj_inspector1"]):
        with pytest.raises(Refused, match="2 名以上") as refused:
            beginning.begin(clerk, samples.case(), samples.officers(*chosen))
        assert refused.value.field == "officers"
    RuleValue.objects.create(key="clues.crime.officers", region=county, value=3, source="本区规定")
    with pytest.raises(Refused, match="3 名以上"):
        samples.begun()


def test_every_document_must_be_there_before_it_is_signed(county) -> None:
    case = samples.reported()
    do["approve"](person("scjg_head"), case.pk, "")
    with pytest.raises(Refused, match="调查报告、涉案物品清单、检验报告或鉴定意见、其他有关材料"):
        do["transfer"](person("scjg_head"), case.pk, "")
    for label in at_department.DOCUMENTS[:3]:
        at_department.attach(person("scjg_inspector2"), case.pk, label, [photo()])
    with pytest.raises(Refused, match="缺少：其他有关材料"):
        do["transfer"](person("scjg_head"), case.pk, "")
    with pytest.raises(Refused, match="材料类别"):
        at_department.attach(person("scjg_clerk"), case.pk, "随便", [photo()])
    case.refresh_from_db()
    assert case.state == S.APPROVED
    assert not Referral.objects.exclude(number="").exists()


def test_the_reason_not_to_transfer_stays_on_record(county) -> None:
    case = samples.reported()
    with pytest.raises(Refused, match="不批准的理由"):
        do["refuse"](person("scjg_head"), case.pk, " ")
    do["refuse"](person("scjg_head"), case.pk, "未达追诉标准。")
    entry = TrailEntry.objects.get(verb="crime.refuse")
    assert entry.opinion == "未达追诉标准。"
    assert main_stop(case) is None


def test_a_clue_is_handed_over_once_and_by_its_holder(county) -> None:
    clue = own_handling(person("scjg_clerk"))
    with pytest.raises(Refused, match="线索不存在"):
        beginning.begin(
            person("mzj_clerk"),
            samples.case(clue),
            samples.officers("mzj_inspector1", "mzj_inspector2"),
        )
    samples.begun(clue)
    with pytest.raises(Refused, match="已经在办理"):
        samples.begun(clue)
    with pytest.raises(Refused, match="只有正在办理"):
        samples.begun(make_clue(person("scjg_clerk")))


def test_a_form_sent_twice_begins_one(county) -> None:
    key = uuid.uuid4()
    people = samples.officers("scjg_inspector1", "scjg_inspector2")
    first = beginning.begin(person("scjg_clerk"), samples.case(), people, key=key)
    again = beginning.begin(person("scjg_clerk"), samples.case(), people, key=key)
    assert first == again and CrimeHandover.objects.count() == 1


def test_an_act_done_twice_is_told_in_words(county) -> None:
    case = samples.transferred()
    with pytest.raises(Conflict, match="待公安机关签收"):
        do["transfer"](person("scjg_head"), case.pk, "")
    assert Referral.objects.filter(kind="criminal_handover").count() == 1


@pytest.mark.parametrize(
    ("start", "allowed"),
    [
        (
            "begun",
            {
                "scjg_inspector1": {"report", "attach", "propose-end"},
                "scjg_head": {"report", "attach", "propose-end", "end", "officers"},
            },
        ),
        ("reported", {"scjg_head": {"approve", "refuse", "attach"}, "scjg_clerk": {"attach"}}),
        ("transferred", {"gaj_clerk": {"receive"}, "gaj_head": {"receive", "forward"}}),
        ("not_filed", {"scjg_clerk": set(), "jcy_head": {"oversee"}, "jcy_clerk": set()}),
    ],
)
def test_who_may_do_what(county, start: str, allowed: dict[str, set[str]]) -> None:
    case = getattr(samples, start)()
    for username, codes in allowed.items():
        assert {act.code for act in CRIME_ACTS.allowed(person(username), case)} == codes
    for username in ("mzj_head", "xzsp_head", "sfj_head", "zfb_head", "system_admin"):
        assert CRIME_ACTS.allowed(person(username), case) == []


def test_police_and_procuratorate_see_it_from_the_transfer_on(county) -> None:
    case = samples.approved()
    seen = CrimeHandover.objects.visible_to
    assert seen(person("scjg_inspector1")).get() == case
    assert not seen(person("gaj_head")).exists() and not seen(person("jcy_head")).exists()
    do["transfer"](person("scjg_head"), case.pk, "")
    assert seen(person("gaj_head")).get() == case == seen(person("jcy_clerk")).get()
    assert not seen(person("mzj_head")).exists()


def test_without_a_procuratorate_in_the_profile_it_cannot_be_sent(county) -> None:
    FunctionAssignment.objects.filter(function="procuratorate").delete()
    case = samples.approved()
    with pytest.raises(Refused, match="人民检察院"):
        do["transfer"](person("scjg_head"), case.pk, "")
    case.refresh_from_db()
    assert case.sent_at is None


def test_a_confidential_case_is_told_to_those_named_only(county) -> None:
    clerk, boss = person("scjg_clerk"), person("scjg_head")
    clue = own_handling(clerk, confidential=True, named=(boss,))
    case = samples.begun(clue)
    assert case.confidential and case.pk >= 2**52 and case.number.startswith("XJM")
    assert clue.title not in str(case) and case.title not in str(case)
    seen = CrimeHandover.objects.visible_to
    assert seen(person("scjg_inspector1")).get() == case
    assert not seen(person("xzsp_head")).exists()
    at_department.report(person("scjg_inspector1"), case.pk, "属实。", offence="诈骗罪")
    samples.attach_all(clerk, case.pk)
    do["approve"](boss, case.pk, "")
    do["transfer"](boss, case.pk, "")
    assert seen(person("gaj_head")).get() == case and seen(person("jcy_head")).get() == case
    assert not seen(person("gaj_clerk")).exists()
    with pytest.raises(NotAllowed):
        do["receive"](person("gaj_clerk"), case.pk, "")
    assert samples.begun().number.endswith("-0001")


def test_penalties_imposed_later_are_told(county) -> None:
    case = samples.reviewing()
    do["tell-penalty"](person("scjg_head"), case.pk, "暂扣许可证三个月。")
    case.refresh_from_db()
    assert case.penalties.splitlines() == ["责令停止销售，查封库存。", "暂扣许可证三个月。"]
    assert Evidence.objects.filter(label__in=at_department.DOCUMENTS).count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_leave_one(county) -> None:
    case = samples.reviewing()
    boss = person("gaj_head")
    results = together(
        lambda: do["file"](boss, case.pk, "决定立案。"),
        lambda: do["not-file"](boss, case.pk, "不予立案。"),
    )
    assert sum(isinstance(each, Conflict) for each in results) == 1
    case.refresh_from_db()
    assert case.state in (S.FILED, S.NOT_FILED)
    assert Referral.objects.get(kind="criminal_handover").answer in ("filed", "not_filed")
    assert Stop.objects.open().of(case).count() == 1


def test_officers_find_what_they_verify_on_their_workbench(django_assert_num_queries) -> None:
    case = samples.begun()
    officer, other = person("scjg_inspector1"), person("mzj_inspector1")
    assert [item.about for item in pending_verification(officer)] == [str(case)]
    assert pending_verification(other) == []
    # The clerk has it as a stop of the department.
    assert pending_verification(person("scjg_clerk")) == []
    samples.reported()
    with django_assert_num_queries(2):
        (only,) = pending_verification(officer)
    assert only.chip is not None


def test_what_turns_out_to_be_no_crime_is_ended_by_the_head(county) -> None:
    """Ten working days from 1 September; 20 September is a Sunday that is worked."""
    with at("2026-09-01 10:00"):
        clue = own_handling(person("scjg_clerk"))
        case = samples.begun(clue)
        before = due(clue)
        assert due(case) == "2026-09-15 23:59"
    with at("2026-09-03 10:00"):
        with pytest.raises(NotAllowed):
            do["end"](person("scjg_inspector1"), case.pk, "不构成犯罪。")
        do["propose-end"](person("scjg_inspector1"), case.pk, "货值未达到追诉标准。")
    case.refresh_from_db()
    assert turn(case) == ("市场监管局", "负责人审批终止核实")
    assert due(case) == "2026-09-06 23:59"
    with at("2026-09-04 10:00"):
        do["go-on"](person("scjg_head"), case.pk, "请再核对销售记录。")
    case.refresh_from_db()
    assert (turn(case)[1], due(case)) == ("专案组核实并报告", "2026-09-15 23:59")
    with at("2026-09-07 10:00"):
        do["propose-end"](person("scjg_clerk"), case.pk, "已核对，未达到追诉标准。")
        do["end"](person("scjg_head"), case.pk, "同意终止核实。")
    case.refresh_from_db()
    clue.refresh_from_db()
    assert case.state == S.ENDED and main_stop(case) is None
    assert case.closed_at is not None and case.approved_at == case.closed_at
    assert (clue.state, due(clue)) == (Clue.State.HANDLING, before)
    told = TrailEntry.objects.filter(verb="clue.crimehandover", target_id=clue.pk)
    assert [entry.label.split("：")[-1] for entry in told.order_by("id")] == [
        "指定专案组核实",
        "终止核实",
    ]
    assert [(step.label, step.state) for step in crime_steps(case)] == [
        ("负责人审批", "done"),
        ("已终止核实", "failed"),
    ]
    assert samples.begun(clue).pk != case.pk


def test_the_head_ends_the_verification_with_a_reason(county) -> None:
    case = samples.begun()
    with pytest.raises(Refused, match="理由"):
        do["end"](person("scjg_head"), case.pk, " ")
    assert checklist(case)
    case = do["end"](person("scjg_head"), case.pk, "当事人已死亡。")
    assert case.state == S.ENDED and not checklist(case)

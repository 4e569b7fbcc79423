"""Joint verification from the plan to the one conclusion (L4)."""

from __future__ import annotations

import pytest
from django.db import connection

from clues.models import Clue, JointVerification, Referral, Stop, VerificationPart
from clues.services import clue_answer, clue_transfer, intake, joint
from clues.services.joint import Asked
from clues.stages import main_stop
from clues.tests.joint_samples import (
    asked,
    clue_at,
    department_of,
    drafted,
    opened,
    part_of,
    subject,
    verified,
)
from clues.tests.samples import own_handling, person, photo, propose_answer, together
from inspections.tests.visit_samples import make_story
from records import evidence
from records.errors import Conflict, NotAllowed, Refused
from records.selectors import timeline

pytestmark = pytest.mark.django_db


def stops(found: JointVerification) -> list[tuple[str, str]]:
    """Who is waited for now, for what, over the verification and its parts."""
    open_stops = Stop.objects.open().filter(clue_id=found.clue_id, kind__in=("joint", "part"))
    return sorted((str(s.department), s.waits) for s in open_stops.select_related("department"))


def test_a_joint_verification_ends_in_one_conclusion(county) -> None:
    clue = clue_at(subject=subject())
    found = drafted(clue)
    assert Referral.objects.count() == 0
    joint.open_up(person("mzj_head"), found.pk)
    letter = Referral.objects.get(kind="joint_verification")
    assert (letter.sender, letter.to) == (department_of("mzj_head"), department_of("scjg_head"))
    assert letter.number and letter.clue == clue
    assert ("市场监管局", "接收核查分工") in stops(found)
    assert Clue.objects.visible_to(person("scjg_clerk")).filter(pk=clue.pk).exists()
    told = {line.verb for line in timeline(*found.parts.all())}
    assert {"发出核查分工：民政局", "发出核查分工：市场监管局"} <= told

    verified(found, "scjg")
    letter.refresh_from_db()
    assert (letter.state, letter.answer) == ("answered", "done")
    found.refresh_from_db()
    assert found.state == "verifying"
    verified(found, "mzj")
    found.refresh_from_db()
    assert found.state == "concluding"
    assert stops(found) == [("民政局", "拟定联合核查结论")]

    joint.conclude(person("mzj_clerk"), found.pk, "属实，责令改正并处罚。")
    with pytest.raises(NotAllowed):
        joint.sign(person("mzj_clerk"), found.pk)
    joint.sign(person("mzj_head"), found.pk)
    assert stops(found) == []
    seen = JointVerification.objects.visible_to(person("scjg_clerk")).get(pk=found.pk)
    assert seen.conclusion == "属实，责令改正并处罚。"


def test_the_answer_waits_for_the_conclusion(county) -> None:
    clue = clue_at()
    opened(clue)
    propose_answer(person("mzj_clerk"), clue)
    with pytest.raises(Refused, match="尚未结束"):
        clue_answer.approve(person("mzj_head"), clue.pk)


def test_a_clue_is_neither_merged_nor_given_away_while_it_is_verified_jointly(county) -> None:
    clue, main = clue_at(), clue_at()
    found = opened(clue)
    with pytest.raises(Refused, match="联合核查尚未结束"):
        intake.merge(person("mzj_clerk"), clue.pk, main.pk, "同一件事")
    coordination, other = person("xzsp_clerk"), department_of("wjw_clerk")
    with pytest.raises(Refused, match="联合核查尚未结束"):
        clue_transfer.assign(coordination, clue.pk, department=other, opinion="属于医疗机构")
    with pytest.raises(NotAllowed):
        joint.cancel(person("scjg_head"), found.pk, "不再核查")
    joint.cancel(coordination, found.pk, "改由卫健委办理")
    clue = clue_transfer.assign(coordination, clue.pk, department=other, opinion="属于医疗机构")
    assert clue.holder == other


def test_every_open_state_has_an_owner_and_a_clock(county) -> None:
    found = opened()
    for target in (found, *found.parts.all()):
        stop = main_stop(target)
        assert stop is not None and stop.deadline is not None and stop.deadline.due_at is not None


def test_a_part_runs_for_the_days_the_lead_gave(county) -> None:
    found = joint.begin(
        person("mzj_clerk"), clue_at().pk, "核查", asked("mzj_clerk", "scjg_clerk", days=7)
    )
    joint.open_up(person("mzj_head"), found.pk)
    part = joint.accept(person("scjg_clerk"), part_of(found, "scjg_clerk"))
    stop = main_stop(part)
    assert stop is not None and stop.deadline is not None
    assert (stop.deadline.amount, stop.deadline.unit) == (7, "working_day")


def test_nothing_reaches_others_before_the_head_signs(county) -> None:
    found = drafted(None, "mzj_clerk", "xfdd_clerk")
    seen = JointVerification.objects.visible_to(person("xfdd_clerk"))
    assert found not in seen
    assert not VerificationPart.objects.visible_to(person("xfdd_clerk")).exists()
    with pytest.raises(NotAllowed):
        joint.open_up(person("mzj_clerk"), found.pk)
    joint.reject(person("mzj_head"), found.pk, "再写清楚")
    joint.edit(person("mzj_clerk"), found.pk, "请核查。", asked("mzj_clerk", "wjw_clerk"))
    joint.open_up(person("mzj_head"), found.pk)
    assert found in JointVerification.objects.visible_to(person("wjw_clerk"))


def test_the_lead_department_of_the_matter_leads(county) -> None:
    story = make_story(county)
    clue = own_handling(person("scjg_clerk"), matter=story.item.matter_version.matter)
    assert joint.lead_of(clue) == department_of("mzj_clerk")
    with pytest.raises(Refused, match=r"由.*民政局牵头"):
        joint.begin(person("scjg_clerk"), clue.pk, "核查", asked("scjg_clerk", "mzj_clerk"))
    Clue.objects.filter(pk=clue.pk).update(assigned=True)
    assert joint.begin(person("scjg_clerk"), clue.pk, "核查", asked("mzj_clerk")).lead == (
        department_of("scjg_clerk")
    )


def test_a_part_is_returned_once(county) -> None:
    found = opened()
    pk = part_of(found, "scjg_clerk")
    with pytest.raises(NotAllowed):
        joint.give_back(person("scjg_clerk"), pk, "不属本局职责")
    joint.give_back(person("scjg_head"), pk, "不属本局职责")
    assert ("民政局", "处理退回的核查分工") in stops(found)
    old = VerificationPart.objects.get(pk=pk)
    again = Asked(old.department, "只核查进货票据", 3)
    part = joint.change(person("mzj_head"), pk, again, "缩小范围")
    assert part.letter != old.letter
    assert part.letter is not None and part.letter.state == "sent"
    with pytest.raises(Conflict):
        joint.give_back(person("scjg_head"), pk, "还是不行")


def test_the_lead_gives_a_part_to_another_department(county) -> None:
    found = opened()
    pk = part_of(found, "scjg_clerk")
    with pytest.raises(Refused, match="已有一项分工"):
        joint.change(person("mzj_head"), pk, Asked(department_of("mzj_clerk"), "查", 3), "换")
    part = joint.change(person("mzj_head"), pk, Asked(department_of("wjw_clerk"), "查", 3), "换")
    assert part.department == department_of("wjw_clerk")
    withdrawn = Referral.objects.get(kind="joint_verification", to=department_of("scjg_clerk"))
    assert withdrawn.state == "withdrawn"
    assert joint.accept(person("wjw_clerk"), part.pk).state == "accepted"
    with pytest.raises(NotAllowed):
        joint.report(person("scjg_clerk"), pk, "我来报")


def test_dropping_the_last_running_part_asks_for_the_conclusion(county) -> None:
    found = opened()
    verified(found, "mzj")
    joint.drop(person("mzj_head"), part_of(found, "scjg_clerk"), "不必再查")
    found.refresh_from_db()
    assert found.state == "concluding"


def test_the_last_part_cannot_be_dropped(county) -> None:
    found = opened(None, "scjg_clerk")
    with pytest.raises(Refused, match="最后一项"):
        joint.drop(person("mzj_head"), part_of(found, "scjg_clerk"), "不查了")


def test_cancelling_ends_all_parts_and_letters(county) -> None:
    found = opened()
    with pytest.raises(Refused):
        joint.cancel(person("mzj_head"), found.pk, " ")
    joint.cancel(person("mzj_head"), found.pk, "反映人撤回")
    assert stops(found) == []
    assert set(found.parts.values_list("state", flat=True)) == {"dropped"}
    assert Referral.objects.get(kind="joint_verification").state == "withdrawn"
    assert drafted(found.clue).pk != found.pk


def test_evidence_of_a_part_is_seen_by_those_who_take_part(county) -> None:
    found = opened()
    pk = part_of(found, "scjg_clerk")
    joint.accept(person("scjg_clerk"), pk)
    part = joint.report(person("scjg_clerk"), pk, "属实", [photo()])
    (kept,) = evidence.of(part)
    assert evidence.may_see(person("mzj_clerk"), kept)
    assert not evidence.may_see(person("nync_clerk"), kept)
    joint.rework(person("scjg_head"), pk, "补充照片")
    assert VerificationPart.objects.get(pk=pk).state == "accepted"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"purpose": " "}, "核查要求"),
        ({"parts": []}, "至少安排一个部门"),
        ({"parts": ["mzj_clerk"]}, "至少要有一个其他部门"),
        ({"parts": ["scjg_clerk", "scjg_clerk"]}, "只能安排一项"),
        ({"days": 31}, "1 到 30"),
        ({"days": 0}, "1 到 30"),
    ],
)
def test_a_bad_plan_is_refused_in_words(county, change, words) -> None:
    parts = change.get("parts", ["scjg_clerk"])
    with pytest.raises(Refused, match=words):
        joint.begin(
            person("mzj_clerk"),
            clue_at().pk,
            change.get("purpose", "核查"),
            asked(*parts, days=change.get("days", 5)),
        )


def test_only_the_holder_of_a_clue_in_handling_begins(county) -> None:
    clue = clue_at()
    with pytest.raises(NotAllowed):
        joint.begin(person("scjg_clerk"), clue.pk, "核查", asked("wjw_clerk"))
    drafted(clue)
    with pytest.raises(Conflict, match="已有未结束"):
        drafted(clue)


def test_nobody_learns_of_a_confidential_one(county) -> None:
    mzj, head = person("mzj_clerk"), person("mzj_head")
    clue = own_handling(mzj, confidential=True, named=(head,))
    found = opened(clue)
    assert found.pk >= 2**52 and clue.title not in str(found)
    for username in ("scjg_clerk", "xzsp_head", "nync_clerk"):
        assert not JointVerification.objects.visible_to(person(username)).exists()
        assert not VerificationPart.objects.visible_to(person(username)).exists()
    assert VerificationPart.objects.visible_to(person("scjg_head")).exists()
    with pytest.raises(NotAllowed):
        joint.accept(person("scjg_clerk"), part_of(found, "scjg_clerk"))


@pytest.mark.django_db(transaction=True)
def test_two_clerks_begin_at_once_and_one_gets_words(county) -> None:
    clue = clue_at()

    def begin() -> JointVerification:
        try:
            return drafted(clue)
        finally:
            connection.close()

    found = together(begin, begin)
    assert {type(one) for one in found} == {JointVerification, Conflict}
    assert JointVerification.objects.count() == 1

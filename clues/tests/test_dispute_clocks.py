"""A dispute gives nobody more time and is not raised without end (L9, T 11)."""

from __future__ import annotations

import pytest

from clues.acts.disputes import DISPUTE_ACTS
from clues.models import Clue, Dispute, JointVerification, Stop
from clues.selectors.clues import rows_of
from clues.selectors.lanes import procedures_of, stops_of
from clues.services import clue_answer, disputes
from clues.services import joint as joint_services
from clues.stages import main_stop
from clues.tests import joint_samples
from clues.tests import procedure_samples as samples
from clues.tests.procedure_samples import due, turn
from clues.tests.samples import at, department, handling, person
from records.errors import Conflict, Refused
from records.models import Deadline

pytestmark = pytest.mark.django_db


def _clue() -> Clue:
    return handling(person("xzsp_clerk"), person("xzsp_head"), person("mzj_clerk"))


def _handle_clocks(clue: Clue) -> list[Deadline]:
    found = Deadline.objects.filter(rule="clues.handle", target_id=clue.pk)
    return list(found.order_by("id"))


def test_the_clock_stands_still_and_goes_on_with_what_was_left(county) -> None:
    """15 working days from 1 September; 20 September is a Sunday that is worked, 25–27 are off.
    Two days passed before the dispute, which lay from the 4th to the 9th."""
    with at("2026-09-01 10:00"):
        clue = _clue()
        assert due(clue) == "2026-09-21 23:59"
    with at("2026-09-04 10:00"):
        dispute = samples.raised(clue=clue)
        (clock,) = _handle_clocks(clue)
        assert (clock.due_at, clock.met_at, clock.cancelled_at) == (None, None, None)
    with at("2026-09-09 10:00"):
        disputes.withdraw(person("mzj_head"), dispute.pk, "已经说清。")
        assert (turn(clue), due(clue)) == (("民政局", "办理并答复"), "2026-09-28 23:59")
    stop = main_stop(clue)
    assert stop is not None and stop.person_id == person("mzj_clerk").user_id
    assert len(_handle_clocks(clue)) == 1


def test_what_was_late_stays_late_through_a_dispute(county) -> None:
    clue = _clue()
    samples.overdue(clue)
    dispute = samples.raised(clue=clue)
    disputes.withdraw(person("mzj_head"), dispute.pk, "已经说清。")
    (clock,) = _handle_clocks(clue)
    stop = main_stop(clue)
    assert stop is not None and stop.deadline == clock
    assert clock.due_at is not None and clock.due_at < stop.entered_at
    assert Stop.objects.of(clue).filter(waits="办理并答复", left_late=True).count() == 1


@pytest.mark.parametrize(("winner", "clocks"), [("民政局", 1), ("市场监管局", 2)])
def test_who_had_the_clue_gains_no_time_by_a_decision(county, winner: str, clocks: int) -> None:
    clue = _clue()
    dispute = samples.submitted(clue=clue)
    disputes.propose(person("bianb_clerk"), dispute.pk, department(winner).pk, "由其负责。")
    disputes.decide(person("bianb_head"), dispute.pk)
    first, *others = _handle_clocks(clue)
    assert len([first, *others]) == clocks
    assert (first.cancelled_at is None) is (winner == "民政局")
    stop = main_stop(clue)
    assert stop is not None and stop.deadline is not None and stop.deadline.is_running
    assert stop.deadline.due_at is not None
    assert stop.department == department(winner)


def test_a_question_is_withdrawn_once(county) -> None:
    clue = _clue()
    disputes.withdraw(person("mzj_head"), samples.raised(clue=clue).pk, "已经说清。")
    again = samples.raised(clue=clue)
    assert "withdraw" not in {act.code for act in DISPUTE_ACTS.allowed(person("mzj_head"), again)}
    with pytest.raises(Conflict):
        disputes.withdraw(person("mzj_head"), again.pk, "再次撤回。")
    other = samples.raised()
    disputes.withdraw(person("mzj_head"), other.pk, "不涉及线索的争议不占期限。")


def test_a_question_is_answered_once_among_those_who_took_part(county) -> None:
    clue = _clue()
    waiting = samples.drafted(clue=clue)
    dispute = samples.agreed(clue=clue)
    disputes.confirm(person("mzj_head"), dispute.pk)
    disputes.confirm(person("scjg_head"), dispute.pk)
    with pytest.raises(Refused, match="已有结论"):
        disputes.raise_dispute(person("mzj_head"), waiting.pk)
    with pytest.raises(Refused, match="由市场监管局负责"):
        samples.drafted(clue=clue)
    samples.drafted(Dispute.About.ENFORCEMENT, clue)
    others = [department("市场监管局").pk, department("卫健委").pk]
    question = samples.question(clue_id=clue.pk)
    assert disputes.begin(person("mzj_clerk"), question, others).pk


@pytest.mark.parametrize("state", ["review", "verifying", "concluding"])
def test_no_dispute_takes_a_clue_away_from_a_joint_verification(county, state: str) -> None:
    clue = _clue()
    make = joint_samples.drafted if state == "review" else joint_samples.opened
    joint = make(clue, "mzj_clerk", "scjg_clerk")
    if state == "concluding":
        for name in ("mzj", "scjg"):
            joint_samples.verified(joint, name)
    assert JointVerification.objects.get(pk=joint.pk).state == state
    dispute = samples.drafted(clue=clue)
    with pytest.raises(Refused, match="联合核查尚未结束"):
        disputes.raise_dispute(person("mzj_head"), dispute.pk)
    joint_services.cancel(person("mzj_head"), joint.pk, "先明确职责。")
    disputes.raise_dispute(person("mzj_head"), dispute.pk)
    with pytest.raises(Conflict, match="不在办理中"):
        joint_samples.drafted(clue, "mzj_clerk", "scjg_clerk")


def test_what_was_late_stays_told_when_it_is_needed_no_more(county) -> None:
    dispute = samples.submitted()
    disputes.ask_statements(person("bianb_clerk"), dispute.pk, "请说明依据。")
    owed = {stop.department.short_name: stop for stop in Stop.objects.open().of(dispute)}
    samples.overdue(owed["市场监管局"])
    disputes.propose(person("bianb_clerk"), dispute.pk, department("民政局").pk, "由民政局负责。")
    disputes.decide(person("bianb_head"), dispute.pk)
    for stop in owed.values():
        stop.refresh_from_db()
    late, in_time = owed["市场监管局"], owed["民政局"]
    assert (late.left_late, in_time.left_late) == (True, False)
    assert late.deadline is not None and late.deadline.met_at and not late.deadline.cancelled_at
    assert in_time.deadline is not None and in_time.deadline.cancelled_at


def test_a_side_stop_goes_on_as_the_main_one_with_its_clock(county) -> None:
    with at("2026-09-01 10:00"):
        dispute = samples.agreed()
        owed = Stop.objects.open().of(dispute).exclude(code=Stop.MAIN).get()
    with at("2026-09-02 10:00"):
        disputes.confirm(person("mzj_head"), dispute.pk)
    stop = main_stop(dispute)
    assert stop is not None and stop.department.short_name == "市场监管局"
    assert stop.deadline == owed.deadline
    assert due(dispute) == "2026-09-03 23:59"


def test_parties_see_on_the_clue_what_each_of_them_owes(county) -> None:
    clue = _clue()
    samples.raised(clue=clue)

    def seen(username: str) -> set[tuple[str, str]]:
        stops = stops_of(person(username), clue)
        assert procedures_of(person(username), clue, stops)
        return {(s.department.short_name, s.waits) for s in stops if s.kind == "dispute"}

    together = {("民政局", "先行共同处置"), ("市场监管局", "先行共同处置")}
    assert seen("scjg_clerk") == together
    assert seen("mzj_clerk") == together | {("民政局", "负责人提出争议")}


def test_a_list_tells_the_clock_of_what_was_raised_only(county) -> None:
    clue = _clue()
    clue_answer.tell(person("xzsp_clerk"), clue.pk, text="已移送民政局办理。")
    with at("2026-09-01 10:00"):
        asked = samples.question(Dispute.About.DUTIES, clue_id=clue.pk)
        disputes.begin(person("xzsp_clerk"), asked, [department("民政局").pk])
    samples.raised(clue=clue)
    (row,) = rows_of([Clue.objects.get(pk=clue.pk)])
    assert row.chip is not None and "提出争议" not in row.waits
    assert "共同处置" in row.waits

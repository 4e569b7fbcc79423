"""Compulsory measures from the application to the end (行政强制法第十八条至第三十三条)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues.models import CompulsoryMeasure, Stop
from clues.rules import measures as rules
from clues.services.measures import HANDLERS, begin, ending, term
from clues.stages import main_stop
from clues.tests import measure_samples as samples
from clues.tests.joint_samples import clue_at
from clues.tests.measure_samples import (
    applied,
    approved,
    carried_out,
    closed,
    day_of,
    decided,
    disposal,
    disposing,
    in_force,
    item,
    measure_data,
    officers,
    under_test,
    urgent,
)
from clues.tests.samples import at, own_handling, person, photo, together
from departments.models import RuleValue
from records import clock, deadlines, evidence
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline
from records.periods import ago, ahead, day_after

pytestmark = pytest.mark.django_db
_S = CompulsoryMeasure.State
CLERK, HEAD = "scjg_clerk", "scjg_head"
NUMBERS = count(1)
"""What the examples of a property enter stays: each has a document of its own."""


def due(measure: CompulsoryMeasure) -> dt.date:
    return day_of(term.term(measure).due_at)


def waits(measure: CompulsoryMeasure) -> list[str]:
    stops = Stop.objects.open().of(measure)
    return sorted(stops.values_list("waits", flat=True))


def run_out(measure: CompulsoryMeasure) -> None:
    """Let the clock of the term have passed."""
    long_ago = ago(clock.now(), days=1)
    Deadline.objects.filter(pk=term.term(measure).pk).update(due_at=long_ago)


def extend(measure: CompulsoryMeasure, days: int) -> CompulsoryMeasure:
    asked = term.ask_extension(person(CLERK), measure.pk, days, "案情复杂，需要外地协查。")
    return term.grant_extension(person(HEAD), asked.pk, "同意。")


# -- the ordinary course ------------------------------------------------------------------------


def test_from_the_application_to_the_end(county) -> None:
    with at("2026-03-02 09:00"):
        found = applied()
        assert (found.state, waits(found)) == (_S.REVIEW, ["批准行政强制措施"])
        begin.approve(person(HEAD), found.pk, "同意。")
    with at("2026-03-02 15:00"):
        found = begin.carry_out(person(CLERK), found.pk, carried_out())
    # The day of the event is not counted: thirty days after 2 March.
    assert due(found) == dt.date(2026, 4, 1)
    assert main_stop(found).waits == "在期限内作出处理决定"
    with at("2026-03-20 10:00"):
        found = decided(found, outcome="confiscate", ground="", document="淮市监处〔2026〕3号")
    assert (found.state, waits(found)) == (_S.DECIDED, ["执行强制措施处理决定"])
    with at("2026-03-25 10:00"):
        found = ending.close(
            person(CLERK),
            found.pk,
            fulfilled_on=dt.date(2026, 3, 24),
            fulfilment="已上缴罚没物品仓库。",
            files=[photo("入库单.jpg")],
        )
    assert (found.state, waits(found)) == (_S.CLOSED, [])
    assert [each.outcome for each in found.items.all()] == ["confiscate"]
    labels = set(evidence.of(found).values_list("label", flat=True))
    assert labels == {"现场笔录", "处理决定和退还、移交凭证"}
    assert not Deadline.objects.filter(
        target_id=found.pk, rule__startswith="clues.measure", met_at=None
    ).exists()


def test_the_head_returns_refuses_or_the_clerk_gives_up(county) -> None:
    found = applied()
    begin.reject(person(HEAD), found.pk, "请写明数量")
    assert waits(found) == ["修改行政强制措施申请"]
    changed = begin.edit(person(CLERK), found.pk, measure_data(items=[item(), item(name="冻牛肉")]))
    assert (changed.state, changed.items.count()) == (_S.REVIEW, 2)
    assert changed.title == "扣押财物：冻猪肉等 2 项"
    assert begin.refuse(person(HEAD), found.pk, "情节显著轻微").state == _S.REFUSED
    other = approved()
    assert begin.drop(person(CLERK), other.pk, "当事人已自行下架").state == _S.DROPPED
    assert waits(other) == []


def test_nothing_is_carried_out_before_it_is_approved(county) -> None:
    with pytest.raises(Conflict):
        begin.carry_out(person(CLERK), applied().pk, carried_out())
    found = approved()
    earlier = carried_out(at=ago(clock.now(), days=1))
    with pytest.raises(Refused) as refusal:
        begin.carry_out(person(CLERK), found.pk, earlier)
    assert refusal.value.field == "at"
    with pytest.raises(NotAllowed):
        begin.approve(person(CLERK), applied().pk)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"record": []}, "record"),
        ({"steps": ("papers", "record")}, "steps"),
        ({"place": " "}, "place"),
        ({"document": ""}, "document"),
        ({"presence": ""}, "presence"),
        ({"signature": "x"}, "signature"),
        ({"items": []}, "items"),
    ],
)
def test_what_the_law_asks_for_on_the_spot_has_to_be_there(county, over, field) -> None:
    found = approved()
    with pytest.raises(Refused) as refusal:
        begin.carry_out(person(CLERK), found.pk, carried_out(**over))
    assert refusal.value.field == field
    found.refresh_from_db()
    assert (found.state, found.officers.count()) == (_S.APPROVED, 0)


def test_two_licensed_officers_of_the_department(county) -> None:
    found = approved()
    one, foreign = officers(many=1), officers("wjw_clerk", 1)
    for chosen in (one, one + foreign, one + one):
        with pytest.raises(Refused, match="2 名以上") as refusal:
            begin.carry_out(person(CLERK), found.pk, carried_out(officers=chosen))
        assert refusal.value.field == "officers"
    expired, other = officers()
    expired.valid_until = day_after(clock.today(), -1)
    expired.save()
    with pytest.raises(Refused):
        begin.carry_out(person(CLERK), found.pk, carried_out(officers=[expired, other]))


def test_a_freeze_asks_for_less_on_the_spot_and_its_decision_is_delivered(county) -> None:
    account = item(name="6222020000001234567", quantity=Decimal("50000"), unit="元", place="建行")
    with at("2026-04-30 16:00"):
        found = in_force(
            kind="freeze", items=[account], done={"steps": ("papers", "record", "bank")}
        )
    assert "6222" not in found.title
    assert found.items.get().shown_name == "***************4567"
    assert waits(found) == ["向当事人交付冻结决定书", "在期限内作出处理决定"]
    # Three working days: 1 to 5 May are days off, 9 May is worked.
    stop = Stop.objects.open().of(found).get(code=begin.DELIVER)
    assert day_of(stop.deadline.due_at) == dt.date(2026, 5, 8)
    assert due(found) == dt.date(2026, 5, 30)
    found = decided(found)
    with pytest.raises(Conflict):
        ending.close(person(CLERK), found.pk, fulfilled_on=clock.today(), fulfilment="已通知。")
    term.deliver(person(CLERK), found.pk)
    done = ending.close(person(CLERK), found.pk, fulfilled_on=clock.today(), fulfilment="已通知。")
    assert done.state == _S.CLOSED


# -- urgent -------------------------------------------------------------------------------------


def test_what_was_done_at_once_is_approved_within_24_hours(county) -> None:
    with at("2026-03-06 22:00"):
        found = urgent(hours_ago=1)
    stop = main_stop(found)
    assert (found.state, stop.waits, stop.for_head) == (_S.URGENT, "补办强制措施批准手续", True)
    # Hours run through the night and the weekend.
    assert stop.deadline.due_at.isoformat() == "2026-03-07T13:00:00+00:00"
    with at("2026-03-07 20:00"):
        found = begin.ratify(person(HEAD), found.pk)
    stop.refresh_from_db()
    assert (found.state, stop.left_late) == (_S.IN_FORCE, False)
    # The term runs since it was carried out, not since the approval.
    assert due(found) == dt.date(2026, 4, 5)


def test_an_approval_after_24_hours_is_late_and_stays_so(county) -> None:
    found = urgent(hours_ago=30)
    stop = main_stop(found)
    begin.ratify(person(HEAD), found.pk)
    stop.refresh_from_db()
    assert stop.left_late


def test_the_head_who_thinks_it_wrong_lifts_it_at_once(county) -> None:
    words = "不属于涉案财物。" * 200
    found = ending.lift(person(HEAD), urgent().pk, words)
    assert (found.state, found.outcome, found.ground) == (_S.DECIDED, "lift", "not_due")
    assert found.outcome_reason == words
    assert found.approved_at is None
    assert waits(found) == ["执行强制措施处理决定"]


def test_an_urgent_one_is_told_with_its_papers_or_not_at_all(county) -> None:
    with pytest.raises(Refused) as refusal:
        begin.apply_urgent(person(CLERK), measure_data(), carried_out(record=[]))
    assert refusal.value.field == "record"
    assert not CompulsoryMeasure.objects.exists()


# -- the term -----------------------------------------------------------------------------------


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=st.lists(st.integers(1, 40), min_size=1, max_size=4), first=st.integers(1, 30))
def test_no_extensions_go_beyond_thirty_days_in_all(county, days: list[int], first: int) -> None:
    with at("2026-03-02 10:00"):
        found = in_force(term_days=first, done={"document": f"延{next(NUMBERS)}号"})
        granted: list[int] = []
        for many in days:
            if sum(granted) + many <= 30:
                extend(found, many)
                granted.append(many)
            else:
                with pytest.raises(Refused):
                    extend(found, many)
        found.refresh_from_db()
        assert found.state == _S.IN_FORCE
        assert found.extended_days == sum(granted)
        assert due(found) == day_after(dt.date(2026, 3, 2), first + sum(granted))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(after=st.integers(0, 29), days=st.integers(1, 60), early=st.integers(0, 70))
def test_the_time_of_a_test_does_not_count(county, after: int, days: int, early: int) -> None:
    """The term ends as many days later as the test took, its first and last day included, and
    never later than the party was told. The day of carrying out is no day of the term."""
    outside = 1 if after == 0 else 0
    start = clock.now()
    with clock.at(start):
        found = in_force(done={"document": f"检{next(NUMBERS)}号"})
    before = due(found)
    begun = ahead(start, days=after)
    with clock.at(begun):
        under_test(found, days=days)
        assert due(found) == day_after(before, days - outside)
    with clock.at(ahead(begun, days=early)):
        term.end_test(person(CLERK), found.pk, "不合格")
    taken = min(days, early + 1)
    assert due(found) == day_after(before, taken - outside)


def test_tests_are_only_of_things_and_one_at_a_time(county) -> None:
    found = under_test(in_force())
    with pytest.raises(Conflict):
        under_test(found)
    with pytest.raises(Conflict):
        under_test(in_force(kind="other", done={"document": "2号"}))
    for over, field in (({"days": 0}, "days"), ({"told_on": day_after(clock.today())}, "told_on")):
        with pytest.raises(Refused) as refusal:
            under_test(in_force(done={"document": f"3{field}"}), **over)
        assert refusal.value.field == field


def test_the_result_of_a_test_is_kept_in_full(county) -> None:
    found = under_test(in_force())
    words = "检验不合格，微生物超标。" * 100
    term.end_test(person(CLERK), found.pk, words)
    assert found.tests.get().result == words


def test_a_decision_ends_the_test(county) -> None:
    found = decided(under_test(in_force()))
    assert found.open_test is None
    assert found.tests.get().ended_on == clock.today()


def test_an_extension_is_told_before_the_end(county) -> None:
    found = extend(in_force(), 10)
    assert waits(found) == ["书面告知当事人延长决定和理由", "在期限内作出处理决定"]
    found = decided(found)
    with pytest.raises(Conflict):
        ending.close(person(CLERK), found.pk, fulfilled_on=clock.today(), fulfilment="已退还。")
    term.tell_extension(person(CLERK), found.pk)
    assert waits(found) == ["执行强制措施处理决定"]


def test_the_head_gives_no_more_time(county) -> None:
    found = in_force()
    before = due(found)
    asked = term.ask_extension(person(CLERK), found.pk, 30, "需要外地协查")
    assert waits(asked) == ["在期限内作出处理决定", "批准延长强制措施期限"]
    denied = term.deny_extension(person(HEAD), found.pk, "事实已经查清")
    assert (denied.state, denied.extended_days, due(denied)) == (_S.IN_FORCE, 0, before)
    assert waits(denied) == ["在期限内作出处理决定"]


def test_once_the_term_is_over_it_can_only_be_lifted(county) -> None:
    found = in_force()
    waiting = disposing(in_force(done={"document": "2号"}), outcome="confiscate", ground="")
    for each in (found, waiting):
        run_out(each)
    with pytest.raises(Conflict, match="期限已经届满"):
        term.ask_extension(person(CLERK), found.pk, 5, "案情复杂")
    with pytest.raises(Conflict, match="应当解除"):
        disposing(found, outcome="confiscate", ground="")
    with pytest.raises(Conflict, match="应当解除"):
        ending.decide(person(HEAD), waiting.pk)
    lifted = ending.lift(person(HEAD), waiting.pk, "期限届满")
    assert (lifted.state, lifted.ground) == (_S.DECIDED, "expired")
    assert disposing(found, ground="expired").state == _S.DISPOSING


@pytest.mark.parametrize(
    ("kind", "days"), [("seal", 31), ("seize", 0), ("freeze", 31), ("other", 0), ("other", 400)]
)
def test_no_term_beyond_the_law(county, kind, days) -> None:
    with pytest.raises(Refused) as refusal:
        applied(kind=kind, term_days=days)
    assert refusal.value.field == "term_days"


def test_a_region_may_be_stricter_than_the_law_but_not_laxer(county) -> None:
    rule = RuleValue.objects.create(
        region=county, key=rules.SEIZURE_TERM.key, value=90, source="区规定"
    )
    assert applied().term_days == 30
    RuleValue.objects.filter(pk=rule.pk).update(value=15)
    assert applied().term_days == 15
    RuleValue.objects.create(region=county, key=rules.OFFICERS.key, value=1, source="区规定")
    with pytest.raises(Refused, match="2 名以上"):
        begin.carry_out(person(CLERK), approved().pk, carried_out(officers=officers(many=1)))


# -- the end ------------------------------------------------------------------------------------


def test_lines_of_the_list_end_each_in_its_way(county) -> None:
    found = in_force(items=[item(), item(name="冰柜", unit="台", quantity=Decimal(1))])
    meat, fridge = found.items.all()
    found = disposing(found, outcome="destroy", items={fridge.pk: "lift"}, ground="unrelated")
    assert {each.name: each.outcome for each in found.items.all()} == {
        "冻猪肉": "destroy",
        "冰柜": "lift",
    }
    ending.return_disposal(person(HEAD), found.pk, "冰柜是涉案工具")
    for over, field in (
        ({"outcome": "destroy", "ground": "", "items": {fridge.pk: "lift"}}, "ground"),
        ({"outcome": "destroy", "ground": "other"}, "ground"),
        ({"outcome": "burn", "ground": ""}, "outcome"),
        ({"items": {meat.pk + 100: "lift"}}, "items"),
        ({"reason": " "}, "reason"),
    ):
        with pytest.raises(Refused) as refusal:
            ending.dispose(person(CLERK), found.pk, disposal(**over))
        assert refusal.value.field == field


def test_frozen_money_is_not_destroyed(county) -> None:
    money = item(name="6222020000001234567", unit="元", place="建行")
    found = in_force(kind="freeze", items=[money])
    with pytest.raises(Refused) as refusal:
        disposing(found, outcome="destroy", ground="")
    assert refusal.value.field == "outcome"


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"kind": "arrest"}, "kind"),
        ({"reason": " "}, "reason"),
        ({"basis": ""}, "basis"),
        ({"items": []}, "items"),
        ({"items": [item(quantity=Decimal(0))]}, "items"),
        ({"items": [item(place=" ")]}, "items"),
    ],
)
def test_a_wrong_application_is_refused_at_its_field(county, over, field) -> None:
    with pytest.raises(Refused) as refusal:
        applied(**over)
    assert refusal.value.field == field


def test_a_closed_one_can_be_set_aside_with_the_reason(county) -> None:
    found = closed(in_force())
    with pytest.raises(Refused):
        ending.withdraw(person(HEAD), found.pk, " ")
    withdrawn = ending.withdraw(person(HEAD), found.pk, "行政复议撤销。" * 100)
    assert (withdrawn.state, withdrawn.withdrawn_reason) == (_S.WITHDRAWN, "行政复议撤销。" * 100)
    again = in_force()
    assert again.document == found.document


def test_a_document_is_entered_once(county) -> None:
    in_force()
    with pytest.raises(Conflict) as refusal:
        in_force()
    assert refusal.value.field == "document"


# -- who sees and does it -----------------------------------------------------------------------


def test_others_see_it_once_it_stands_and_only_enforcers_apply(county) -> None:
    reader = person("nync_clerk")
    for hidden in (applied(), approved(), urgent()):
        assert hidden not in CompulsoryMeasure.objects.visible_to(reader)
    found = in_force(done={"document": "7号"})
    assert found in CompulsoryMeasure.objects.visible_to(reader)
    for stranger in ("xzsp_clerk", "scjg_inspector1"):
        with pytest.raises(NotAllowed):
            begin.apply(person(stranger), measure_data())
    with pytest.raises(NotAllowed):
        ending.lift(person("nync_head"), found.pk, "不当")


def test_what_hangs_on_a_confidential_clue_is_as_secret(county) -> None:
    clerk, head = person(CLERK), person(HEAD)
    clue = own_handling(clerk, confidential=True, named=(head,))
    found = in_force(clue=clue)
    assert found.confidential and found.pk >= 2**52
    assert found.number.startswith("QZM")
    assert found not in CompulsoryMeasure.objects.visible_to(person("xzsp_head"))
    assert Stop.objects.of(found).exclude(confidential=True).count() == 0
    moved = begin.edit(clerk, applied().pk, measure_data(clue=clue))
    assert moved.confidential
    assert begin.apply(person("mzj_clerk"), measure_data(clue=clue_at())).confidential is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("start", "code"),
    [(applied, "approve"), (urgent, "ratify"), (lambda: disposing(in_force()), "decide")],
)
def test_two_heads_at_once_and_one_gets_words(county, start: Any, code: str) -> None:
    found = start()
    head = person(HEAD)
    ends = together(*(lambda: HANDLERS[code](head, found.pk, "") for _ in range(2)))
    assert sorted(type(one).__name__ for one in ends) == ["CompulsoryMeasure", "Conflict"]


@pytest.mark.django_db(transaction=True)
def test_lifting_and_deciding_at_once_leave_one_end(county) -> None:
    found = disposing(in_force(), outcome="confiscate", ground="")
    head = person(HEAD)
    together(
        lambda: ending.decide(head, found.pk),
        lambda: ending.lift(head, found.pk, "没有违法行为"),
    )
    found.refresh_from_db()
    outcomes = {each.outcome for each in found.items.all()}
    assert found.state == _S.DECIDED and outcomes == {found.outcome}


def test_what_is_late_is_found_by_the_clock(county) -> None:
    found = in_force()
    run_out(found)
    stop = main_stop(found)
    assert deadlines.chip(stop.deadline).chip_level == "overdue"
    assert samples.LIFT == "lift"

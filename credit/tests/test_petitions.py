"""Objections and credit repairs: who, by when, and what the answer does to what is known (S3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from credit import scoring
from credit.models import Adjustment, CreditEvent, Petition, PetitionItem, Sanction, Stale, Subject
from credit.rules import petitions as rules
from credit.selectors.ledger import ledger
from credit.selectors.petitions import mark_of, marked, pending_petitions
from credit.selectors.sanctions import pending_sanctions
from credit.services import adjustments, events, petitions, sanctions
from credit.services.events import Told
from credit.services.petitions import Answer
from credit.tests import sanction_samples
from credit.tests.petition_samples import (
    Who,
    ago,
    answered,
    applied,
    decided,
    entered,
    fact,
    objected,
    paper,
    said,
)
from departments.models import Region, RuleValue
from records import clock, deadlines, evidence
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxMessage
from records.periods import day_after, months_before
from records.trail import entries_of
from records.workdays import SHANGHAI

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(county: Region) -> Subject:
    return sanction_samples.subjects(county)[0]


def override(county: Region, key: str, value: int) -> None:
    RuleValue.objects.create(region=county, key=key, value=value, source="本地区规定")


def due_day(petition: Petition) -> dt.date:
    due_at = deadlines.running_of(petition).get().due_at
    assert due_at is not None
    return timezone.localtime(due_at).date()


def mark(event: CreditEvent) -> str:
    return mark_of(marked(CreditEvent.objects.filter(pk=event.pk)).get())[0]


def test_an_objection_from_the_counter_to_the_answer(actor: Who, subject: Subject) -> None:
    """Every step has an owner, a clock and a trail entry; nothing leaves without a head."""
    with clock.at(dt.datetime(2026, 9, 28, 10, tzinfo=SHANGHAI)):
        event = fact(subject)
        made = entered(actor, subject, "objection", f"event:{event.pk}")
        assert due_day(made) == dt.date(2026, 10, 8)
        assert (made.holder, made.verifier_id) == (
            made.department,
            actor("fgw_clerk").department_id,
        )
        about = f"{made.subject.name}，{made}"
        assert [item.about for item in pending_petitions(actor("mzj_head"))] == [about]
        with pytest.raises(NotAllowed):
            petitions.accept(actor("mzj_clerk"), made.pk)
        petitions.accept(actor("mzj_head"), made.pk, "同意受理")
        assert due_day(made) == dt.date(2026, 10, 13)
        assert [item.about for item in pending_petitions(actor("fgw_clerk"))] == [about]
        answered(actor, made, "kept")
        with pytest.raises(NotAllowed):
            petitions.confirm(actor("fgw_clerk"), made.pk)
        made = petitions.confirm(actor("fgw_head"), made.pk)
    assert (made.state, made.outcome) == ("decided", "kept")
    assert made.holder_id == actor("fgw_clerk").department_id
    with pytest.raises(NotAllowed):
        petitions.inform(actor("mzj_clerk"), made.pk, "电话告知")
    made = petitions.inform(actor("fgw_clerk"), made.pk, "11 月 3 日书面送达")
    assert (made.state, made.holder) == ("closed", None)
    assert not deadlines.running_of(made).exists()
    verbs = [entry.verb for entry in entries_of(made)]
    for verb in ("enter", "accept", "answer", "confirm", "inform"):
        assert f"petition.{verb}" in verbs
    assert {each.label for each in evidence.of(made)} == {"异议申请书", "证明材料"}
    assert mark(event) == ""


def test_declined_is_told_with_its_reason(actor: Who, subject: Subject) -> None:
    made = entered(actor, subject, "objection", f"event:{fact(subject).pk}")
    with pytest.raises(Refused, match="必须填写理由"):
        petitions.decline(actor("mzj_head"), made.pk, " ")
    made = petitions.decline(actor("mzj_head"), made.pk, "申请书没有签名")
    assert (made.state, made.outcome, made.decision) == ("decided", "declined", "申请书没有签名")
    assert petitions.inform(actor("mzj_clerk"), made.pk, "当面告知").state == "closed"


def test_an_open_objection_is_shown_and_changes_nothing(actor: Who, subject: Subject) -> None:
    event = fact(subject)
    Stale.objects.all().delete()
    made = objected(actor, subject, event)
    assert mark(event) == "异议中"
    assert [each.mark[0] for each in ledger(actor("mzj_clerk"), subject).others] == ["异议中"]
    answered(actor, made, "corrected")
    event.refresh_from_db()
    assert event.until is None
    assert not Stale.objects.exists()
    petitions.withdraw(actor("mzj_clerk"), made.pk, "申请人撤回")
    event.refresh_from_db()
    assert (event.until, mark(event)) == (None, "")
    assert not Stale.objects.exists()


def test_a_region_may_let_an_objected_fact_rest(
    actor: Who, county: Region, subject: Subject
) -> None:
    override(county, rules.SUSPENDS.key, 1)
    event = fact(subject)
    made = objected(actor, subject, event)
    event.refresh_from_db()
    assert event.until == clock.today()
    assert Stale.objects.filter(subject=subject).exists()
    # Told again it rests all the same.
    assert fact(subject).until == clock.today()
    decided(actor, made, "kept")
    event.refresh_from_db()
    assert event.until is None
    again = objected(actor, subject, event)
    petitions.withdraw(actor("mzj_clerk"), again.pk, "申请人撤回")
    event.refresh_from_db()
    assert event.until is None


@pytest.mark.parametrize("ends", [-1, 30])
def test_a_fact_that_its_source_ends_while_it_rests_stays_ended(
    actor: Who, county: Region, subject: Subject, ends: int
) -> None:
    override(county, rules.SUSPENDS.key, 1)
    event = fact(subject)
    made = objected(actor, subject, event)
    until = day_after(clock.today(), ends)
    told = Told(subject.pk, "penalty", ago(6), "罚款", event.source, "1", 20_000, until)
    events.tell(SYSTEM, [told])
    # Told otherwise and as before at once, the last holds.
    assert events.tell_each(SYSTEM, [replace(told, until=ago(3)), told])[1] == "updated"
    event.refresh_from_db()
    assert event.until == min(until, clock.today())
    decided(actor, made, "kept")
    event.refresh_from_db()
    assert event.until == until


def test_struck_is_as_if_never_told(actor: Who, subject: Subject) -> None:
    event = fact(subject)
    Stale.objects.all().delete()
    decided(actor, objected(actor, subject, event), "corrected")
    assert not CreditEvent.objects.filter(pk=event.pk).exists()
    assert Stale.objects.filter(subject=subject).exists()
    # Its source tells the same again: it stays struck; what it corrects itself is told.
    told = Told(subject.pk, "penalty", ago(6), "罚款", event.source, "1", 20_000)
    assert events.tell(SYSTEM, [told]) == 0
    assert not CreditEvent.objects.filter(subject=subject).exists()
    corrected = Told(subject.pk, "penalty", ago(6), "罚款", event.source, "1", 2_000)
    assert events.tell(SYSTEM, [corrected]) == 1


def test_what_lapsed_ends_today(actor: Who, subject: Subject) -> None:
    event = fact(subject)
    decided(actor, objected(actor, subject, event), "lapsed")
    event.refresh_from_db()
    assert (event.until, mark(event)) == (clock.today(), "经异议认定失效")


def test_a_repair_ends_the_effect_from_the_decision_on(actor: Who, subject: Subject) -> None:
    event = fact(subject)
    Stale.objects.all().delete()
    made = applied(actor, subject, event)
    assert mark(event) == ""
    made = decided(actor, made, "granted")
    event.refresh_from_db()
    assert (event.until, mark(event)) == (clock.today(), "已修复")
    assert Stale.objects.filter(subject=subject).exists()
    # The department it was handed to tells the applicant.
    assert made.holder_id == made.department_id
    # Told again by its source the end stands.
    assert fact(subject).until == clock.today()
    message = OutboxMessage.objects.get(topic="credit_event.decided")
    assert (message.payload["result"], message.payload["key"]) == ("granted", "1")
    assert message.payload["identifier"] == subject.identifier


@pytest.mark.parametrize(
    ("kind", "outcome", "before"),
    [
        ("repair", "granted", 9_000),
        ("objection", "lapsed", 9_000),
        ("objection", "corrected", 10_000),
    ],
)
def test_the_score_of_the_day_before(
    actor: Who, subject: Subject, kind: str, outcome: str, before: int
) -> None:
    """What is repaired counts up to the day before the decision; what was wrong never did."""
    event = fact(subject)
    made = (applied if kind == "repair" else objected)(actor, subject, event)
    assert score(subject, clock.today()) == 9_000
    decided(actor, made, outcome)
    assert score(subject, day_after(clock.today(), -1)) == before
    assert score(subject, clock.today()) == 10_000


def score(subject: Subject, day: dt.date) -> int:
    lines = (scoring.Indicator("one", "penalty", scoring.Measure.COUNT, 1_000, 1),)
    known = [
        scoring.Fact(each.kind, each.happened_on, each.amount, each.pk, each.until)
        for each in CreditEvent.objects.filter(subject=subject)
    ]
    return scoring.assess(lines, scoring.Bands(8_500, 7_000, 5_000), known, day).score


def test_each_thing_has_its_own_answer(actor: Who, subject: Subject) -> None:
    first, second = fact(subject), fact(subject, "2", amount=1)
    made = decided(actor, applied(actor, subject, first, second), "granted", "refused")
    assert made.outcome == "partly"
    ended = {each.pk: each.until for each in CreditEvent.objects.filter(subject=subject)}
    assert ended == {first.pk: clock.today(), second.pk: None}


@pytest.mark.parametrize(
    ("kind", "months"), [("late_report", 0), ("penalty", 3), ("dishonest", 12)]
)
def test_not_before_the_shortest_time_has_passed(
    actor: Who, subject: Subject, kind: str, months: int
) -> None:
    young = fact(subject, kind=kind, months=0, amount=1)
    first = months_before(young.happened_on, -months)
    with clock.at(dt.datetime.combine(first, dt.time(9), SHANGHAI)):
        entered(actor, subject, "repair", f"event:{young.pk}")
    if months:
        Petition.objects.all().delete()
        day_before = months_before(clock.today(), 1 - months)
        with (
            clock.at(dt.datetime.combine(day_before, dt.time(9), SHANGHAI)),
            pytest.raises(Refused, match=f"最短公示期未满，{first} 起可以申请修复"),
        ):
            entered(actor, subject, "repair", f"event:{young.pk}")


def test_a_region_sets_its_own_time_and_class(actor: Who, county: Region, subject: Subject) -> None:
    event = fact(subject, months=4)
    override(county, rules.SHORTEST[rules.GENERAL].key, 5)
    with pytest.raises(Refused, match="起可以申请修复"):
        entered(actor, subject, "repair", f"event:{event.pk}")
    override(county, rules.CLASS_OF["penalty"].key, rules.MINOR)
    entered(actor, subject, "repair", f"event:{event.pk}")


@pytest.mark.parametrize("kind", ["enforced", "public_rating"])
def test_what_others_decide_is_not_repaired_here(actor: Who, subject: Subject, kind: str) -> None:
    event = fact(subject, kind=kind, months=13, amount=1)
    with pytest.raises(Refused, match="不在本平台修复"):
        entered(actor, subject, "repair", f"event:{event.pk}")


def test_what_is_missing_is_said(actor: Who, subject: Subject) -> None:
    event = fact(subject)
    named = said("repair", f"event:{event.pk}")
    clerk = actor("mzj_clerk")
    with pytest.raises(Refused, match="信用修复承诺书"):
        petitions.enter(clerk, subject.pk, named, [], [paper()])
    with pytest.raises(Refused, match="义务履行证明"):
        petitions.enter(clerk, subject.pk, named, [paper()], [])
    with pytest.raises(Refused, match="所选内容不是该对象的"):
        entered(actor, subject, "repair", "event:0")
    with pytest.raises(Refused, match="请选择所针对的内容"):
        entered(actor, subject, "objection")
    with pytest.raises(NotAllowed):
        petitions.enter(actor("xinzhan_officer"), subject.pk, named, [paper()], [paper()])
    entered(actor, subject, "objection", f"event:{event.pk}")
    with pytest.raises(Conflict, match="正在办理"):
        entered(actor, subject, "repair", f"event:{event.pk}")
    events.lift(SYSTEM, event.pk, clock.today(), "移出名单")
    Petition.objects.all().delete()
    with pytest.raises(Refused, match="不需要修复"):
        entered(actor, subject, "repair", f"event:{event.pk}")


def test_answers_fit_the_question(actor: Who, subject: Subject) -> None:
    made = objected(actor, subject, fact(subject))
    clerk, item = actor("fgw_clerk"), made.items.get()
    for answers in ({}, {item.pk: Answer("granted")}):
        with pytest.raises(Refused, match="请选择"):
            petitions.answer(clerk, made.pk, "已核查", answers)
    with pytest.raises(Refused, match="请填写核查意见"):
        petitions.answer(clerk, made.pk, " ", {item.pk: Answer("kept")})


def test_false_commitments_take_the_repair_back(actor: Who, subject: Subject) -> None:
    event, other = fact(subject), fact(subject, "2", kind="late_report", amount=1)
    made = decided(actor, applied(actor, subject, event), "granted")
    petitions.inform(actor("mzj_clerk"), made.pk, "当面告知")
    with pytest.raises(NotAllowed):
        petitions.revoke(actor("mzj_head"), made.pk, "罚款没有缴纳")
    made = petitions.revoke(actor("fgw_head"), made.pk, "罚款没有缴纳")
    event.refresh_from_db()
    assert (event.until, mark(event), made.state) == (None, "", "revoked")
    assert made.items.get().outcome == PetitionItem.Outcome.REVOKED
    assert [item.label for item in pending_petitions(actor("mzj_clerk"))] == ["登记告知"]
    petitions.inform(actor("mzj_clerk"), made.pk, "书面告知撤销")
    assert not pending_petitions(actor("mzj_clerk"))
    first = months_before(clock.today(), -36)
    with pytest.raises(Refused, match=f"{first} 起才可以再次申请"):
        entered(actor, subject, "repair", f"event:{other.pk}")
    # An objection is heard all the same.
    entered(actor, subject, "objection", f"event:{other.pk}")


def test_a_sanction_ends_with_the_fact_it_rests_on(actor: Who, subject: Subject) -> None:
    event = fact(subject, kind="dishonest", months=13, amount=1)
    clerk, head = actor("fgw_clerk"), actor("fgw_head")
    of = sanction_samples.said(actor, trigger="listed", event=event.pk)
    sanction = sanctions.draft(clerk, subject.pk, of)
    sanctions.submit(clerk, sanction.pk)
    sanctions.sign(head, sanction.pk)
    made = applied(actor, subject, event)
    answered(actor, made, "granted")
    sanctions.revoke(clerk, sanction.pk, "另有原因")
    with pytest.raises(Conflict, match="等待签发"):
        petitions.confirm(head, made.pk)
    event.refresh_from_db()
    assert event.until is None
    sanctions.keep(head, sanction.pk, "先办修复")
    petitions.confirm(head, made.pk)
    sanction.refresh_from_db()
    assert (sanction.state, sanction.end_reason) == ("repaired", f"{made}：准予修复")
    ended = OutboxMessage.objects.filter(topic="sanction.ended")
    assert {each.payload["outcome"] for each in ended} == {"repaired"}


def test_who_sanctions_because_of_a_repaired_fact_is_told(actor: Who, subject: Subject) -> None:
    event = fact(subject, kind="dishonest", months=13, amount=1)
    clerk = actor("scjg_clerk")
    sanction = sanctions.draft(
        clerk, subject.pk, sanction_samples.said(actor, trigger="listed", event=event.pk)
    )
    sanctions.submit(clerk, sanction.pk)
    sanctions.sign(actor("scjg_head"), sanction.pk)
    sanctions.inform(clerk, sanction.pk, "直接送达")

    def waiting() -> set[str]:
        return {item.what for item in pending_sanctions(clerk)}

    before = waiting()
    decided(actor, applied(actor, subject, event), "granted")
    assert Sanction.objects.get(pk=sanction.pk).state == "active"
    assert waiting() - before == {"所依据的信用记录已失效，办理解除失信惩戒"}
    Sanction.objects.filter(pk=sanction.pk).update(since=ago(13))
    made = entered(actor, subject, "repair", f"sanction:{sanction.pk}")
    assert made.verifier_id == clerk.department_id


def test_what_its_source_took_back_leaves_no_words(actor: Who, subject: Subject) -> None:
    event = fact(subject)
    made = objected(actor, subject, event)
    events.strike(SYSTEM, event.source, [event.source_key])
    assert str(made.items.get()) == "来源单位已撤回的信用记录"
    assert decided(actor, made, "lapsed").state == "decided"


def test_an_objection_about_a_sanction_revokes_it(actor: Who, subject: Subject) -> None:
    sanction = sanction_samples.signed(actor, subject)
    made = entered(actor, subject, "objection", f"sanction:{sanction.pk}")
    petitions.accept(actor("mzj_head"), made.pk)
    decided(actor, made, "corrected")
    assert Sanction.objects.get(pk=sanction.pk).state == Sanction.State.REVOKED


def test_an_objection_about_a_grade_set_by_hand(actor: Who, subject: Subject) -> None:
    adjustments.adjust(actor("fgw_clerk"), subject.pk, "D", "举报查实")
    held = Adjustment.objects.get(subject=subject)
    made = entered(actor, subject, "objection", f"adjustment:{held.pk}")
    petitions.accept(actor("mzj_head"), made.pk)
    decided(actor, made, "corrected")
    held.refresh_from_db()
    assert held.ended_at is not None


def test_departments_verify_what_is_theirs(
    actor: Who, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, others = fact(subject), fact(subject, "2")
    market = actor("scjg_clerk").department_id
    assert market is not None
    monkeypatch.setattr("credit.services.petition_items.answerable", lambda found: {own.pk: market})
    with pytest.raises(Refused, match="分别登记"):
        entered(actor, subject, "objection", f"event:{own.pk}", f"event:{others.pk}")
    made = entered(actor, subject, "objection", f"event:{own.pk}")
    assert made.verifier_id == market
    # Until it is taken up nobody else knows of it.
    seen = Petition.objects.visible_to
    assert not seen(actor("scjg_clerk")).exists()
    petitions.accept(actor("mzj_head"), made.pk)
    assert seen(actor("scjg_clerk")).exists()
    assert seen(actor("fgw_clerk")).exists()
    assert not seen(actor("wjw_clerk")).exists()


def test_a_person_is_not_named_outside(actor: Who, county: Region) -> None:
    sanction_samples.subjects(county)
    person = Subject.objects.filter(region=county).exclude(id_kind="uscc").first()
    assert person is not None
    Subject.objects.filter(pk=person.pk).update(id_kind="person")
    decided(actor, objected(actor, person, fact(person)), "corrected")
    payload = OutboxMessage.objects.get(topic="credit_event.decided").payload
    assert "name" not in payload
    assert "identifier" not in payload

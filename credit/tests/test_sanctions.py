"""Joint sanctions from draft to release: who, by when, and what of it goes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from credit.models import CreditEvent, Sanction, SanctionPart, Subject
from credit.rules import sanctions as rules
from credit.selectors import sanctions as selectors
from credit.services import events, sanction_parts, sanctions
from credit.services.events import Told
from credit.services.sanction_parts import Taken
from credit.services.sanctions import MeasureInput
from credit.tests.sanction_samples import Who, said, signed, subjects
from departments.models import Department, Region, User
from records import clock, deadlines
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxMessage
from records.trail import entries_of
from records.workdays import SHANGHAI

pytestmark = pytest.mark.django_db

BEFORE_NATIONAL_DAY = dt.datetime(2026, 9, 28, 10, tzinfo=SHANGHAI)


@pytest.fixture
def subject(county: Region) -> Subject:
    return subjects(county)[0]


def due_day(target: Sanction | SanctionPart, rule: str) -> dt.date:
    due_at = deadlines.running_of(target, rule).get().due_at
    assert due_at is not None
    return timezone.localtime(due_at).date()


def report(who: Who, part: SanctionPart, applied: bool) -> None:
    name = "scjg" if part.department_id == who("scjg_clerk").department_id else "mzj"
    taken = {
        each.pk: Taken(applied, "已列入" if applied else "不适用") for each in part.measures.all()
    }
    sanction_parts.receive(who(f"{name}_clerk"), part.pk)
    sanction_parts.report(who(f"{name}_clerk"), part.pk, "已按要求办理。", taken)
    sanction_parts.approve(who(f"{name}_head"), part.pk)


def test_over_national_day(actor: Who, subject: Subject) -> None:
    """The clocks of a sanction signed on 28 September 2026 count working days around the holiday;
    its term ends with the same day a year later."""
    with clock.at(BEFORE_NATIONAL_DAY):
        sanction = signed(actor, subject)
        first, second = sanction.parts.order_by("department_id")
        assert due_day(first, rules.RECEIVE_DUE.key) == dt.date(2026, 10, 8)
        assert due_day(sanction, rules.INFORM_DUE.key) == dt.date(2026, 10, 8)
        clerk = (
            "scjg_clerk"
            if actor("scjg_clerk").department_id == first.department_id
            else "mzj_clerk"
        )
        sanction_parts.receive(actor(clerk), first.pk)
        assert due_day(first, rules.REPORT_DUE.key) == dt.date(2026, 10, 30)
        assert (sanction.since, sanction.until) == (dt.date(2026, 9, 28), dt.date(2027, 9, 28))
        sanctions.revoke(actor("fgw_clerk"), sanction.pk, "处理决定被撤销")
        sanctions.lift(actor("fgw_head"), sanction.pk)
        assert due_day(first, rules.RELEASE_DUE.key) == dt.date(2026, 10, 10)
    states = {part.pk: part.state for part in sanction.parts.all()}
    assert states == {first.pk: "releasing", second.pk: "closed"}
    assert not deadlines.running_of(second).exists()


def test_how_the_sanctioned_were_told_is_kept_whole(actor: Who, subject: Subject) -> None:
    sanction = signed(actor, subject)
    how = "2026-09-28 上门送达，当事人拒收，" * 40

    sanctions.inform(actor("fgw_clerk"), sanction.pk, how)

    sanction.refresh_from_db()
    assert sanction.informed_how == how


def test_a_life_to_its_term(actor: Who, subject: Subject) -> None:
    with clock.at(BEFORE_NATIONAL_DAY):
        sanction = signed(actor, subject)
        sanctions.inform(actor("fgw_clerk"), sanction.pk, "2026-09-28 直接送达")
        acted, not_acted = sanction.parts.order_by("pk")
        report(actor, acted, applied=True)
        report(actor, not_acted, applied=False)
    with clock.at(dt.datetime(2027, 9, 28, 23, tzinfo=SHANGHAI)):
        assert sanctions.end_due() == 0
    with clock.at(dt.datetime(2027, 9, 29, 0, 5, tzinfo=SHANGHAI)):
        assert sanctions.end_due() == 1
        assert sanctions.end_due() == 0
    sanction.refresh_from_db()
    assert (sanction.state, sanction.end_reason) == ("expired", "惩戒期限至 2027-09-28 届满。")
    assert {part.pk: part.state for part in sanction.parts.all()} == {
        acted.pk: "releasing",
        not_acted.pk: "closed",
    }
    head = "scjg_head" if acted.department_id == actor("scjg_head").department_id else "mzj_head"
    assert sanction_parts.release(actor(head), acted.pk, "已移出").state == "released"
    assert not deadlines.running_of(acted).exists()
    verbs = list(entries_of(acted).order_by("pk").values_list("verb", flat=True))
    assert [verb for verb in verbs if verb.startswith("sanction_part.")] == [
        "sanction_part.hand_out",
        "sanction_part.receive",
        "sanction_part.report",
        "sanction_part.approve",
        "sanction_part.end",
        "sanction_part.release",
    ]


def test_what_goes_out_is_of_businesses_alone(actor: Who, subject: Subject) -> None:
    signed(actor, subject)
    sent = OutboxMessage.objects.get(topic="sanction.signed", target="credit_china")
    assert sent.payload["measures"] == ["纳入重点监管范围", "限制申请财政性资金项目"]
    assert sent.payload["identifier"] == subject.identifier
    person = Subject.objects.exclude(pk=subject.pk).first()
    assert person is not None
    Subject.objects.filter(pk=person.pk).update(id_kind="person", name="王小明")
    person.refresh_from_db()
    sanction = signed(actor, person)
    told = OutboxMessage.objects.filter(topic="sanction.signed")
    assert sorted(told.values_list("target", flat=True)) == ["credit_china", "credit_publicity"]
    assert "王小明" not in str(sanction)
    # Only who has a part in it and the credit group know of it.
    seen = [
        name
        for name in ("fgw_clerk", "scjg_clerk", "mzj_head", "wjw_head", "xzsp_head")
        if Sanction.objects.visible_to(actor(name)).filter(pk=sanction.pk).exists()
    ]
    assert seen == ["fgw_clerk", "scjg_clerk", "mzj_head"]


def test_nothing_leaves_a_department_without_its_head(actor: Who, subject: Subject) -> None:
    made = sanctions.draft(actor("fgw_clerk"), subject.pk, said(actor))
    assert not Sanction.objects.visible_to(actor("scjg_clerk")).exists()
    sanctions.submit(actor("fgw_clerk"), made.pk)
    with pytest.raises(NotAllowed):
        sanctions.sign(actor("fgw_clerk"), made.pk)
    sanctions.send_back(actor("fgw_head"), made.pk, "补充依据")
    changed = sanctions.edit(actor("fgw_clerk"), made.pk, replace(said(actor), months=6))
    assert changed.months == 6
    assert changed.parts.count() == 2
    sanctions.submit(actor("fgw_clerk"), made.pk)
    sanctions.sign(actor("fgw_head"), made.pk)
    part = made.parts.get(department_id=actor("scjg_clerk").department_id)
    with pytest.raises(NotAllowed):
        sanction_parts.receive(actor("fgw_clerk"), part.pk)
    with pytest.raises(Conflict):
        sanction_parts.approve(actor("scjg_head"), part.pk)


def test_a_second_draft_waits_for_the_first(actor: Who, subject: Subject) -> None:
    sanctions.draft(actor("fgw_clerk"), subject.pk, said(actor))
    with pytest.raises(Conflict, match="正在拟办"):
        sanctions.draft(actor("fgw_clerk"), subject.pk, said(actor))
    assert Sanction.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"facts": " "}, "请填写失信事实"),
        ({"basis": ""}, "请填写认定依据"),
        ({"months": 37}, "1 到 36 个月"),
        ({"months": 0}, "1 到 36 个月"),
        ({"measures": ()}, "至少选择一项"),
        ({"measures": (MeasureInput("lending", "依据", (1,)),)}, "由有关组织自主决定"),
        ({"measures": (MeasureInput("leaving", "依据", (1,)),)}, "只能对自然人"),
        ({"measures": (MeasureInput("access", " ", (1,)),)}, "请填写“限制市场或行业准入”的依据"),
        (
            {"measures": (MeasureInput("access", "依据", ()),)},
            "请选择“限制市场或行业准入”的实施部门",
        ),
        ({"measures": (MeasureInput("access", "依据", (10**9,)),)}, "本地区的部门"),
        ({"event": 10**9}, "不是该对象的"),
        ({"trigger": "whim"}, "请选择触发情形"),
    ],
)
def test_what_a_sanction_must_say(
    actor: Who, subject: Subject, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        sanctions.draft(actor("fgw_clerk"), subject.pk, replace(said(actor), **changes))  # type: ignore[arg-type]
    assert not Sanction.objects.exists()


@pytest.mark.parametrize(
    ("trigger", "what", "words"),
    [
        ("listed", "lift", "的效力已于 2026-09-28 终止"),
        ("listed", "strike", "没有列入严重失信名单，或者已经移出"),
        ("event", "strike", "已被撤销"),
        ("veto", "", "没有一票否决"),
        ("event", "department", "实施部门区民政局已撤销"),
    ],
)
def test_the_head_signs_only_what_still_holds(
    actor: Who, subject: Subject, trigger: str, what: str, words: str
) -> None:
    with clock.at(BEFORE_NATIONAL_DAY):
        today = clock.today()
        events.tell(SYSTEM, [Told(subject.pk, "dishonest", today, "列入名单", "公示系统", "1")])
        event = None if trigger == "veto" else CreditEvent.objects.get().pk
        made = sanctions.draft(
            actor("fgw_clerk"), subject.pk, said(actor, trigger=trigger, event=event)
        )
        sanctions.submit(actor("fgw_clerk"), made.pk)
        if what == "lift":
            events.lift(SYSTEM, CreditEvent.objects.get().pk, today, "移出名单")
        elif what == "strike":
            events.strike(SYSTEM, "公示系统", ["1"])
        elif what == "department":
            Department.objects.filter(pk=actor("mzj_clerk").department_id).update(is_active=False)
        with pytest.raises(Refused, match=words):
            sanctions.sign(actor("fgw_head"), made.pk, "同意")
        assert Sanction.objects.get().state == "review"
        assert sanctions.send_back(actor("fgw_head"), made.pk, "重新核实").state == "draft"


def test_feedback_says_why_a_measure_was_not_taken(actor: Who, subject: Subject) -> None:
    sanction = signed(actor, subject)
    part = sanction.parts.get(department_id=actor("scjg_clerk").department_id)
    sanction_parts.receive(actor("scjg_clerk"), part.pk)
    measure = part.measures.get()
    with pytest.raises(Refused, match="未实施的，请写明理由"):
        sanction_parts.report(actor("scjg_clerk"), part.pk, "说明", {measure.pk: Taken(False)})
    with pytest.raises(Refused, match="是否实施"):
        sanction_parts.report(actor("scjg_clerk"), part.pk, "说明", {})
    assert SanctionPart.objects.get(pk=part.pk).state == "received"


def test_who_is_proposed(actor: Who, county: Region) -> None:
    listed, lifted, _ = found = subjects(county)
    clerk = actor("fgw_clerk")
    assert not selectors.proposals(clerk).exists()
    today = clock.today()
    events.tell(
        SYSTEM,
        [
            Told(each.pk, "dishonest", today, "列入名单", "公示系统", str(each.pk))
            for each in found[:2]
        ],
    )
    events.lift(SYSTEM, CreditEvent.objects.get(subject=lifted).pk, today, "移出名单")
    assert list(selectors.proposals(clerk)) == [listed]
    sanctions.draft(
        clerk,
        listed.pk,
        said(actor, trigger="listed", event=CreditEvent.objects.get(subject=listed).pk),
    )
    assert not selectors.proposals(clerk).exists()


def test_an_unsigned_draft_of_others_does_not_show_in_the_proposals(
    actor: Who, county: Region
) -> None:
    listed = subjects(county)[0]
    events.tell(SYSTEM, [Told(listed.pk, "dishonest", clock.today(), "列入名单", "公示系统", "1")])
    sanctions.draft(actor("mzj_clerk"), listed.pk, said(actor))
    assert list(selectors.proposals(actor("fgw_clerk"))) == [listed]


def test_statistics_by_department(actor: Who, county: Region) -> None:
    first, second, _ = subjects(county)
    with clock.at(BEFORE_NATIONAL_DAY):
        in_time = signed(actor, first)
        late = signed(actor, second)
        for part in in_time.parts.all():
            report(actor, part, applied=True)
    with clock.at(dt.datetime(2026, 10, 9, 9, tzinfo=SHANGHAI)):
        part = late.parts.get(department_id=actor("scjg_clerk").department_id)
        sanction_parts.receive(actor("scjg_clerk"), part.pk)
        rows = {row["department_id"]: row for row in selectors.statistics(actor("fgw_clerk"))}
    scjg = rows[actor("scjg_clerk").department_id]
    mzj = rows[actor("mzj_clerk").department_id]
    names = tuple(selectors.COUNTED)
    assert tuple(scjg[name] for name in names) == (2, 2, 1, 1, 1, 0, 2, 1)
    assert tuple(mzj[name] for name in names) == (2, 1, 1, 1, 1, 1, 4, 2)
    assert selectors.statistics(actor("fgw_clerk"), since=dt.date(2026, 9, 29)) == []


def test_what_waits_for_whom(actor: Who, subject: Subject) -> None:
    made = sanctions.draft(actor("fgw_clerk"), subject.pk, said(actor))
    sanctions.submit(actor("fgw_clerk"), made.pk)
    assert [row.label for row in selectors.pending_sanctions(actor("fgw_head"))] == ["签发"]
    sanctions.sign(actor("fgw_head"), made.pk)
    assert [row.label for row in selectors.pending_sanctions(actor("fgw_clerk"))] == ["登记告知"]
    waiting = selectors.pending_sanctions(actor("scjg_clerk"))
    assert [(row.label, row.chip is not None) for row in waiting] == [("接收", True)]
    assert selectors.pending_sanctions(actor("wjw_head")) == []


def test_a_head_without_a_clerk_does_the_clerks_work(actor: Who, subject: Subject) -> None:
    signed(actor, subject)
    head = actor("scjg_head")
    assert selectors.pending_sanctions(head) == []
    User.objects.filter(department_id=head.department_id, roles__contains=["clerk"]).update(
        is_active=False
    )
    assert [row.label for row in selectors.pending_sanctions(head)] == ["接收"]

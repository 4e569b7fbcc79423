"""Subjects entered twice: found, told apart, merged with a trace, and found again afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from credit.models import (
    Adjustment,
    CreditEvent,
    DuplicatePair,
    MovedRows,
    Sanction,
    Stale,
    Standing,
    Subject,
    SubjectChange,
    SubjectKey,
    SubjectLabel,
    SubjectMerge,
    Uncompared,
    WhiteListEntry,
)
from credit.services import duplicates, labels, lookalikes, merging, sanctions
from credit.services.adjustments import adjust
from credit.services.directory import create_subject, faults, update_subject, upsert_subjects
from credit.services.events import Told, tell
from credit.services.outside import OutsideFact, tell_outside
from credit.tests.duplicate_samples import REASON, TWIN, merged, pair, proposed
from credit.tests.entries import HOME, entries
from credit.tests.sanction_samples import said
from departments.models import Department, Region
from records import clock
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.trail import entries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(county) -> DuplicatePair:
    return pair(county.code)


def fact(subject: Subject, key: str, kind: str = "finding") -> None:
    day = clock.today() - dt.timedelta(days=5)
    tell(SYSTEM, [Told(subject.pk, kind, day, "发现问题", "test", key)])


def test_who_looks_alike_is_found_once(found) -> None:
    assert found.reasons == ["name", "address"]
    assert (found.state, found.region.code) == ("found", "411603")
    assert not Uncompared.objects.exists()
    assert lookalikes.compare_due() == 0
    Uncompared.objects.create(subject=found.second)
    assert lookalikes.compare_due() == 1
    assert DuplicatePair.objects.filter(first=found.first, second=found.second).count() == 1


def test_a_change_is_compared_again_and_other_changes_are_not(found, actor) -> None:
    Subject.objects.filter(pk=found.second_id).update(grade="D", labels=["重点"])
    assert not Uncompared.objects.exists()
    values = {"name": "周口市淮阳区枫林幼儿园", "address": "北关路7号"}
    update_subject(actor("xzsp_clerk"), found.second_id, values, "名称有误")
    assert Uncompared.objects.get().subject_id == found.second_id
    lookalikes.compare_due()
    assert not DuplicatePair.objects.filter(pk=found.pk).exists()


def test_what_people_decided_stays_decided(found, actor) -> None:
    clerk = actor("xzsp_clerk")
    with pytest.raises(Refused):
        duplicates.dismiss(clerk, found.pk, " ")
    duplicates.dismiss(clerk, found.pk, "同址的两家机构")
    Uncompared.objects.create(subject=found.first)
    lookalikes.compare_due()
    found.refresh_from_db()
    assert (found.state, found.decision) == ("dismissed", "同址的两家机构")
    with pytest.raises(Conflict):
        proposed(actor, found)
    duplicates.reopen(clerk, found.pk, "登记机关来函")
    assert proposed(actor, found).state == "proposed"


def test_a_key_of_many_says_nothing(county, monkeypatch) -> None:
    monkeypatch.setattr(lookalikes, "MOST_SHARING", 3)
    twins = [
        replace(HOME, identifier=entry.identifier, id_kind=entry.id_kind, address="")
        for entry in entries(200)
        if entry.id_kind == HOME.id_kind
    ]
    upsert_subjects(SYSTEM, twins[:3], "名录导入", region_code=county.code)
    lookalikes.compare_due()
    assert DuplicatePair.objects.count() == 3
    upsert_subjects(SYSTEM, twins[3:6], "名录导入", region_code=county.code)
    lookalikes.compare_due()
    assert DuplicatePair.objects.count() == 3


def test_comparing_costs_the_same_in_a_larger_directory(county) -> None:
    def queries(rows) -> int:
        upsert_subjects(SYSTEM, rows, "名录导入", region_code=county.code)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            lookalikes.compare_due()
        return len(captured)

    queries(entries(60))
    few = queries([HOME])
    queries(entries(400))
    assert queries([TWIN]) <= few + 2


def test_proposing_and_deciding_are_different_rights(found, actor) -> None:
    for username in ("mzj_clerk", "mzj_head", "fgw_head"):
        if username != "fgw_head":
            with pytest.raises(NotAllowed):
                duplicates.propose(actor(username), found.pk, found.first_id, (), REASON)
    proposed(actor, found)
    for username in ("xzsp_clerk", "fgw_clerk", "mzj_head"):
        with pytest.raises(NotAllowed):
            merging.approve(actor(username), found.pk)
    duplicates.reject(actor("xzsp_head"), found.pk, "请附登记档案")
    found.refresh_from_db()
    assert (found.state, found.survivor, found.decision) == ("found", None, "请附登记档案")
    with pytest.raises(Refused) as refused:
        duplicates.propose(actor("xzsp_clerk"), found.pk, found.first_id, (), "")
    assert refused.value.field == "opinion"
    with pytest.raises(Refused):
        duplicates.propose(actor("xzsp_clerk"), found.pk, 0, (), REASON)


def test_the_survivor_has_the_facts_that_were_chosen(found, actor) -> None:
    Subject.objects.filter(pk=found.second_id).update(categories=["catering"], industry_class="62")
    stayed, went = merged(actor, found, "name", "industry_class")
    assert (stayed.identifier, stayed.grade) == (HOME.identifier, "B")
    assert (stayed.name, stayed.industry_class) == (TWIN.name, "62")
    assert (stayed.address, stayed.categories) == (HOME.address, ["nursing-home", "catering"])
    assert (went.status, went.merged_into, went.name) == ("merged", stayed, TWIN.name)
    lines = dict(stayed.changes.filter(source__startswith="重复合并").values_list("field", "new"))
    assert lines["name"] == TWIN.name
    assert TWIN.identifier in lines["merged"]
    assert HOME.identifier in went.changes.get(field="merged").new
    assert went.changes.filter(field="created").exists()
    for subject in (stayed, went):
        entry = entries_of(subject).get(verb="subject.merge")
        assert (entry.after, entry.opinion) == (
            {"merged": went.pk, "survivor": stayed.pk},
            REASON,
        )
    trace = SubjectMerge.objects.get()
    assert trace.before[str(stayed.pk)]["name"] == HOME.name
    assert trace.before[str(went.pk)]["categories"] == ["catering"]


def test_what_is_known_of_both_is_known_of_the_survivor(found, actor) -> None:
    fact(found.first, "1")
    fact(found.second, "2")
    fact(found.second, "3")
    Stale.objects.all().delete()
    stayed, went = merged(actor, found)
    assert CreditEvent.objects.filter(subject=stayed).count() == 3
    ids = list(CreditEvent.objects.filter(source_key__in="23").values_list("pk", flat=True))
    rows = MovedRows.objects.get(model="credit.CreditEvent")
    assert (sorted(rows.ids), rows.what) == (sorted(ids), "moved")
    assert list(Stale.objects.values_list("subject", flat=True)) == [stayed.pk]
    # Who still has the merged one in hand tells of the survivor.
    fact(went, "4")
    event = CreditEvent.objects.get(source_key="4")
    assert event.subject_id == stayed.pk
    event.subject = went
    event.save()
    event.refresh_from_db()
    assert event.subject_id == stayed.pk
    # Told of the merged one again, what moved leaves one note for both.
    fact(went, "2")
    assert list(Stale.objects.values_list("subject", flat=True)) == [stayed.pk]


def test_labels_and_grades_set_by_hand_do_not_collide(found, actor) -> None:
    clerk, credit = actor("xzsp_clerk"), actor("fgw_clerk")
    for subject, names in ((found.first, "甲乙"), (found.second, "乙丙")):
        for name in names:
            labels.add(clerk, subject.pk, name, "专项")
    adjust(credit, found.first_id, "C", "提级")
    adjust(credit, found.second_id, "D", "降级")
    stayed, went = merged(actor, found)
    assert (stayed.labels, went.labels) == (["丙", "乙", "甲"], [])
    assert SubjectLabel.objects.filter(subject=stayed).count() == 3
    dropped = MovedRows.objects.get(model="credit.SubjectLabel", what="dropped")
    assert [row["reason"] for row in dropped.before] == ["专项"]
    held = Adjustment.objects.filter(subject=stayed)
    assert held.count() == 2
    assert held.get(ended_at=None).grade == "C"
    assert stayed.grade == "C"


def test_a_department_prepares_one_sanction(found, actor) -> None:
    kept = sanctions.draft(actor("fgw_clerk"), found.first_id, said(actor))
    doubled = sanctions.draft(actor("fgw_clerk"), found.second_id, said(actor))
    other = sanctions.draft(actor("scjg_clerk"), found.second_id, said(actor))
    merged(actor, found)
    states = dict(Sanction.objects.values_list("pk", "state"))
    assert states == {kept.pk: "draft", doubled.pk: "discarded", other.pk: "draft"}
    assert set(Sanction.objects.values_list("subject", flat=True)) == {found.first_id}
    assert entries_of(doubled).filter(verb="sanction.discard", actor_name="系统").exists()


def listed(subject: Subject, state: str) -> WhiteListEntry:
    today = clock.today()
    return WhiteListEntry.objects.create(
        region=Region.objects.get(code="411603"),
        subject=subject,
        department=Department.objects.get(name__contains="民政局", region__code="411603"),
        reason="信用良好",
        months=12,
        state=state,
        created_at=clock.now(),
        applied_by="民政",
        since=today if state == "listed" else None,
        until=today if state == "listed" else None,
    )


@pytest.mark.parametrize(
    ("states", "after"),
    [
        (("listed", "listed"), ("listed", "removed")),
        (("review", "listed"), ("withdrawn", "listed")),
        (("consent", "review"), ("consent", "withdrawn")),
        (("expired", "listed"), ("expired", "listed")),
    ],
)
def test_the_white_list_entry_that_came_further_stays(found, actor, states, after) -> None:
    entries_ = [
        listed(subject, state)
        for subject, state in zip((found.first, found.second), states, strict=True)
    ]
    merged(actor, found)
    for entry, state in zip(entries_, after, strict=True):
        entry.refresh_from_db()
        assert (entry.state, entry.subject_id) == (state, found.first_id)
        told = entry.notices.values_list("department", flat=True)
        ended_by_it = entry.ended_at is not None
        assert list(told) == ([entry.department_id] if ended_by_it else [])


def test_what_belongs_to_one_subject_ends_with_it(found, actor) -> None:
    assert SubjectKey.objects.filter(subject=found.second).exists()
    _, went = merged(actor, found)
    assert not SubjectKey.objects.filter(subject=went).exists()
    assert not Standing.objects.filter(subject=went).exists()
    lookalikes.compare_due()
    assert not SubjectKey.objects.filter(subject=went).exists()


def third(county_code: str = "411603") -> Subject:
    one = replace(HOME, identifier="SUIHE-0001", id_kind="house", name="老城区粮仓旧址")
    upsert_subjects(
        SYSTEM, [replace(one, categories=("self-built-house",))], "x", region_code=county_code
    )
    return Subject.objects.get(identifier="SUIHE-0001")


def entered(number: int) -> Subject:
    return Subject.objects.filter(id_kind="uscc").order_by("pk")[number]


def test_one_merge_after_another_never_leads_in_circles(found, actor) -> None:
    stayed, went = merged(actor, found)
    other = entered(0)
    assert other.pk not in (stayed.pk, went.pk)
    told = lookalikes.tell_duplicate(actor("xzsp_clerk"), stayed.pk, other.identifier, "同一家")
    last, before = merged(actor, told, survivor=other.pk)
    went.refresh_from_db()
    assert before.pk == stayed.pk
    assert (went.merged_into, before.merged_into, last.merged_into) == (last, last, None)
    with pytest.raises(Refused):
        lookalikes.tell_duplicate(actor("xzsp_clerk"), last.pk, went.identifier, "又一次")
    with pytest.raises(Conflict):
        lookalikes.tell_duplicate(actor("xzsp_clerk"), went.pk, last.identifier, "又一次")
    assert SubjectMerge.objects.get(merged=went).survivor_id == stayed.pk
    for broken in ({"merged_into": None}, {"status": "open"}, {"merged_into": went}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Subject.objects.filter(pk=went.pk).update(**broken)


def test_a_pair_that_waits_is_void_and_who_was_told_apart_stays_apart(found, actor) -> None:
    clerk = actor("xzsp_clerk")
    stays, other, waiting = found.first, entered(0), entered(1)
    apart = lookalikes.tell_duplicate(clerk, found.second_id, other.identifier, "像")
    duplicates.dismiss(clerk, apart.pk, "不是一家")
    told = lookalikes.tell_duplicate(clerk, found.second_id, waiting.identifier, "也像")
    proposed(actor, told, survivor=waiting.pk)
    merged(actor, found)
    told.refresh_from_db()
    assert told.state == "obsolete"
    with pytest.raises(Conflict):
        merging.approve(actor("fgw_head"), told.pk)
    low, high = sorted((stays.pk, other.pk))
    assert DuplicatePair.objects.get(first=low, second=high).state == "dismissed"


def test_people_and_businesses_are_not_merged(found, actor) -> None:
    Subject.objects.filter(pk=found.second_id).update(id_kind="person", identifier="CY-0001")
    with pytest.raises(Refused, match="自然人"):
        proposed(actor, found)


def test_a_merged_subject_is_changed_no_more(found, actor) -> None:
    _, went = merged(actor, found)
    with pytest.raises(Conflict):
        update_subject(actor("xzsp_clerk"), went.pk, {"name": "新名称"}, "更名")
    with pytest.raises(Conflict):
        adjust(actor("fgw_clerk"), went.pk, "D", "降级")
    with pytest.raises(Conflict):
        labels.add(actor("xzsp_clerk"), went.pk, "重点", "专项")
    with pytest.raises(Refused):
        sanctions.draft(actor("fgw_clerk"), went.pk, said(actor))
    assert not Subject.objects.current().filter(pk=went.pk).exists()


def test_the_old_identifier_reaches_the_survivor(found, actor) -> None:
    stayed, went = merged(actor, found)
    keeper = actor("xzsp_clerk")
    late = replace(TWIN, name="穗禾康养中心", grade="D")
    assert faults(keeper, [late]) == []
    done = upsert_subjects(keeper, [late, *entries(3)], "接口：登记系统")
    assert (done.created, done.updated, done.unchanged) == (0, 1, 3)
    assert f"{TWIN.identifier}（{HOME.identifier}）" in str(done)
    stayed.refresh_from_db()
    went.refresh_from_db()
    assert (stayed.name, stayed.grade, went.name) == ("穗禾康养中心", "B", TWIN.name)
    # Its own row says more than the one under the old identifier, wherever it stands.
    own = replace(HOME, name="穗禾养老公寓")
    done = upsert_subjects(keeper, [late, own], "接口：登记系统")
    stayed.refresh_from_db()
    assert (stayed.name, done.updated, len(done.aliases)) == ("穗禾养老公寓", 1, 1)
    assert not SubjectChange.objects.filter(subject=went, source="接口：登记系统").exists()
    with pytest.raises(Refused, match="已并入"):
        create_subject(keeper, TWIN, "再次录入")


def test_facts_from_outside_reach_the_survivor(found, actor) -> None:
    stayed, _ = merged(actor, found)
    fact_ = OutsideFact(TWIN.identifier, "public_rating", clock.today(), "优", "评价", "1")
    tell_outside(actor("fgw_clerk"), "省平台", [fact_])
    assert CreditEvent.objects.get(source_key="1").subject_id == stayed.pk

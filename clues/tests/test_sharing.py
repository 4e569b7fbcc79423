"""The sharing catalogue, the five working days, receipts and requests (L10)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from clues.models import Referral, SharedRecord, SharingEntry, SharingRequest, Stop
from clues.services import clue_secrecy
from clues.services.sharing import catalogue, events, records, requests
from clues.stages import main_stop
from clues.tests.samples import at, department, make_clue, person, photo
from clues.tests.sharing_samples import entry, given, record, request, sent_request
from departments.models import Department
from inspections.models import Publication
from records import evidence
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline, TrailEntry

pytestmark = pytest.mark.usefixtures("county")


def _deadline(target) -> Deadline:  # type: ignore[no-untyped-def]
    stop = main_stop(target)
    assert stop is not None and stop.deadline is not None
    return stop.deadline


def test_five_working_days_over_the_national_holiday() -> None:
    with at("2026-09-28 10:00"):
        owed = record(entry())
    due = _deadline(owed)
    assert timezone.localtime(due.due_at).date() == dt.date(2026, 10, 10)
    assert due.department_id == department("市场监管局").pk
    assert (main_stop(owed).waits, main_stop(owed).kind) == ("共享信息", "share")  # type: ignore[union-attr]


def test_the_clock_runs_from_the_day_it_was_made_not_from_registering() -> None:
    with at("2026-10-12 09:00"):
        owed = record(entry(), "2026-09-28")
    assert timezone.localtime(_deadline(owed).due_at).date() == dt.date(2026, 10, 10)


def test_a_shorter_limit_of_the_catalogue_holds() -> None:
    with at("2026-09-21 10:00"):
        owed = record(entry(limit_days=2), "2026-09-21")
    assert timezone.localtime(_deadline(owed).due_at).date() == dt.date(2026, 9, 23)
    assert _deadline(owed).source.startswith("共享目录 GX411603-")


@pytest.mark.parametrize("days", [0, 6])
def test_no_limit_beyond_that_of_the_region(days: int) -> None:
    with pytest.raises(Refused) as refusal:
        catalogue.create(person("scjg_clerk"), given("民政局", limit_days=days))
    assert refusal.value.field == "limit_days"


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"way": "adapter"}, "adapter"),
        ({"adapter": "persons"}, "adapter"),
        ({"opens_on": "something"}, "opens_on"),
        ({"for_all": True}, "receivers"),
        ({"for_all": True, "receivers": (), "secrecy": "restricted"}, "for_all"),
        ({"for_all": True, "receivers": (), "way": "letter"}, "for_all"),
        ({"receivers": ()}, "receivers"),
        ({"title": " "}, "title"),
    ],
)
def test_an_inconsistent_entry_is_refused_at_its_field(over, field) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refusal:
        catalogue.create(person("scjg_clerk"), given("民政局", **over))
    assert refusal.value.field == field
    assert not SharingEntry.objects.exists()


def test_departments_of_other_regions_and_oneself_receive_nothing() -> None:
    elsewhere = Department.objects.get(name="县综合行政执法局")
    for pk in (elsewhere.pk, department("市场监管局").pk):
        with pytest.raises(Refused, match="本地区的其他部门"):
            catalogue.create(person("scjg_clerk"), given(receivers=(pk,)))


def test_only_the_head_confirms_and_the_new_version_replaces_the_old() -> None:
    first = entry()
    second = catalogue.renew(person("scjg_clerk"), first.pk, given("民政局", "卫健委"))
    with pytest.raises(NotAllowed):
        catalogue.confirm(person("scjg_clerk"), second.pk)
    with pytest.raises(NotAllowed):
        catalogue.confirm(person("mzj_head"), second.pk)
    with pytest.raises(Conflict):
        catalogue.renew(person("scjg_clerk"), first.pk, given("民政局"))
    first.refresh_from_db()
    assert first.state == "current"
    catalogue.confirm(person("scjg_head"), second.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "current")
    assert (second.number, second.version) == (first.number, 2)
    assert main_stop(second) is None


def test_a_returned_entry_lies_with_the_clerk_until_changed() -> None:
    drawn = catalogue.create(person("scjg_clerk"), given("民政局"))
    assert main_stop(drawn).for_head  # type: ignore[union-attr]
    catalogue.HANDLERS["return"](person("scjg_head"), drawn.pk, "写明字段")
    assert main_stop(drawn).waits == "修改共享目录"  # type: ignore[union-attr]
    changed = catalogue.edit(person("scjg_clerk"), drawn.pk, given("民政局", content="更多字段"))
    assert (changed.state, changed.content) == ("confirm", "更多字段")


def test_the_same_entry_twice_is_refused() -> None:
    entry()
    with pytest.raises(Conflict, match="同名"):
        catalogue.create(person("scjg_clerk"), given("民政局"))


def test_drafts_are_the_providers_own_and_the_catalogue_everybodys() -> None:
    drawn = catalogue.create(person("scjg_clerk"), given("民政局"))
    visible = SharingEntry.objects.visible_to
    assert not visible(person("wjw_clerk")).exists()
    catalogue.confirm(person("scjg_head"), drawn.pk)
    assert visible(person("wjw_clerk")).get() == drawn
    assert not visible(person("tc_zfj_head")).exists()
    assert not visible(person("system_admin")).exists()


def test_sharing_reaches_the_departments_named_and_nobody_else() -> None:
    owed = record(entry("民政局", "卫健委"), str(timezone.localdate()))
    visible = SharedRecord.objects.visible_to
    assert not visible(person("mzj_clerk")).exists()
    records.share(person("scjg_clerk"), owed.pk)
    assert visible(person("mzj_clerk")).get() == owed
    assert visible(person("wjw_clerk")).exists()
    assert not visible(person("nync_clerk")).exists()
    assert main_stop(owed) is None
    waiting = Stop.objects.open().filter(waits="阅收共享信息")
    assert {stop.department.short_name for stop in waiting} == {"民政局", "卫健委"}
    owed.refresh_from_db()
    assert (owed.state, owed.shared_by) == ("shared", "傅明涛")


def test_reading_is_said_once_per_department() -> None:
    owed = record(entry("民政局", "卫健委"), str(timezone.localdate()))
    records.share(person("scjg_clerk"), owed.pk)
    records.read(person("mzj_clerk"), owed.pk)
    with pytest.raises(Conflict, match="曾佳颖已经阅收"):
        records.read(person("mzj_head"), owed.pk)
    with pytest.raises(NotAllowed):
        records.read(person("nync_clerk"), owed.pk)
    assert owed.receipts.get(department__short_name="民政局").read_by == "曾佳颖"
    waiting = Stop.objects.open().filter(waits="阅收共享信息")
    assert [stop.department.short_name for stop in waiting] == ["卫健委"]


def test_for_all_departments_nobody_owes_reading() -> None:
    owed = record(entry(for_all=True), str(timezone.localdate()))
    records.share(person("scjg_clerk"), owed.pk)
    assert owed.receipts.count() == Department.objects.filter(region__code="411603").count() - 1
    assert not Stop.objects.open().of(owed).exists()
    records.read(person("nync_clerk"), owed.pk)
    assert owed.receipts.get(department__short_name="农业农村局").read_at is not None


def test_what_the_catalogue_leaves_to_the_head_no_clerk_shares() -> None:
    owed = record(entry(signed_by_head=True), str(timezone.localdate()))
    assert main_stop(owed).for_head  # type: ignore[union-attr]
    with pytest.raises(NotAllowed):
        records.share(person("scjg_clerk"), owed.pk)
    with pytest.raises(NotAllowed):
        records.share(person("mzj_head"), owed.pk)
    records.share(person("scjg_head"), owed.pk)
    with pytest.raises(Conflict):
        records.share(person("scjg_head"), owed.pk)


def test_by_letter_each_receiver_gets_one_and_reading_notes_it() -> None:
    owed = record(entry("民政局", "卫健委", way="letter"), str(timezone.localdate()))
    records.share(person("scjg_head"), owed.pk)
    letters = Referral.objects.filter(kind="share")
    assert {letter.to.short_name for letter in letters} == {"民政局", "卫健委"}
    assert len({letter.number for letter in letters}) == 2
    records.read(person("mzj_clerk"), owed.pk)
    assert letters.get(to__short_name="民政局").state == Referral.State.NOTED
    assert letters.get(to__short_name="卫健委").state == Referral.State.SENT


def test_only_the_provider_registers_and_only_under_what_is_in_force() -> None:
    made = entry()
    today = timezone.localdate()
    with pytest.raises(NotAllowed):
        records.register(person("mzj_clerk"), made.pk, title="甲", content="乙", event_on=today)
    with pytest.raises(Refused, match="不能晚于今天"):
        record(made, "2099-01-01")
    catalogue.HANDLERS["end"](person("scjg_head"), made.pk, "机构调整")
    with pytest.raises(Refused, match="不是有效版本"):
        record(made)


def test_the_same_form_twice_gives_one_record_and_files_stay_the_providers() -> None:
    made = entry()
    owed = record(made, files=[photo("决定书.jpg")])
    assert record(made) == owed
    (kept,) = evidence.of(owed)
    assert evidence.may_see(person("scjg_clerk"), kept)
    assert not evidence.may_see(person("mzj_clerk"), kept)
    records.share(person("scjg_clerk"), owed.pk)
    assert evidence.may_see(person("mzj_clerk"), kept)


def test_only_the_head_decides_not_to_share_and_says_why() -> None:
    owed = record(entry())
    with pytest.raises(NotAllowed):
        records.cancel(person("scjg_clerk"), owed.pk, "重复")
    with pytest.raises(Refused):
        records.cancel(person("scjg_head"), owed.pk, " ")
    records.cancel(person("scjg_head"), owed.pk, "涉及商业秘密")
    assert main_stop(owed) is None


def test_a_confidential_clue_conceals_what_is_shared_from_it() -> None:
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = make_clue(clerk, confidential=True, named=(head,))
    made = entry("民政局")
    owed = record(made, clue_id=clue.pk)
    assert owed.confidential and owed.pk >= 2**52
    assert owed.title not in str(owed)
    with pytest.raises(NotAllowed):
        records.share(clerk, owed.pk)
    for stranger in ("scjg_inspector1", "xzsp_head", "mzj_head"):
        assert not SharedRecord.objects.visible_to(person(stranger)).exists()
    records.share(head, owed.pk)
    assert SharedRecord.objects.visible_to(person("mzj_head")).get() == owed
    assert not SharedRecord.objects.visible_to(person("mzj_clerk")).exists()
    assert not SharedRecord.objects.visible_to(person("xzsp_head")).exists()


def test_an_unknown_and_a_hidden_clue_are_refused_alike() -> None:
    made = entry()
    hidden = make_clue(person("mzj_clerk"), confidential=True)
    words = set()
    for pk in (hidden.pk, 99):
        with pytest.raises(Refused) as refusal:
            record(made, clue_id=pk)
        words.add(refusal.value.message)
    assert len(words) == 1


def test_a_confidential_clue_is_not_shared_with_all_departments() -> None:
    clue = make_clue(person("scjg_clerk"), confidential=True)
    with pytest.raises(Refused) as refusal:
        record(entry(for_all=True), clue_id=clue.pk)
    assert refusal.value.field == "clue"


def test_a_request_goes_out_with_the_heads_signature_only() -> None:
    asked = request("卫健委")
    assert request("卫健委") == asked
    assert not SharingRequest.objects.visible_to(person("wjw_clerk")).exists()
    with pytest.raises(NotAllowed):
        requests.sign(person("mzj_clerk"), asked.pk)
    requests.sign(person("mzj_head"), asked.pk)
    assert SharingRequest.objects.visible_to(person("wjw_clerk")).get() == asked
    assert not SharingRequest.objects.visible_to(person("nync_head")).exists()
    stop = main_stop(asked)
    assert stop is not None and stop.department.short_name == "卫健委"


def test_what_is_granted_is_seen_when_the_providers_head_signed() -> None:
    asked = sent_request()
    requests.propose(
        person("scjg_clerk"), asked.pk, grants=True, answer="同意", content="名单见附件"
    )
    prepared = SharedRecord.objects.get(request=asked)
    assert not SharedRecord.objects.visible_to(person("mzj_head")).exists()
    with pytest.raises(NotAllowed):
        requests.approve(person("scjg_clerk"), asked.pk)
    with pytest.raises((NotAllowed, Conflict)):
        records.share(person("scjg_clerk"), prepared.pk)
    requests.HANDLERS["reject"](person("scjg_head"), asked.pk, "补充有效期")
    requests.propose(
        person("scjg_clerk"), asked.pk, grants=True, answer="同意", content="名单含有效期"
    )
    done = requests.approve(person("scjg_head"), asked.pk)
    assert done.state == "provided"
    given_record = SharedRecord.objects.visible_to(person("mzj_clerk")).get()
    assert (given_record.pk, given_record.content) == (prepared.pk, "名单含有效期")
    records.read(person("mzj_clerk"), given_record.pk)
    assert not Stop.objects.open().of(asked, given_record).exists()


def test_a_request_is_declined_with_a_reason_and_nothing_is_given() -> None:
    asked = sent_request()
    requests.propose(person("scjg_clerk"), asked.pk, grants=True, answer="同意", content="名单")
    requests.HANDLERS["reject"](person("scjg_head"), asked.pk, "不属于本部门信息")
    with pytest.raises(Refused):
        requests.propose(person("scjg_clerk"), asked.pk, grants=False, answer=" ")
    requests.propose(person("scjg_clerk"), asked.pk, grants=False, answer="不属于本部门信息")
    done = requests.approve(person("scjg_head"), asked.pk)
    assert done.state == "declined"
    assert SharedRecord.objects.get(request=asked).state == "cancelled"
    assert not SharedRecord.objects.visible_to(person("mzj_clerk")).exists()


def test_every_act_leaves_its_trace() -> None:
    owed = record(entry(), str(timezone.localdate()))
    records.share(person("scjg_clerk"), owed.pk)
    records.read(person("mzj_clerk"), owed.pk)
    verbs = TrailEntry.objects.filter(verb__startswith="shared_record.").order_by("id")
    assert [each.verb for each in verbs] == [
        "shared_record.register",
        "shared_record.share",
        "shared_record.read",
    ]


def test_an_event_opens_a_record_once_where_the_catalogue_says_so() -> None:
    silent = entry(title="其他信息")
    made = entry(title="检查结果", category="supervision", opens_on="result_published")
    publication = Publication(
        pk=7,
        subject_name="淮阳区第一养老院",
        subject_identifier="52411603TEST000001",
        matter_name="养老机构安全综合监管",
        department_name="区市场监督管理局",
        checked_on=dt.date(2026, 9, 25),
        results=["未发现问题"],
        published_at=timezone.now(),
    )
    event = events.EVENTS["result_published"]
    facts = event.facts(publication)
    first = records.register_from(made, publication, **facts)
    assert records.register_from(made, publication, **facts) == first
    assert first.title == "淮阳区第一养老院检查结果"
    assert "养老机构安全综合监管" in first.content
    assert _deadline(first).department_id == made.provider_id
    assert not silent.records.exists()


def test_a_secret_that_comes_later_covers_what_was_registered() -> None:
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = make_clue(clerk)
    owed = record(entry(), clue_id=clue.pk)
    clue_secrecy.conceal(head, clue.pk, "举报人要求保密")
    owed = SharedRecord.objects.get(clue=clue)
    assert owed.confidential
    assert not SharedRecord.objects.visible_to(person("xzsp_head")).exists()


def test_what_was_prepared_for_a_request_ends_with_it() -> None:
    asked = sent_request()
    clerk, head = person("scjg_clerk"), person("scjg_head")
    requests.propose(clerk, asked.pk, grants=True, answer="可以提供。", content="证号 1 至 8。")
    requests.HANDLERS["reject"](head, asked.pk, "再核对。")
    requests.withdraw(person("mzj_clerk"), asked.pk, "已另行取得。")
    assert SharedRecord.objects.get(request=asked).state == "cancelled"
    assert main_stop(asked) is None

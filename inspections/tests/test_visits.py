from __future__ import annotations

import datetime as dt
import io
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from departments.models import Region
from inspections.models import (
    CheckIn,
    Inspector,
    JointTask,
    PlanItem,
    Result,
    Signature,
    TaskItem,
    TaskPart,
)
from inspections.services import visits
from inspections.tests.visit_samples import PNG, SIGNATURE, Story, make_story, photo
from records import evidence
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline, Evidence, TrailEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(county: Region) -> Story:
    return make_story(county, homes=2)


def _item(story: Story, task: JointTask, code: str = "MZJ") -> TaskItem:
    found = story.part(task, code).items.first()
    assert found is not None
    return found


def test_the_first_check_in_starts_the_visit(story: Story) -> None:
    task = story.notified()
    arrival = visits.check_in(
        story.actor("mzj_inspector1"), task.pk, Decimal("33.73"), Decimal("114.88")
    )
    task.refresh_from_db()
    assert task.state == "in_progress"
    assert (arrival.inspector.name, arrival.latitude) == ("萧文远", Decimal("33.73"))


def test_checking_in_twice_is_once(story: Story) -> None:
    task = story.notified()
    first = visits.check_in(story.actor("mzj_inspector1"), task.pk)
    assert visits.check_in(story.actor("mzj_inspector1"), task.pk) == first
    assert CheckIn.objects.count() == 1
    assert TrailEntry.objects.filter(verb="task.check-in").count() == 1


@pytest.mark.parametrize("who", ["scjg_inspector1", "mzj_clerk", "mzj_head"])
def test_only_assigned_inspectors_check_in(story: Story, who: str) -> None:
    task = story.notified()
    with pytest.raises(NotAllowed):
        visits.check_in(story.actor(who), task.pk)
    assert not CheckIn.objects.exists()


def test_nobody_checks_in_before_the_notice(story: Story) -> None:
    task = story.dispatch()[0]
    with pytest.raises(Conflict):
        visits.check_in(story.actor("mzj_inspector1"), task.pk)


def test_another_day_needs_a_reason_that_stays(story: Story) -> None:
    task = story.notified(timezone.localdate() + dt.timedelta(days=2))
    with pytest.raises(Refused) as refusal:
        visits.check_in(story.actor("mzj_inspector1"), task.pk)
    assert refusal.value.field == "reason"
    visits.check_in(story.actor("mzj_inspector1"), task.pk, reason="接到线索提前到场")
    assert TrailEntry.objects.get(verb="task.check-in").opinion == "接到线索提前到场"


def test_an_expired_licence_keeps_the_inspector_out(story: Story) -> None:
    task = story.notified()
    Inspector.objects.filter(licence="ZK-MZJ-0001").update(
        valid_until=timezone.localdate() - dt.timedelta(days=1)
    )
    with pytest.raises(Refused, match="有效期"):
        visits.check_in(story.actor("mzj_inspector1"), task.pk)


def test_a_place_off_the_earth_is_refused(story: Story) -> None:
    task = story.notified()
    with pytest.raises(Refused, match="位置"):
        visits.check_in(story.actor("mzj_inspector1"), task.pk, Decimal("133"), Decimal("114"))


def test_one_inspector_alone_records_nothing(story: Story) -> None:
    task = story.notified()
    first = story.actor("mzj_inspector1")
    visits.check_in(first, task.pk)
    visits.check_in(story.actor("wjw_inspector1"), task.pk)
    with pytest.raises(Conflict, match="还须有 1 名"):
        visits.record_item(first, _item(story, task).pk, "no_problem")
    visits.check_in(story.actor("mzj_inspector2"), task.pk)
    assert visits.record_item(first, _item(story, task).pk, "no_problem").recorded_by


def test_whoever_is_not_there_records_nothing(story: Story) -> None:
    task = story.notified()
    with pytest.raises(Conflict, match="请先到场签到"):
        visits.record_item(story.actor("mzj_inspector1"), _item(story, task).pk, "no_problem")
    task = make_story(story.region, homes=1).on_site()
    CheckIn.objects.filter(task=task, inspector__user__username="mzj_inspector1").delete()
    with pytest.raises(Conflict, match="请先到场签到"):
        visits.record_item(story.actor("mzj_inspector1"), _item(story, task).pk, "no_problem")


@pytest.mark.parametrize("who", ["wjw_inspector1", "mzj_clerk", "scjg_inspector1"])
def test_ones_own_departments_items_only(story: Story, who: str) -> None:
    task = story.on_site()
    with pytest.raises(NotAllowed):
        visits.record_item(story.actor(who), _item(story, task).pk, "no_problem")


def test_a_problem_is_described_and_nothing_is_prefilled(story: Story) -> None:
    task = story.on_site()
    item, inspector = _item(story, task), story.actor("mzj_inspector1")
    assert item.outcome == ""
    with pytest.raises(Refused) as refusal:
        visits.record_item(inspector, item.pk, "problem", "  ")
    assert refusal.value.field == "note"
    with pytest.raises(Refused) as refusal:
        visits.record_item(inspector, item.pk, "")
    assert refusal.value.field == "outcome"
    saved = visits.record_item(inspector, item.pk, "problem", "夜间无人值守")
    assert (saved.outcome, saved.note) == ("problem", "夜间无人值守")


def test_the_same_record_again_leaves_one_trace(story: Story) -> None:
    task = story.on_site()
    item, inspector = _item(story, task), story.actor("mzj_inspector1")
    for _ in range(3):
        visits.record_item(inspector, item.pk, "no_problem", "齐全")
    assert TrailEntry.objects.filter(verb="task-part.record").count() == 1


def test_a_late_repeat_does_not_undo_a_later_change(story: Story) -> None:
    task = story.on_site()
    item, inspector = _item(story, task), story.actor("mzj_inspector1")
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    visits.record_item(inspector, item.pk, "problem", "缺记录", key=first)
    visits.record_item(inspector, item.pk, "no_problem", key=second)
    visits.record_item(inspector, item.pk, "problem", "缺记录", key=first)
    item.refresh_from_db()
    assert item.outcome == "no_problem"


def test_photos_are_kept_once_per_item(story: Story) -> None:
    task = story.on_site()
    part, inspector = story.part(task, "MZJ"), story.actor("mzj_inspector1")
    one, two = part.items.all()
    first = visits.add_photo(inspector, one.pk, photo(), "a.png")
    assert visits.add_photo(inspector, one.pk, photo(), "b.png") == first
    visits.add_photo(inspector, two.pk, photo(), "a.png")
    visits.add_photo(inspector, one.pk, photo(b"1"), "c.png")
    kept = evidence.of(part)
    assert kept.count() == 3
    assert kept.filter(label=one.photo_label).count() == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "空的"), (b"%PDF-1.7 x", "类型"), (b"hello", "类型"), (b"MZ" + b"\0" * 90, "类型")],
)
def test_what_is_no_photo_is_refused(story: Story, content: bytes, words: str) -> None:
    task = story.on_site()
    with pytest.raises(Refused, match=words):
        visits.add_photo(
            story.actor("mzj_inspector1"), _item(story, task).pk, io.BytesIO(content), "x.jpg"
        )
    assert not Evidence.objects.exists()


def test_a_huge_photo_is_refused(story: Story) -> None:
    task = story.on_site()
    content = io.BytesIO(PNG + bytes(evidence.MAX_BYTES))
    with pytest.raises(Refused, match="超过 20 MB"):
        visits.add_photo(story.actor("mzj_inspector1"), _item(story, task).pk, content, "x.png")


def test_photos_are_seen_by_the_departments_of_the_visit_only(story: Story) -> None:
    task = story.on_site()
    kept = visits.add_photo(story.actor("mzj_inspector1"), _item(story, task).pk, photo(), "a.png")
    assert evidence.may_see(story.actor("wjw_clerk"), kept)
    assert not evidence.may_see(story.actor("nync_clerk"), kept)


def test_an_incomplete_record_is_not_signed(story: Story) -> None:
    task = story.on_site()
    part, inspector = story.part(task, "MZJ"), story.actor("mzj_inspector1")
    with pytest.raises(Refused, match="还有 2 项"):
        visits.sign(inspector, part.pk, SIGNATURE)
    with pytest.raises(Refused, match="还有 2 项"):
        visits.sign_subject(inspector, part.pk, "王院长", SIGNATURE)


@pytest.mark.parametrize("image", ["", "data:image/png;base64,???", "data:text/html;base64,QQ=="])
def test_a_signature_is_a_picture(story: Story, image: str) -> None:
    part = story.recorded()
    with pytest.raises(Refused):
        visits.sign(story.actor("mzj_inspector1"), part.pk, image)
    assert not part.signatures.exists()


def test_signing_twice_is_once(story: Story) -> None:
    part = story.recorded()
    inspector = story.actor("mzj_inspector1")
    first = visits.sign(inspector, part.pk, SIGNATURE)
    assert visits.sign(inspector, part.pk, SIGNATURE) == first
    subject = visits.sign_subject(inspector, part.pk, "王院长", refused_reason="对记录有异议")
    assert visits.sign_subject(inspector, part.pk, "别人", SIGNATURE) == subject
    assert part.signatures.count() == 2
    assert Evidence.objects.count() == 1


def test_the_other_side_signs_or_is_said_to_refuse(story: Story) -> None:
    part = story.recorded()
    inspector = story.actor("mzj_inspector1")
    with pytest.raises(Refused) as refusal:
        visits.sign_subject(inspector, part.pk, "", SIGNATURE)
    assert refusal.value.field == "signer"
    with pytest.raises(Refused) as refusal:
        visits.sign_subject(inspector, part.pk, "王院长")
    assert refusal.value.field == "refused_reason"
    with pytest.raises(Refused) as refusal:
        visits.sign_subject(inspector, part.pk, "王" * 61, SIGNATURE)
    assert refusal.value.field == "signer" and "60" in refusal.value.message
    words = "拒绝签字并离开。" * 100
    kept = visits.sign_subject(inspector, part.pk, "王院长", refused_reason=words)
    assert (kept.image, kept.refused_reason) == (None, words)


def test_a_signed_record_stands_until_the_signatures_are_taken_back(story: Story) -> None:
    part = story.recorded()
    inspector, item = story.actor("mzj_inspector1"), part.items.first()
    with pytest.raises(Conflict, match="没有人签名"):
        visits.reopen(inspector, part.pk, "要改")
    visits.sign(inspector, part.pk, SIGNATURE)
    with pytest.raises(Conflict, match="撤回签名"):
        visits.record_item(inspector, item.pk, "problem", "补记")
    with pytest.raises(Conflict, match="撤回签名"):
        visits.add_photo(inspector, item.pk, photo(), "a.png")
    visits.reopen(inspector, part.pk, "补记一处问题")
    visits.record_item(inspector, item.pk, "problem", "补记")
    assert visits.sign(inspector, part.pk, SIGNATURE).pk


def test_submission_says_all_that_is_missing(story: Story) -> None:
    task = story.on_site()
    part, inspector = story.part(task, "MZJ"), story.actor("mzj_inspector1")
    with pytest.raises(Refused) as refusal:
        visits.submit_part(inspector, part.pk)
    for words in ("还有 2 项没有记录", "检查人员签名 0 人", "被检查方签名"):
        assert words in refusal.value.message
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("gone", "words"), [("inspector", "检查人员签名 0 人"), ("subject", "缺被检查方签名")]
)
def test_each_side_must_have_signed(story: Story, gone: str, words: str) -> None:
    part = story.signed()
    Signature.objects.filter(part=part, side=gone).delete()
    with pytest.raises(Refused, match=words):
        visits.submit_part(story.actor("mzj_inspector1"), part.pk)


def test_a_colleague_of_another_department_does_not_submit(story: Story) -> None:
    part = story.signed()
    with pytest.raises(NotAllowed):
        visits.submit_part(story.actor("wjw_inspector1"), part.pk)


def test_submission_opens_the_result_and_starts_the_clock(story: Story) -> None:
    part = story.signed()
    visits.submit_part(story.actor("mzj_inspector1"), part.pk)
    part.refresh_from_db()
    assert part.state == "submitted"
    result = Result.objects.get(part=part)
    assert (result.state, result.version, result.codes) == ("draft", 1, [])
    clock = Deadline.objects.get()
    assert (clock.rule, clock.amount, clock.unit) == (
        "inspections.publication_due",
        20,
        "working_day",
    )
    assert clock.target == result
    assert clock.department == story.departments["MZJ"]
    part.task.refresh_from_db()
    assert part.task.state == "in_progress"


def test_submitting_again_is_harmless(story: Story) -> None:
    part = story.signed()
    for who in ("mzj_inspector1", "mzj_inspector1", "mzj_inspector2"):
        visits.submit_part(story.actor(who), part.pk, key=str(uuid.uuid4()))
    assert Result.objects.count() == 1
    assert Deadline.objects.count() == 1
    assert TrailEntry.objects.filter(verb="task-part.submit").count() == 1


def test_nothing_changes_after_submission(story: Story) -> None:
    part = story.signed()
    inspector = story.actor("mzj_inspector1")
    visits.submit_part(inspector, part.pk)
    with pytest.raises(Conflict):
        visits.record_item(inspector, part.items.first().pk, "not_applicable")
    with pytest.raises(Conflict):
        visits.reopen(inspector, part.pk, "改一改")


def test_the_last_part_completes_the_check(story: Story) -> None:
    part = story.signed()
    visits.submit_part(story.actor("mzj_inspector1"), part.pk)
    other = story.part(part.task, "WJW")
    people = [story.actor(f"wjw_inspector{n}") for n in (1, 2)]
    for person in people:
        visits.check_in(person, part.task_id)
    for row in other.items.all():
        visits.record_item(people[0], row.pk, "not_applicable")
    for person in people:
        visits.sign(person, other.pk, SIGNATURE)
    visits.sign_subject(people[1], other.pk, "王院长", refused_reason="外出")
    visits.submit_part(people[1], other.pk)
    part.task.refresh_from_db()
    assert part.task.state == "checked"
    assert TrailEntry.objects.filter(verb="task.checked").count() == 1
    assert Result.objects.count() == 2


def test_a_broken_key_is_refused(story: Story) -> None:
    task = story.notified()
    with pytest.raises(Refused, match="发送编号"):
        visits.check_in(story.actor("mzj_inspector1"), task.pk, key="1; drop table")
    assert not CheckIn.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_submission_sent_twice_at_once(county: Region) -> None:
    story = make_story(county, homes=1)
    part, inspector = story.signed(), story.actor("mzj_inspector1")
    errors: list[Exception] = []

    def run() -> None:
        try:
            visits.submit_part(inspector, part.pk, key="3c0f6a0e-9a0e-4a52-9a58-0c6a51d0b9a1")
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Result.objects.count() == 1


def test_every_planned_officer_signs_the_record(story: Story) -> None:
    part = story.signed()
    PlanItem.objects.filter(pk=story.item.pk).update(officers_per_visit=3)

    with pytest.raises(Refused, match="检查人员签名 2 人，至少 3 人"):
        visits.submit_part(story.actor("mzj_inspector1"), part.pk)

    assert TaskPart.objects.get(pk=part.pk).state == TaskPart.State.ACCEPTED

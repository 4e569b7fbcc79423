"""Registering, repeating, telling, unmasking, editing and merging clues through the services."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from clues.models import Clue, ClueParty, Complainant, Stop, Told
from clues.selectors.clues import mergeable, similar, similar_to
from clues.services import complainants, intake
from clues.services.knowledge import concern, name_people
from clues.tests.intake_samples import CONTENT, entered
from departments.models import Department, Region, User
from departments.roles import Role
from records import evidence
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline, OutboxMessage, TrailEntry
from records.periods import ahead

pytestmark = pytest.mark.django_db


def department(name: str) -> Department:
    return Department.objects.get(short_name=name, region__code="411603")


def verbs(clue: Clue) -> list[str]:
    found = TrailEntry.objects.filter(target_id=clue.pk).order_by("id")
    return list(found.values_list("verb", flat=True))


# Registering


def test_a_clue_has_owner_clock_and_trail_from_the_start(actor):
    clue = entered(actor("scjg_clerk"), place="新站镇东街 3 号")
    assert clue.number.startswith(f"XS411603-{timezone.localdate().year}-")
    assert clue.receiver == clue.holder
    assert clue.receiver_id == actor("scjg_clerk").department_id
    assert len(clue.bands) == 16
    stop = Stop.objects.open().of(clue).get()
    assert (stop.department_id, stop.waits) == (clue.holder_id, "研判并沟通")
    assert stop.deadline is not None and stop.deadline.due_at > timezone.now()
    assert verbs(clue)[0] == "clue.register"
    assert ClueParty.objects.get(clue=clue).received_at == clue.received_at


def test_numbers_follow_each_other_without_gaps(actor):
    clerk = actor("scjg_clerk")
    first, second = entered(clerk), entered(clerk)
    with pytest.raises(Refused):
        entered(clerk, files=[SimpleUploadedFile("x.jpg", b"no picture")])
    third = entered(clerk)
    tails = [int(clue.number[-6:]) for clue in (first, second, third)]
    assert tails == [tails[0], tails[0] + 1, tails[0] + 2]


def test_the_title_is_the_first_sentence_when_none_is_given(actor):
    clue = entered(actor("scjg_clerk"), title="", content="消防通道堵塞。已经三天了。")
    assert clue.title == "消防通道堵塞"


def test_a_long_first_sentence_is_cut_after_a_clause(actor):
    long = "某诊所前台没有张贴收费标准，接诊人员未佩戴胸牌也没有护士证，药品与食品混放在一个冰柜"
    assert entered(actor("scjg_clerk"), title="", content=long).title == (
        "某诊所前台没有张贴收费标准，接诊人员未佩戴胸牌也没有护士证"
    )


def test_a_township_office_without_clerks_hands_its_clues_to_the_coordination_office(actor):
    officer = actor("xinzhan_officer")
    clue = entered(officer, channel=Clue.Channel.GRID)
    assert clue.receiver_id == actor("xzsp_clerk").department_id != officer.department_id
    assert Clue.objects.visible_to(officer).filter(pk=clue.pk).exists()
    assert clue.parties.filter(department_id=officer.department_id).exists()


def test_a_township_office_with_a_clerk_receives_its_own(actor, person):
    officer = actor("xinzhan_officer")
    user = person("xinzhan_officer")
    User.objects.create_user(
        "xinzhan_clerk", department=user.department, roles=[Role.CLERK], name="王一"
    )
    assert entered(officer, channel=Clue.Channel.GRID).receiver_id == officer.department_id


@pytest.mark.parametrize("username", ["jjz_witness", "system_admin", "audit_admin"])
def test_who_is_no_staff_registers_nothing(actor, username):
    with pytest.raises(NotAllowed):
        entered(actor(username))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"channel": "rumour"}, "channel"),
        ({"content": "  "}, "content"),
        ({"content": "长" * 5001}, "content"),
        ({"title": "长" * 101}, "title"),
        ({"received_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "received_at"),
        ({"occurred_on": dt.date(2999, 1, 1)}, "occurred_on"),
        ({"received_at": dt.datetime(1, 1, 1, tzinfo=dt.UTC)}, "received_at"),
        ({"occurred_on": dt.date(1, 1, 1)}, "occurred_on"),
        ({"latitude": Decimal("33.7")}, "latitude"),
        ({"latitude": Decimal("99"), "longitude": Decimal("114")}, "latitude"),
        ({"latitude": Decimal("33"), "longitude": Decimal("181")}, "longitude"),
        ({"complainant_phone": "12"}, "complainant_phone"),
    ],
)
def test_bad_facts_are_refused_at_their_field(actor, facts, field):
    with pytest.raises(Refused) as refusal:
        entered(actor("scjg_clerk"), **facts)
    assert refusal.value.field == field
    assert not Clue.objects.exists()


def test_photos_are_kept_with_the_clue(actor):
    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, "JPEG")
    photo = SimpleUploadedFile("现场.jpg", content.getvalue())
    clue = entered(actor("scjg_clerk"), files=[photo])
    assert [file.name for file in evidence.of(clue)] == ["现场.jpg"]


# Sent twice


def test_the_same_send_is_one_clue(actor):
    clerk, key = actor("scjg_clerk"), uuid.uuid4()
    first = entered(clerk, client_key=key)
    assert entered(clerk, client_key=key) == first
    assert Clue.objects.count() == 1
    assert Told.objects.count() == OutboxMessage.objects.filter(topic="clue.told").count() == 1


def test_another_persons_key_is_another_send(actor):
    key = uuid.uuid4()
    first = entered(actor("scjg_clerk"), client_key=key)
    assert entered(actor("scjg_head"), client_key=key) != first


def test_a_source_number_is_registered_once(actor):
    clerk = actor("scjg_clerk")
    first = entered(clerk, external_number="12345-001")
    assert entered(clerk, external_number=" 12345-001 ") == first
    assert entered(clerk, external_number="12345-001", channel="platform") != first


def test_a_source_number_that_another_department_holds_is_refused(actor):
    entered(actor("scjg_clerk"), external_number="12345-001")
    with pytest.raises(Conflict) as refusal:
        entered(actor("nync_clerk"), external_number="12345-001")
    assert refusal.value.field == "external_number"


def test_a_source_number_does_not_betray_a_confidential_clue(actor):
    hidden = entered(actor("scjg_head"), external_number="12345-001", confidential=True)
    open_one = entered(actor("nync_clerk"), external_number="12345-001")
    assert open_one.pk != hidden.pk
    assert not open_one.confidential
    assert open_one.number.endswith("-000001")
    assert entered(actor("scjg_head"), external_number="12345-001", confidential=True) == hidden


# Confidential from the start


def test_only_creator_and_heads_know_a_confidential_clue(actor):
    clerk = actor("scjg_clerk")
    clue = entered(clerk, confidential=True)
    assert clue.pk >= 2**52
    assert clue.number.startswith("MX411603-")
    for knows in ("scjg_clerk", "scjg_head"):
        assert Clue.objects.visible_to(actor(knows)).filter(pk=clue.pk).exists()
    for ignorant in ("scjg_inspector1", "xzsp_clerk", "xzsp_head", "sfj_head", "nync_clerk"):
        assert not Clue.objects.visible_to(actor(ignorant)).filter(pk=clue.pk).exists()
    words = [
        *Deadline.objects.values_list("target_name", flat=True),
        *Stop.objects.values_list("about", flat=True),
        *TrailEntry.objects.values_list("target_name", flat=True),
    ]
    assert not any(clue.title in each for each in words)


# Telling the complainant


def test_the_complainant_is_told_in_the_same_transaction(actor):
    clue = entered(actor("scjg_clerk"), external_number="A1")
    told = Told.objects.get(clue=clue)
    assert clue.number in told.text and clue.title in told.text
    message = OutboxMessage.objects.get(topic="clue.told")
    assert message.payload == {
        "number": clue.number,
        "channel": "hotline",
        "external_number": "A1",
        "step": "received",
        "text": told.text,
        "name": "张三丰",
        "phone": "13800001234",
    }


def test_the_clerks_own_words_are_sent_with_the_number_filled_in(actor):
    entered(actor("scjg_clerk"), told_text=f"已收到，编号{complainants.NUMBER_MARK}。")
    told = Told.objects.get()
    assert told.text == f"已收到，编号{told.clue.number}。"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"complainant_phone": ""}, "没有留下电话"),
        ({"wants_answer": False}, "不需要答复"),
    ],
)
def test_who_cannot_be_told_is_not_and_that_is_said(actor, facts, words):
    clue = entered(actor("scjg_clerk"), **facts)
    assert not Told.objects.exists()
    assert not OutboxMessage.objects.filter(topic="clue.told").exists()
    entry = TrailEntry.objects.get(verb="clue.not-told", target_id=clue.pk)
    assert words in entry.opinion


def test_nobody_complained_nobody_is_told(actor):
    entered(actor("scjg_clerk"), complainant_name="", complainant_phone="")
    assert not Complainant.objects.exists()
    assert not TrailEntry.objects.filter(verb="clue.not-told").exists()


# Contacts


def test_unmasking_needs_the_right_and_a_reason_and_leaves_a_trace(actor):
    clue = entered(actor("scjg_clerk"))
    with pytest.raises(Refused):
        complainants.unmask(actor("scjg_clerk"), clue.pk, " ")
    with pytest.raises(NotAllowed):
        complainants.unmask(actor("xzsp_clerk"), clue.pk, "想看看")
    with pytest.raises(Refused) as hidden:
        complainants.unmask(actor("nync_clerk"), clue.pk, "想看看")
    assert hidden.value.code == "not_found"
    full = complainants.unmask(actor("scjg_head"), clue.pk, "核实地点")
    assert full.phone == "13800001234"
    entry = TrailEntry.objects.get(verb="clue.unmask")
    assert (entry.target_id, entry.opinion) == (clue.pk, "核实地点")


def test_the_trail_never_holds_the_contact(actor):
    clue = entered(actor("scjg_clerk"), complainant_address="某小区 5 号")
    complainants.unmask(actor("scjg_clerk"), clue.pk, "核实")
    for entry in TrailEntry.objects.all():
        assert "13800001234" not in f"{entry.before}{entry.after}{entry.opinion}{entry.label}"
        assert "某小区" not in f"{entry.before}{entry.after}"


# Duplicates


def test_a_likely_duplicate_explains_itself(actor, county):
    clerk = actor("scjg_clerk")
    clue = entered(clerk, received_at=ahead(timezone.now(), days=-2))
    found = similar(
        clerk,
        title=clue.title,
        content=CONTENT.replace("三天", "四天"),
        phone="13800001234",
    )
    assert [each.clue for each in found] == [clue]
    assert found[0].likeness > 0.8
    percent = f"{found[0].likeness:.0%}"
    assert found[0].explanation == f"文字相似 {percent}，相隔 2 天，同一来电号码"


def test_the_same_name_is_a_reason_even_with_other_words(actor):
    clerk = actor("scjg_clerk")
    clue = entered(clerk, subject_name="穗禾烩面店", complainant_phone="")
    (found,) = similar(clerk, content="油烟很大，晚上睡不着", subject_name="穗禾烩面店")
    assert found.clue == clue
    assert found.explanation == "被反映对象同名，同一天受理"


def test_other_words_of_others_are_none_and_old_ones_neither(actor):
    clerk = actor("scjg_clerk")
    entered(clerk, received_at=ahead(timezone.now(), days=-31))
    assert similar(clerk, content=CONTENT, phone="13800001234") == []
    entered(clerk)
    assert similar(clerk, content="路灯坏了无人修理，夜里很黑", phone="13900000000") == []


def test_duplicates_are_found_among_visible_clues_only(actor):
    entered(actor("scjg_clerk"))
    entered(actor("scjg_head"), confidential=True)
    assert similar(actor("nync_clerk"), content=CONTENT, phone="13800001234") == []
    assert len(similar(actor("scjg_head"), content=CONTENT)) == 2
    assert len(similar(actor("scjg_inspector1"), content=CONTENT)) == 1


def test_finding_costs_the_same_with_one_and_with_many(actor, django_assert_max_num_queries):
    clerk = actor("scjg_clerk")
    for _ in range(12):
        entered(clerk)
    with django_assert_max_num_queries(7):
        found = similar(clerk, content=CONTENT, subject_name="新站镇敬老院", phone="13800001234")
    assert len(found) == 5


# Putting right


def test_editing_changes_facts_and_their_bands(actor):
    clerk = actor("scjg_clerk")
    clue = entered(clerk)
    township = Region.objects.get(code="411603101")
    intake.edit(
        clerk,
        clue.pk,
        seen=intake.fingerprint_of(clue),
        content="夜间施工噪音很大",
        title="施工噪音",
        township=township,
    )
    after = Clue.objects.get(pk=clue.pk)
    assert (after.title, after.township) == ("施工噪音", township)
    assert not set(after.bands) & set(clue.bands)
    assert "clue.edit" in verbs(clue)


def test_an_edit_does_not_overwrite_what_was_saved_meanwhile(actor):
    clerk = actor("scjg_clerk")
    clue = entered(clerk)
    seen = intake.fingerprint_of(clue)
    intake.edit(clerk, clue.pk, seen=seen, place="东街")
    with pytest.raises(Conflict):
        intake.edit(actor("scjg_head"), clue.pk, seen=seen, place="西街")
    assert Clue.objects.get(pk=clue.pk).place == "东街"


# Merging


@pytest.fixture
def two(actor):
    clerk = actor("scjg_clerk")
    main = entered(clerk, complainant_phone="13900005678", complainant_name="李四")
    return main, entered(clerk)


def test_merging_joins_departments_and_complainants(actor, two):
    main, other = two
    concern(other, department("农业农村局"))
    merged = intake.merge(actor("scjg_clerk"), other.pk, main.pk, "同一件事")
    assert (merged.state, merged.merged_into) == (Clue.State.MERGED, main)
    assert not Stop.objects.open().of(merged).exists()
    assert Clue.objects.visible_to(actor("nync_clerk")).filter(pk=main.pk).exists()
    assert {c.name for c in complainants.all_of(main)} == {"张三丰", "李四"}
    assert "clue.absorb" in verbs(main)
    told = complainants.tell_all(actor("scjg_clerk"), main, "answered", f"{main.number}已办结")
    assert {(each.clue_id, each.text) for each in told} == {
        (main.pk, f"{main.number}已办结"),
        (other.pk, f"{other.number}已办结"),
    }


def test_complainants_are_found_through_several_mergers(actor, two):
    main, other = two
    third = entered(actor("scjg_clerk"), complainant_name="王五")
    intake.merge(actor("scjg_clerk"), third.pk, other.pk, "同一件事")
    intake.merge(actor("scjg_clerk"), other.pk, main.pk, "同一件事")
    assert [c.name for c in complainants.all_of(main)] == ["李四", "张三丰", "王五"]


def test_no_merging_in_circles_or_into_oneself_or_twice(actor, two):
    clerk = actor("scjg_clerk")
    main, other = two
    with pytest.raises(Refused):
        intake.merge(clerk, main.pk, main.pk, "x")
    intake.merge(clerk, other.pk, main.pk, "同一件事")
    with pytest.raises(Refused) as circle:
        intake.merge(clerk, main.pk, other.pk, "同一件事")
    assert circle.value.field == "into"
    with pytest.raises(Conflict):
        intake.merge(clerk, other.pk, main.pk, "同一件事")


def test_merging_needs_a_reason_and_sight_of_both(actor, two):
    main, other = two
    with pytest.raises(Refused) as reason:
        intake.merge(actor("scjg_clerk"), other.pk, main.pk, "  ")
    assert reason.value.field == "opinion"
    foreign = entered(actor("nync_clerk"))
    with pytest.raises(Refused) as unseen:
        intake.merge(actor("nync_clerk"), foreign.pk, main.pk, "同一件事")
    assert unseen.value.field == "into"
    with pytest.raises(Refused) as missing:
        intake.merge(actor("nync_clerk"), other.pk, foreign.pk, "同一件事")
    assert missing.value.code == "not_found"
    with pytest.raises(NotAllowed):
        intake.merge(actor("scjg_inspector1"), other.pk, main.pk, "同一件事")


def test_a_confidential_clue_joins_only_its_like(actor, two):
    head = actor("scjg_head")
    hidden = entered(head, confidential=True)
    with pytest.raises(Refused):
        intake.merge(head, hidden.pk, two[0].pk, "同一件事")
    assert two[0] not in [each.clue for each in mergeable(head, hidden)]
    assert two[0] in [each.clue for each in similar_to(head, hidden)]


# Lists


def test_a_list_shows_exactly_what_is_visible(actor, person):
    scjg, nync = actor("scjg_clerk"), actor("nync_clerk")
    entered(scjg)
    shared = entered(nync)
    concern(shared, scjg.department_id)
    entered(actor("xinzhan_officer"), channel="grid")
    entered(scjg, confidential=True)
    hidden = entered(actor("nync_head"), confidential=True)
    name_people(hidden, [person("sfj_clerk").pk, person("xinzhan_officer").pk])
    seen = {}
    for username in (
        *("scjg_clerk", "scjg_head", "scjg_inspector1", "nync_clerk", "nync_head", "mzj_clerk"),
        *("sfj_clerk", "sfj_head", "xzsp_clerk", "xinzhan_officer", "jjz_witness", "audit_admin"),
    ):
        who = actor(username)
        listed = list(Clue.objects.listed_for(who).values_list("pk", flat=True))
        assert len(listed) == len(set(listed))
        assert set(listed) == set(Clue.objects.visible_to(who).values_list("pk", flat=True))
        seen[username] = len(listed)
    assert seen["mzj_clerk"] == seen["jjz_witness"] == seen["audit_admin"] == 0
    assert seen["sfj_clerk"] == 4
    assert seen["xzsp_clerk"] == 3

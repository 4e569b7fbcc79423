"""A present danger: dealt with at once, entered afterwards, those concerned called in (L11)."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from clues.models import Clue, Referral, Stop
from clues.services import clues
from clues.services.clue_emergency import Emergency, register_emergency, respond
from clues.tests.samples import at, department, moment, photo
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline
from records.trail import entries_of

pytestmark = pytest.mark.django_db
SINCE = "2026-09-28 20:00"


def emergency(**over) -> Emergency:
    facts = {
        "title": "燃气泄漏",
        "danger": "后厨燃气软管脱落，室内有浓烈气味。",
        "since": moment(SINCE),
        "measures": "关闭总阀，疏散人员，封锁现场。",
        "place": "文昌大道 12 号",
        "called": [department("城管局"), department("卫健委")],
        "files": [photo("现场.jpg")],
        "client_key": uuid.uuid4(),
        **over,
    }
    return Emergency(**facts)


def calls(clue: Clue) -> dict[str, Referral]:
    return {one.to.short_name: one for one in clue.letters.filter(kind="emergency_call")}


def open_side(letter: Referral, code: str) -> Stop | None:
    found = Stop.objects.of(letter).open().filter(code=code).select_related("deadline")
    return found.first()


def due(stop: Stop) -> str:
    return f"{timezone.localtime(stop.deadline.due_at):%m-%d %H:%M}"


def test_an_officer_enters_it_and_the_calls_go_out_at_once(actor):
    with at("2026-09-28 21:00"):
        clue = register_emergency(actor("scjg_inspector1"), emergency())
    assert (clue.emergency, clue.state, clue.received_at) == (True, "received", moment(SINCE))
    assert clue.holder_id == actor("scjg_clerk").department_id
    assert "先期处置：关闭总阀" in clue.content
    letters = calls(clue)
    assert set(letters) == {"城管局", "卫健委"}
    for letter in letters.values():
        assert (letter.state, letter.signed_by) == ("sent", "系统")
        assert letter.number
        stop = open_side(letter, "respond")
        assert stop is not None
        assert (stop.department_id, stop.sender_id) == (letter.to_id, clue.holder_id)
        assert due(stop) == "09-28 23:00"
    assert clue in Clue.objects.visible_to(actor("wjw_clerk"))
    # In time: within 24 hours, and no word of lateness.
    entry = Deadline.objects.get(rule="clues.emergency_entry")
    assert entry.met_at == moment("2026-09-28 21:00")
    assert entry.due_at == moment("2026-09-29 20:00")
    assert not entries_of(clue).filter(verb="clue.late").exists()


def test_the_head_ratifies_afterwards(actor):
    with at("2026-09-30 21:00"):
        clue = register_emergency(actor("scjg_clerk"), emergency(since=moment("2026-09-30 20:00")))
        (stop,) = Stop.objects.of(clue).open().filter(code="ratify").select_related("deadline")
        # One working day after 30 September: 8 October.
        assert f"{timezone.localtime(stop.deadline.due_at):%Y-%m-%d}" == "2026-10-08"
        assert stop.for_head
    with pytest.raises(NotAllowed):
        clues.ratify(actor("scjg_clerk"), clue.pk)
    clues.ratify(actor("scjg_head"), clue.pk)
    signed = {letter.signed_by for letter in calls(clue).values()}
    assert signed == {actor("scjg_head").name}
    with pytest.raises(Conflict):
        clues.ratify(actor("scjg_head"), clue.pk)


def test_a_head_on_the_spot_signs_the_calls_itself(actor):
    clue = register_emergency(actor("scjg_head"), emergency())
    assert not Stop.objects.of(clue).open().filter(code="ratify").exists()
    assert {one.signed_by for one in calls(clue).values()} == {actor("scjg_head").name}


def test_a_late_entry_is_said_not_refused(actor):
    with at("2026-09-30 09:00"):
        clue = register_emergency(actor("scjg_clerk"), emergency())
    # Due on 29 September 20:00: 13 hours late.
    said = entries_of(clue).get(verb="clue.late").opinion
    assert "24 小时内补录，逾期 13 小时" in said


def test_who_is_called_answers_within_two_hours_and_arrives(actor):
    with at("2026-09-28 21:00"):
        clue = register_emergency(actor("scjg_clerk"), emergency())
    letter = calls(clue)["卫健委"]
    with pytest.raises(NotAllowed):
        respond(actor("mzj_clerk"), letter.pk, answer="present", note="")
    with at("2026-09-28 22:00"):
        respond(actor("wjw_inspector1"), letter.pk, answer="coming", note="")
        assert open_side(letter, "respond") is None
        arrive = open_side(letter, "arrive")
        assert arrive is not None and due(arrive) == "09-29 00:00"
        with pytest.raises(Refused):
            respond(actor("wjw_inspector1"), letter.pk, answer="coming", note="")
    with at("2026-09-29 01:30"):
        respond(actor("wjw_inspector1"), letter.pk, answer="present", note="两名执法人员到场")
    letter.refresh_from_db()
    assert (letter.state, letter.answer) == ("answered", "present")
    assert not Stop.objects.of(letter).open().exists()
    said = entries_of(clue).get(verb="clue.late").opinion
    assert "应于 2026-09-29 00:00 前赶到现场，逾期 1 小时" in said
    with pytest.raises(Conflict):
        respond(actor("wjw_clerk"), letter.pk, answer="present", note="")


def test_not_coming_needs_a_reason(actor):
    letter = calls(register_emergency(actor("scjg_clerk"), emergency()))["卫健委"]
    for answer, note, field in (("unable", " ", "note"), ("later", "x", "answer")):
        with pytest.raises(Refused) as refusal:
            respond(actor("wjw_clerk"), letter.pk, answer=answer, note=note)
        assert refusal.value.field == field
    respond(actor("wjw_clerk"), letter.pk, answer="unable", note="正在处置另一起事故")
    letter.refresh_from_db()
    assert (letter.state, letter.answer_text) == ("answered", "正在处置另一起事故")


def test_sent_twice_it_is_one_emergency_with_one_call_each(actor):
    what = emergency()
    first = register_emergency(actor("scjg_clerk"), what)
    again = register_emergency(actor("scjg_clerk"), what)
    assert first.pk == again.pk
    assert Referral.objects.filter(kind="emergency_call").count() == 2


@pytest.mark.parametrize("field", ["title", "danger", "measures", "place"])
def test_what_is_missing_is_named(actor, field):
    with pytest.raises(Refused) as refusal:
        register_emergency(actor("scjg_clerk"), emergency(**{field: " "}))
    assert refusal.value.field == field
    assert not Clue.objects.exists()


def test_a_danger_of_tomorrow_is_refused(actor):
    with at("2026-09-28 19:00"), pytest.raises(Refused) as refusal:
        register_emergency(actor("scjg_clerk"), emergency())
    assert refusal.value.field == "since"


def test_who_works_in_no_department_enters_nothing(actor):
    with pytest.raises(NotAllowed):
        register_emergency(actor("system_admin"), emergency())

"""What a department has not signed is its own affair: overseers do not read of it in passing, and
those who take part not before the head has signed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clues.models import Clue, Referral, VerificationPart
from clues.services import clue_answer, clue_transfer, joint
from clues.services.letters import drafts, sending
from clues.services.warnings.sources import SOURCES
from clues.tests import letter_samples as letters
from clues.tests.joint_samples import department_of, opened, part_of
from clues.tests.samples import handling, person, photo, propose_answer, proposed
from records.models import Deadline
from supervision.dashboard.board import board

pytestmark = pytest.mark.django_db

TITLE = "关于借调执法人员的函"


def trail_page(client) -> str:
    return client.get(reverse("records:trail"), {"target": "借调"}).content.decode()


@pytest.mark.parametrize("write", [letters.drafted, letters.in_review])
def test_an_unsigned_letter_is_neither_in_the_trail_nor_among_the_late(write, county, client_of):
    client, chief = client_of("xzsp_head"), person("xzsp_head")
    letter = write(title=TITLE)
    Deadline.objects.update(due_at="2020-01-01T00:00:00Z")
    assert TITLE not in trail_page(client)
    assert board(chief).overdue == []
    assert board(chief).tiles["overdue"].value == "0"
    own = client_of("audit_admin").get(reverse("records:trail"), {"target": "借调"})
    assert TITLE in own.content.decode()

    if letter.state == Referral.State.DRAFT:
        drafts.submit(person("mzj_clerk"), letter.pk)
    sending.sign(person("mzj_head"), letter.pk)
    Deadline.objects.filter(met_at=None).update(due_at="2020-01-01T00:00:00Z")
    assert TITLE in trail_page(client)
    ((late, _),) = board(chief).overdue
    assert TITLE in late.target_name


def test_the_coordination_office_reads_of_its_own_drafts(county, client_of):
    letter = letters.in_review("supervision", "xzsp_clerk", "mzj_clerk", title=TITLE)
    Deadline.objects.update(due_at="2020-01-01T00:00:00Z")
    assert TITLE in trail_page(client_of("xzsp_head"))
    ((late, _),) = board(person("xzsp_head")).overdue
    assert late.target_id == letter.pk


def test_a_draft_given_up_is_never_told(county, client_of):
    letter = letters.drafted(title=TITLE)
    drafts.discard(person("mzj_clerk"), letter.pk)
    assert TITLE not in trail_page(client_of("xzsp_head"))


def test_the_answer_to_a_clue_shows_to_others_once_it_is_signed(county, client_of):
    """市场监管局 passed the clue on to 民政局, whose clerk has drafted the answer."""
    given = handling(person("scjg_clerk"), person("scjg_head"), person("mzj_clerk"))
    clue = propose_answer(person("mzj_clerk"), given)

    def shown(username: str) -> tuple[bool, bool]:
        client = client_of(username)
        page = client.get(clue.get_absolute_url()).content.decode()
        body = client.get(f"/api/v1/clues/{clue.pk}/").json()
        assert body["answer"] in ("", clue.answer)
        assert bool(body["answer"]) == bool(body["outcome"])
        return clue.answer in page, bool(body["answer"])

    assert shown("mzj_head") == (True, True)
    assert shown("scjg_clerk") == shown("xzsp_head") == (False, False)
    clue_answer.reject(person("mzj_head"), clue.pk, "补充依据")
    assert shown("scjg_clerk") == (False, False)
    propose_answer(person("mzj_clerk"), Clue.objects.get(pk=clue.pk))
    clue_answer.approve(person("mzj_head"), clue.pk)
    assert shown("scjg_clerk") == shown("xzsp_head") == (True, True)


def test_what_a_department_found_shows_to_the_others_once_it_is_signed(county, client_of):
    found = opened()
    pk = part_of(found, "scjg_clerk")
    joint.accept(person("scjg_clerk"), pk)
    joint.report(person("scjg_clerk"), pk, "发现过期冻肉三公斤。", [photo("冻肉.jpg")])

    def shown(username: str) -> tuple[bool, bool, bool]:
        client = client_of(username)
        page = client.get(found.get_absolute_url()).content.decode()
        parts = client.get(f"/api/v1/joint-verifications/{found.pk}/").json()["parts"]
        return "过期冻肉" in page, "冻肉.jpg" in page, any(part["finding"] for part in parts)

    assert shown("scjg_head") == (True, True, True)
    assert shown("mzj_clerk") == shown("xzsp_head") == (False, False, False)
    joint.confirm(person("scjg_head"), pk)
    assert shown("mzj_clerk") == shown("xzsp_head") == (True, True, True)


def test_the_conclusion_shows_to_those_who_took_part_once_it_is_signed(county, client_of):
    found = opened()
    for name in ("scjg", "mzj"):
        pk = part_of(found, f"{name}_clerk")
        if name == "scjg":
            joint.accept(person("scjg_clerk"), pk)
        joint.report(person(f"{name}_clerk"), pk, "未发现。")
        joint.confirm(person(f"{name}_head"), pk)
    joint.conclude(person("mzj_clerk"), found.pk, "属实，责令改正。")

    def shown(username: str) -> tuple[bool, bool]:
        client = client_of(username)
        page = client.get(found.get_absolute_url()).content.decode()
        body = client.get(f"/api/v1/joint-verifications/{found.pk}/").json()
        return "责令改正" in page, bool(body["conclusion"])

    assert shown("mzj_head") == (True, True)
    assert shown("scjg_clerk") == (False, False)
    joint.sign(person("mzj_head"), found.pk)
    assert shown("scjg_clerk") == (True, True)


def test_a_part_given_to_another_department_begins_anew(county):
    found = opened()
    pk = part_of(found, "scjg_clerk")
    joint.accept(person("scjg_clerk"), pk)
    joint.report(person("scjg_clerk"), pk, "发现过期冻肉三公斤。")
    joint.rework(person("scjg_head"), pk, "再核实")
    other = joint.Asked(department_of("wjw_clerk"), "核查食堂", 5)
    joint.change(person("mzj_head"), pk, other, "改由卫健委核查")
    assert VerificationPart.objects.get(pk=pk).finding == ""


def test_a_late_letter_is_not_named_among_the_causes_of_a_warning_before_it_is_signed(county):
    letters.in_review(title=TITLE)
    Deadline.objects.update(due_at="2020-01-01T00:00:00Z")
    overdue = SOURCES["overdue"]

    def named(username: str) -> bool:
        rows = overdue.visible(overdue.rows("411603"), person(username))
        return any(TITLE in overdue.describe(row)[0] for row in rows)

    assert named("mzj_head")
    assert not named("xzsp_head") and not named("wjw_clerk")


def test_a_clue_given_to_another_department_takes_no_draft_along(county):
    clue = proposed(person("scjg_clerk"), person("scjg_head"), person("mzj_clerk"))
    found = clue_transfer.assign(
        person("xzsp_head"),
        clue.pk,
        department=department_of("wjw_clerk"),
        opinion="改由卫健部门办理。",
    )
    assert (found.answer, found.outcome) == ("", "")

"""Two people at the same moment: one wins, the other gets words; nothing is done twice."""

from __future__ import annotations

import uuid

import pytest

from clues.models import Clue, Dispute, Referral, Stop, Told
from clues.services import clue_answer, clue_transfer, clues, disputes, joint
from clues.services.letters import drafts, sending
from clues.tests.samples import (
    department,
    make_clue,
    person,
    prepared,
    propose_answer,
    together,
    transferred,
)
from departments.models import Department
from records.models import Deadline
from records.trail import entries_of

pytestmark = pytest.mark.django_db(transaction=True)


def _home() -> Department:
    return Department.objects.select_related("region").get(pk=person("mzj_clerk").department_id)


def _one_open_stop(clue: Clue) -> None:
    (stop,) = Stop.objects.of(clue).open().filter(code="main").select_related("deadline")
    running = Deadline.objects.filter(pk=stop.deadline_id, met_at=None, cancelled_at=None)
    assert running.exists()


def test_two_people_receive_at_once(county):
    clue = transferred(person("scjg_clerk"), person("scjg_head"), _home())
    clerk, head = person("mzj_clerk"), person("mzj_head")

    results = together(
        lambda: clue_transfer.receive(clerk, clue.pk),
        lambda: clue_transfer.receive(head, clue.pk),
    )

    assert sorted(type(one).__name__ for one in results) == ["Clue", "Conflict"]
    assert entries_of(clue).filter(verb="clue.receive").count() == 1
    _one_open_stop(clue)


def test_signing_and_assigning_at_once_leave_one_holder(county):
    clue = prepared(person("scjg_clerk"), _home())
    head, coordination = person("scjg_head"), person("xzsp_head")
    other = department("卫健委")

    results = together(
        lambda: clue_transfer.transfer(head, clue.pk),
        lambda: clue_transfer.assign(
            coordination, clue.pk, department=other, opinion="指定卫健委办理"
        ),
    )

    # Assigning is possible before and after the letter left; signing only before.
    assert isinstance(results[1], Clue)
    assert type(results[0]).__name__ in ("Clue", "NotAllowed", "Conflict")
    clue.refresh_from_db()
    assert (clue.state, clue.holder_id) == ("handling", other.pk)
    assert Referral.objects.get(clue=clue).state == "withdrawn"
    _one_open_stop(clue)


def test_two_heads_clicks_sign_one_letter(county):
    clue = prepared(person("scjg_clerk"), _home())
    head = person("scjg_head")

    results = together(*[lambda: clue_transfer.transfer(head, clue.pk)] * 2)

    assert sorted(type(one).__name__ for one in results)[0] == "Clue"
    assert sum(isinstance(one, Clue) for one in results) == 1
    assert Referral.objects.filter(clue=clue, state="sent").count() == 1
    assert Stop.objects.of(clue).open().filter(code="tell").count() == 1


def test_an_answer_signed_twice_is_told_once(county):
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = propose_answer(clerk, clues.handle(clerk, make_clue(clerk).pk))

    together(*[lambda: clue_answer.approve(head, clue.pk)] * 2)

    assert Told.objects.filter(clue=clue, step="answered").count() == 1


def test_telling_twice_at_once_tells_once(county):
    clue = transferred(person("scjg_clerk"), person("scjg_head"), _home())
    clerk, head = person("scjg_clerk"), person("scjg_head")

    results = together(
        lambda: clue_answer.tell(clerk, clue.pk, text="已移送民政局"),
        lambda: clue_answer.tell(head, clue.pk, text="已移送民政局"),
    )

    assert sorted(type(one).__name__ for one in results) == ["Clue", "Conflict"]
    assert Told.objects.filter(clue=clue, step="transferred").count() == 1


def _handled(clerk) -> Clue:
    clue = make_clue(clerk)
    return clues.handle(clerk, clue.pk)


def _nothing_speaks(clue: Clue) -> None:
    """Whatever hangs on a confidential clue is confidential too."""
    clue.refresh_from_db()
    assert clue.confidential
    assert not Stop.objects.filter(clue=clue, confidential=False).exists()
    assert not Referral.objects.filter(clue=clue, confidential=False).exists()


def test_a_letter_is_signed_while_its_clue_becomes_confidential(county):
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = _handled(clerk)
    content = drafts.Content(title="协查", body="请协助核查。", to=_home())
    letter = drafts.draft(clerk, "assistance", content, clue=clue)
    drafts.submit(clerk, letter.pk)

    results = together(
        lambda: sending.sign(head, letter.pk),
        lambda: clues.conceal(head, clue.pk, "涉及举报人安全"),
    )

    assert [type(one) for one in results] == [Referral, Clue]
    _nothing_speaks(clue)


def test_a_dispute_is_raised_while_its_clue_becomes_confidential(county):
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = _handled(clerk)
    question = disputes.Question(
        about="enforcement", title="管辖不明", facts="两家都说不归自己管。", clue_id=clue.pk
    )
    dispute = disputes.begin(clerk, question, [_home().pk])

    results = together(
        lambda: disputes.raise_dispute(head, dispute.pk),
        lambda: clues.conceal(head, clue.pk, "涉及举报人安全"),
    )

    assert [type(one).__name__ for one in results] == ["Dispute", "Clue"]
    _nothing_speaks(clue)


def test_a_joint_verification_opens_while_its_clue_becomes_confidential(county):
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = _handled(clerk)
    asked = [joint.Asked(_home(), "核查资质", 5), joint.Asked(department("卫健委"), "核查卫生", 5)]
    verification = joint.begin(clerk, clue.pk, "查清事实", asked)

    results = together(
        lambda: joint.open_up(head, verification.pk),
        lambda: clues.conceal(head, clue.pk, "涉及举报人安全"),
    )

    assert [type(one).__name__ for one in results] == ["JointVerification", "Clue"]
    _nothing_speaks(clue)


def test_a_form_of_a_procedure_sent_twice_at_once_begins_one(county):
    clerk, other, key = person("scjg_clerk"), _home().pk, uuid.uuid4()
    question = disputes.Question(about="enforcement", title="管辖不明", facts="两家都说不管。")

    results = together(*[lambda: disputes.begin(clerk, question, [other], key=key)] * 3)

    (begun,) = Dispute.objects.all()
    assert results == [begun] * 3

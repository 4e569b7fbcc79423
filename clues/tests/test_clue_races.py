"""Two people at the same moment: one wins, the other gets words; nothing is done twice."""

from __future__ import annotations

import pytest

from clues.models import Clue, Referral, Stop, Told
from clues.services import clue_answer, clue_transfer, clues
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

"""Two people at the same letter: one wins, the other gets words; nothing is done twice."""

from __future__ import annotations

import pytest

from clues.models import Referral, Stop
from clues.services.letters import answering, sending
from clues.services.letters.supervising import supervise
from clues.tests import letter_samples as letters
from clues.tests.samples import make_clue, person, together
from records.errors import Conflict
from records.trail import entries_of

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_signed_once_with_one_number(county):
    letter = letters.in_review()
    head = person("mzj_head")
    results = together(*[lambda: sending.sign(head, letter.pk)] * 2)
    assert outcomes(results) == ["Conflict", "Referral"]
    assert entries_of(letter).filter(verb="letter.sign").count() == 1
    assert Referral.objects.get(pk=letter.pk).number.endswith("〕1号")


def test_received_or_withdrawn_never_both(county):
    letter = letters.sent()
    clerk, head = person("xfdd_clerk"), person("mzj_head")
    results = together(
        lambda: sending.receive(clerk, letter.pk),
        lambda: sending.withdraw(head, letter.pk, "情况有变"),
    )
    assert outcomes(results) == ["Conflict", "Referral"]
    state = Referral.objects.get(pk=letter.pk).state
    assert Stop.objects.open().of(letter).count() == (1 if state == "received" else 0)


def test_decision_is_copied_back_once(county):
    letter = letters.proposed("revoked", "licence_sanction", "cgj_clerk", "scjg_clerk")
    head = person("scjg_head")
    results = together(*[lambda: answering.answer(head, letter.pk)] * 2)
    assert outcomes(results) == ["Conflict", "Referral"]
    assert Referral.objects.filter(answers_to=letter).count() == 1


def test_same_draft_twice_at_once_is_one(county):
    results = together(*[lambda: letters.drafted()] * 2)
    assert not any(isinstance(result, Exception) for result in results), results
    assert Referral.objects.count() == 1


def test_numbers_of_a_department_have_no_gaps(county):
    waiting = [letters.in_review(title=f"第{n}件函") for n in range(3)]
    head = person("mzj_head")
    together(*[lambda pk=letter.pk: sending.sign(head, pk) for letter in waiting])
    numbers = sorted(Referral.objects.values_list("number", flat=True))
    assert [number.rsplit("〕")[1] for number in numbers] == ["1号", "2号", "3号"]


def test_read_twice_at_once_leaves_one_receipt(county):
    letter = letters.sent(copies=(letters.office("wjw_clerk"),))
    reader = person("wjw_clerk")
    results = together(*[lambda: sending.read(reader, letter.pk)] * 2)
    assert all(isinstance(result, (Referral, Conflict)) for result in results)
    assert entries_of(letter).filter(verb="letter.read").count() == 1


def test_two_of_the_office_supervise_by_one_letter(county):
    clue = make_clue(person("mzj_clerk"))
    results = together(
        lambda: supervise(person("xzsp_clerk"), clue),
        lambda: supervise(person("xzsp_head"), clue),
    )
    assert outcomes(results) == ["Conflict", "Referral"]
    assert Referral.objects.count() == 1

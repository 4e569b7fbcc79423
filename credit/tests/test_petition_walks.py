"""Whatever anybody does with objections and repairs in whatever order: what is open has an owner
and one clock, nobody does what is not theirs, and the facts are as the last answer left them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from credit.acts.petitions import PETITION_ACTS
from credit.models import CreditEvent, Petition, PetitionItem
from credit.rules import petitions as rules
from credit.services import events, petitions
from credit.services.events import Told
from credit.services.petitions import Answer
from credit.tests import sanction_samples
from credit.tests.petition_samples import ago, entered, fact, said
from departments.actors import actor_for
from departments.models import Region, RuleValue, User
from records import deadlines
from records.actor import SYSTEM, Actor
from records.errors import NotAllowed, Refused

pytestmark = pytest.mark.django_db

PEOPLE = ("mzj_clerk", "mzj_head", "fgw_clerk", "fgw_head", "wjw_head", "system_admin")
WAITS = {
    "entered": (rules.ACCEPT_DUE,),
    "verifying": (rules.VERIFY_DUE, rules.DECIDE_DUE),
    "review": (rules.VERIFY_DUE, rules.DECIDE_DUE),
    "decided": (rules.INFORM_DUE,),
    "revoked": (rules.INFORM_DUE,),
}


def few(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def who(username: str) -> Actor:
    users = User.objects.select_related("department__region", "township")
    return actor_for(users.get(username=username))


def do(person: Actor, code: str, petition: Petition, data: st.DataObject) -> None:
    if code == "edit":
        same = said(petition.kind, *(item.named for item in petition.items.all()))
        petitions.edit(person, petition.pk, same, seen=petitions.seen_mark(petition))
        return
    if code != "answer":
        petitions.HANDLERS[code](person, petition.pk, "按规定办理")
        return
    outcomes = st.sampled_from(PetitionItem.ANSWERS[petition.kind])
    answers = {item.pk: Answer(data.draw(outcomes)) for item in petition.items.all()}
    petitions.answer(person, petition.pk, "已核查", answers)


def check(petition: Petition) -> None:
    """An owner and one running clock of the right kind at that owner, or neither."""
    waits = petition.state in WAITS and petition.informed_at is None
    running = list(deadlines.running_of(petition))
    assert (petition.holder_id is not None) == waits, petition.state
    assert len(running) == waits, petition.state
    if waits:
        assert running[0].department_id == petition.holder_id
        assert running[0].rule in {rule.key for rule in WAITS[petition.state]}


def check_facts(told: list[Told]) -> None:
    """Told again nothing changes, and each fact is as its last decided answer left it."""
    before = list(CreditEvent.objects.order_by("pk").values_list("source_key", "until"))
    events.tell(SYSTEM, told)
    assert list(CreditEvent.objects.order_by("pk").values_list("source_key", "until")) == before
    held = dict(before)
    for fact_told in told:
        items = PetitionItem.objects.filter(source_key=fact_told.key)
        decided = items.filter(petition__decided_at__isnull=False)
        struck = decided.filter(outcome="corrected").exists()
        assert (fact_told.key not in held) == struck
        ended = decided.filter(outcome__in=("granted", "lapsed")).exists()
        resting = items.filter(ends_on__isnull=False, petition__decided_at=None).exists()
        if not struck:
            assert (held[fact_told.key] is not None) == (ended or resting)


@pytest.mark.parametrize("suspends", [0, 1])
@few(12)
@given(data=st.data())
def test_walks(county: Region, suspends: int, data: st.DataObject) -> None:
    with transaction.atomic():
        RuleValue.objects.create(
            region=county, key=rules.SUSPENDS.key, value=suspends, source="本地区规定"
        )
        _walk(county, data)
        transaction.set_rollback(True)


def _walk(county: Region, data: st.DataObject) -> None:
    subject = sanction_samples.subjects(county, 1)[0]
    found = [fact(subject, key) for key in "12"]
    told = [
        Told(subject.pk, each.kind, ago(6), each.title, each.source, each.source_key, each.amount)
        for each in found
    ]
    people = [who(name) for name in PEOPLE]
    for _ in range(14):
        rows = list(Petition.objects.order_by("pk"))
        if not rows or data.draw(st.integers(0, 4)) == 0:
            kind = data.draw(st.sampled_from(("objection", "repair")))
            chosen = data.draw(st.sampled_from(found))
            try:
                with transaction.atomic():
                    rows.append(entered(who, subject, kind, f"event:{chosen.pk}"))
            except Refused:
                continue
        petition = data.draw(st.sampled_from(rows))
        act = data.draw(st.sampled_from(PETITION_ACTS.acts))
        person = data.draw(st.sampled_from(people))
        able = PETITION_ACTS.possible(act, petition) and act.who(person, petition)
        try:
            with transaction.atomic():
                do(person, act.code, petition, data)
        except (NotAllowed, Refused):
            assert not able
        else:
            assert able
        petition.refresh_from_db()
        check(petition)
        check_facts(told)


@few(6)
@given(data=st.data())
def test_nothing_open_is_a_dead_end(county: Region, data: st.DataObject) -> None:
    """From wherever a petition stands, those whose turn it is bring it to its end."""
    with transaction.atomic():
        subject = sanction_samples.subjects(county, 1)[0]
        kind = data.draw(st.sampled_from(("objection", "repair")))
        made: Any = entered(who, subject, kind, f"event:{fact(subject).pk}")
        people = [who(name) for name in PEOPLE]
        for _ in range(12):
            made.refresh_from_db()
            if made.holder_id is None:
                break
            own = [person for person in people if person.department_id == made.holder_id]
            pairs = [(person, act) for person in own for act in PETITION_ACTS.allowed(person, made)]
            assert pairs, f"nobody can go on from {made.state}"
            onward = [pair for pair in pairs if pair[1].code not in ("edit", "return", "revoke")]
            person, act = data.draw(st.sampled_from(onward))
            do(person, act.code, made, data)
        assert made.holder_id is None
        transaction.set_rollback(True)

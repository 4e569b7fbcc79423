"""Whatever anybody does in whatever order, a procedure is never without owner and clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues.acts.crime import CRIME_ACTS
from clues.acts.disputes import DISPUTE_ACTS
from clues.acts.refusals import REFUSAL_ACTS
from clues.models import Dispute
from clues.tests import procedure_samples as samples
from clues.tests.samples import handling, own_handling, person
from clues.tests.walk import check_owned, walk

pytestmark = pytest.mark.django_db

OFTEN = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
JUSTICE = (
    "scjg_clerk",
    "scjg_head",
    "scjg_inspector1",
    "gaj_clerk",
    "gaj_head",
    "jcy_clerk",
    "jcy_head",
    "mzj_head",
)
PARTIES = ("mzj_clerk", "mzj_head", "scjg_clerk", "scjg_head")
OFFICES = ("sfj_clerk", "sfj_head", "bianb_clerk", "bianb_head", "zfb_clerk", "zfb_head")


def _undone(begin: Callable[[], None]) -> None:
    with transaction.atomic():
        begin()
        transaction.set_rollback(True)


def test_every_act_has_somebody_who_does_it_in_the_walks() -> None:
    for acts, does in (
        (CRIME_ACTS, samples.CRIME_DOES),
        (DISPUTE_ACTS, samples.DISPUTE_DOES),
        (REFUSAL_ACTS, samples.REFUSAL_DOES),
    ):
        assert {act.code for act in acts.acts} == set(does)


@pytest.mark.parametrize("start", ["begun", "approved", "reviewing", "not_filed", "sent_back"])
@OFTEN
@given(data=st.data())
def test_a_hand_over_is_never_without_owner(county, start: str, data: st.DataObject) -> None:
    def go() -> None:
        case = getattr(samples, start)()
        check_owned(CRIME_ACTS, case)
        people = [person(each) for each in JUSTICE]
        walk(CRIME_ACTS, case.pk, people, samples.CRIME_DOES, data.draw)

    _undone(go)


@pytest.mark.parametrize("about", Dispute.About.values)
@pytest.mark.parametrize("with_clue", [True, False])
@OFTEN
@given(data=st.data())
def test_a_dispute_is_never_without_owner(
    county, about: str, with_clue: bool, data: st.DataObject
) -> None:
    def go() -> None:
        clue = None
        if with_clue:
            clue = handling(person("xzsp_clerk"), person("xzsp_head"), person("mzj_clerk"))
        dispute = samples.drafted(about, clue)
        check_owned(DISPUTE_ACTS, dispute)
        people = [person(each) for each in (*PARTIES, *OFFICES)]
        walk(DISPUTE_ACTS, dispute.pk, people, samples.DISPUTE_DOES, data.draw)

    _undone(go)


@pytest.mark.parametrize("start", ["prepared_advice", "unresolved", "ordered", "criticised"])
@OFTEN
@given(data=st.data())
def test_a_refusal_is_never_without_owner(county, start: str, data: st.DataObject) -> None:
    def go() -> None:
        refusal = getattr(samples, start)(own_handling(person("mzj_clerk")))
        check_owned(REFUSAL_ACTS, refusal)
        people = [person(each) for each in (*PARTIES, *OFFICES, "jjz_witness")]
        walk(REFUSAL_ACTS, refusal.pk, people, samples.REFUSAL_DOES, data.draw)

    _undone(go)

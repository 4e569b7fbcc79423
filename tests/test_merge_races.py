"""People who merge the same subjects at the same moment, and what is written meanwhile."""

from __future__ import annotations

import pytest

from clues.models import Clue
from clues.tests import joint_samples
from clues.tests.samples import make_clue, together
from credit.models import CreditEvent, DuplicatePair, Subject, SubjectMerge
from credit.services import duplicates, merging
from credit.services.events import Told, tell
from credit.services.lookalikes import compare_due
from records import clock
from records.actor import SYSTEM
from tests.test_merging import pair_of
from tests.test_races import winners

pytestmark = pytest.mark.django_db(transaction=True)


def proposed(actor, survivor: Subject, merged: Subject) -> DuplicatePair:
    pair = pair_of(survivor, merged)
    return duplicates.propose(actor("xzsp_clerk"), pair.pk, survivor.pk, (), "核对一致")


def test_a_pair_is_merged_once(county, actor) -> None:
    first, second, third = (joint_samples.subject(number) for number in (1, 2, 3))
    pair = proposed(actor, first, second)
    heads = actor("xzsp_head"), actor("fgw_head")
    won = winners(together(*[lambda head=head: merging.approve(head, pair.pk) for head in heads]))
    assert len(won) == 1
    assert SubjectMerge.objects.count() == 1

    # One of them merges the other way round, or the survivor into somebody else.
    one, other = proposed(actor, first, third), None
    other = proposed(actor, third, joint_samples.subject(4))
    won = winners(
        together(
            lambda: merging.approve(heads[0], one.pk), lambda: merging.approve(heads[1], other.pk)
        )
    )
    assert won
    for subject in Subject.objects.filter(status="merged").select_related("merged_into"):
        assert subject.merged_into.merged_into_id is None


def test_what_is_written_meanwhile_reaches_the_survivor(county, actor) -> None:
    first, second = joint_samples.subject(1), joint_samples.subject(2)
    clerk = actor("scjg_clerk")
    fact = Told(second.pk, "finding", clock.today(), "发现问题", "test", "1")
    pair = proposed(actor, first, second)
    outcomes = together(
        lambda: merging.approve(actor("xzsp_head"), pair.pk),
        lambda: make_clue(clerk, subject=second, complainant=False),
        lambda: tell(SYSTEM, [fact]),
        compare_due,
    )
    # A deadlock ends one of them in words, and nothing of it stands.
    winners([one for one in outcomes if not type(one).__module__.startswith("django.db")])
    second.refresh_from_db()
    if second.merged_into_id:
        assert not Clue.objects.filter(subject=second).exists()
        assert not CreditEvent.objects.filter(subject=second).exists()

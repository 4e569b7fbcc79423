"""A subject that is merged into another: what follows it on every floor, and what must not."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clues.models import Clue, Penalty, Referral
from clues.services import penalties
from clues.tests import joint_samples, letter_samples
from clues.tests.samples import make_clue
from credit.models import CreditEvent, DuplicatePair, MovedRows, Subject
from credit.selectors.duplicates import moved_by, tallies
from credit.services import duplicates, labels, merging
from credit.services.evaluations import judge_stale
from credit.services.events import Told, tell
from credit.services.references import REFERENCES, Decision
from inspections.models import Draw, DrawSelected, JointTask, Publication, Recusal
from inspections.services import draws
from inspections.services.tasks import cancel
from inspections.services.yearly_visits import cap_of, yearly_visits
from inspections.tests.draw_world import NONCES, WHO, fill_directories, plan_item, promise
from inspections.tests.result_samples import checked_story, published
from inspections.tests.visit_samples import make_story
from records import clock
from records.actor import SYSTEM
from records.errors import Refused

pytestmark = pytest.mark.django_db


def pair_of(survivor: Subject, merged: Subject) -> DuplicatePair:
    low, high = sorted((survivor, merged), key=lambda one: one.pk)
    return DuplicatePair.objects.create(region=low.region, first=low, second=high, reasons=["hand"])


def merge(actor, survivor: Subject, merged: Subject) -> Subject:
    pair = pair_of(survivor, merged)
    duplicates.propose(actor("xzsp_clerk"), pair.pk, survivor.pk, (), "登记档案核对一致")
    return merging.approve(actor("xzsp_head"), pair.pk)


def obstacle(actor, survivor: Subject, merged: Subject) -> str:
    with pytest.raises(Refused) as refused:
        merge(actor, survivor, merged)
    DuplicatePair.objects.filter(state="found").delete()
    return refused.value.message


def drawn_from(county, actor) -> Draw:
    """A frozen draw of three parties that nobody has revealed for."""
    fill_directories(county)
    item = plan_item(county)
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))
    return draws.freeze(actor("mzj_clerk"), draw.pk)


def test_a_frozen_draw_stands_and_so_does_a_finished_one(county, actor) -> None:
    draw = drawn_from(county, actor)
    pool = Subject.objects.filter(status="open", id_kind="uscc").order_by("pk")
    first, second = pool[0], pool[1]
    assert str(draw) in obstacle(actor, first, second)
    person, namesake = Subject.objects.filter(status="open", id_kind="person").order_by("pk")[:2]
    assert str(draw) in obstacle(actor, person, namesake)
    closed = Subject.objects.filter(status="closed", id_kind="uscc").first()
    merge(actor, second, closed)

    for party, username in WHO.items():
        draw = draws.reveal(actor(username), draw.pk, party, NONCES[party])
    assert all(finding.ok for finding in draws.verification(draw))
    rows = DrawSelected.objects.filter(draw=draw, is_reserve=False).order_by("pk")
    drawn = rows.filter(subject__id_kind="uscc").select_related("subject__region").first().subject
    other = pool.exclude(pk__in=rows.values("subject")).exclude(pk=second.pk)[0]
    texts = (draw.commit, draw.certificate, draw.pool_tsv)
    merge(actor, other, drawn)

    draw = Draw.objects.get(pk=draw.pk)
    assert (draw.commit, draw.certificate, draw.pool_tsv) == texts
    assert all(finding.ok for finding in draws.verification(draw))
    assert rows.filter(subject=drawn).exists()
    cap = cap_of(county.code)
    year = timezone.localdate().year
    assert yearly_visits(cap, year, [other.pk]).pooled == {other.pk: 1}
    everyone = yearly_visits(cap, year, Subject.objects.all())
    assert (everyone.pooled[other.pk], everyone.pooled[drawn.pk]) == (1, 0)

    again = draws.announce(actor("mzj_clerk"), plan_item(county, 2).pk)
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), again.pk, party, promise(again, party))
    again = draws.freeze(actor("mzj_clerk"), again.pk)
    assert f"{drawn.identifier}\tmerged" in again.excluded_tsv
    assert drawn.identifier not in again.pool_tsv
    # Two subjects went into others; the draw counted the visit for the survivor.
    assert again.counts["excluded"]["merged"] == 2
    assert f"{other.identifier}\tfrequency" in again.excluded_tsv


def homes(story) -> list[Subject]:
    rows = DrawSelected.objects.filter(draw=story.draw, is_reserve=False).order_by("pk")
    return [row.subject for row in rows.select_related("subject__region")]


def test_one_visit_is_called_off_before_two_visited_become_one(county, actor) -> None:
    story = make_story(county, homes=3)
    first, second, *_ = homes(story)
    assert "先派发" in obstacle(actor, first, second)
    story.dispatch()
    tasks = {task.subject_id: task for task in JointTask.objects.all()}
    words = obstacle(actor, first, second)
    assert tasks[first.pk].code in words and tasks[second.pk].code in words
    cancel(actor("mzj_head"), tasks[second.pk].pk, "与另一任务为同一对象")
    officer = story.inspectors["MZJ"][0]
    for subject in (first, second):
        Recusal.objects.create(inspector=officer, subject=subject, reason="近亲属")
    merge(actor, first, second)
    assert JointTask.objects.filter(subject=first).count() == 2
    assert Recusal.objects.filter(inspector=officer).get().subject_id == first.pk
    assert MovedRows.objects.get(model="inspections.Recusal").before[0]["reason"] == "近亲属"
    assert DrawSelected.objects.filter(subject=second).count() == 1


def test_what_was_drawn_is_visited_under_the_survivor(county, actor) -> None:
    story = make_story(county, homes=2)
    drawn = homes(story)[0]
    other = joint_samples.subject(9)
    merge(actor, other, drawn)
    tasks = story.dispatch()
    assert {task.subject_id for task in tasks} == {other.pk, homes(story)[1].pk}
    assert {task.selected.subject_id for task in tasks} == {one.pk for one in homes(story)}


def test_published_results_keep_their_words(county, actor) -> None:
    result = published(checked_story(county))
    merged = result.part.task.subject
    before = list(Publication.objects.values())
    other = joint_samples.subject(9)
    merge(actor, other, merged)
    assert list(Publication.objects.values()) == before
    task = JointTask.objects.get(pk=result.part.task_id)
    assert (task.subject_id, before[0]["subject_identifier"]) == (other.pk, merged.identifier)


def test_one_act_is_fined_once_also_after_a_merge(county, actor) -> None:
    first, second = joint_samples.subject(1), joint_samples.subject(2)
    fine = joint_samples.fined(subject=first)
    other = joint_samples.fined(subject=second, number="淮市监罚〔2025〕2号")
    words = obstacle(actor, first, second)
    assert fine.number in words and other.number in words
    penalties.withdraw(actor("scjg_head"), other.pk, "重复处罚")
    merge(actor, first, second)
    assert set(Penalty.objects.values_list("subject", flat=True)) == {first.pk}


def test_a_confidential_fine_says_nothing_and_stays(county, actor) -> None:
    first, second = joint_samples.subject(1), joint_samples.subject(2)
    joint_samples.fined(subject=first)
    secret = joint_samples.fined(subject=second, number="淮市监罚〔2025〕2号")
    Penalty.objects.filter(pk=secret.pk).update(confidential=True)
    merge(actor, first, second)
    secret.refresh_from_db()
    assert secret.subject_id == second.pk
    kept = MovedRows.objects.get(model="clues.Penalty", what="kept")
    assert kept.ids == [secret.pk]


def test_sent_letters_and_confidential_clues(county, actor) -> None:
    other = joint_samples.subject(9)
    merged = letter_samples.subject()
    sent = letter_samples.sent(subject=merged)
    draft = letter_samples.drafted(subject=merged)
    clue = make_clue(actor("scjg_clerk"), subject=merged)
    secret = make_clue(actor("scjg_clerk"), subject=merged, confidential=True)
    pair = pair_of(other, merged)
    shown = {row.label: row for row in tallies(actor("xzsp_clerk"), pair)}
    side = "first" if pair.first_id == merged.pk else "second"
    assert getattr(shown["线索"], side) == 1
    duplicates.propose(actor("xzsp_clerk"), pair.pk, other.pk, (), "登记档案核对一致")
    merging.approve(actor("xzsp_head"), pair.pk)

    subjects = dict(Referral.objects.values_list("pk", "subject"))
    assert (subjects[sent.pk], subjects[draft.pk]) == (merged.pk, other.pk)
    assert set(Clue.objects.values_list("subject", flat=True)) == {other.pk}
    merged.refresh_from_db()
    rows = {(one.label, one.what): one.count for one in moved_by(actor("xzsp_clerk"), merged.merge)}
    assert rows["线索", "随并入移动"] == 1
    trace = MovedRows.objects.get(model="clues.Clue")
    assert set(trace.ids) == {clue.pk, secret.pk}


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_and_every_row_can_be_traced(county, actor, seed) -> None:
    dice = random.Random(seed)
    one, other = joint_samples.subject(1), joint_samples.subject(2)
    for number in range(dice.randrange(4, 12)):
        subject = dice.choice((one, other))
        day = clock.today() - dt.timedelta(days=dice.randrange(300))
        kind = dice.choice(("finding", "penalty", "complaint"))
        tell(SYSTEM, [Told(subject.pk, kind, day, "记录", "test", str(number))])
        make_clue(actor("scjg_clerk"), subject=subject, confidential=dice.random() < 0.3)
        joint_samples.fined(
            subject=subject, act=f"行为 {number}", number=f"淮市监罚〔2025〕{number}号"
        )
    for subject in (one, other):
        for name in dice.sample("甲乙丙丁", 3):
            labels.add(actor("xzsp_clerk"), subject.pk, name, "专项")
    moving = [
        reference
        for reference in REFERENCES.values()
        if reference.decision is Decision.MOVE and reference.field == "subject"
    ]
    before = {r.key: (set(ids(r, one)), set(ids(r, other))) for r in moving}

    merge(actor, one, other)

    for reference in moving:
        held, theirs = before[reference.key]
        traced = MovedRows.objects.filter(model=reference.model._meta.label, field=reference.field)
        found = {what: set() for what in MovedRows.What.values}
        for rows in traced:
            found[rows.what] |= set(rows.ids)
        moved, dropped, kept = found["moved"], found["dropped"], found["kept"]
        assert moved | dropped | kept == theirs
        assert set(ids(reference, one)) == held | moved
        assert set(ids(reference, other)) == kept
    judge_stale()
    assert CreditEvent.objects.filter(subject=other).count() == 0


def ids(reference, subject: Subject) -> list[int]:
    return list(reference.of(subject).values_list("pk", flat=True))


def test_a_merge_costs_the_same_with_more_to_move(county, actor) -> None:
    def cost(survivor: Subject, merged: Subject, facts: int) -> int:
        day = clock.today()
        told = [
            Told(merged.pk, "finding", day, "记录", "t", f"{merged.pk}-{n}") for n in range(facts)
        ]
        tell(SYSTEM, told)
        pair = pair_of(survivor, merged)
        duplicates.propose(actor("xzsp_clerk"), pair.pk, survivor.pk, (), "核对一致")
        head = actor("xzsp_head")
        with CaptureQueriesContext(connection) as captured:
            merging.approve(head, pair.pk)
        return len(captured)

    subjects = [joint_samples.subject(number) for number in range(1, 7)]
    cost(subjects[0], subjects[1], 2)
    assert cost(subjects[2], subjects[3], 2) == cost(subjects[4], subjects[5], 60)

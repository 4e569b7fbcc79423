"""Judging all subjects inside the database: the same as the definition, restartable, repeatable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit import scoring
from credit.evaluation_sql import Order, assess_range
from credit.models import (
    Adjustment,
    Assessment,
    CreditEvent,
    Evaluation,
    Indicator,
    IndicatorSet,
    Stale,
    Standing,
    Subject,
    SubjectChange,
)
from credit.rules.events import EVENT_KINDS
from credit.services import evaluations, events
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.tests.entries import entries
from credit.tests.facts import BANDS, TODAY, facts, indicators
from credit.tests.standings import indicator_set
from departments.models import Region
from matters.models import Matter
from records import clock
from records.actor import SYSTEM
from records.errors import Refused
from records.trail import entries_of
from records.workdays import SHANGHAI

pytestmark = pytest.mark.django_db


@pytest.fixture
def subjects(county: Region) -> list[Subject]:
    upsert_subjects(SYSTEM, entries(6), "试验", region_code=county.code)
    return list(Subject.objects.order_by("pk"))


FINES = {"event": "penalty", "measure": "sum", "weight": 6_000, "full_at": 100_000, "months": 24}
CHECKS = {"event": "finding", "measure": "count", "weight": 4_000, "full_at": 4, "months": 12}


def quarter(year: int, month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(year, month, day, hour, tzinfo=SHANGHAI)


def told(subject: Subject, kind: str, key: str, amount: int = 1, **more: Any) -> Told:
    values = {"day": clock.today(), "title": "某事", "source": "试验"} | more
    return Told(subject_id=subject.pk, kind=kind, key=key, amount=amount, **values)


def run(by_set: IndicatorSet, kind: str = Evaluation.Kind.ORDERED) -> Evaluation:
    evaluation = evaluations.begin(SYSTEM, by_set, kind)
    assert evaluations.go_on(evaluation.pk)
    evaluation.refresh_from_db()
    assert evaluation.state == Evaluation.State.DONE
    return evaluation


def test_no_two_kinds_of_facts_share_a_hash(subjects) -> None:
    events.tell(SYSTEM, [told(subjects[0], code, code) for code in EVENT_KINDS])
    for code in EVENT_KINDS:
        assert [one.kind for one in CreditEvent.objects.of_kind(code)] == [code]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    lines=indicators(),
    known=st.lists(facts(matters=(None, 0, 1)), min_size=3, max_size=3),
    told=st.integers(0, 36),
    own=st.sampled_from((None, 0, 1)),
)
def test_the_database_computes_what_the_definition_says(
    subjects: list[Subject],
    lines: list[scoring.Indicator],
    known: Sequence[list[scoring.Fact]],
    told: int,
    own: int | None,
) -> None:
    """Of the facts, only the first ``told`` were recorded when the run began; ``own`` is the
    matter of the set."""
    with transaction.atomic():
        region = subjects[0].region
        matters = [
            Matter.objects.create(region=region, number=number, code=f"M-{number}")
            for number in (901, 902)
        ]
        by_set = indicator_set(region)
        evaluation = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.TRIAL, as_of=None)
        recorded = [
            (subject, CreditEvent.objects.create(**row(subject, fact, matters)).pk, fact)
            for subject, found in zip(subjects, known, strict=False)
            for fact in found
        ]
        horizon = max((pk for _, pk, _ in recorded[:told]), default=0)
        order = Order(
            evaluation=evaluation.pk,
            indicators=lines,
            bands=BANDS,
            as_of=TODAY,
            horizon=horizon,
            region_code=region.code,
            statuses=evaluations.JUDGED,
            matter=None if own is None else matters[own].pk,
        )
        assess_range(order, 0, subjects[-1].pk)
        for subject in subjects[:3]:
            found = [fact for of, pk, fact in recorded if of == subject and pk <= horizon]
            expected = scoring.assess(lines, BANDS, found, TODAY, own)
            stored = Assessment.objects.get(evaluation=evaluation, subject=subject)
            assert (stored.score, stored.grade, stored.veto) == (
                expected.score,
                expected.grade,
                expected.veto,
            )
            assert [
                (position, measured)
                for position, measured in enumerate(stored.measured)
                if measured is not None
            ] == [(line.position, line.measured) for line in expected.lines]
        transaction.set_rollback(True)


def row(subject: Subject, fact: scoring.Fact, matters: Sequence[Matter]) -> dict[str, Any]:
    return {
        "subject": subject,
        "kind": fact.event,
        "happened_on": fact.day,
        "amount": fact.amount,
        "until": fact.until,
        "matter": None if fact.matter is None else matters[fact.matter],
        "source": str(subject.pk),
        "source_key": str(fact.serial),
        "recorded_at": clock.now(),
    }


def test_a_trial_stays_what_it_was_when_its_draft_is_written_anew(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES, CHECKS)
    events.tell(SYSTEM, [told(subjects[0], "penalty", "a", 50_000)])
    trial = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.TRIAL)
    by_set.indicators.all().delete()
    Indicator.objects.create(
        of=by_set, position=0, code="other", name="另一项", group="维度", **CHECKS
    )
    evaluations.go_on(trial.pk)
    stored = Assessment.objects.get(evaluation=trial, subject=subjects[0])
    assert (stored.score, stored.lines) == (7_000, [scoring.Line(0, 50_000, 3_000)])


def test_grades_follow_and_each_change_leaves_a_line(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES, CHECKS)
    events.tell(
        SYSTEM,
        [
            told(subjects[0], "penalty", "a", 100_000),
            told(subjects[1], "penalty", "b", 20_000),
            *(told(subjects[0], "finding", f"c{number}") for number in range(2)),
        ],
    )
    evaluation = run(by_set)
    grades = dict(Subject.objects.values_list("pk", "grade"))
    # 100 - 60 - 20 = 20.00; 100 - 12 = 88.00; the others lose nothing.
    assert grades[subjects[0].pk] == "D"
    assert {grades[one.pk] for one in subjects[1:]} == {"A"}
    assert evaluation.counts == {"A": 5, "B": 0, "C": 0, "D": 1}
    change = SubjectChange.objects.filter(subject=subjects[0], field="grade").latest("pk")
    assert (change.old, change.new) == (subjects[0].grade, "D")
    assert "通用信用风险评价指标" in change.source


def test_two_runs_over_the_same_are_the_same(subjects: list[Subject], monkeypatch: Any) -> None:
    by_set = indicator_set(subjects[0].region, FINES, CHECKS)
    events.tell(SYSTEM, [told(subjects[2], "penalty", "a", 70_000)])
    first = run(by_set)
    second = run(by_set)
    assert first.digest == second.digest != ""
    events.tell(SYSTEM, [told(subjects[3], "finding", "b")])
    assert run(by_set).digest != first.digest


def test_steps_do_what_one_would(subjects: list[Subject], monkeypatch: Any) -> None:
    """A run that goes on after every step, as after kills, counts nobody twice."""
    by_set = indicator_set(subjects[0].region, FINES, CHECKS)
    events.tell(SYSTEM, [told(subjects[4], "penalty", "a", 70_000)])
    monkeypatch.setattr(evaluations, "STEP", 2)
    evaluation = run(by_set)
    assert (evaluation.done, evaluation.total) == (6, 6)
    assert sum(evaluation.counts.values()) == 6
    assert Assessment.objects.filter(evaluation=evaluation).count() == 6


def test_a_step_that_fails_leaves_no_trace(subjects: list[Subject], monkeypatch: Any) -> None:
    by_set = indicator_set(subjects[0].region, FINES)
    monkeypatch.setattr(evaluations, "STEP", 2)
    evaluation = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.ORDERED)
    judge = evaluations.assess_range

    def fail_once(order: Order, after: int, last: int) -> Any:
        found = judge(order, after, last)
        if after:
            monkeypatch.setattr(evaluations, "assess_range", judge)
            raise RuntimeError("killed")
        return found

    monkeypatch.setattr(evaluations, "assess_range", fail_once)
    with pytest.raises(RuntimeError):
        evaluations.go_on(evaluation.pk)
    evaluation.refresh_from_db()
    assert evaluation.done == Assessment.objects.filter(evaluation=evaluation).count() == 2
    evaluations.go_on(evaluation.pk)
    assert Assessment.objects.filter(evaluation=evaluation).count() == 6


def test_a_trial_changes_no_grade(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES)
    events.tell(SYSTEM, [told(subjects[0], "penalty", "a", 100_000)])
    before = dict(Subject.objects.values_list("pk", "grade"))
    evaluation = run(by_set, Evaluation.Kind.TRIAL)
    assert evaluation.counts["C"] + evaluation.counts["D"] == 1
    assert dict(Subject.objects.values_list("pk", "grade")) == before
    assert not Standing.objects.exists()


def test_what_is_told_judges_the_subject_anew(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES)
    run(by_set)
    Stale.objects.all().delete()
    events.tell(SYSTEM, [told(subjects[5], "penalty", "a", 100_000)])
    assert evaluations.judge_stale() == 1
    assert Subject.objects.get(pk=subjects[5].pk).grade == "D"
    assert not Stale.objects.exists()


def test_other_words_are_written_with_a_trail_and_judge_nobody(subjects: list[Subject]) -> None:
    fact = told(subjects[5], "penalty", "a", 100_000, basis="淮市监罚〔2026〕1 号")
    events.tell(SYSTEM, [fact, told(subjects[4], "penalty", "b", 100_000)])
    evaluations.judge_stale()
    corrected = replace(fact, title="无证经营", basis="淮市监罚〔2026〕2 号")
    assert events.tell(SYSTEM, [corrected, told(subjects[4], "penalty", "b", 100_000)]) == 1
    assert events.tell(SYSTEM, [corrected]) == 0
    event = CreditEvent.objects.get(source_key="a")
    assert (event.title, event.basis) == ("无证经营", "淮市监罚〔2026〕2 号")
    entry = entries_of(subjects[5]).get(verb="credit_event.reword")
    assert entry.before == {"title": "某事", "basis": "淮市监罚〔2026〕1 号"}
    assert entry.after == {"title": "无证经营", "basis": "淮市监罚〔2026〕2 号"}
    assert not Stale.objects.exists()
    assert events.tell(SYSTEM, [replace(corrected, amount=1)]) == 1
    assert Stale.objects.get().pk == subjects[5].pk


def test_a_later_dynamic_result_is_not_undone_by_a_run_begun_before(
    subjects: list[Subject],
) -> None:
    by_set = indicator_set(subjects[0].region, FINES)
    begun = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.QUARTERLY)
    events.tell(SYSTEM, [told(subjects[5], "penalty", "a", 100_000)])
    evaluations.judge_stale()
    evaluations.go_on(begun.pk)
    assert Subject.objects.get(pk=subjects[5].pk).grade == "D"


def test_told_twice_stands_once_and_struck_is_gone(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES)
    assert events.tell(SYSTEM, [told(subjects[0], "penalty", "a", 100_000)]) == 1
    assert events.tell(SYSTEM, [told(subjects[0], "penalty", "a", 100_000)]) == 0
    evaluations.judge_stale()
    assert events.strike(SYSTEM, "试验", ["a"]) == 1
    evaluations.judge_stale()
    assert Subject.objects.get(pk=subjects[0].pk).grade == "A"
    assert by_set.evaluations.count() == 2


def test_told_twice_at_once_is_what_it_would_be_one_after_the_other(
    subjects: list[Subject],
) -> None:
    fact, other = (told(subjects[0], "penalty", "a", amount) for amount in (100_000, 200_000))
    became = events.tell_each(SYSTEM, [fact, fact, other, other])
    assert became == ["created", "unchanged", "updated", "unchanged"]
    assert CreditEvent.objects.get(source_key="a").amount == 200_000
    Stale.objects.all().delete()
    assert events.tell_each(SYSTEM, [fact, other]) == ["updated", "updated"]
    assert CreditEvent.objects.get(source_key="a").amount == 200_000
    assert not Stale.objects.exists(), "it says what it said before"
    assert events.tell(SYSTEM, [other, other]) == 0


def test_a_grade_set_by_hand_holds_until_its_term_ends(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES)
    Adjustment.objects.create(
        subject=subjects[0],
        grade="C",
        since=clock.today(),
        until=clock.today(),
        reason="专项整治期间从严",
        made_by="发改委",
        made_at=clock.now(),
    )
    run(by_set)
    assert Subject.objects.get(pk=subjects[0].pk).grade == "C"


def test_one_run_of_a_set_at_a_time(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES)
    evaluations.begin(SYSTEM, by_set, Evaluation.Kind.ORDERED)
    with pytest.raises(Refused, match="还在进行"):
        evaluations.begin(SYSTEM, by_set, Evaluation.Kind.ORDERED)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"kind": "nonsense"}, "没有“nonsense”"),
        ({"amount": -1}, "数值应在"),
        ({"kind": "public_rating", "amount": 4}, "只有优、良、中、差"),
        ({"day": dt.date(2999, 1, 1)}, "还没有到"),
        ({"until": dt.date(2000, 1, 1)}, "早于发生日期"),
    ],
)
def test_unsound_facts_are_refused_in_words(
    subjects: list[Subject], more: dict[str, Any], message: str
) -> None:
    kind = more.pop("kind", "penalty")
    with pytest.raises(Refused, match=message):
        events.tell(SYSTEM, [told(subjects[0], kind, "a", **more)])
    assert not CreditEvent.objects.exists()


def test_every_quarter_is_judged_once(subjects: list[Subject]) -> None:
    by_set = indicator_set(subjects[0].region, FINES, in_force_at=quarter(2026, 9, 30))
    with clock.at(quarter(2026, 9, 30, hour=20)):
        assert evaluations.begin_quarterly() == 0
    for day, begun in ((1, 1), (1, 0), (2, 0)):
        with clock.at(quarter(2026, 10, day)):
            assert evaluations.begin_quarterly() == begun
            for pk in evaluations.unfinished():
                evaluations.go_on(pk)
    with clock.at(quarter(2027, 1, 1)):
        assert evaluations.begin_quarterly() == 1
    assert list(by_set.evaluations.order_by("pk").values_list("as_of", flat=True)) == [
        dt.date(2026, 10, 1),
        dt.date(2027, 1, 1),
    ]

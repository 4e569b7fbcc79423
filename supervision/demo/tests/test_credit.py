"""The demo county's credit records: the evaluation finds the grades of the directory again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from django.utils import timezone

from credit.models import CreditEvent, Evaluation, IndicatorSet, Stale, Subject
from credit.services import evaluations, indicators, policies
from credit.services.directory import upsert_subjects
from matters.models import Matter
from records.actor import SYSTEM
from supervision.demo.credit import load_credit, load_policy
from supervision.demo.directories import SEED, subject_input
from supervision.demo.subjects import generate_subjects


@pytest.fixture
def grades(county) -> dict[int, str]:
    rows = [subject_input(row) for row in generate_subjects(SEED, 600)]
    upsert_subjects(SYSTEM, rows, "演示数据", region_code=county.code)
    before = dict(Subject.objects.values_list("pk", "grade"))
    load_credit(county, lambda _: None)
    return before


def test_every_grade_follows_from_what_is_known(grades: dict[int, str]) -> None:
    assert dict(Subject.objects.values_list("pk", "grade")) == grades
    run = Evaluation.objects.get()
    assert run.state == Evaluation.State.DONE
    assert run.changed == 0
    assert Counter(run.assessments.values_list("grade", flat=True)) == run.counts
    assert all(run.counts.values())
    assert IndicatorSet.objects.in_force().count() == 1
    assert not Stale.objects.exists()


def test_a_weight_that_grows_moves_some(grades: dict[int, str], actor) -> None:
    clerk = actor("fgw_clerk")
    draft = indicators.draft(clerk, None, "更看重检查结果", "试算")
    said = indicators.as_input(draft)
    heavier = {"findings": 1_600, "mending": 200}
    lines = [replace(line, weight=heavier.get(line.code, line.weight)) for line in said.lines]
    indicators.edit(clerk, draft.pk, replace(said, lines=lines))
    trial = indicators.try_out(clerk, draft.pk)
    evaluations.go_on(trial.pk)
    trial.refresh_from_db()
    moved = {move: number for move, number in trial.moves.items() if move[0] != move[1]}
    assert moved.get("AB", 0) > 5
    assert sum(moved.values()) < len(grades) / 3


def test_a_policy_is_in_force(county) -> None:
    load_policy(county, lambda _: None)
    matter = Matter.objects.create(region=county, number=1, code="M-1")
    held = policies.held(county.code, matter.pk)
    assert {grade: each.ratio_bp for grade, each in held.items()} == {
        "A": 200,
        "B": 1_000,
        "C": 4_000,
        "D": 10_000,
    }


def test_nothing_made_up_lies_ahead(grades: dict[int, str]) -> None:
    assert not CreditEvent.objects.filter(happened_on__gt=timezone.localdate()).exists()

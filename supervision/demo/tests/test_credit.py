"""The demo county's credit records: the evaluation finds the grades of the directory again."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from credit.models import CreditEvent, Evaluation, IndicatorSet, Stale, Subject
from credit.services.directory import upsert_subjects
from records.actor import SYSTEM
from supervision.demo.credit import load_credit
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


def test_nothing_made_up_lies_ahead(grades: dict[int, str]) -> None:
    assert not CreditEvent.objects.filter(happened_on__gt=timezone.localdate()).exists()

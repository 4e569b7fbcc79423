"""The demo's assessed quarter came about through the services and is frozen."""

from __future__ import annotations

from credit.services.directory import upsert_subjects
from departments.models import Region
from records.actor import SYSTEM
from supervision.assessment.models import Appeal, Round, Score
from supervision.demo.assessment import load_past_quarter, load_present_quarter
from supervision.demo.directories import SEED, subject_input
from supervision.demo.subjects import generate_subjects


def test_a_quarter_is_frozen_and_the_present_one_under_way(county: Region) -> None:
    rows = [subject_input(row) for row in generate_subjects(SEED, 250)]
    upsert_subjects(SYSTEM, rows, "演示数据", region_code=county.code)
    load_past_quarter(county, lambda _: None)
    past = Round.objects.get()
    assert past.state == "frozen" and past.frozen_at is not None
    assert sorted(Appeal.objects.values_list("state", flat=True)) == ["accepted", "rejected"]
    ranked = Score.objects.filter(round=past, rank__isnull=False)
    assert ranked.filter(total__lt=10_000).exists() and ranked.filter(extra=150).count() == 1
    load_present_quarter(county)
    present = Round.objects.exclude(pk=past.pk).get()
    assert present.state == "computed" and present.first >= past.ends

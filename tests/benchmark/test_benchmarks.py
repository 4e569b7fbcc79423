"""Each benchmark works; the figures themselves are read, not tested."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.benchmark import clue_duplicates, clues_lists
from tests.benchmark.clue_rows import fill
from tests.benchmark.measure import Report

SIZE = 1500


@pytest.mark.django_db
@pytest.mark.parametrize("run", [clues_lists.run, clue_duplicates.run])
def test_it_measures_and_keeps_figures(
    run: Callable[[int], Report], county, settings, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    settings.BASE_DIR = tmp_path
    fill(SIZE)
    report = run(SIZE)
    kept = json.loads(report.keep().read_text())
    assert kept["size"] == SIZE
    assert len(kept["rows"]) == len(report.rows) > 0
    assert all(row["ours_ms"] > 0 and row["reference_ms"] > 0 for row in kept["rows"])
    assert report.as_text().count("\n") == len(report.rows)

"""Each benchmark works; the figures themselves are read, not tested."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmark import growth
from tests.benchmark.__main__ import NAMES
from tests.benchmark.clue_rows import fill

SIZE = 400


@pytest.mark.django_db
def test_they_measure_and_keep_figures(county: object, settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    fill(SIZE)
    for name in NAMES:
        report = importlib.import_module(f"tests.benchmark.{name}").run(SIZE)
        kept = json.loads(report.keep().read_text())
        assert (kept["name"], kept["size"]) == (name, SIZE)
        assert len(kept["rows"]) == len(report.rows) > 0
        assert all(row["ours_ms"] > 0 and row["reference_ms"] > 0 for row in kept["rows"])
        assert report.as_text().count("\n") == len(report.rows)
    grown = growth.compare([(SIZE, growth.measure()), (10 * SIZE, growth.measure())])
    assert all(row.ours_ms > 0 and row.reference_ms > 0 for row in grown.rows)

"""A file of subjects on its way into the directory, checked, with history and trail, against COPY
of the same rows."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from credit.models import Subject
from credit.services.directory import upsert_subjects
from credit.validation import SubjectInput
from records.actor import SYSTEM
from tests.benchmark.copying import REGION, copied, forget_since, made_up
from tests.benchmark.measure import Report
from tests.statistics import analyze

NEEDS_CLUES = False


def run(size: int) -> Report:
    """Measure with a fifth as many rows as the size says: all new, then again unchanged."""
    rows = [
        SubjectInput(**row | {"categories": tuple(row["categories"]), "status": "open"})
        for row in _made(f"intake of {size}", size // 5)
    ]
    reference = copied(_made(f"copy of {size}", size // 5))
    analyze()
    last = Subject.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    report = Report("directory_intake", size)
    for what, reach in (("new subjects", 4.0), ("subjects that are there already", 4.0)):
        start = time.perf_counter()
        upsert_subjects(SYSTEM, rows, "性能测量", region_code=REGION)
        took = time.perf_counter() - start
        report.add(f"{len(rows)} {what}", took, "COPY of the same", reference, reach)
        analyze()
    forget_since(last)
    return report


def _made(seed: str, count: int) -> list[dict[str, Any]]:
    """Different subjects, at most as many."""
    random = Random(seed)
    found = {row["identifier"]: row for row in (made_up(random) for _ in range(count))}
    return list(found.values())

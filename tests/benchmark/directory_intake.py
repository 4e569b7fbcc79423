"""A file of subjects on its way into the directory, checked, with history and trail, against COPY
of the same rows."""

from __future__ import annotations

import time
from random import Random

from credit.models import Subject
from credit.services.directory import upsert_subjects
from credit.validation import SubjectInput
from records.actor import SYSTEM
from tests.benchmark.copying import REGION, copied, forget_since, made_up
from tests.benchmark.measure import Report

NEEDS_CLUES = False


def run(size: int) -> Report:
    """Measure with a fifth as many rows as the size says: all new, then again unchanged."""
    random = Random(f"intake of {size}")
    made = {row["identifier"]: row for row in (made_up(random) for _ in range(size // 5))}
    rows = [
        SubjectInput(**row | {"categories": tuple(row["categories"]), "status": "open"})
        for row in made.values()
    ]
    reference = copied(made.values())
    last = Subject.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    report = Report("directory_intake", size)
    for what, reach in (("new subjects", 4.0), ("subjects that are there already", 4.0)):
        start = time.perf_counter()
        upsert_subjects(SYSTEM, rows, "性能测量", region_code=REGION)
        took = time.perf_counter() - start
        report.add(f"{len(rows)} {what}", took, "COPY of the same", reference, reach)
    forget_since(last)
    return report

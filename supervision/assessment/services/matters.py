"""Which matter a counted thing belongs to, so that a figure can be read matter by matter (D3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce

from clues.models import (
    Clue,
    CrimeHandover,
    Dispute,
    JointVerification,
    Referral,
    Refusal,
    RiskWarning,
    SharedRecord,
    VerificationPart,
)
from inspections.models import JointTask, PlanItem, Rectification, Result, TaskPart
from inspections.rules import PLAN_FILING_DATE
from supervision.assessment.models import ScoreRow

_OF_TASK = ("item__matter_version__matter", "matter_version__matter")
_OF_PART = tuple(f"task__{path}" for path in _OF_TASK)
_OF_RESULT = tuple(f"part__{path}" for path in _OF_PART)
_OF_CLUE = ("clue__matter",)

MATTER_OF: dict[type[models.Model], tuple[str, ...]] = {
    Clue: ("matter",),
    Referral: _OF_CLUE,
    JointVerification: _OF_CLUE,
    VerificationPart: _OF_CLUE,
    RiskWarning: ("matter", *_OF_CLUE),
    Dispute: ("matter", *_OF_CLUE),
    Refusal: ("matter", *_OF_CLUE),
    CrimeHandover: _OF_CLUE,
    SharedRecord: _OF_CLUE,
    PlanItem: ("matter_version__matter",),
    JointTask: _OF_TASK,
    TaskPart: _OF_PART,
    Result: _OF_RESULT,
    Rectification: _OF_RESULT,
}
"""The ways from a counted object to its matter; the first that leads to one holds. What is of no
kind here belongs to no matter."""


def filed_matter(rule: str) -> int | None:
    """The matter of a yearly filing's clock, whose object is the plan of the year."""
    head, _, matter = rule.rpartition(".")
    return int(matter) if head == PLAN_FILING_DATE.key else None


def name_matters(rows: Sequence[ScoreRow]) -> None:
    """Put the matter on each row that has none yet: one query per kind of object."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.matter_id is None:
            wanted[row.target_type_id].add(row.target_id)
    known: dict[tuple[int, int], int] = {}
    for type_id, pks in wanted.items():
        model = ContentType.objects.get_for_id(type_id).model_class()
        paths = MATTER_OF.get(model) if model else None
        if model is None or paths is None:
            continue
        matter = Coalesce(*paths) if len(paths) > 1 else F(paths[0])
        found = model._default_manager.filter(pk__in=pks).annotate(of_matter=matter)
        for pk, matter_id in found.values_list("pk", "of_matter"):
            known[type_id, pk] = matter_id
    for row in rows:
        if row.matter_id is None:
            row.matter_id = known.get((row.target_type_id, row.target_id))

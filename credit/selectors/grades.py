"""The grade by which a subject is drawn in a matter (S5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from credit.models import IndicatorSet, Standing, Subject


def judged_apart(region_code: str, matter_ids: Iterable[int]) -> set[int]:
    """Those of the matters that have indicators of their own in force in the region (一业一评)."""
    found = IndicatorSet.objects.in_force().filter(
        region__code=region_code, matter_id__in=list(matter_ids)
    )
    return set(found.values_list("matter_id", flat=True))


def graded(subjects: QuerySet[Subject], region_code: str, matter_id: int) -> QuerySet[Any]:
    """The subjects with ``stratum``: their grade in the matter where it has indicators of its own
    in force and they were judged by them, else their general grade. One query to decide."""
    if not judged_apart(region_code, [matter_id]):
        return subjects.annotate(stratum=F("grade"))
    own = Standing.objects.filter(subject=OuterRef("pk"), matter_id=matter_id).values("grade")
    return subjects.annotate(
        stratum=Coalesce(Subquery(own), F("grade"), output_field=CharField(max_length=1))
    )

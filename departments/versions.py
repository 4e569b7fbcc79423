"""What a region decides in versions: one holds, the next is drawn up beside it and takes its place;
a version in force is never edited."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from departments.models import Region
from records import clock, trail
from records.actor import Actor
from records.models import Toned

IN_FORCE, RETIRED = "in_force", "retired"
"""The states that every version knows."""

V = TypeVar("V", bound="Version")


class VersionQuerySet(models.QuerySet[V]):
    def in_force(self) -> Self:
        return self.filter(state=IN_FORCE)


class Version(Toned):
    """A version of something that a region decides."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    version = models.PositiveIntegerField("版本", default=1)
    name = models.CharField("名称", max_length=100)
    reason = models.CharField("编制或修订理由", max_length=300)
    created_at = models.DateTimeField("建立时间", default=clock.now)
    in_force_at = models.DateTimeField("生效时间", null=True)
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name}（第 {self.version} 版）"

    @property
    def region_code(self) -> str:
        return self.region.code

    def take_place(self, actor: Actor, before: Any, verb: str, label: str) -> None:
        """Be in force from now on, and retire the version ``before``, if any, with a trail entry
        ``verb``. The caller holds both locked and saves this one."""
        now = clock.now()
        if before is not None:
            before.state, before.retired_at = RETIRED, now
            before.save(update_fields=("state", "retired_at"))
            words = f"由“{self}”替代"
            trail.record(actor, verb, label, before, opinion=words, region_code=self.region_code)
        self.in_force_at = now

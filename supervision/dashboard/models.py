"""Counters behind the figures of the one screen; ``rollups`` writes and reads them.

No confidential object is ever counted, for anybody: a wall is read by whoever passes.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Touched(models.Model):
    """An object that changed and has not been counted again yet. Written by the database's
    triggers only, by appending, so that nobody who works ever waits for a counter."""

    source = models.CharField(max_length=10)
    object_id = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "待汇总变动"

    def __str__(self) -> str:
        return f"{self.source} {self.object_id}"


class Counted(models.Model):
    """What one object counts for as it was last seen: taken back when it counts for something
    else."""

    source = models.CharField(max_length=10)
    object_id = models.BigIntegerField()
    region_code = models.CharField(max_length=12)
    township_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    measures = ArrayField(models.CharField(max_length=40))

    class Meta:
        verbose_name = verbose_name_plural = "已汇总对象"
        constraints = (
            models.UniqueConstraint(fields=("source", "object_id"), name="counted_once"),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.object_id}"


class Rollup(models.Model):
    """How many objects of a region count for a measure: all, those of a township, or those of a
    department (``place``: the key of either, 0 for all)."""

    class Scope(models.TextChoices):
        ALL = "", "全部"
        TOWNSHIP = "t", "乡镇街道"
        DEPARTMENT = "d", "部门"

    region_code = models.CharField(max_length=12)
    scope = models.CharField(max_length=1, choices=Scope.choices, blank=True)
    measure = models.CharField(max_length=40)
    place = models.BigIntegerField(default=0)
    many = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "汇总数"
        constraints = (
            models.UniqueConstraint(
                fields=("region_code", "scope", "measure", "place"), name="rollup_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure}：{self.many}"

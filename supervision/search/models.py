"""The pinyin initials of names, so that 淮阳区幸福养老院 is found by hyqxfyly or xfyl.

Names of natural persons who are supervised have none: who knows only initials shall not find
somebody out by them.
"""

from __future__ import annotations

from django.db import models

from records.search import gram_index


class Renamed(models.Model):
    """Something whose name is new, changed or gone; written by the database's triggers only."""

    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "待更新拼音"

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class NameInitials(models.Model):
    """The initials of one name, in capitals, and the letters and digits in it."""

    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()
    initials = models.CharField(max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "名称拼音首字母"
        constraints = (
            models.UniqueConstraint(fields=("kind", "object_id"), name="name_initials_once"),
        )
        indexes = (gram_index("initials", name="name_initials_grams"),)

    def __str__(self) -> str:
        return self.initials

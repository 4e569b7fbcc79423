"""What hand-overs of suspected crimes, disputes and refusals of duty have in common."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from clues.models.base import Concealable
from clues.models.clue import Clue
from records import clock


class Procedure(Concealable):
    """A course of official steps between departments, about a clue or about a matter at hand.

    ``key`` is the id of the form that created it, so that the form sent twice creates one. A
    subclass has a ``state``; with those of ``FINAL`` it has ended.
    """

    FINAL: ClassVar[tuple[str, ...]]
    state: str | models.CharField[str, str]

    key = models.UUIDField("提交编号", default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=40, unique=True)
    title = models.CharField("标题", max_length=100)
    facts = models.TextField("情况", max_length=5000)
    clue = models.ForeignKey(
        Clue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name="线索",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟办人"
    )
    created_at = models.DateTimeField("开始时间", default=clock.now)
    closed_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        if self.confidential:
            return f"保密{self._meta.verbose_name} {self.number}"
        return f"{self.number} {self.title}"

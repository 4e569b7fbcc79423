from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from credit.likeness import REASONS
from credit.models.subject import Subject
from departments.actors import is_staff_member
from departments.models import Region
from departments.roles import STAFF
from records import clock
from records.actor import Actor
from records.models import Toned

BY_HAND = "hand"
_REASONS = REASONS | {BY_HAND: "人工登记"}


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    def visible_to(self, actor: Actor) -> DuplicatePairQuerySet:
        """The departments of the region see what may stand twice in its directory."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not actor.has_role(*STAFF):
            return self.none()
        return self.filter(region__code__startswith=actor.region_code)

    def waiting(self) -> DuplicatePairQuerySet:
        return self.filter(state__in=DuplicatePair.WAITING)


class DuplicatePair(Toned):
    """Two entries that may be the same subject (S1): found by the platform or told by a person,
    then merged or told apart.

    ``survivor``, ``taken`` and ``reason`` are the proposal: which of the two stays, and which
    of its facts it takes over from the other.
    """

    class State(models.TextChoices):
        FOUND = "found", "待核实"
        PROPOSED = "proposed", "合并待批准"
        MERGED = "merged", "已合并"
        DISMISSED = "dismissed", "不是同一对象"
        OBSOLETE = "obsolete", "已失效"

    TONES: ClassVar[dict[str, str]] = {
        State.FOUND: "warn",
        State.PROPOSED: "warn",
        State.MERGED: "ok",
    }

    WAITING = (State.FOUND, State.PROPOSED)

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    first = models.ForeignKey(Subject, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Subject, models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=15), verbose_name="相似之处")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.FOUND)
    found_at = models.DateTimeField("发现时间", default=clock.now)
    survivor = models.ForeignKey(
        Subject, models.CASCADE, null=True, related_name="+", verbose_name="保留的对象"
    )
    taken = ArrayField(
        models.CharField(max_length=20), default=list, verbose_name="采用被合并对象的内容"
    )
    reason = models.CharField("合并理由", max_length=300, blank=True)
    proposed_by = models.CharField("提出人", max_length=60, blank=True)
    proposed_at = models.DateTimeField("提出时间", null=True)
    decided_by = models.CharField("决定人", max_length=60, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    decision = models.TextField("决定理由", blank=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复对象"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"
            ),
            models.CheckConstraint(
                condition=Q(survivor=None) | Q(survivor=F("first")) | Q(survivor=F("second")),
                name="duplicate_survivor_is_one_of_them",
            ),
        )
        indexes = (models.Index(fields=("region", "state", "-id"), name="duplicate_pair_listed"),)

    def __str__(self) -> str:
        return f"“{self.first}”与“{self.second}”"

    def get_absolute_url(self) -> str:
        return reverse("credit:duplicate", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.region.code

    @property
    def reason_words(self) -> list[str]:
        """Why the two look alike, in words."""
        return [_REASONS[code] for code in self.reasons]

    @property
    def merged(self) -> Subject | None:
        """The one that goes into the other, once that is proposed."""
        if self.survivor_id is None:
            return None
        return self.second if self.survivor_id == self.first_id else self.first

    @property
    def remaining(self) -> Subject | None:
        """The one that stays, once that is proposed."""
        merged = self.merged
        return None if merged is None else (self.first if merged is self.second else self.second)


class SubjectMerge(models.Model):
    """That one entry was merged into another, when and by whom; a subject is merged once.

    ``survivor`` is the one that stayed then, whatever became of it later. ``before`` holds the
    facts of both as they were.
    """

    merged = models.OneToOneField(Subject, models.PROTECT, related_name="merge")
    survivor = models.ForeignKey(Subject, models.PROTECT, related_name="merges")
    pair = models.ForeignKey(DuplicatePair, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间", default=clock.now)
    proposed_by = models.CharField("提出人", max_length=60)
    decided_by = models.CharField("批准人", max_length=60)
    reason = models.CharField("理由", max_length=300)
    before = models.JSONField("合并前的内容", encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = "监管对象合并"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"


class MovedRows(models.Model):
    """Which rows of one model a merge found at the merged entry, and what became of them: by
    their ids moved or left where they were, as they stood where they were ended or dropped."""

    class What(models.TextChoices):
        MOVED = "moved", "随并入移动"
        CHANGED = "changed", "移动并办结"
        DROPPED = "dropped", "与保留对象的重复，不再保留"
        KEPT = "kept", "留在原对象"

    merge = models.ForeignKey(SubjectMerge, models.PROTECT, related_name="rows")
    model = models.CharField("模型", max_length=60)
    field = models.CharField("字段", max_length=40)
    what = models.CharField("处理", max_length=10, choices=What.choices)
    ids = ArrayField(models.BigIntegerField(), verbose_name="编号")
    before = models.JSONField("原来的内容", default=list, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = "合并移动的记录"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.model}.{self.field}"


class SubjectKey(models.Model):
    """A key under which entries that look alike are found (``credit.likeness``)."""

    # Unchecked, like the one below: comparing must not wait for whoever writes a subject.
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+", db_constraint=False)
    value = models.BigIntegerField("键")

    class Meta:
        verbose_name = verbose_name_plural = "相似键"
        indexes = (models.Index(fields=("value", "subject"), name="subject_key_value"),)

    def __str__(self) -> str:
        return str(self.value)


class Uncompared(models.Model):
    """A subject that was entered or changed since it was last compared with the others. Database
    triggers enter it, so that none is missed however it was written."""

    subject = models.OneToOneField(
        Subject, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "待比对对象"

    def __str__(self) -> str:
        return str(self.subject_id)

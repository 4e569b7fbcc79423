from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from credit.models.subject import Subject
from credit.rules.events import KIND_CHOICES
from departments.actors import is_staff_member
from departments.models import Region
from departments.roles import STAFF
from records import clock
from records.actor import Actor
from records.models import Toned


class Label(models.Model):
    """A word by which the subjects of a region are told apart."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("标签", max_length=30)

    class Meta:
        verbose_name = verbose_name_plural = "标签"
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("region", "name"), name="label_once"),)

    def __str__(self) -> str:
        return self.name


class LabelRuleQuerySet(models.QuerySet["LabelRule"]):
    def visible_to(self, actor: Actor) -> LabelRuleQuerySet:
        """Departments see by which rules the subjects of their region are labelled."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not actor.has_role(*STAFF):
            return self.none()
        return self.filter(label__region__code=actor.region_code)


class LabelRule(Toned):
    """Gives its label to every subject that meets all of its conditions, and takes it back from
    those that no longer do (S1). An empty condition is none.

    ``event`` with ``at_least`` and ``months`` counts the credit records of a kind in the last
    months. ``reached`` is the last subject of the run that is under way; a rule is due while
    ``applied_at`` is empty or of another day.
    """

    class State(models.TextChoices):
        IN_FORCE = "in_force", "执行中"
        STOPPED = "stopped", "已停用"

    TONES: ClassVar[dict[str, str]] = {State.IN_FORCE: "ok", State.STOPPED: "neutral"}

    label = models.ForeignKey(Label, models.PROTECT, related_name="rules", verbose_name="标签")
    categories = ArrayField(
        models.SlugField(max_length=40), default=list, blank=True, verbose_name="对象类别"
    )
    industry = models.CharField("行业代码开头", max_length=4, blank=True)
    grades = ArrayField(
        models.CharField(max_length=1, choices=Subject.Grade.choices),
        default=list,
        blank=True,
        verbose_name="等级",
    )
    event = models.CharField("信用记录", max_length=20, choices=KIND_CHOICES, blank=True)
    at_least = models.PositiveSmallIntegerField("至少次数", default=1)
    months = models.PositiveSmallIntegerField("近几个月", default=12)
    reason = models.CharField("制定理由", max_length=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.IN_FORCE)
    created_by = models.CharField("制定人", max_length=60)
    created_at = models.DateTimeField("制定时间", default=clock.now)
    reached = models.BigIntegerField("已处理到", default=0)
    applied_at = models.DateTimeField("最近执行时间", null=True)

    objects = LabelRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标签规则"
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(categories=[], industry="", grades=[], event=""),
                name="label_rule_has_condition",
            ),
            models.CheckConstraint(
                condition=Q(at_least__gte=1, months__gte=1), name="label_rule_counts_something"
            ),
        )

    def __str__(self) -> str:
        return f"标签规则“{self.label.name}”"

    @property
    def region_code(self) -> str:
        return self.label.region.code


class SubjectLabel(models.Model):
    """Why a subject has a label: by a rule, or by hand with a reason. Neither touches the other;
    ``Subject.labels`` repeats the words of all."""

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="label_marks", db_index=False)
    label = models.ForeignKey(Label, models.PROTECT, related_name="+", verbose_name="标签")
    rule = models.ForeignKey(
        LabelRule,
        models.PROTECT,
        null=True,
        related_name="marks",
        db_index=False,
        verbose_name="规则",
    )
    reason = models.CharField("理由", max_length=100, blank=True)
    actor_name = models.CharField("操作人", max_length=60, blank=True)
    at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "对象标签"
        ordering = ("label", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "subject"),
                condition=Q(rule__isnull=False),
                name="label_once_by_rule",
            ),
            models.UniqueConstraint(
                fields=("subject", "label"), condition=Q(rule=None), name="label_once_by_hand"
            ),
        )
        indexes = (models.Index(fields=("subject", "label")),)

    def __str__(self) -> str:
        return f"{self.subject_id} {self.label_id}"

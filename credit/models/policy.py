from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from credit.models.subject import Subject
from credit.models.versions import DrawnUp, DrawnUpQuerySet
from matters.models import Matter, MatterVersion


class SupervisionPolicyQuerySet(DrawnUpQuerySet["SupervisionPolicy"]):
    pass


class SupervisionPolicy(DrawnUp):
    """A version of a region's differentiated supervision (S5): how many of each grade are drawn,
    how often, in what way, in general and in single matters.

    A version in force is never edited: a new one takes its place. ``new_industries`` are the
    industry classes (GB/T 4754, two to four digits) whose low-risk firms may be supervised by
    trigger alone, where a row says so.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        REVIEW = "review", "待负责人签发"
        IN_FORCE = "in_force", "生效"
        RETIRED = "retired", "已被替代"
        DISCARDED = "discarded", "已作废"

    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "warn",
        State.REVIEW: "warn",
        State.IN_FORCE: "ok",
    }

    PREPARING = (State.DRAFT, State.REVIEW)

    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    new_industries = ArrayField(
        models.CharField(max_length=4), default=list, blank=True, verbose_name="新兴产业行业代码"
    )

    objects = SupervisionPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "差异化监管方案"
        ordering = ("region_id", "-version")
        constraints = (
            models.UniqueConstraint(fields=("region", "version"), name="policy_version_once"),
            models.UniqueConstraint(
                fields=("region",), condition=Q(state="in_force"), name="one_policy_in_force"
            ),
            models.UniqueConstraint(
                fields=("region",),
                condition=Q(state__in=("draft", "review")),
                name="one_policy_in_preparation",
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("credit:policy", args=[self.pk])


class PolicyRow(models.Model):
    """What a policy says for one grade, in general (no matter) or in one matter."""

    of = models.ForeignKey(SupervisionPolicy, models.CASCADE, related_name="rows")
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, related_name="+", verbose_name="监管事项"
    )
    grade = models.CharField("等级", max_length=1, choices=Subject.Grade.choices)
    ratio_bp = models.PositiveIntegerField("抽查比例（基点）")
    frequency = models.PositiveSmallIntegerField(
        "年度频次", default=1, help_text="每年随机抽查至多几次，0 表示不限"
    )
    way = models.CharField(
        "监管方式",
        max_length=15,
        choices=MatterVersion.Way.choices,
        default=MatterVersion.Way.ON_SITE,
    )
    trigger_only = models.BooleanField("触发式", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "差异化监管规定"
        ordering = ("of_id", models.F("matter_id").asc(nulls_first=True), "grade")
        constraints = (
            models.UniqueConstraint(
                fields=("of", "matter", "grade"), nulls_distinct=False, name="policy_row_once"
            ),
            models.CheckConstraint(
                condition=Q(ratio_bp__lte=10_000), name="policy_ratio_at_most_all"
            ),
            models.CheckConstraint(
                condition=Q(trigger_only=False) | Q(grade="A", matter__isnull=False),
                name="policy_trigger_low_risk_only",
            ),
        )

    def __str__(self) -> str:
        return f"{self.grade} {self.ratio_bp / 100:g}%"

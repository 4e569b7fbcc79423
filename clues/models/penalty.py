"""Penalties on record, so that the same act is not fined twice."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse

from clues.models.base import Concealable, DecisionQuerySet
from clues.models.clue import Clue
from credit.models import Subject
from departments.models import Department
from matters.models import CheckItem
from records import clock
from records.models import Toned


class PenaltyQuerySet(DecisionQuerySet):
    def _internal(self) -> Q:
        return ~Q(state__in=(Penalty.State.IN_FORCE, Penalty.State.WITHDRAWN))


class Penalty(Concealable, Toned):
    """One kind of penalty of one decision on one unlawful act of a subject.

    ``act`` names the act in words, ``act_key`` is what makes it the same act in the eyes of the
    database (``clues.rules.penalty.act_key``). ``amount`` is in fen and belongs to fines.
    """

    class Kind(models.TextChoices):
        WARNING = "warning", "警告、通报批评"
        FINE = "fine", "罚款"
        CONFISCATION = "confiscation", "没收违法所得或非法财物"
        LICENCE = "licence", "暂扣、吊销许可证件或降低资质等级"
        RESTRICTION = "restriction", "限制经营、责令停产停业或关闭、限制从业"
        DETENTION = "detention", "行政拘留"
        OTHER = "other", "法律、行政法规规定的其他处罚"

    class State(models.TextChoices):
        DRAFT = "draft", "退回修改"
        REVIEW = "review", "待签发"
        IN_FORCE = "in_force", "有效"
        WITHDRAWN = "withdrawn", "已撤销"
        DROPPED = "dropped", "未签发"

    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "neutral",
        State.REVIEW: "warn",
        State.IN_FORCE: "ok",
        State.WITHDRAWN: "neutral",
        State.DROPPED: "neutral",
    }

    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="penalties", verbose_name="当事人"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="决定机关"
    )
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="penalties", verbose_name="线索"
    )
    check_item = models.ForeignKey(
        CheckItem, models.PROTECT, null=True, related_name="+", verbose_name="检查事项"
    )
    act = models.CharField("违法行为", max_length=200)
    act_key = models.CharField("行为标识", max_length=200)
    occurred_from = models.DateField("违法行为开始日期")
    occurred_to = models.DateField("违法行为终了日期")
    number = models.CharField("决定书文号", max_length=60)
    kind = models.CharField("处罚种类", max_length=15, choices=Kind.choices)
    amount = models.PositiveBigIntegerField("罚款金额（分）", null=True)
    decided_on = models.DateField("决定日期")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.REVIEW)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    created_at = models.DateTimeField("录入时间", default=clock.now)
    signed_by = models.CharField("签发人", max_length=60, blank=True)
    withdrawn_reason = models.TextField("撤销理由", blank=True)

    objects = PenaltyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政处罚"
        ordering = ("-created_at", "-id")
        constraints = (
            ExclusionConstraint(
                name="same_act_fined_once",
                expressions=(
                    ("subject", RangeOperators.EQUAL),
                    ("act_key", RangeOperators.EQUAL),
                    (
                        Func(
                            F("occurred_from"),
                            F("occurred_to"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ),
                condition=Q(kind="fine", state="in_force"),
            ),
            models.CheckConstraint(
                condition=Q(occurred_to__gte=F("occurred_from"), decided_on__gte=F("occurred_to")),
                name="penalty_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(kind="fine", amount__gt=0) | (~Q(kind="fine") & Q(amount=None)),
                name="fine_has_amount",
            ),
            models.UniqueConstraint(
                fields=("department", "number", "kind", "act_key"),
                condition=~Q(state__in=("withdrawn", "dropped")),
                name="penalty_entered_once",
            ),
        )
        indexes = (
            models.Index(fields=("subject", "-decided_on", "-id")),
            models.Index(fields=("department", "-created_at", "-id")),
            models.Index(fields=("region_code", "-created_at", "-id")),
        )

    def __str__(self) -> str:
        return "保密行政处罚" if self.confidential else f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("clues:penalty", args=[self.pk])

    @property
    def amount_text(self) -> str:
        """The fine in yuan, as decisions write it."""
        return "" if self.amount is None else f"{self.amount // 100:,}.{self.amount % 100:02d} 元"

"""Proposals of a campaign, from many clues of one kind or place (L12)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models.base import Concealable, ConcealableQuerySet
from clues.models.clue import Clue
from clues.models.warning import RiskWarning
from departments.models import Department, Region
from inspections.models import PlanItem
from matters.models import Matter
from records import clock
from records.actor import Actor
from records.models import Toned


class CampaignQuerySet(ConcealableQuerySet):
    def _internal(self) -> Q:
        return Q(state__in=(Campaign.State.REVIEW, Campaign.State.WITHDRAWN))

    def _parties(self, actor: Actor) -> Q:
        return Q(proposed_by_id=actor.department_id) | Q(lead_id=actor.department_id)


class Campaign(Concealable, Toned):
    """A pattern seen, and what is made of it: an item added to this year's plan, or a reason why
    not. The system proposes for no department; coordination decides on every proposal."""

    class State(models.TextChoices):
        REVIEW = "review", "待签发"
        PROPOSED = "proposed", "待综合协调组研究"
        ACCEPTED = "accepted", "待编制计划项目"
        PLANNED = "planned", "已编制计划项目"
        DECLINED = "declined", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    TONES: ClassVar[dict[str, str]] = {
        State.REVIEW: "warn",
        State.PROPOSED: "warn",
        State.ACCEPTED: "info",
        State.PLANNED: "ok",
        State.DECLINED: "neutral",
        State.WITHDRAWN: "neutral",
    }

    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="campaigns", verbose_name="线索"
    )
    warning = models.ForeignKey(
        RiskWarning, models.PROTECT, null=True, related_name="campaigns", verbose_name="预警"
    )
    title = models.CharField("专项名称", max_length=100)
    reason = models.TextField("规律和依据", max_length=3000)
    categories = ArrayField(models.SlugField(max_length=40), default=list, verbose_name="对象类别")
    township = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="乡镇街道"
    )
    evidence = models.JSONField("数据", default=dict)
    proposed_by = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="提出部门"
    )
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.REVIEW)
    created_at = models.DateTimeField("提出时间", default=clock.now)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟稿人"
    )
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, related_name="+", verbose_name="监管事项"
    )
    lead = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="牵头部门"
    )
    decision = models.TextField("研究意见", blank=True)
    plan_item = models.OneToOneField(
        PlanItem, models.PROTECT, null=True, related_name="campaign", verbose_name="计划项目"
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专项整治建议"
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("warning",),
                condition=~Q(state__in=("declined", "withdrawn")),
                name="campaign_once_per_warning",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "planned")) | Q(lead__isnull=False),
                name="accepted_campaign_has_lead",
            ),
        )
        indexes = (models.Index(fields=("region_code", "-created_at", "-id")),)

    def __str__(self) -> str:
        return "保密专项整治建议" if self.confidential else self.title

    def get_absolute_url(self) -> str:
        return reverse("clues:campaign", args=[self.pk])

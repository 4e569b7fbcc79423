from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from departments.actors import is_staff_member, oversees
from departments.models import Department, Region
from departments.roles import Function
from matters.models import CheckItem, Duty, MatterVersion
from records.actor import Actor
from records.models import Toned


class YearPlanQuerySet(models.QuerySet["YearPlan"]):
    def visible_to(self, actor: Actor) -> YearPlanQuerySet:
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        return self.filter(region__code=actor.region_code)


class YearPlan(Toned):
    """The county's merged inspection plan of one year (I2)."""

    class State(models.TextChoices):
        COLLECTING = "collecting", "收集中"
        MERGED = "merged", "已汇总"
        PUBLISHED = "published", "已公布"

    region = models.ForeignKey(Region, models.PROTECT, related_name="plans", verbose_name="区划")
    year = models.PositiveIntegerField("年度")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.COLLECTING)
    merged_at = models.DateTimeField("汇总时间", null=True)
    published_at = models.DateTimeField("公布时间", null=True)

    objects = YearPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度联合检查计划"
        ordering = ("-year",)
        constraints = (
            models.UniqueConstraint(fields=("region", "year"), name="one_plan_per_region_and_year"),
        )

    def __str__(self) -> str:
        return f"{self.region.name} {self.year} 年度联合检查计划"

    def get_absolute_url(self) -> str:
        return reverse("inspections:plan", args=[self.year])

    TONES: ClassVar[dict[str, str]] = {
        State.COLLECTING: "info",
        State.MERGED: "info",
        State.PUBLISHED: "ok",
    }


class PlanItemQuerySet(models.QuerySet["PlanItem"]):
    def visible_to(self, actor: Actor) -> PlanItemQuerySet:
        """Published items are seen by every department of the region; others by the lead, those
        that take part, and the overseers."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        region = Q(plan__region__code=actor.region_code)
        if oversees(actor, actor.region_code):
            return self.filter(Q(plan__region__code__startswith=actor.region_code))
        own = Q(lead_id=actor.department_id) | Q(
            pk__in=PlanItemPart.objects.filter(department_id=actor.department_id).values("item_id")
        )
        return self.filter(own | (region & Q(state=PlanItem.State.PUBLISHED)))


class PlanItem(Toned):
    """One item of the plan: what is checked, by whom together, how many, when and how drawn."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        CONFIRMING = "confirming", "待参与部门确认"
        CONFIRMED = "confirmed", "参与部门已确认"
        FILED = "filed", "已备案"
        MERGED = "merged", "已汇入年度计划"
        PUBLISHED = "published", "已公布"
        WITHDRAWN = "withdrawn", "已撤回"

    class DrawMode(models.TextChoices):
        MANUAL = "manual", "人工启动（见证人在场）"
        SCHEDULED = "scheduled", "到时自动启动"

    class Staffing(models.TextChoices):
        TEAMS = "teams", "编组派人"
        SINGLY = "singly", "逐户派人"

    class Level(models.IntegerChoices):
        SYSTEM = 0, "0 级：系统随机数"
        PARTIES = 1, "1 级：多方揭示"

    plan = models.ForeignKey(
        YearPlan, models.PROTECT, related_name="items", verbose_name="年度计划"
    )
    number = models.PositiveIntegerField("序号")
    version = models.PositiveIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    title = models.CharField("计划名称", max_length=120)
    matter_version = models.ForeignKey(
        MatterVersion, models.PROTECT, related_name="plan_items", verbose_name="监管事项"
    )
    lead = models.ForeignKey(
        Department, models.PROTECT, related_name="led_plan_items", verbose_name="发起部门"
    )
    categories = ArrayField(models.SlugField(max_length=40), verbose_name="检查对象类别")
    ratios = models.JSONField("各等级抽查比例（基点）", default=dict)
    quota = models.PositiveIntegerField(
        "抽取总数", null=True, blank=True, help_text="填写后按总数抽取，不再使用比例"
    )
    full_coverage = models.BooleanField("全覆盖", default=False)
    period_start = models.DateField("检查开始日期")
    period_end = models.DateField("检查截止日期")
    draw_at = models.DateTimeField("抽取时间")
    draw_mode = models.CharField(
        "抽取方式", max_length=10, choices=DrawMode.choices, default=DrawMode.MANUAL
    )
    draw_level = models.PositiveSmallIntegerField(
        "公信级别", choices=Level.choices, default=Level.PARTIES
    )
    staffing = models.CharField(
        "派人方式", max_length=10, choices=Staffing.choices, default=Staffing.TEAMS
    )
    officers_per_visit = models.PositiveSmallIntegerField(
        "每部门每次到场人数", default=2, validators=(MinValueValidator(2), MaxValueValidator(6))
    )
    max_teams = models.PositiveSmallIntegerField(
        "最多编组数", default=8, validators=(MinValueValidator(1), MaxValueValidator(200))
    )
    filed_at = models.DateTimeField("备案时间", null=True)
    filed_with = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="备案部门"
    )

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划项目"
        ordering = ("plan", "number")
        constraints = (
            models.UniqueConstraint(fields=("plan", "number"), name="plan_item_number_once"),
            models.CheckConstraint(
                condition=Q(period_end__gte=models.F("period_start")), name="plan_item_period"
            ),
        )
        indexes = (
            models.Index(
                fields=("draw_at",),
                condition=Q(draw_mode="scheduled", state="published"),
                name="plan_item_scheduled_draws",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("inspections:plan-item", args=[self.pk])

    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "neutral",
        State.CONFIRMING: "info",
        State.CONFIRMED: "info",
        State.FILED: "info",
        State.MERGED: "info",
        State.PUBLISHED: "ok",
        State.WITHDRAWN: "neutral",
    }

    @property
    def region_code(self) -> str:
        return self.plan.region.code

    @property
    def is_drawn(self) -> bool:
        """Whether a draw of this item is under way or completed; a void one does not count."""
        return any(draw.state != "void" for draw in self.draws.all())

    @property
    def occurrence(self) -> str:
        """The planned occurrence that has at most one done draw; ASCII, part of the commit."""
        return f"{self.region_code}-{self.plan.year}-{self.number:03d}-1"


class PlanItemPart(Toned):
    """A department that takes part in a plan item this time, with its check items."""

    class State(models.TextChoices):
        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DECLINED = "declined", "不参与"

    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="parts")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="plan_parts", verbose_name="部门"
    )
    part = models.CharField("职责", max_length=10, choices=Duty.Part.choices)
    sends_inspectors = models.BooleanField("派出执法人员", default=False)
    check_items = models.ManyToManyField(
        CheckItem, blank=True, related_name="+", verbose_name="检查事项"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    opinion = models.TextField("意见", blank=True)
    decided_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "参与部门"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("item", "department"), name="plan_part_once"),
        )
        indexes = (models.Index(fields=("department", "state")),)

    def __str__(self) -> str:
        return f"{self.department}：{self.item}"

    def get_absolute_url(self) -> str:
        return self.item.get_absolute_url()

    TONES: ClassVar[dict[str, str]] = {
        State.PENDING: "neutral",
        State.CONFIRMED: "ok",
        State.DECLINED: "warn",
    }

    @property
    def region_code(self) -> str:
        return self.item.region_code


def party_role(code: str) -> str:
    """In what capacity a party of a draw takes part, in words, from its ASCII code."""
    if code == "LEAD":
        return "牵头部门"
    return dict(Function.choices).get(code.lower(), "")


class PlanItemParty(models.Model):
    """A party that will bring its own part of the seed to the draw (level 1)."""

    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="parties")
    code = models.SlugField("代号", max_length=20)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="见证单位"
    )

    class Meta:
        verbose_name = verbose_name_plural = "抽取参与方"
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("item", "code"), name="party_code_once"),
            models.UniqueConstraint(fields=("item", "department"), name="party_department_once"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.department}"

    @property
    def role(self) -> str:
        return party_role(self.code)

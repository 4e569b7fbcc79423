"""Warnings: the versioned rules that raise them, the warnings themselves, and their reports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models.base import Concealable
from clues.models.clue import Clue
from clues.models.parties import (
    ListedQuerySet,
    is_named,
    repeated_flag,
    repeated_key,
    repeated_text,
)
from clues.rules import warnings as rules
from credit.models import Subject
from departments.actors import is_staff_member
from departments.models import Department, Region
from departments.roles import STAFF, Role
from inspections.models import JointTask
from matters.models import Matter
from records import clock
from records.actor import Actor
from records.models import Toned
from records.search import gram_index


class WarningRule(models.Model):
    """A rule that warns; what it says is in its versions."""

    region_code = models.CharField("行政区划", max_length=12)
    preset = models.CharField("预置规则", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "预警规则"
        constraints = (
            models.UniqueConstraint(
                fields=("region_code", "preset"),
                condition=~Q(preset=""),
                name="warning_preset_once",
            ),
        )

    def __str__(self) -> str:
        newest = self.versions.order_by("-number").first()
        return newest.name if newest else f"预警规则 {self.pk}"


class WarningRuleVersionQuerySet(models.QuerySet["WarningRuleVersion"]):
    def visible_to(self, actor: Actor) -> WarningRuleVersionQuerySet:
        """Every department of the region knows what is warned of."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not actor.has_role(*STAFF):
            return self.none()
        return self.filter(rule__region_code=actor.region_code)

    def in_force(self) -> WarningRuleVersionQuerySet:
        return self.filter(state=WarningRuleVersion.State.IN_FORCE)


class WarningRuleVersion(Toned):
    """What is counted, over which days, per what, and from which value on somebody is warned.

    A version in force is never edited; the warnings it raised keep pointing to it.
    ``evaluated_at`` and ``trail_seen`` are the evaluator's watermarks, written by it alone.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待负责人审定"
        IN_FORCE = "in_force", "执行中"
        SUPERSEDED = "superseded", "已被新版本代替"
        ENDED = "ended", "已停用"
        DISCARDED = "discarded", "已作废"

    PREPARING = (State.DRAFT, State.SUBMITTED)
    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "neutral",
        State.SUBMITTED: "warn",
        State.IN_FORCE: "ok",
    }

    rule = models.ForeignKey(WarningRule, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    name = models.CharField("规则名称", max_length=80)
    source = models.CharField("统计内容", max_length=30)
    measure = models.CharField("统计方式", max_length=10, choices=rules.MEASURES)
    against = models.CharField("占比的分母", max_length=30, blank=True)
    group_by = models.CharField("统计单位", max_length=12, choices=rules.GROUPS)
    window_days = models.PositiveSmallIntegerField(
        "统计周期（天）",
        validators=(MinValueValidator(1), MaxValueValidator(rules.LONGEST_WINDOW)),
    )
    threshold = models.DecimalField(
        "预警值", max_digits=14, decimal_places=2, validators=(MinValueValidator(Decimal("0.01")),)
    )
    at_least = models.PositiveIntegerField("起算数量", default=1)
    quiet_days = models.PositiveSmallIntegerField("办结后不重复预警（天）", default=15)
    categories = ArrayField(
        models.SlugField(max_length=40), default=list, blank=True, verbose_name="对象类别"
    )
    channels = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="线索来源"
    )
    townships = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="乡镇街道"
    )
    matters = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name="监管事项"
    )
    counted_rule = models.ForeignKey(
        WarningRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="统计的预警规则",
    )
    level = models.CharField("预警等级", max_length=8, choices=rules.LEVELS)
    push_to = ArrayField(models.CharField(max_length=20), verbose_name="推送对象")
    plan = models.TextField("响应预案", max_length=2000)
    change_reason = models.CharField("制定或修改理由", max_length=300)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟定人"
    )
    created_at = models.DateTimeField("拟定时间", default=clock.now)
    in_force_at = models.DateTimeField("执行时间", null=True)
    ended_at = models.DateTimeField("停止时间", null=True)
    evaluated_at = models.DateTimeField("上次统计时间", null=True)
    trail_seen = models.BigIntegerField("已处理留痕", default=0)

    objects = WarningRuleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警规则版本"
        ordering = ("rule", "-number")
        constraints = (
            models.UniqueConstraint(fields=("rule", "number"), name="warning_rule_version_once"),
            models.UniqueConstraint(
                fields=("rule",),
                condition=Q(state="in_force"),
                name="warning_rule_one_in_force",
            ),
            models.UniqueConstraint(
                fields=("rule",),
                condition=Q(state__in=("draft", "submitted")),
                name="warning_rule_one_in_preparation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}（版本 {self.number}）"

    def get_absolute_url(self) -> str:
        return reverse("clues:warning-rule", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.rule.region_code

    @property
    def level_tone(self) -> str:
        return rules.LEVEL_TONES[self.level]


class RiskWarningQuerySet(ListedQuerySet):
    MOMENT = "raised_at"
    REPEATED = ("confidential", "state", "level", "origin", "owner_id", "township_id", "rule_id")

    READERS = (*STAFF, Role.TOWNSHIP)

    def _lists_by_party(self, actor: Actor) -> bool:
        return super()._lists_by_party(actor) and not is_named(actor)

    def _works_here(self, actor: Actor) -> bool:
        return actor.has_role(*STAFF, Role.TOWNSHIP)

    def _parties(self, actor: Actor) -> Q:
        return Q(known_to__contains=[actor.department_id])

    def open(self) -> RiskWarningQuerySet:
        return self.filter(state__in=RiskWarning.OPEN_STATES)


class RiskWarning(Concealable, Toned):
    """A warning raised by a rule, or sent down by the nation or the province, until somebody has
    said what comes of it (J7, N二2(1), H12). ``owner`` answers for it.

    ``clue`` is the clue that the warning is about, so that it is concealed with it;
    ``outcome_clue`` the one that came of it.
    """

    class Origin(models.TextChoices):
        RULE = "rule", "规则预警"
        NATIONAL = "national", "国家下发"
        PROVINCE = "province", "省级下发"

    class State(models.TextChoices):
        RAISED = "raised", "待接收"
        RECEIVED = "received", "待处置"
        STUDY = "study", "联合会商中"
        REVIEW = "review", "不予处置待签署"
        FEEDBACK = "feedback", "待反馈上级"
        CLOSED = "closed", "已办结"

    class Outcome(models.TextChoices):
        CLUE = "clue", "转为线索"
        CHECK = "check", "开展检查"
        CAMPAIGN = "campaign", "建议专项整治"
        NOTHING = "nothing", "不予处置"

    OPEN_STATES = (State.RAISED, State.RECEIVED, State.STUDY, State.REVIEW, State.FEEDBACK)
    TONES: ClassVar[dict[str, str]] = {
        State.RAISED: "warn",
        State.RECEIVED: "info",
        State.STUDY: "info",
        State.REVIEW: "warn",
        State.FEEDBACK: "warn",
        State.CLOSED: "ok",
    }

    number = models.CharField("预警编号", max_length=40, unique=True)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices, default=Origin.RULE)
    external_number = models.CharField("来源编号", max_length=60, blank=True)
    level = models.CharField("等级", max_length=8, choices=rules.LEVELS)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RAISED)
    title = models.CharField("标题", max_length=150)
    content = models.TextField("内容", max_length=5000)
    plan = models.TextField("响应预案", max_length=2000, blank=True)
    version = models.ForeignKey(
        WarningRuleVersion, models.PROTECT, null=True, related_name="warnings", verbose_name="规则"
    )
    rule = models.ForeignKey(WarningRule, models.PROTECT, null=True, related_name="warnings")
    group_key = models.CharField("统计单位", max_length=40, blank=True)
    value = models.DecimalField("统计值", max_digits=14, decimal_places=2, null=True)
    window_from = models.DateTimeField("统计起", null=True)
    window_to = models.DateTimeField("统计止", null=True)
    raised_at = models.DateTimeField("预警时间", default=clock.now)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管对象"
    )
    township = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="乡镇街道"
    )
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管事项"
    )
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, related_name="warnings", verbose_name="线索"
    )
    owner = models.ForeignKey(
        Department, models.PROTECT, related_name="warnings", verbose_name="责任部门"
    )
    study_lead = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="会商组织部门"
    )
    study_opened_at = models.DateTimeField("会商发起时间", null=True)
    study_held_on = models.DateField("会商日期", null=True)
    study_minutes = models.TextField("会商纪要", blank=True)
    study_conclusion = models.TextField("会商结论", blank=True)
    outcome = models.CharField("处置结果", max_length=10, choices=Outcome.choices, blank=True)
    outcome_text = models.TextField("处置情况", max_length=2000, blank=True)
    outcome_clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, related_name="+", verbose_name="转为的线索"
    )
    outcome_task = models.ForeignKey(
        JointTask, models.PROTECT, null=True, related_name="+", verbose_name="开展的检查"
    )
    settled_at = models.DateTimeField("处置时间", null=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    # Repeats the parties, so that a department's warnings are found by indexes of this table.
    known_to = ArrayField(models.BigIntegerField(), default=list, verbose_name="推送部门")

    objects = RiskWarningQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警"
        ordering = ("-raised_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "group_key"),
                condition=Q(rule__isnull=False) & ~Q(state="closed"),
                name="warning_open_once_per_group",
            ),
            models.UniqueConstraint(
                fields=("region_code", "origin", "external_number"),
                condition=~Q(external_number="") & Q(confidential=False),
                name="warning_external_number_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome=""), name="closed_warning_has_outcome"
            ),
        )
        indexes = (
            models.Index(fields=("-raised_at", "-id")),
            models.Index(fields=("region_code", "-raised_at", "-id")),
            models.Index(
                fields=("region_code", "state", "-raised_at", "-id"), name="warning_region_state"
            ),
            GinIndex(fields=("known_to",), name="warning_known_to"),
            gram_index("title", name="warning_grams"),
            models.Index(fields=("rule", "group_key", "-closed_at")),
            models.Index(fields=("owner", "state", "-raised_at")),
            models.Index(fields=("subject", "-raised_at")),
        )

    def __str__(self) -> str:
        return f"保密预警 {self.number}" if self.confidential else f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("clues:warning", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def is_from_above(self) -> bool:
        """Whether it was sent down, so that its outcome is fed back (H12)."""
        return self.origin != self.Origin.RULE

    @property
    def needs_study(self) -> bool:
        """A major warning is studied jointly before anything is decided (J7)."""
        return self.level == rules.MAJOR and not self.study_conclusion

    @property
    def level_tone(self) -> str:
        return rules.LEVEL_TONES[self.level]


class WarningParty(models.Model):
    """A department that a warning was pushed to, and what for. Written together with
    ``RiskWarning.known_to`` (``clues.services.warnings.raising.note_parties``)."""

    class Part(models.TextChoices):
        OWNER = "owner", "处置"
        TOLD = "told", "知悉"
        STUDY = "study", "会商"

    warning = models.ForeignKey(RiskWarning, models.CASCADE, related_name="parties")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    part = models.CharField("职责", max_length=6, choices=Part.choices, default=Part.TOLD)
    since = models.DateTimeField("推送时间", default=clock.now)
    read_at = models.DateTimeField("阅知时间", null=True)
    read_by = models.CharField("阅知人", max_length=60, blank=True)
    raised_at = models.DateTimeField("预警时间", editable=False)
    confidential = repeated_flag()
    state = repeated_text(10)
    level = repeated_text(8)
    origin = repeated_text(10)
    owner_id = repeated_key()
    township_id = repeated_key()
    rule_id = repeated_key()

    class Meta:
        verbose_name = verbose_name_plural = "预警推送"
        constraints = (
            models.UniqueConstraint(fields=("warning", "department"), name="warning_party_once"),
        )
        indexes = (
            models.Index(fields=("department", "warning")),
            models.Index(
                fields=("department", "-raised_at", "-warning"),
                include=(
                    "confidential",
                    "state",
                    "level",
                    "origin",
                    "owner_id",
                    "township_id",
                    "rule_id",
                ),
                name="warning_party_listed",
            ),
            models.Index(
                fields=("department", "warning"),
                condition=Q(read_at=None) & Q(part="told"),
                name="warning_party_unread",
            ),
        )

    def __str__(self) -> str:
        return f"{self.department}：{self.warning_id}"


class WarningEvent(models.Model):
    """One of the events that raised a warning: a key of the source's model, never its content."""

    warning = models.ForeignKey(RiskWarning, models.CASCADE, related_name="events")
    source = models.CharField("来源", max_length=30)
    object_id = models.BigIntegerField("对象编号")
    at = models.DateTimeField("发生时间")

    class Meta:
        verbose_name = verbose_name_plural = "预警依据"
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("warning", "source", "object_id"), name="warning_event_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.object_id}"


class WarningReportQuerySet(models.QuerySet["WarningReport"]):
    def visible_to(self, actor: Actor) -> WarningReportQuerySet:
        """The coordination office and the departments it was sent to."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not actor.has_role(*STAFF):
            return self.none()
        return self.filter(receivers__department_id=actor.department_id)


class WarningReport(models.Model):
    """The warnings of one month or quarter in figures, as they stood when it was written."""

    class Period(models.TextChoices):
        MONTH = "month", "月报"
        QUARTER = "quarter", "季报"

    region_code = models.CharField("行政区划", max_length=12)
    period = models.CharField("周期", max_length=8, choices=Period.choices)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止")
    figures: Any = models.JSONField("数据", default=dict)
    written_at = models.DateTimeField("生成时间", default=clock.now)

    objects = WarningReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警报告"
        ordering = ("-starts_on", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("region_code", "period", "starts_on"), name="warning_report_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.when}风险预警{self.get_period_display()}"

    def get_absolute_url(self) -> str:
        return reverse("clues:warning-report", args=[self.pk])

    @property
    def when(self) -> str:
        """2026 年 10 月, or 2026 年第 4 季度."""
        if self.period == self.Period.MONTH:
            return f"{self.starts_on.year} 年 {self.starts_on.month} 月"
        return f"{self.starts_on.year} 年第 {(self.starts_on.month + 2) // 3} 季度"


class WarningReportReceiver(models.Model):
    """A department that a report was sent to, and who read it there first."""

    report = models.ForeignKey(WarningReport, models.CASCADE, related_name="receivers")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    read_at = models.DateTimeField("阅读时间", null=True)
    read_by = models.CharField("阅读人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "预警报告送达"
        constraints = (
            models.UniqueConstraint(fields=("report", "department"), name="report_receiver_once"),
        )
        indexes = (models.Index(fields=("department", "report")),)

    def __str__(self) -> str:
        return f"{self.department}：{self.report_id}"

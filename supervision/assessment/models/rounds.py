"""An assessment of one period: the departments' results, their lines, and the rows behind."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse

from departments.actors import fills_in, is_staff_member
from departments.models import Department, Region
from departments.notices import Notice
from departments.roles import Function
from matters.models import Matter
from records.actor import Actor
from records.models import Toned
from records.periods import day_after
from supervision.assessment import scoring
from supervision.assessment.models.schemes import Scheme, SchemeLine


def coordinates(actor: Actor) -> bool:
    """Whether the person works as clerk or head for the coordination office, which assesses."""
    return is_staff_member(actor) and fills_in(actor, Function.COORDINATION, actor.region_code)


class RoundQuerySet(models.QuerySet["Round"]):
    def visible_to(self, actor: Actor) -> RoundQuerySet:
        """The coordination office reads all of its region, a department what was published."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        own = self.filter(region__code=actor.region_code)
        return own if coordinates(actor) else own.filter(state__in=Round.SHOWN)


class Round(Toned):
    """The assessment of one quarter or year (``months`` 3 or 12) from ``first`` to the day before
    ``ends``. Until it is published it is computed as often as wanted; frozen it never changes.

    While a worker computes it, ``as_of`` is the moment that is judged and ``reached`` the number of
    lines that are written; each line is replaced whole, so that what is read is never half a line.
    """

    class State(models.TextChoices):
        COMPUTING = "computing", "正在测算"
        COMPUTED = "computed", "已测算（暂定）"
        PUBLISHING = "publishing", "正在公布"
        PUBLISHED = "published", "已公布，可申诉"
        FROZEN = "frozen", "已定稿"

    UNDER_WAY = (State.COMPUTING, State.PUBLISHING)
    SHOWN = (State.PUBLISHED, State.FROZEN)
    TONES: ClassVar[dict[str, str]] = {
        State.COMPUTING: "info",
        State.COMPUTED: "neutral",
        State.PUBLISHING: "info",
        State.PUBLISHED: "warn",
        State.FROZEN: "ok",
    }
    QUARTER, YEAR = 3, 12
    LENGTHS = ((QUARTER, "季度"), (YEAR, "年度"))

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="rounds", verbose_name="考核方案"
    )
    months = models.PositiveSmallIntegerField("周期", choices=LENGTHS)
    first = models.DateField("开始日期")
    ends = models.DateField("结束日期之后的一天")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.COMPUTED)
    as_of = models.DateTimeField("数据截至", null=True)
    reached = models.PositiveSmallIntegerField("已测算指标", default=0)
    computed_at = models.DateTimeField("测算时间", null=True)
    published_at = models.DateTimeField("公布时间", null=True)
    appeals_until = models.DateTimeField("申诉截止时间", null=True)
    frozen_at = models.DateTimeField("定稿时间", null=True)
    frozen_by = models.CharField("定稿人", max_length=60, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门考核"
        ordering = ("-ends", "-months")
        constraints = (
            models.UniqueConstraint(fields=("region", "months", "first"), name="round_once"),
            models.CheckConstraint(
                condition=~Q(state="frozen") | Q(frozen_at__isnull=False),
                name="frozen_round_says_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.period}部门考核"

    def get_absolute_url(self) -> str:
        return reverse("assessment:round", args=[self.pk])

    @property
    def period(self) -> str:
        """The period in words."""
        if self.months == self.YEAR:
            return f"{self.first.year} 年度"
        return f"{self.first.year} 年第{'一二三四'[(self.first.month - 1) // self.QUARTER]}季度"

    @property
    def last(self) -> object:
        """The last day of the period."""
        return day_after(self.ends, -1)

    @property
    def region_code(self) -> str:
        return self.region.code


class RoundNotice(Notice):
    """What a department is told of a round, and whether it has read it: one row, told anew at each
    stage, so that nobody has to read what no longer holds."""

    class Stage(models.TextChoices):
        PUBLISHED = "published", "考核结果公布，可以申诉"
        CLOSED = "closed", "申诉期届满"
        FROZEN = "frozen", "考核已定稿"

    round = models.ForeignKey(Round, models.CASCADE, related_name="notices", verbose_name="考核")
    stage = models.CharField("阶段", max_length=10, choices=Stage.choices)

    class Meta:
        verbose_name = verbose_name_plural = "考核送达"
        ordering = ("round_id", "department_id")
        constraints = (
            models.UniqueConstraint(fields=("round", "department"), name="round_told_once"),
        )
        indexes = (
            models.Index(
                fields=("department",), condition=Q(read_at=None), name="round_notice_unread"
            ),
        )

    def __str__(self) -> str:
        return f"{self.round}：{self.get_stage_display()}"

    @property
    def thing(self) -> Round:
        return self.round

    @property
    def act_label(self) -> str:
        return f"签收“{self.get_stage_display()}”"


def _own(actor: Actor, department: str, of: str) -> Q:
    """What a department reads of its own once it is published; the coordination office all."""
    region = Q(**{f"{of}region__code": actor.region_code})
    if coordinates(actor):
        return region
    shown = {f"{of}state__in": Round.SHOWN, department: actor.department_id}
    return region & Q(**shown)


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, actor: Actor) -> ScoreQuerySet:
        """One's own; the published totals of all are read with their round."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        return self.filter(_own(actor, "department_id", "round__"))


class Score(models.Model):
    """A department's result in a round, in hundredths of a point; without rows in any base line it
    has neither total nor rank."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="scores")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="部门"
    )
    base = models.PositiveIntegerField("基础得分", null=True)
    deducted = models.PositiveIntegerField("扣分", default=0)
    extra = models.PositiveIntegerField("加分", default=0)
    total = models.PositiveIntegerField("总分", null=True)
    rank = models.PositiveIntegerField("名次", null=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门考核得分"
        ordering = ("round_id", models.F("rank").asc(nulls_last=True), "department_id")
        constraints = (models.UniqueConstraint(fields=("round", "department"), name="score_once"),)

    def __str__(self) -> str:
        return f"{self.round} {self.department}"

    def get_absolute_url(self) -> str:
        return reverse("assessment:score", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.round.region_code


class LineScoreQuerySet(models.QuerySet["LineScore"]):
    def visible_to(self, actor: Actor) -> LineScoreQuerySet:
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        return self.filter(_own(actor, "of__department_id", "of__round__"))


class LineScore(models.Model):
    """What a department has in one line: its counted rows, the met ones, and what they give;
    ``score`` is None where nothing is to be counted."""

    of = models.ForeignKey(Score, models.CASCADE, related_name="lines")
    line = models.ForeignKey(SchemeLine, models.PROTECT, related_name="+", verbose_name="指标")
    rows = models.PositiveIntegerField("计入", default=0)
    met = models.PositiveIntegerField("达标", default=0)
    score = models.IntegerField("得分", null=True)

    objects = LineScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核指标得分"
        ordering = ("of_id", "line__position")
        constraints = (models.UniqueConstraint(fields=("of", "line"), name="line_score_once"),)

    def __str__(self) -> str:
        return f"{self.of}“{self.line}”"

    def get_absolute_url(self) -> str:
        return reverse("assessment:line", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.of.region_code


class ScoreRow(models.Model):
    """One thing that a line counts, as it stood when it was computed. ``left_out`` says why it no
    longer counts; ``points`` are those granted by hand."""

    line = models.ForeignKey(LineScore, models.CASCADE, related_name="facts")
    what = models.CharField("事由", max_length=200)
    about = models.CharField("对象", max_length=300)
    target_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    target_id = models.BigIntegerField("对象编号")
    target = GenericForeignKey("target_type", "target_id")
    due_at = models.DateTimeField("到期或发生时间", null=True)
    done_at = models.DateTimeField("完成时间", null=True)
    met = models.BooleanField("达标")
    note = models.CharField("说明", max_length=200, blank=True)
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, related_name="+", verbose_name="监管事项"
    )
    points = models.PositiveIntegerField("加分", default=0)
    left_out = models.TextField("不计入的理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核明细"
        ordering = ("line_id", "met", "due_at", "id")
        indexes = (models.Index(fields=("line", "met", "due_at", "id"), name="score_row_listed"),)

    def __str__(self) -> str:
        return f"{self.what}：{self.about}"

    @property
    def fact(self) -> scoring.Fact:
        """What the arithmetic knows of it."""
        return scoring.Fact(self.met, self.points, left_out=bool(self.left_out))

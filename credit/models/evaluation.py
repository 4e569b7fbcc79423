from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property

from credit.models.indicators import Indicator, IndicatorSet
from credit.models.subject import Subject
from credit.scoring import Bands, Line, points
from departments.models import Region
from departments.notices import Notice
from matters.models import Matter
from records.actor import Actor
from records.models import Toned


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, actor: Actor) -> EvaluationQuerySet:
        """Who may read the set may read how subjects came out by it: a draft's trials stay with
        those who draw it up."""
        if actor.is_system:
            return self
        return self.filter(by_set__in=IndicatorSet.objects.visible_to(actor))

    def finished(self) -> EvaluationQuerySet:
        return self.filter(state=Evaluation.State.DONE)

    def of_everyone(self) -> EvaluationQuerySet:
        """The runs over all subjects whose grades hold."""
        return self.filter(kind__in=(Evaluation.Kind.QUARTERLY, Evaluation.Kind.ORDERED))


class Evaluation(Toned):
    """One run of an indicator set over the subjects of a region, on a day (S4).

    It goes on in steps (``EvaluationStep``), several at once, so that a run that was killed goes on
    with the steps that are left. ``horizon`` is the last credit event it reads; ``digest`` binds
    all results in order: the same set, day, horizon, subjects and steps give the same digest.
    ``counts``, ``digest`` and ``changed`` are known when all steps are done.

    It is compared with the run before, ``base`` (a trial: with the grades
    that hold), and keeps the outcome: ``moves`` counts subjects by both grades (``AB``: from A to
    B; ``-A``: not judged before), ``shares`` changed subjects by category and by lead department.
    """

    class Kind(models.TextChoices):
        QUARTERLY = "quarterly", "季度评价"
        ORDERED = "ordered", "专项评价"
        EVENT = "event", "动态评价"
        TRIAL = "trial", "试算"

    class State(models.TextChoices):
        RUNNING = "running", "计算中"
        APPLYING = "applying", "更新等级中"
        DONE = "done", "完成"

    TRIED = (
        *("code", "name", "event", "measure", "weight", "full_at", "months"),
        *("adds", "veto", "own_matter"),
    )
    """What a trial keeps of each indicator, as its draft may be written anew."""

    TONES: ClassVar[dict[str, str]] = {
        State.RUNNING: "info",
        State.APPLYING: "info",
        State.DONE: "ok",
    }

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    by_set = models.ForeignKey(
        IndicatorSet, models.PROTECT, related_name="evaluations", verbose_name="指标"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    as_of = models.DateField("评价日")
    horizon = models.BigIntegerField("信用记录截至")
    tried = models.JSONField("试算的指标", null=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField("对象数")
    done = models.PositiveIntegerField("已评价", default=0)
    counts = models.JSONField("等级分布", default=dict)
    changed = models.PositiveIntegerField("等级变动", default=0)
    digest = models.CharField("结果摘要", max_length=64, blank=True)
    base = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="对比的评价"
    )
    moves = models.JSONField("等级变化", default=dict)
    shares = models.JSONField("变化分布", default=dict)
    requested_by = models.CharField("发起人", max_length=60)
    reason = models.TextField("事由", blank=True)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用评价"
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=("id",),
                condition=Q(state__in=("running", "applying")),
                name="evaluation_unfinished",
            ),
        )

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("credit:evaluation", args=[self.pk])

    @cached_property
    def indicators(self) -> list[Indicator]:
        """What it judges by, in the set's order; a trial's as they stood when it began."""
        if self.tried is None:
            return list(self.by_set.indicators.all())
        return [Indicator(**line) for line in self.tried["lines"]]

    @property
    def bands(self) -> Bands:
        """The lines between the grades that it judges by."""
        return self.by_set.bands if self.tried is None else Bands(*self.tried["bands"])

    @property
    def region_code(self) -> str:
        return self.region.code


class EvaluationStep(models.Model):
    """A part of a run: the subjects with ids above ``after`` up to ``last``, judged in one
    transaction and, unless the run is a trial, brought to their grades in another.

    ``groups`` counts its results by grade before, grade and categories
    (``credit.evaluation_sql.Group``), ``digest`` binds them; ``changed`` is how many general grades
    it changed.
    """

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="steps", verbose_name="评价"
    )
    after = models.BigIntegerField("起（不含）")
    last = models.BigIntegerField("止")
    judged = models.BooleanField("已评价", default=False)
    applied = models.BooleanField("等级已更新", default=False)
    groups = models.JSONField("等级分布", default=list)
    digest = models.CharField("结果摘要", max_length=64, blank=True)
    changed = models.PositiveIntegerField("等级变动", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "评价分段"
        ordering = ("after",)
        constraints = (
            models.UniqueConstraint(fields=("evaluation", "after"), name="one_evaluation_step"),
        )

    def __str__(self) -> str:
        return f"{self.after}–{self.last}"


class EvaluationNotice(Notice):
    """What a department that leads matters is told of a finished run: how many subjects of its
    matters were judged and how many grades changed (``changed`` is None for the first run)."""

    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, related_name="notices", verbose_name="评价"
    )
    judged = models.PositiveIntegerField("涉及对象")
    changed = models.PositiveIntegerField("等级变化", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "评价结果送达"
        ordering = ("department_id",)
        constraints = (
            models.UniqueConstraint(fields=("evaluation", "department"), name="told_once"),
        )
        indexes = (
            models.Index(
                fields=("department",), condition=Q(read_at=None), name="evaluation_notice_unread"
            ),
        )

    def __str__(self) -> str:
        return f"{self.evaluation}结果"

    @property
    def thing(self) -> Evaluation:
        return self.evaluation

    @property
    def act_label(self) -> str:
        return "签收评价结果"

    @property
    def words(self) -> str:
        if self.changed is None:
            return f"首次评价，涉及 {self.judged} 户"
        return f"涉及 {self.judged} 户，等级变化 {self.changed} 户"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, actor: Actor) -> AssessmentQuerySet:
        if actor.is_system:
            return self
        return self.filter(subject__in=Subject.objects.visible_to(actor))


class Assessment(models.Model):
    """How one subject came out of one evaluation.

    ``measured`` says what each indicator of the set measured, in the set's order, None where it
    found nothing; what it took or gave follows (``lines``). ``before`` is the grade that it is
    compared with for good: the one in the run before, for a trial the one in the directory then
    (``-``: none, in a run or for a matter); empty in a dynamic evaluation.
    """

    # Written by one statement that selects both: checking a million keys again would be a fifth of
    # an evaluation.
    evaluation = models.ForeignKey(
        Evaluation,
        models.CASCADE,
        related_name="assessments",
        db_index=False,
        db_constraint=False,
    )
    subject = models.ForeignKey(
        Subject,
        models.CASCADE,
        related_name="assessments",
        db_index=False,
        db_constraint=False,
    )
    score = models.PositiveSmallIntegerField("得分")
    grade = models.CharField("等级", max_length=1, choices=Subject.Grade.choices)
    veto = models.PositiveSmallIntegerField("否决指标", null=True)
    before = models.CharField("之前等级", max_length=1, blank=True, db_default="")
    measured = ArrayField(models.BigIntegerField(null=True), default=list)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评价结果"
        constraints = (
            models.UniqueConstraint(fields=("subject", "evaluation"), name="assessed_once"),
        )
        indexes = (
            models.Index(fields=("evaluation", "grade", "subject"), name="assessment_by_grade"),
            models.Index(
                fields=("subject",), condition=Q(veto__isnull=False), name="assessment_vetoed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.score / 100:.2f} 分，{self.grade} 级"

    @property
    def lines(self) -> list[Line]:
        """The lines of the score: the indicators that found something."""
        found = zip(self.evaluation.indicators, self.measured, strict=False)
        return [
            Line(position, measured, points(indicator.weight, indicator.full_at, measured))
            for position, (indicator, measured) in enumerate(found)
            if measured is not None
        ]


class Standing(models.Model):
    """The grade that holds for a subject now, in general (no matter) or for one matter, and the
    assessment it follows from, with its evaluation; ``Subject.grade`` repeats the general one."""

    # As with assessments: one statement writes a standing for each assessment and its subject.
    subject = models.ForeignKey(
        Subject, models.CASCADE, related_name="standings", db_index=False, db_constraint=False
    )
    matter = models.ForeignKey(
        Matter,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="监管事项",
    )
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    grade = models.CharField("等级", max_length=1, choices=Subject.Grade.choices)

    class Meta:
        verbose_name = verbose_name_plural = "现行等级"
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "matter"), nulls_distinct=False, name="one_standing"
            ),
        )
        indexes = (
            models.Index(
                fields=("matter", "subject"),
                condition=Q(matter__isnull=False),
                name="standing_in_matter",
            ),
        )

    def __str__(self) -> str:
        return self.get_grade_display()


class Adjustment(models.Model):
    """A grade set by the credit group for a term, with its reason: it holds instead of the one
    that was computed, until it ends."""

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="adjustments")
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, related_name="+", verbose_name="监管事项"
    )
    grade = models.CharField("等级", max_length=1, choices=Subject.Grade.choices)
    since = models.DateField("自")
    until = models.DateField("至")
    reason = models.TextField("理由")
    made_by = models.CharField("操作人", max_length=60)
    made_at = models.DateTimeField("操作时间")
    ended_at = models.DateTimeField("提前终止时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "等级人工调整"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "matter"),
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_adjustment",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=models.F("since")), name="adjustment_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_grade_display()}，至 {self.until:%Y-%m-%d}"


class Stale(models.Model):
    """A subject about which something was recorded since it was last judged: the next dynamic
    evaluation takes it up."""

    subject = models.OneToOneField(Subject, models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField("自")

    class Meta:
        verbose_name = verbose_name_plural = "待动态评价对象"

    def __str__(self) -> str:
        return str(self.subject_id)

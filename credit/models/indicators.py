from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from credit import scoring
from credit.models.versions import DrawnUp, DrawnUpQuerySet
from credit.rules.events import EVENT_KINDS, KIND_CHOICES
from departments.models import Region
from matters.models import Matter


class IndicatorSetQuerySet(DrawnUpQuerySet["IndicatorSet"]):
    def versions_of(self, region: Region, matter_id: int | None) -> IndicatorSetQuerySet:
        """All versions of the general set of a region, or of a matter's."""
        matter = Q(matter=None) if matter_id is None else Q(matter_id=matter_id)
        return self.filter(matter, region=region)


class IndicatorSet(DrawnUp):
    """A version of the indicators by which subjects are judged, in general or for one matter (S3).

    A version in force is never edited: a new one takes its place.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        REVIEW = "review", "待负责人签发"
        CONSENT = "consent", "待联合信用监管组批准"
        IN_FORCE = "in_force", "生效"
        RETIRED = "retired", "已被替代"
        DISCARDED = "discarded", "已作废"

    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "warn",
        State.REVIEW: "warn",
        State.CONSENT: "warn",
        State.IN_FORCE: "ok",
    }

    PREPARING = (State.DRAFT, State.REVIEW, State.CONSENT)

    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管事项"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    a_from = models.PositiveIntegerField("A 级起点", default=8_500)
    b_from = models.PositiveIntegerField("B 级起点", default=7_000)
    c_from = models.PositiveIntegerField("C 级起点", default=5_000)

    objects = IndicatorSetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用评价指标"
        ordering = ("matter_id", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "matter", "version"),
                nulls_distinct=False,
                name="indicator_set_version_once",
            ),
            models.UniqueConstraint(
                fields=("region", "matter"),
                condition=Q(state="in_force"),
                nulls_distinct=False,
                name="one_indicator_set_in_force",
            ),
            models.UniqueConstraint(
                fields=("region", "matter"),
                condition=Q(state__in=("draft", "review", "consent")),
                nulls_distinct=False,
                name="one_indicator_set_in_preparation",
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("credit:indicator-set", args=[self.pk])

    @property
    def bands(self) -> scoring.Bands:
        return scoring.Bands(self.a_from, self.b_from, self.c_from)


class Indicator(models.Model):
    """One line of a set; see ``credit.scoring`` for what its numbers mean."""

    class Measure(models.TextChoices):
        COUNT = scoring.Measure.COUNT.value, "次数"
        SUM = scoring.Measure.SUM.value, "合计数值"
        MOST = scoring.Measure.MOST.value, "最大数值"
        LATEST = scoring.Measure.LATEST.value, "最近一次的数值"

    of = models.ForeignKey(IndicatorSet, models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField("序号")
    code = models.SlugField("代码", max_length=40)
    name = models.CharField("指标", max_length=60)
    group = models.CharField("维度", max_length=30)
    event = models.CharField("数据来源", max_length=20, choices=KIND_CHOICES)
    measure = models.CharField("计量", max_length=10, choices=Measure.choices)
    weight = models.PositiveIntegerField("权重")
    full_at = models.PositiveBigIntegerField("扣完（加满）的数值", default=1)
    months = models.PositiveSmallIntegerField("有效期（月）", null=True, blank=True)
    adds = models.BooleanField("加分项", default=False)
    veto = models.BooleanField("一票否决", default=False)
    own_matter = models.BooleanField("只计本事项", default=False)
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ("of_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("of", "position"), name="indicator_position_once"),
            models.UniqueConstraint(fields=("of", "code"), name="indicator_code_once"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def full_words(self) -> str:
        """The measure at which it has all its effect, as people read it."""
        kind = EVENT_KINDS[self.event]
        if kind.scale:
            return f"“{kind.scale[min(self.full_at, len(kind.scale) - 1)]}”"
        unit = kind.unit if self.measure != self.Measure.COUNT else "次"
        return f"{self.full_at} {unit}"

    @property
    def origin(self) -> str:
        """Where the facts come from, in words."""
        return EVENT_KINDS[self.event].origin

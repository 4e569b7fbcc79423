"""By what a county assesses its departments: versions that are never edited once in force."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from departments.actors import fills_in, is_staff_member
from departments.roles import Function
from departments.versions import Version, VersionQuerySet
from records.actor import Actor
from supervision.assessment import scoring


class SchemeQuerySet(VersionQuerySet["Scheme"]):
    def visible_to(self, actor: Actor) -> SchemeQuerySet:
        """Every department reads by what it is and was assessed, its region's and those of the
        regions above; what is being prepared only the coordination office."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        shown = Q(state__in=(Scheme.State.IN_FORCE, Scheme.State.RETIRED))
        if fills_in(actor, Function.COORDINATION, actor.region_code):
            shown |= Q(region__code=actor.region_code)
        return self.filter(shown, region__code__in=_own_and_above(actor.region_code))

    def holding_in(self, region_code: str) -> SchemeQuerySet:
        """The schemes in force for a region, its own first, then that of the nearest above."""
        found = self.in_force().filter(region__code__in=_own_and_above(region_code))
        return found.order_by("-region__code")


def _own_and_above(region_code: str) -> list[str]:
    return [region_code[:length] for length in (2, 4, 6) if length <= len(region_code)]


class Scheme(Version):
    """A version of the indicators and weights by which departments are assessed (D3)."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        IN_FORCE = "in_force", "生效"
        RETIRED = "retired", "已被替代"
        DISCARDED = "discarded", "已作废"

    TONES: ClassVar[dict[str, str]] = {State.DRAFT: "warn", State.IN_FORCE: "ok"}

    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核方案"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("region", "version"), name="scheme_version_once"),
            models.UniqueConstraint(
                fields=("region",), condition=Q(state="in_force"), name="one_scheme_in_force"
            ),
            models.UniqueConstraint(
                fields=("region",), condition=Q(state="draft"), name="one_scheme_in_preparation"
            ),
        )

    def get_absolute_url(self) -> str:
        return reverse("assessment:scheme", args=[self.pk])


class SchemeLine(models.Model):
    """One indicator of a scheme; its words are copied, so that a version says the same for ever."""

    class Kind(models.TextChoices):
        SHARE = scoring.Kind.SHARE.value, "基础指标"
        DEDUCTION = scoring.Kind.DEDUCTION.value, "扣分项"
        EXTRA = scoring.Kind.EXTRA.value, "加分项"

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField("序号")
    key = models.SlugField("代码", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    title = models.CharField("指标", max_length=60)
    counts = models.CharField("计量范围", max_length=200)
    meets = models.CharField("达标条件", max_length=200, blank=True)
    source = models.CharField("依据", max_length=200)
    weight = models.PositiveIntegerField("分值或上限")
    per_row = models.PositiveIntegerField("每次扣分", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "考核指标"
        ordering = ("scheme_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("scheme", "position"), name="scheme_position_once"),
            models.UniqueConstraint(fields=("scheme", "key"), name="scheme_indicator_once"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def line(self) -> scoring.Line:
        """What the arithmetic knows of it."""
        return scoring.Line(scoring.Kind(self.kind), self.weight, self.per_row)

"""What is decided by hand in a round: appeals against a row or line, and extra points."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from departments.actors import is_staff_member
from departments.models import Department
from records import clock
from records.actor import Actor
from records.models import Toned
from supervision.assessment.models.rounds import LineScore, Score, ScoreRow, coordinates


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, actor: Actor) -> AppealQuerySet:
        """The department that appeals and the coordination office."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        found = self.filter(line__of__round__region__code=actor.region_code)
        return found if coordinates(actor) else found.filter(Q(department_id=actor.department_id))


class Appeal(Toned):
    """A department does not agree with a row, or with a whole line (``row`` empty)."""

    class State(models.TextChoices):
        RAISED = "raised", "待综合协调组答复"
        ACCEPTING = "accepting", "拟采纳，待负责人签发"
        REJECTING = "rejecting", "拟不采纳，待负责人签发"
        ACCEPTED = "accepted", "已采纳"
        REJECTED = "rejected", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (State.RAISED, State.ACCEPTING, State.REJECTING)
    TONES: ClassVar[dict[str, str]] = {
        State.RAISED: "warn",
        State.ACCEPTING: "warn",
        State.REJECTING: "warn",
        State.ACCEPTED: "ok",
        State.REJECTED: "bad",
    }

    line = models.ForeignKey(LineScore, models.PROTECT, related_name="appeals", verbose_name="指标")
    row = models.ForeignKey(
        ScoreRow, models.PROTECT, null=True, related_name="appeals", verbose_name="明细"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="申诉部门"
    )
    reason = models.CharField("申诉理由", max_length=500)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RAISED)
    decision = models.TextField("答复", blank=True)
    created_at = models.DateTimeField("申诉时间", default=clock.now)
    decided_at = models.DateTimeField("答复时间", null=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核申诉"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("line", "row"),
                condition=Q(state__in=("raised", "accepting", "rejecting")),
                nulls_distinct=False,
                name="appeal_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "rejected")) | ~Q(decision=""),
                name="decided_appeal_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.department}对 {self.line.of.round.period}“{self.line.line}”的申诉"

    def get_absolute_url(self) -> str:
        return reverse("assessment:appeal", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.line.region_code

    @property
    def shows_decision(self) -> bool:
        """Whether its head has signed what the coordination office answers."""
        return self.decided_at is not None


class BonusQuerySet(models.QuerySet["Bonus"]):
    def visible_to(self, actor: Actor) -> BonusQuerySet:
        """The coordination office; the department once they were granted and published."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        found = self.filter(of__round__region__code=actor.region_code)
        if coordinates(actor):
            return found
        return found.filter(
            state=Bonus.State.GRANTED, of__in=Score.objects.visible_to(actor).values("pk")
        )


class Bonus(Toned):
    """Extra points for a department (N三4), with the evidence kept of it; its head grants them."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待负责人批准"
        GRANTED = "granted", "已批准"
        DECLINED = "declined", "未批准"

    TONES: ClassVar[dict[str, str]] = {
        State.PROPOSED: "warn",
        State.GRANTED: "ok",
        State.DECLINED: "neutral",
    }

    of = models.ForeignKey(
        Score, models.PROTECT, related_name="bonuses", verbose_name="部门考核得分"
    )
    title = models.CharField("加分事项", max_length=100)
    reason = models.CharField("理由", max_length=500)
    points = models.PositiveIntegerField("加分")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    created_at = models.DateTimeField("提出时间", default=clock.now)
    decided_at = models.DateTimeField("批准时间", null=True)

    objects = BonusQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核加分"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.of.department}加分：{self.title}"

    def get_absolute_url(self) -> str:
        return reverse("assessment:bonus", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.of.region_code

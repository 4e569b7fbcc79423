"""Joint verification of a clue by several departments, and visits that a clue joins (L4)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models.base import Concealable, ConcealableQuerySet
from clues.models.clue import Clue
from clues.models.referral import Referral
from departments.models import Department
from inspections.models import JointTask
from records import clock
from records.actor import Actor
from records.models import Toned


class JointVerificationQuerySet(ConcealableQuerySet):
    def _internal(self) -> Q:
        return Q(opened_at=None)

    def _parties(self, actor: Actor) -> Q:
        """The lead department, and those asked once the head has signed."""
        asked = VerificationPart.objects.filter(department_id=actor.department_id).exclude(
            state=VerificationPart.State.PLANNED
        )
        return Q(lead_id=actor.department_id) | Q(pk__in=asked.values("joint_id"))


class JointVerification(Concealable, Toned):
    """One question to several departments about a clue, with one conclusion (联合核查)."""

    class State(models.TextChoices):
        DRAFT = "draft", "拟分工"
        REVIEW = "review", "待签发"
        VERIFYING = "verifying", "各部门核查中"
        CONCLUDING = "concluding", "待拟结论"
        SIGNING = "signing", "结论待签发"
        CONCLUDED = "concluded", "已有结论"
        CANCELLED = "cancelled", "已取消"

    OPEN_STATES = (State.DRAFT, State.REVIEW, State.VERIFYING, State.CONCLUDING, State.SIGNING)
    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "neutral",
        State.REVIEW: "warn",
        State.VERIFYING: "info",
        State.CONCLUDING: "warn",
        State.SIGNING: "warn",
        State.CONCLUDED: "ok",
        State.CANCELLED: "neutral",
    }

    clue = models.ForeignKey(
        Clue, models.PROTECT, related_name="joint_verifications", verbose_name="线索"
    )
    lead = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="牵头部门")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    purpose = models.TextField("核查要求", max_length=2000)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟稿人"
    )
    created_at = models.DateTimeField("拟稿时间", default=clock.now)
    opened_at = models.DateTimeField("发起时间", null=True)
    opened_by = models.CharField("签发人", max_length=60, blank=True)
    conclusion = models.TextField("核查结论", max_length=5000, blank=True)
    concluded_at = models.DateTimeField("结论签发时间", null=True)
    concluded_by = models.CharField("结论签发人", max_length=60, blank=True)

    objects = JointVerificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联合核查"
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("clue",),
                condition=~Q(state__in=("concluded", "cancelled")),
                name="joint_verification_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="concluded") | ~Q(conclusion=""), name="concluded_says_what"
            ),
        )
        indexes = (
            models.Index(fields=("region_code", "-created_at", "-id")),
            models.Index(fields=("lead", "-created_at", "-id")),
            models.Index(fields=("clue", "id")),
        )

    def __str__(self) -> str:
        return f"联合核查：{self.clue}"

    def get_absolute_url(self) -> str:
        return reverse("clues:joint", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES


class VerificationPartQuerySet(ConcealableQuerySet):
    def _internal(self) -> Q:
        return Q(state=VerificationPart.State.PLANNED) | Q(joint__opened_at=None)

    def _parties(self, actor: Actor) -> Q:
        """Who takes part sees all parts: the departments verify together."""
        sent = ~Q(state=VerificationPart.State.PLANNED)
        own = VerificationPart.objects.filter(sent, department_id=actor.department_id)
        return Q(joint__lead_id=actor.department_id) | (sent & Q(joint__in=own.values("joint_id")))


class VerificationPart(Concealable, Toned):
    """What one department verifies, until when, and what it found."""

    class State(models.TextChoices):
        PLANNED = "planned", "拟分工"
        SENT = "sent", "待接收"
        ACCEPTED = "accepted", "核查中"
        REVIEW = "review", "核查情况待签发"
        RETURNED = "returned", "已退回牵头部门"
        DONE = "done", "已核查"
        DROPPED = "dropped", "已取消"

    OPEN_STATES = (State.SENT, State.ACCEPTED, State.REVIEW, State.RETURNED)
    TONES: ClassVar[dict[str, str]] = {
        State.PLANNED: "neutral",
        State.SENT: "warn",
        State.ACCEPTED: "info",
        State.REVIEW: "warn",
        State.RETURNED: "bad",
        State.DONE: "ok",
        State.DROPPED: "neutral",
    }

    joint = models.ForeignKey(JointVerification, models.CASCADE, related_name="parts")
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="+", verbose_name="线索")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="核查部门"
    )
    task = models.TextField("核查内容", max_length=1000)
    days = models.PositiveSmallIntegerField(
        "核查期限（工作日）", validators=(MinValueValidator(1), MaxValueValidator(60))
    )
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PLANNED)
    letter = models.ForeignKey(
        Referral, models.PROTECT, null=True, related_name="+", verbose_name="联合核查通知"
    )
    is_return_spent = models.BooleanField("已退回过一次", default=False)
    finding = models.TextField("核查情况", max_length=5000, blank=True)
    confirmed_at = models.DateTimeField("签发时间", null=True)
    confirmed_by = models.CharField("签发人", max_length=60, blank=True)

    objects = VerificationPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核查分工"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("joint", "department"),
                condition=~Q(state="dropped"),
                name="verification_part_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(finding=""), name="done_part_has_finding"
            ),
        )
        indexes = (
            models.Index(fields=("department", "state", "joint")),
            models.Index(fields=("clue",)),
        )

    def __str__(self) -> str:
        return f"{self.department}核查分工：{self.clue}"

    def get_absolute_url(self) -> str:
        return f"{self.joint.get_absolute_url()}#part-{self.pk}"


class ClueVisitQuerySet(ConcealableQuerySet):
    def _internal(self) -> Q:
        return Q(state__in=(ClueVisit.State.REVIEW, ClueVisit.State.WITHDRAWN))

    def _parties(self, actor: Actor) -> Q:
        """The department that asks, and once its head has signed the one that leads the visit."""
        return Q(proposed_by_id=actor.department_id) | (
            Q(task__lead_id=actor.department_id) & ~self._internal()
        )


class ClueVisit(Concealable, Toned):
    """A clue looked into on a visit that takes place anyway, or that was started for it: one
    visit instead of two."""

    class State(models.TextChoices):
        REVIEW = "review", "待签发"
        PROPOSED = "proposed", "待对方同意"
        AGREED = "agreed", "已并入"
        DECLINED = "declined", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"
        CALLED_OFF = "called_off", "检查未进行"

    STANDING = (State.REVIEW, State.PROPOSED, State.AGREED)
    TONES: ClassVar[dict[str, str]] = {
        State.REVIEW: "warn",
        State.PROPOSED: "warn",
        State.AGREED: "ok",
        State.DECLINED: "bad",
        State.WITHDRAWN: "neutral",
        State.CALLED_OFF: "bad",
    }

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="visits", verbose_name="线索")
    task = models.ForeignKey(
        JointTask, models.PROTECT, related_name="clue_visits", verbose_name="联合检查任务"
    )
    proposed_by = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="提出部门"
    )
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.REVIEW)
    request = models.TextField("希望一并核查的内容", max_length=1000)
    answer = models.TextField("对方意见", blank=True)
    created_at = models.DateTimeField("提出时间", default=clock.now)

    objects = ClueVisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "线索并入检查"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("clue", "task"),
                condition=~Q(state__in=("declined", "withdrawn")),
                name="clue_visit_once",
            ),
        )
        indexes = (models.Index(fields=("task", "state")),)

    def __str__(self) -> str:
        return str(self.clue) if self.confidential else f"{self.clue} 并入 {self.task.code}"

    def get_absolute_url(self) -> str:
        return reverse("clues:visit", args=[self.pk])

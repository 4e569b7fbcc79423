from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from departments.actors import is_staff_member
from departments.models import Department
from departments.roles import Function, Role
from records.actor import Actor
from records.concealment import oversee, reveal
from records.models import Deadline


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, actor: Actor) -> ReminderQuerySet:
        """Clerks and witnesses read all of their department's, heads what is due or late, the
        coordination office what was escalated in its region; of concealed and unsigned things
        nothing."""
        if actor.is_system:
            return self
        roles = (Role.CLERK, Role.HEAD, Role.WITNESS)
        works_here = is_staff_member(actor) and actor.has_role(*roles)
        if actor.department_id is None or not works_here:
            return self.none()
        own = self.filter(department_id=actor.department_id)
        if not actor.has_role(Role.CLERK, Role.WITNESS):
            own = own.exclude(stage=Reminder.Stage.SOON)
        found: ReminderQuerySet = reveal(own, actor, "deadline__target")  # type: ignore[assignment]
        if actor.fills(Function.COORDINATION) and actor.region_code:
            theirs = self.filter(
                stage=Reminder.Stage.ESCALATED, region_code__startswith=actor.region_code
            )
            known = oversee(theirs, actor, "deadline__target")
            return self.filter(Q(pk__in=found.values("pk")) | Q(pk__in=known.values("pk")))
        return found

    def standing(self) -> ReminderQuerySet:
        """Those whose deadline still runs towards the day that they tell of."""
        running = Q(deadline__met_at=None, deadline__cancelled_at=None)
        return self.filter(running, deadline__due_at=F("due_at"))


class Reminder(models.Model):
    """That a deadline comes near, is due, is late, or so late that it goes up; each stage is told
    once per date, so that an extension begins anew. Department and region repeat the deadline's."""

    class Stage(models.TextChoices):
        SOON = "soon", "临近到期"
        TODAY = "today", "今天到期"
        OVERDUE = "overdue", "已逾期"
        ESCALATED = "escalated", "逾期升级"

    TONES: ClassVar[dict[str, str]] = {
        Stage.SOON: "info",
        Stage.TODAY: "warn",
        Stage.OVERDUE: "bad",
        Stage.ESCALATED: "bad",
    }

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="+", verbose_name="期限")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="责任部门"
    )
    region_code = models.CharField("行政区划", max_length=12)
    stage = models.CharField("阶段", max_length=10, choices=Stage.choices)
    due_at = models.DateTimeField("到期时间")
    at = models.DateTimeField("提醒时间")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("deadline", "stage", "due_at"), name="reminded_once_of_a_date"
            ),
        )
        indexes = (
            models.Index(fields=("department", "-at", "-id"), name="reminders_of_department"),
            models.Index(
                fields=("region_code", "-at", "-id"),
                condition=Q(stage="escalated"),
                name="reminders_gone_up",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_stage_display()}：{self.deadline}"

    @property
    def state_tone(self) -> str:
        return self.TONES[self.Stage(self.stage)]


class LastLook(models.Model):
    """When a person last opened their reminders: what came since is unread."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField("查看时间")

    class Meta:
        verbose_name = verbose_name_plural = "提醒查看时间"

    def __str__(self) -> str:
        return f"{self.user_id}"

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from inspections.models.tasks import TaskPart
from records.actor import Actor
from records.models import Toned


class RectificationQuerySet(models.QuerySet["Rectification"]):
    def visible_to(self, actor: Actor) -> RectificationQuerySet:
        """Who sees the visit sees what has to be put right after it."""
        if actor.is_system:
            return self
        return self.filter(part__in=TaskPart.objects.visible_to(actor))


class Rectification(Toned):
    """What a department ordered a subject to put right at a visit (责令改正), from the publication
    of its result to the re-check.

    ``overdue_on`` is the day on which it was told to the credit records as overdue; None while
    its clock has not passed, also when more time was given later.
    """

    class State(models.TextChoices):
        RUNNING = "running", "整改中"
        DONE = "done", "已整改"
        DROPPED = "dropped", "已撤销整改要求"

    TONES: ClassVar[dict[str, str]] = {State.RUNNING: "warn", State.DONE: "ok"}

    part = models.OneToOneField(
        TaskPart, models.PROTECT, related_name="rectification", verbose_name="部门检查任务"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField("起算时间")
    overdue_on = models.DateField("逾期记入日期", null=True)
    closed_at = models.DateTimeField("结束时间", null=True)
    note = models.TextField("复查情况", blank=True)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责令改正"
        indexes = (
            models.Index(
                fields=("id",), condition=Q(state="running"), name="rectification_running"
            ),
        )

    def __str__(self) -> str:
        return f"{self.part.task.code} {self.part.department}责令改正"

    def get_absolute_url(self) -> str:
        return self.part.get_absolute_url()

    @property
    def region_code(self) -> str:
        return self.part.region_code

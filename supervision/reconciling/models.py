"""What was found when figures that are kept twice were held against each other."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from records import clock
from records.actor import Actor
from records.roles import SYSTEM_ADMIN


class ReconciliationQuerySet(models.QuerySet["Reconciliation"]):
    def visible_to(self, actor: Actor) -> ReconciliationQuerySet:
        """For the system administrator."""
        return self if actor.has_role(SYSTEM_ADMIN) else self.none()


class Reconciliation(models.Model):
    """One run: how many things were compared, how many differed, and the first of those.

    ``rows`` holds for each ``what`` it is, what is ``stored``, what is ``real``, the ``url`` of a
    page that the administrator may read, or "", and the reported ``act`` that it is about, as its
    kind and key, or "". No name and no document of a subject is among them: administrators read no
    business. ``selectors.told`` reads them.
    """

    class Kind(models.TextChoices):
        FIGURES = "figures", "看板汇总数与业务表"
        ACT_REPORTS = "act_reports", "监管行为与报送"
        GRADES = "grades", "名录等级与现行评价"

    kind = models.CharField("核对内容", max_length=20, choices=Kind.choices)
    at = models.DateTimeField("核对时间", default=clock.now)
    compared = models.PositiveIntegerField("核对数")
    differed = models.PositiveIntegerField("不一致")
    rows = models.JSONField("不一致的前若干条", default=list)
    wanted_by = models.CharField("发起人", max_length=50, blank=True)
    asked_at = models.DateTimeField("要求再核对的时间", null=True, editable=False)
    asked_by = models.CharField("要求再核对的人", max_length=50, blank=True, editable=False)

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核对结果"
        ordering = ("-id",)
        indexes = (models.Index(fields=("kind", "-id"), name="reconciliation_newest"),)

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("reconciling:run", args=[self.pk])

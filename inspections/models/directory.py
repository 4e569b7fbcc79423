from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from credit.models import Subject
from departments.actors import is_staff_member, oversees
from departments.models import Department, Region
from records.actor import Actor


class InspectorQuerySet(models.QuerySet["Inspector"]):
    def visible_to(self, actor: Actor) -> InspectorQuerySet:
        """A department sees its own inspectors, the overseers those of their region."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        if oversees(actor, actor.region_code):
            return self.filter(department__region__code__startswith=actor.region_code)
        return self.filter(department_id=actor.department_id)

    def licensed_on(self, day: dt.date) -> InspectorQuerySet:
        """Those on duty whose licence holds on a day; nobody else is drawn (I1)."""
        return self.filter(is_active=True, valid_from__lte=day, valid_until__gte=day)


class Inspector(models.Model):
    """An entry of the inspectors' directory (执法检查人员名录库)."""

    department = models.ForeignKey(
        Department, models.PROTECT, related_name="inspectors", verbose_name="所属部门"
    )
    name = models.CharField("姓名", max_length=40)
    licence = models.CharField("执法证号", max_length=30, unique=True)
    valid_from = models.DateField("证件有效期起")
    valid_until = models.DateField("证件有效期止")
    specialities = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="专业"
    )
    townships = ArrayField(
        models.CharField(max_length=12),
        default=list,
        blank=True,
        verbose_name="负责乡镇街道",
        help_text="空表示全区",
    )
    is_active = models.BooleanField("在岗", default=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="inspector",
        verbose_name="账号",
    )

    objects = InspectorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法检查人员"
        ordering = ("department", "name")
        indexes = (models.Index(fields=("department", "id")),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inspections:inspector-detail", args=[self.pk])

    @property
    def region(self) -> Region:
        return self.department.region


class Recusal(models.Model):
    """An inspector who must not check a subject (回避), and why."""

    inspector = models.ForeignKey(
        Inspector, models.CASCADE, related_name="recusals", verbose_name="执法检查人员"
    )
    subject = models.ForeignKey(
        Subject, models.CASCADE, related_name="recusals", verbose_name="监管对象"
    )
    reason = models.TextField("回避事由")

    class Meta:
        verbose_name = verbose_name_plural = "回避关系"
        constraints = (
            models.UniqueConstraint(fields=("inspector", "subject"), name="recusal_once"),
        )

    def __str__(self) -> str:
        return f"{self.inspector} 回避 {self.subject}"

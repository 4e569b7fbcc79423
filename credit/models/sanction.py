from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from credit.models.events import CreditEvent
from credit.models.subject import NATURAL_PERSONS, Subject
from credit.rules.measures import CHOICES, MEASURES, Measure
from departments.actors import is_staff_member
from departments.models import Department, Region
from departments.roles import STAFF, Function
from records.actor import Actor
from records.models import Toned


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def visible_to(self, actor: Actor) -> SanctionQuerySet:
        """What is signed is read by the departments of the region, about a natural person only by
        those that have a part in it and the credit group; before, by the initiating one alone."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not actor.has_role(*STAFF):
            return self.none()
        signed = Q(region__code__startswith=actor.region_code) & ~Q(state__in=Sanction.PREPARING)
        taking_part = SanctionPart.objects.filter(department_id=actor.department_id)
        known = Q(pk__in=taking_part.values("sanction_id"))
        if not actor.fills(Function.CREDIT):
            known |= ~Q(subject__id_kind__in=NATURAL_PERSONS)
            signed &= known
        return self.filter(Q(department_id=actor.department_id) | signed)

    def internal_to_others(self, actor: Actor) -> SanctionQuerySet:
        """What other departments have not signed (``records.concealment.INTERNAL``)."""
        return self.filter(state__in=Sanction.PREPARING).exclude(department_id=actor.department_id)

    def in_force(self) -> SanctionQuerySet:
        return self.filter(state__in=Sanction.IN_FORCE)


class Sanction(Toned):
    """A joint sanction (S7): what a department asks others to do to a dishonest subject, on what
    facts and basis, for how long. ``since`` and ``until`` are its first and last day."""

    class State(models.TextChoices):
        DRAFT = "draft", "拟办中"
        REVIEW = "review", "待负责人签发"
        ACTIVE = "active", "惩戒中"
        LIFTING = "lifting", "待签发解除"
        EXPIRED = "expired", "期满解除"
        REPAIRED = "repaired", "信用修复解除"
        REVOKED = "revoked", "已撤销"
        DISCARDED = "discarded", "已作废"

    class Trigger(models.TextChoices):
        LISTED = "listed", "列入严重失信名单"
        VETO = "veto", "信用评价一票否决"
        EVENT = "event", "其他信用记录"
        HAND = "hand", "部门提出"

    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "warn",
        State.REVIEW: "warn",
        State.ACTIVE: "bad",
        State.LIFTING: "warn",
        State.REPAIRED: "ok",
    }

    PREPARING = (State.DRAFT, State.REVIEW, State.DISCARDED)
    """What nobody but the initiating department knows of."""
    IN_FORCE = (State.ACTIVE, State.LIFTING)
    OPEN = (State.DRAFT, State.REVIEW, *IN_FORCE)

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="sanctions", verbose_name="监管对象"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="发起部门"
    )
    trigger = models.CharField("触发情形", max_length=10, choices=Trigger.choices)
    event = models.ForeignKey(
        CreditEvent,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所依据的信用记录",
    )
    facts = models.CharField("失信事实", max_length=1000)
    basis = models.CharField("认定依据", max_length=300)
    months = models.PositiveSmallIntegerField("惩戒期限（月）")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField("拟办时间")
    drafted_by = models.CharField("经办人", max_length=60)
    signed_at = models.DateTimeField("签发时间", null=True)
    signed_by = models.CharField("签发人", max_length=60, blank=True)
    since = models.DateField("自", null=True)
    until = models.DateField("至", null=True)
    informed_at = models.DateTimeField("登记告知时间", null=True)
    informed_how = models.TextField("告知方式和日期", blank=True)
    lifting = models.CharField(
        "拟解除方式", max_length=10, choices=State.choices, default="", blank=True
    )
    ended_at = models.DateTimeField("解除时间", null=True)
    end_reason = models.TextField("解除理由", blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "失信惩戒"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "department"),
                condition=Q(state__in=("draft", "review")),
                name="one_sanction_in_preparation",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="sanction_ends_after_it_begins",
            ),
        )
        indexes = (
            models.Index(fields=("subject", "state"), name="sanction_of_subject"),
            models.Index(
                fields=("until",),
                condition=Q(state__in=("active", "lifting")),
                name="sanction_running",
            ),
        )

    def __str__(self) -> str:
        """Nameless about a person: it stands in trails, clocks and lists."""
        if self.subject.is_natural_person:
            return f"自然人失信惩戒（{self.pk}）"
        return f"{self.subject.name}失信惩戒（{self.pk}）"

    def get_absolute_url(self) -> str:
        return reverse("credit:sanction", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.region.code


class SanctionPartQuerySet(models.QuerySet["SanctionPart"]):
    def visible_to(self, actor: Actor) -> SanctionPartQuerySet:
        """Who sees the sanction sees all its parts."""
        if actor.is_system:
            return self
        return self.filter(sanction__in=Sanction.objects.visible_to(actor))


class SanctionPart(Toned):
    """What one implementing department does of a sanction, from receipt to release."""

    class State(models.TextChoices):
        PLANNED = "planned", "待下达"
        WAITING = "waiting", "待接收"
        RECEIVED = "received", "实施中"
        REVIEW = "review", "反馈待签发"
        REPORTED = "reported", "已反馈"
        RELEASING = "releasing", "待解除措施"
        RELEASED = "released", "已解除措施"
        CLOSED = "closed", "已终止"

    TONES: ClassVar[dict[str, str]] = {
        State.WAITING: "warn",
        State.RECEIVED: "info",
        State.REVIEW: "warn",
        State.REPORTED: "ok",
        State.RELEASING: "warn",
        State.RELEASED: "ok",
    }

    sanction = models.ForeignKey(Sanction, models.CASCADE, related_name="parts")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="实施部门"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    received_at = models.DateTimeField("接收时间", null=True)
    report = models.CharField("实施情况", max_length=1000, blank=True)
    reported_at = models.DateTimeField("反馈时间", null=True)
    reported_by = models.CharField("反馈签发人", max_length=60, blank=True)
    released_at = models.DateTimeField("解除措施时间", null=True)

    objects = SanctionPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "失信惩戒实施"
        ordering = ("sanction_id", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("sanction", "department"), name="one_sanction_part_per_department"
            ),
        )
        indexes = (models.Index(fields=("department", "state"), name="sanction_part_turn"),)

    def __str__(self) -> str:
        return f"{self.sanction}，{self.department}"

    def get_absolute_url(self) -> str:
        return f"{self.sanction.get_absolute_url()}#part-{self.pk}"

    @property
    def region_code(self) -> str:
        return self.sanction.region.code


class SanctionMeasure(models.Model):
    """One measure that a department is to take, on which basis, and whether it was taken."""

    part = models.ForeignKey(SanctionPart, models.CASCADE, related_name="measures")
    code = models.CharField("措施", max_length=20, choices=CHOICES)
    basis = models.CharField("依据", max_length=300)
    applied = models.BooleanField("已实施", null=True)
    note = models.CharField("实施情况或者未实施的理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "惩戒措施"
        ordering = ("part_id", "id")
        constraints = (
            models.UniqueConstraint(fields=("part", "code"), name="sanction_measure_once"),
        )

    def __str__(self) -> str:
        return self.measure.title

    @property
    def measure(self) -> Measure:
        return MEASURES[self.code]

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models.base import ConcealableQuerySet
from clues.models.procedure import Procedure
from departments.models import Department
from departments.roles import STAFF, Role
from matters.models import Matter
from records import clock
from records.actor import Actor
from records.models import Toned


class DisputeQuerySet(ConcealableQuerySet):
    def _internal(self) -> Q:
        return Q(raised_at=None)

    def _parties(self, actor: Actor) -> Q:
        own = actor.department_id
        party = DisputeParty.objects.filter(department_id=own).values("dispute_id")
        raised = Q(pk__in=party) & Q(raised_at__isnull=False)
        asked = Q(office_id=own) | Q(legal_id=own) | Q(responsible_id=own)
        return Q(raiser_id=own) | raised | (asked & Q(raised_at__isnull=False))


class Dispute(Procedure, Toned):
    """Who has to act? Raised by one department, acted on together first, negotiated, decided by
    the legal office (enforcement) or the establishment office (duties) (L9, T 11, J 2).

    ``clue_state`` is the state from which its clue came to lie with it, and goes back to when it
    is withdrawn.
    """

    class About(models.TextChoices):
        ENFORCEMENT = "enforcement", "行政执法争议"
        DUTIES = "duties", "职责分工争议"
        NEW_FORM = "new_form", "新业态职责不明"

    class State(models.TextChoices):
        DRAFT = "draft", "待负责人提出"
        DROPPED = "dropped", "未提出"
        TOGETHER = "together", "先行共同处置中"
        NEGOTIATING = "negotiating", "协商中"
        CONFIRMING = "confirming", "待各方确认协商结果"
        SETTLED = "settled", "协商一致"
        SUBMITTED = "submitted", "提请协调决定"
        DECIDED = "decided", "已作出决定"
        WITHDRAWN = "withdrawn", "已撤回"

    FINAL = (State.DROPPED, State.SETTLED, State.DECIDED, State.WITHDRAWN)
    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "warn",
        State.DROPPED: "neutral",
        State.TOGETHER: "info",
        State.NEGOTIATING: "info",
        State.CONFIRMING: "warn",
        State.SETTLED: "ok",
        State.SUBMITTED: "warn",
        State.DECIDED: "ok",
        State.WITHDRAWN: "neutral",
    }

    about = models.CharField("争议类别", max_length=12, choices=About.choices)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管事项"
    )
    raiser = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="提出部门"
    )
    office = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="协调机关"
    )
    legal = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="法制意见部门"
    )
    legal_opinion = models.TextField("法制意见", max_length=5000, blank=True)
    proposed = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="拟定责任部门"
    )
    proposal = models.TextField("拟定结论", max_length=5000, blank=True)
    responsible = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="责任部门"
    )
    conclusion = models.TextField("结论", max_length=5000, blank=True)
    clue_state = models.CharField("线索原状态", max_length=12, blank=True)
    raised_at = models.DateTimeField("提出时间", null=True)
    submitted_at = models.DateTimeField("提请时间", null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "职责争议"
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=("settled", "decided")) | Q(responsible__isnull=False),
                name="ended_dispute_names_the_responsible",
            ),
        )
        indexes = (
            models.Index(fields=("region_code", "state", "-id")),
            models.Index(fields=("raiser", "-id")),
            models.Index(fields=("office", "-id")),
            models.Index(fields=("clue", "-id")),
        )

    def get_absolute_url(self) -> str:
        return reverse("clues:dispute", args=[self.pk])


class DisputeParty(models.Model):
    """A department in a dispute: what it did meanwhile, whether it agrees, what it says."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="parties")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    done = models.TextField("共同处置情况", max_length=5000, blank=True)
    done_at = models.DateTimeField("处置记录时间", null=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = models.CharField("确认人", max_length=60, blank=True)
    asked_at = models.DateTimeField("要求书面意见时间", null=True)
    statement = models.TextField("书面意见", max_length=5000, blank=True)
    stated_at = models.DateTimeField("意见时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "争议方"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("dispute", "department"), name="dispute_party_once"),
        )
        indexes = (models.Index(fields=("department", "dispute")),)

    def __str__(self) -> str:
        return f"{self.department}：{self.dispute_id}"


class DisputeTalk(models.Model):
    """A recorded negotiation: when, who took part, what was said, whether all agreed."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="talks")
    held_on = models.DateField("协商日期")
    participants = models.CharField("参加人", max_length=200)
    minutes = models.TextField("协商纪要", max_length=5000)
    agreed_on = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="一致同意的责任部门"
    )
    by = models.CharField("记录部门", max_length=100)
    at = models.DateTimeField("记录时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "协商记录"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.held_on} {self.participants}"


class RefusalQuerySet(ConcealableQuerySet):
    def _works_here(self, actor: Actor) -> bool:
        return actor.has_role(*STAFF, Role.WITNESS)

    def _internal(self) -> Q:
        return Q(advised_at=None)

    def _parties(self, actor: Actor) -> Q:
        """Each takes part from its own step on: addressee, government, discipline office."""
        own = actor.department_id
        if not actor.has_role(*STAFF):
            return Q(discipline_id=own)
        advised = Q(addressee_id=own) & Q(advised_at__isnull=False)
        return Q(department_id=own) | advised | Q(government_id=own) | Q(discipline_id=own)


class Refusal(Procedure, Toned):
    """A department does not do its duty: advice, county government, correction, criticism,
    accountability (L9, T 11). ``government`` and ``discipline`` are named at their step."""

    class State(models.TextChoices):
        DRAFT = "draft", "待签发建议书"
        DROPPED = "dropped", "未签发"
        ADVISED = "advised", "待对方答复"
        CORRECTING = "correcting", "改正中"
        SHOWN = "shown", "待核实改正"
        UNRESOLVED = "unresolved", "待报告政府"
        WITHDRAWN = "withdrawn", "已撤回"
        REPORTED = "reported", "政府审查中"
        DISMISSED = "dismissed", "政府不予支持"
        ORDERED = "ordered", "责令改正中"
        ORDER_SHOWN = "order_shown", "待政府核实改正"
        UNCORRECTED = "uncorrected", "待通报批评"
        CRITICISED = "criticised", "已通报批评"
        REFERRED = "referred", "追责中"
        CORRECTED = "corrected", "已改正"
        ACCOUNTED = "accounted", "已问责"

    FINAL = (
        State.DROPPED,
        State.WITHDRAWN,
        State.DISMISSED,
        State.CORRECTED,
        State.ACCOUNTED,
    )
    TONES: ClassVar[dict[str, str]] = {
        **dict.fromkeys(State.values, "warn"),
        State.CORRECTING: "info",
        State.ORDERED: "info",
        State.REPORTED: "info",
        State.UNRESOLVED: "bad",
        State.UNCORRECTED: "bad",
        State.CRITICISED: "bad",
        State.REFERRED: "bad",
        State.CORRECTED: "ok",
        State.ACCOUNTED: "ok",
        State.DROPPED: "neutral",
        State.WITHDRAWN: "neutral",
        State.DISMISSED: "neutral",
    }

    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管事项"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="建议部门"
    )
    addressee = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="被建议部门"
    )
    government = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="本级人民政府"
    )
    discipline = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="追责机关"
    )
    basis = models.CharField("履职依据", max_length=300)
    advice = models.TextField("履职建议", max_length=5000)
    answer = models.TextField("对方答复", max_length=5000, blank=True)
    correction = models.TextField("改正情况", max_length=5000, blank=True)
    order = models.TextField("政府处理意见", max_length=5000, blank=True)
    outcome = models.TextField("问责结果", max_length=5000, blank=True)
    advised_at = models.DateTimeField("建议时间", null=True)
    unresolved_at = models.DateTimeField("建议未获解决时间", null=True)
    reported_at = models.DateTimeField("报告时间", null=True)
    uncorrected_at = models.DateTimeField("责令未改正时间", null=True)
    criticised_at = models.DateTimeField("通报时间", null=True)
    referred_at = models.DateTimeField("移送追责时间", null=True)

    objects = RefusalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "履职推诿处理"
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(department=models.F("addressee")), name="refusal_has_two_sides"
            ),
        )
        indexes = (
            models.Index(fields=("region_code", "state", "-id")),
            models.Index(fields=("department", "-id")),
            models.Index(fields=("addressee", "-id")),
            models.Index(fields=("government", "-id")),
            models.Index(fields=("discipline", "-id")),
            models.Index(fields=("clue", "-id")),
        )

    def get_absolute_url(self) -> str:
        return reverse("clues:refusal", args=[self.pk])

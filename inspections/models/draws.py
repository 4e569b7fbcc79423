from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from credit.models import Subject
from departments.actors import is_staff_member, oversees
from departments.models import Department
from inspections.models.directory import Inspector
from inspections.models.plans import PlanItem, PlanItemPart, party_role
from records import clock
from records.actor import Actor
from records.models import Toned


class DrawQuerySet(models.QuerySet["Draw"]):
    def visible_to(self, actor: Actor) -> DrawQuerySet:
        """The departments of the plan item, the parties of the draw, and the overseers."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        if oversees(actor, actor.region_code):
            return self.filter(item__plan__region__code__startswith=actor.region_code)
        department = actor.department_id
        return self.filter(
            Q(item__lead_id=department)
            | Q(item__in=PlanItemPart.objects.filter(department_id=department).values("item_id"))
            | Q(pk__in=DrawParty.objects.filter(department_id=department).values("draw_id"))
        )


class Draw(Toned):
    """One draw in format dr-1 (docs/draw.md). The hashed texts are kept exactly as hashed.

    ``code_key`` is the secret from which the codes of officers and natural persons of this draw
    are derived; it is made with the announcement, so that a freeze that was killed and taken up
    again gives the same bytes.
    """

    class State(models.TextChoices):
        ANNOUNCED = "announced", "已公告，待承诺"
        FROZEN = "frozen", "已冻结，待揭示"
        DONE = "done", "已完成"
        VOID = "void", "已作废"

    number = models.PositiveIntegerField("抽取编号", unique=True)
    item = models.ForeignKey(
        PlanItem, models.PROTECT, related_name="draws", verbose_name="计划项目"
    )
    occurrence = models.CharField("计划场次", max_length=40)
    planned_at = models.DateTimeField("计划时间")
    level = models.PositiveSmallIntegerField("公信级别", choices=PlanItem.Level.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ANNOUNCED)
    announced_at = models.DateTimeField("公告时间", default=clock.now, editable=False)
    announced_by = models.CharField("启动人", max_length=60)
    late_reason = models.TextField("未按时启动的原因", blank=True)
    obstacle = models.CharField("自动办理受阻原因", max_length=500, blank=True)
    code_key = models.CharField("代号密钥", max_length=64, editable=False)

    chain_position = models.PositiveIntegerField("链上位置", null=True, unique=True)
    frozen_at = models.DateTimeField("冻结时间", null=True)
    commit = models.TextField("冻结承诺", blank=True)
    commit_hash = models.CharField("冻结承诺哈希", max_length=64, blank=True)
    pool_tsv = models.TextField("候选名单", blank=True)
    excluded_tsv = models.TextField("排除名单", blank=True)
    officers_tsv = models.TextField("人员名单", blank=True)
    recusals_tsv = models.TextField("回避名单", blank=True)
    townships_tsv = models.TextField("乡镇街道名单", blank=True)
    rules_json = models.TextField("规则", blank=True)
    verifier_py = models.TextField("验证程序", blank=True)
    counts = models.JSONField("数量", default=dict)

    finished_at = models.DateTimeField("完成时间", null=True)
    certificate = models.TextField("抽取证书", blank=True)
    certificate_hash = models.CharField("抽取证书哈希", max_length=64, blank=True)
    seed = models.CharField("种子", max_length=64, blank=True)
    void_reason = models.TextField("作废原因", blank=True)
    void_party = models.CharField("未揭示方", max_length=20, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "随机抽取"
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=("occurrence",),
                condition=Q(state="done"),
                name="one_done_draw_per_occurrence",
            ),
            models.UniqueConstraint(
                fields=("occurrence",),
                condition=Q(state__in=("announced", "frozen")),
                name="one_open_draw_per_occurrence",
            ),
        )
        indexes = (models.Index(fields=("state", "planned_at")),)

    def __str__(self) -> str:
        return f"第 {self.number} 号抽取"

    def get_absolute_url(self) -> str:
        return reverse("inspections:draw", args=[self.pk])

    TONES: ClassVar[dict[str, str]] = {
        State.ANNOUNCED: "info",
        State.FROZEN: "warn",
        State.DONE: "ok",
        State.VOID: "neutral",
    }

    @property
    def region_code(self) -> str:
        return self.item.region_code


class DrawParty(models.Model):
    """A party of a draw: its commitment before the freeze, its nonce after."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="parties")
    code = models.CharField("代号", max_length=20)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    commitment = models.CharField("承诺", max_length=64, blank=True)
    committed_at = models.DateTimeField("承诺时间", null=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    nonce = models.CharField("随机数", max_length=64, blank=True)
    revealed_at = models.DateTimeField("揭示时间", null=True)
    revealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "抽取参与方"
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=("draw", "code"), name="draw_party_once"),)

    def __str__(self) -> str:
        return f"{self.code} {self.department or '系统'}"

    @property
    def role(self) -> str:
        return party_role(self.code)


class DrawCode(models.Model):
    """The code, made for one draw only, under which an officer or a natural person stands."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="codes")
    code = models.CharField("代号", max_length=20)
    inspector = models.ForeignKey(Inspector, models.PROTECT, null=True, related_name="+")
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "抽取代号"
        constraints = (
            models.UniqueConstraint(fields=("draw", "code"), name="draw_code_once"),
            models.CheckConstraint(
                condition=Q(inspector=None) ^ Q(subject=None), name="draw_code_names_one"
            ),
        )

    def __str__(self) -> str:
        return self.code


class DrawSelected(models.Model):
    """A subject that was drawn, or stands by as a reserve, in ticket order."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="selected")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="drawn")
    stratum = models.CharField("等级", max_length=10)
    position = models.PositiveIntegerField("名次")
    ticket = models.CharField("抽签值", max_length=64)
    is_reserve = models.BooleanField("候补", default=False)
    team = models.PositiveIntegerField("组号", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽中对象"
        ordering = ("is_reserve", "stratum", "position")
        constraints = (
            models.UniqueConstraint(fields=("draw", "subject"), name="drawn_once_per_draw"),
        )

    def __str__(self) -> str:
        return f"{self.subject}({self.stratum}-{self.position})"


class DrawAssignment(models.Model):
    """An inspector assigned to a drawn subject."""

    selected = models.ForeignKey(DrawSelected, models.PROTECT, related_name="assignments")
    inspector = models.ForeignKey(Inspector, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "派人结果"
        constraints = (
            models.UniqueConstraint(fields=("selected", "inspector"), name="assigned_once"),
        )

    def __str__(self) -> str:
        return f"{self.inspector} → {self.selected}"

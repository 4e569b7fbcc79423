"""Where other systems are and how they know us; what was reported of each supervision act."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models import CompulsoryMeasure, Penalty
from departments.models import Department, Region
from inspections.models import JointTask, Result, TaskPart
from inspections.result_codes import BUSINESS_CODES, OTHER_CODES
from matters.models import SubjectCategory
from records import clock
from records.actor import Actor
from records.models import OutboxMessage, Toned
from records.outbox_names import TARGETS
from records.roles import COORDINATION, SYSTEM_ADMIN
from supervision.outbound.rules import ACT_TYPES, MEASURE_STATES


class OutboundLinkQuerySet(models.QuerySet["OutboundLink"]):
    def visible_to(self, actor: Actor) -> OutboundLinkQuerySet:
        """For the system administrator."""
        return self if actor.has_role(SYSTEM_ADMIN) else self.none()


class OutboundLink(Toned):
    """The way to a receiving system for a region and what lies below it (G3).

    ``answer_seconds`` is for the whole answer. The secret of its credential is an
    ``OutboundSecret``.
    """

    class Credential(models.TextChoices):
        NONE = "none", "不需要"
        BEARER = "bearer", "访问令牌"
        SHA256 = "hmac-sha256", "HTTP 消息签名（HMAC-SHA-256）"
        SM3 = "hmac-sm3", "HTTP 消息签名（HMAC-SM3）"

    class State(models.TextChoices):
        ACTIVE = "active", "启用"
        SUSPENDED = "suspended", "已停用"

    TONES: ClassVar[dict[str, str]] = {State.ACTIVE: "ok", State.SUSPENDED: "bad"}
    SIGNED = (Credential.SHA256, Credential.SM3)

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    target = models.CharField("接收系统", max_length=40, choices=tuple(TARGETS.items()))
    url = models.URLField("接收地址", max_length=500)
    credential = models.CharField("身份凭证", max_length=12, choices=Credential.choices)
    key_id = models.CharField("密钥编号", max_length=100, blank=True)
    connect_seconds = models.PositiveSmallIntegerField("连接时限（秒）", default=5)
    answer_seconds = models.PositiveSmallIntegerField("应答时限（秒）", default=10)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.SUSPENDED)
    created_at = models.DateTimeField("登记时间", default=clock.now, editable=False)

    objects = OutboundLinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "对外对接"
        ordering = ("target", "region")
        constraints = (
            models.UniqueConstraint(fields=("region", "target"), name="outbound_link_once"),
            models.CheckConstraint(
                condition=Q(connect_seconds__gte=1, answer_seconds__gte=1),
                name="outbound_link_waits",
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.get_target_display()}"

    def get_absolute_url(self) -> str:
        return reverse("outbound:link", args=[self.pk])


class OutboundSecret(models.Model):
    """The secret of a link's credential, encrypted by a key that is not in the database
    (``supervision.gateway.secrets``); apart from the link, so that no trail holds it."""

    link = models.OneToOneField(
        OutboundLink, models.CASCADE, primary_key=True, related_name="secret"
    )
    sealed = models.TextField("凭证（加密）", editable=False)
    changed_at = models.DateTimeField("更换时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "对外凭证"

    def __str__(self) -> str:
        return str(self.link_id)


class ActReportQuerySet(models.QuerySet["ActReport"]):
    def visible_to(self, actor: Actor) -> ActReportQuerySet:
        """For the coordination office of the region."""
        if actor.fills(COORDINATION):
            return self.filter(region_code__startswith=actor.region_code)
        return self.none()


class ActReport(models.Model):
    """What the province was told last of one supervision act (监管行为数据, G4).

    ``record`` names the act for good; ``version`` counts what was told of it. A check is the
    visit of one department, told by ``result``; a penalty is one kind of penalty of one decision; a
    measure is one compulsory measure from its carrying out to its end.
    """

    class Kind(models.TextChoices):
        CHECK = "check", "行政检查"
        PENALTY = "penalty", "行政处罚"
        MEASURE = "measure", "行政强制措施"

    record = models.CharField("行为编号", max_length=60, unique=True)
    kind = models.CharField("行为类别", max_length=10, choices=Kind.choices)
    region_code = models.CharField("行政区划", max_length=12)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="实施机关"
    )
    part = models.OneToOneField(TaskPart, models.PROTECT, null=True, related_name="act_report")
    result = models.ForeignKey(Result, models.PROTECT, null=True, related_name="+")
    penalty = models.OneToOneField(Penalty, models.PROTECT, null=True, related_name="act_report")
    measure = models.OneToOneField(
        CompulsoryMeasure, models.PROTECT, null=True, related_name="act_report"
    )
    version = models.PositiveIntegerField("版本", default=1)
    withdrawn = models.BooleanField("已撤回", default=False)
    content = models.JSONField("内容", encoder=DjangoJSONEncoder)
    message = models.OneToOneField(
        OutboxMessage, models.PROTECT, related_name="+", verbose_name="推送"
    )
    reported_at = models.DateTimeField("报送时间", default=clock.now)

    objects = ActReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监管行为数据"
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind="check",
                    part__isnull=False,
                    result__isnull=False,
                    penalty=None,
                    measure=None,
                )
                | Q(kind="penalty", part=None, result=None, penalty__isnull=False, measure=None)
                | Q(kind="measure", part=None, result=None, penalty=None, measure__isnull=False),
                name="act_report_of_one_act",
            ),
        )

    def __str__(self) -> str:
        return self.record


CODE_WORDS: dict[str, dict[str, str]] = {
    "act_type": {ACT_TYPES[code]: label for code, label in ActReport.Kind.choices},
    "status": {"effective": "有效", "withdrawn": "已撤回"},
    "subject_kind": dict(SubjectCategory.IdKind.choices),
    "way": dict(JointTask.Origin.choices),
    "result": OTHER_CODES | BUSINESS_CODES,
    "penalty_kind": dict(Penalty.Kind.choices),
    "measure_kind": dict(CompulsoryMeasure.Kind.choices),
    "measure_state": MEASURE_STATES,
    "measure_outcome": dict(CompulsoryMeasure.OUTCOMES),
}
"""What the codes of a report mean, by field."""

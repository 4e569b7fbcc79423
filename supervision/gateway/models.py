"""Who may call the gateway, with which keys, and what was seen of their calls."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from departments.models import Region
from records import clock
from records.actor import Actor
from records.models import Toned
from records.roles import SYSTEM_ADMIN


class Scope(models.TextChoices):
    """What a client may do."""

    SUBJECTS_WRITE = "subjects:write", "报送监管对象"
    CLUES_WRITE = "clues:write", "报送线索"
    WARNINGS_WRITE = "warnings:write", "报送预警"
    CREDIT_WRITE = "credit:write", "报送信用记录"
    MATTERS_WRITE = "matters:write", "下发上级监管事项"
    MATTERS_READ = "matters:read", "获取监管事项"
    PLANS_READ = "plans:read", "获取检查计划"
    TASKS_READ = "tasks:read", "获取联合检查任务"
    RESULTS_READ = "results:read", "获取检查结果"
    CLUES_READ = "clues:read", "获取线索办理进度"


class GatewayClientQuerySet(models.QuerySet["GatewayClient"]):
    def visible_to(self, actor: Actor) -> GatewayClientQuerySet:
        """For the system administrator."""
        return self if actor.has_role(SYSTEM_ADMIN) else self.none()


class GatewayClient(Toned):
    """Another system that calls the gateway (G2), for one region and what lies below it.

    ``networks`` are CIDR blocks that calls must come from, none: from anywhere.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "启用"
        SUSPENDED = "suspended", "已停用"

    TONES: ClassVar[dict[str, str]] = {State.ACTIVE: "ok", State.SUSPENDED: "bad"}

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("名称", max_length=40, unique=True)
    contact = models.CharField("联系人和电话", max_length=100)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices), verbose_name="权限范围"
    )
    networks = ArrayField(
        models.CharField(max_length=43), default=list, blank=True, verbose_name="允许的网段"
    )
    calls_per_minute = models.PositiveIntegerField("每分钟调用次数", default=300)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField("登记时间", default=clock.now, editable=False)

    objects = GatewayClientQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接入系统"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(calls_per_minute__gte=1), name="gateway_client_may_call"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("gateway:client", args=[self.pk])

    @property
    def scope_words(self) -> list[str]:
        """What it may do, in words."""
        return [str(label) for code, label in Scope.choices if code in self.scopes]


class GatewayKeyQuerySet(models.QuerySet["GatewayKey"]):
    def visible_to(self, actor: Actor) -> GatewayKeyQuerySet:
        """For the system administrator."""
        return self if actor.has_role(SYSTEM_ADMIN) else self.none()


class GatewayKey(models.Model):
    """A secret that a client signs its calls with. ``secret`` is encrypted by a key that is not in
    the database (``supervision.gateway.secrets``)."""

    class Algorithm(models.TextChoices):
        SHA256 = "hmac-sha256", "HMAC-SHA-256"
        SM3 = "hmac-sm3", "HMAC-SM3"

    client = models.ForeignKey(GatewayClient, models.PROTECT, related_name="keys")
    key_id = models.CharField("密钥编号", max_length=40, unique=True)
    algorithm = models.CharField("算法", max_length=12, choices=Algorithm.choices)
    secret = models.TextField("密钥（加密）", editable=False)
    valid_from = models.DateTimeField("启用时间", default=clock.now)
    valid_until = models.DateTimeField("到期时间", null=True, blank=True)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    last_used_from = models.GenericIPAddressField("最近来源", null=True, blank=True)

    objects = GatewayKeyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接入密钥"
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.key_id

    @property
    def is_valid(self) -> bool:
        """Whether calls signed with it are taken now."""
        return self.invalid_because == ""

    @property
    def invalid_because(self) -> str:
        """Why it is not valid now, in words; empty while it is."""
        now = clock.now()
        if self.revoked_at is not None:
            return "已吊销"
        if now < self.valid_from:
            return "未启用"
        if self.valid_until is not None and self.valid_until <= now:
            return "已到期"
        return ""


class GatewayNonce(models.Model):
    """A nonce that a key has used; the same once more is a replay."""

    key = models.ForeignKey(GatewayKey, models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "已用随机数"
        constraints = (models.UniqueConstraint(fields=("key", "nonce"), name="gateway_nonce_once"),)
        indexes = (models.Index(fields=("expires_at",)),)

    def __str__(self) -> str:
        return self.nonce


class GatewayAllowance(models.Model):
    """How far a client has used up its rate: the moment at which all it did so far is paid for
    (the generic cell rate algorithm)."""

    client = models.OneToOneField(
        GatewayClient, models.CASCADE, primary_key=True, related_name="allowance"
    )
    paid_until = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "调用额度"

    def __str__(self) -> str:
        return f"{self.client_id} {self.paid_until}"


class GatewayRefusal(models.Model):
    """Calls refused for one reason from one address in one hour; only the first is in the trail,
    so that whoever knocks without end fills neither."""

    client = models.ForeignKey(
        GatewayClient, models.CASCADE, null=True, related_name="refusals", verbose_name="接入系统"
    )
    address = models.GenericIPAddressField("来源地址", null=True)
    reason = models.CharField("原因", max_length=30)
    hour = models.DateTimeField("时段")
    calls = models.PositiveIntegerField("次数", default=1)
    last_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = verbose_name_plural = "被拒绝的调用"
        ordering = ("-last_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("client", "address", "reason", "hour"),
                name="gateway_refusal_once",
                nulls_distinct=False,
            ),
        )
        indexes = (models.Index(fields=("hour",)),)

    def __str__(self) -> str:
        return f"{self.address} {self.reason}"


class GatewayAnswer(models.Model):
    """What a call under an idempotency key was answered, written in the transaction of its effect:
    whoever sends the same again gets the same."""

    client = models.ForeignKey(GatewayClient, models.CASCADE, related_name="+")
    key = models.CharField("幂等键", max_length=128)
    fingerprint = models.CharField("请求摘要", max_length=64)
    status = models.PositiveSmallIntegerField("状态码")
    body = models.TextField("应答")
    at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "已作应答"
        constraints = (
            models.UniqueConstraint(fields=("client", "key"), name="gateway_answer_once"),
        )
        indexes = (models.Index(fields=("at",)),)

    def __str__(self) -> str:
        return self.key


class GatewayChange(models.Model):
    """That something which a feed tells of changed; written by triggers with the change itself,
    taken up by the sequencer (``supervision.gateway.feed``). Only ever inserted and deleted, so
    that no act waits for another here."""

    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = "待编号的变更"
        indexes = (models.Index(fields=("kind", "id")),)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class GatewayFeedRow(models.Model):
    """Where an object stands in its feed: ``position`` is that of its last change.

    ``shown_since`` is the position at which a feed first told of it, None as long as none did:
    only who can have been told of it is told that it is gone.
    """

    kind = models.CharField(max_length=10)
    object_id = models.BigIntegerField()
    region_code = models.CharField(max_length=12)
    position = models.BigIntegerField()
    shown_since = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更流"
        constraints = (
            models.UniqueConstraint(fields=("kind", "object_id"), name="gateway_feed_object_once"),
            models.UniqueConstraint(fields=("kind", "position"), name="gateway_feed_position_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"

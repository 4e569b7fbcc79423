"""Information sharing between departments (L10): the catalogue, what is shared, requests."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models.base import Concealable, ConcealableQuerySet
from clues.models.clue import Clue
from departments.models import Department
from records import clock
from records.actor import Actor
from records.models import Toned


class NeverConfidentialQuerySet(ConcealableQuerySet):
    """For what belongs to no clue: there is nobody to be named."""

    def _of_clues(self, clue_ids: Any) -> Q:
        return Q(pk__in=())


class SharingEntryQuerySet(NeverConfidentialQuerySet):
    def _internal(self) -> Q:
        return Q(state__in=SharingEntry.UNPUBLISHED)

    def _parties(self, actor: Actor) -> Q:
        published = Q(region_code=actor.region_code) & ~self._internal()
        return Q(provider_id=actor.department_id) | published

    def current(self) -> SharingEntryQuerySet:
        return self.filter(state=SharingEntry.State.CURRENT)


class SharingEntry(Concealable, Toned):
    """One version of a row of a region's sharing catalogue: which information a department shares
    with whom, how, within how many working days and how secret it is (J 5, T 10).

    The seven categories cover what the coordination of enforcement exchanges; a county checks
    their words against its own document.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "待修改"
        CONFIRM = "confirm", "待负责人确认"
        CURRENT = "current", "有效"
        REPLACED = "replaced", "已被新版本替代"
        ENDED = "ended", "已停用"
        DROPPED = "dropped", "已作废"

    class Category(models.TextChoices):
        LICENCE = "licence", "行政许可信息"
        PENALTY = "penalty", "行政处罚信息"
        SUPERVISION = "supervision", "日常监管信息"
        COMPLAINT = "complaint", "投诉举报信息"
        APPRAISAL = "appraisal", "检验检测鉴定信息"
        CASE = "case", "违法线索与案件信息"
        STANDARD = "standard", "法律法规与政策标准信息"

    class Way(models.TextChoices):
        PLATFORM = "platform", "平台内推送"
        ADAPTER = "adapter", "基础库接口"
        LETTER = "letter", "信息共享函"

    class Frequency(models.TextChoices):
        AT_ONCE = "at_once", "产生即共享"
        DAILY = "daily", "每日"
        WEEKLY = "weekly", "每周"
        MONTHLY = "monthly", "每月"
        QUARTERLY = "quarterly", "每季度"
        ON_REQUEST = "on_request", "按申请"

    class Secrecy(models.TextChoices):
        PUBLIC = "public", "可以公开"
        INTERNAL = "internal", "工作内部使用"
        RESTRICTED = "restricted", "仅限指定部门"

    UNPUBLISHED = (State.DRAFT, State.CONFIRM, State.DROPPED)
    OPEN_STATES = (State.DRAFT, State.CONFIRM)
    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "warn",
        State.CONFIRM: "warn",
        State.CURRENT: "ok",
        State.REPLACED: "neutral",
        State.ENDED: "neutral",
        State.DROPPED: "neutral",
    }

    number = models.CharField("目录编号", max_length=40)
    version = models.PositiveIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CONFIRM)
    provider = models.ForeignKey(
        Department, models.PROTECT, related_name="shared_entries", verbose_name="提供部门"
    )
    category = models.CharField("信息类别", max_length=12, choices=Category.choices)
    title = models.CharField("信息名称", max_length=100)
    content = models.TextField("信息内容", max_length=2000)
    for_all = models.BooleanField("本地区全部部门", default=False)
    receivers = models.ManyToManyField(
        Department, related_name="+", blank=True, verbose_name="接收部门"
    )
    way = models.CharField("共享方式", max_length=10, choices=Way.choices)
    adapter = models.CharField("基础库", max_length=30, blank=True)
    procedure = models.TextField("共享程序", max_length=1000)
    limit_days = models.PositiveSmallIntegerField("共享期限（工作日）")
    frequency = models.CharField("共享频率", max_length=12, choices=Frequency.choices)
    secrecy = models.CharField("使用限制", max_length=12, choices=Secrecy.choices)
    signed_by_head = models.BooleanField("由负责人签发共享", default=False)
    opens_on = models.CharField("自动登记", max_length=30, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="编制人"
    )
    created_at = models.DateTimeField("编制时间", default=clock.now)
    confirmed_by = models.CharField("确认人", max_length=60, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)

    objects = SharingEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "共享目录"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("number", "version"), name="sharing_entry_version_once"
            ),
            models.UniqueConstraint(
                fields=("number",), condition=Q(state="current"), name="sharing_entry_current_once"
            ),
            models.UniqueConstraint(
                fields=("number",),
                condition=Q(state__in=("draft", "confirm")),
                name="sharing_entry_one_in_preparation",
            ),
            models.CheckConstraint(
                condition=Q(way="adapter") ^ Q(adapter=""), name="sharing_entry_adapter_by_way"
            ),
            models.CheckConstraint(
                condition=~Q(secrecy="restricted") | Q(for_all=False),
                name="sharing_entry_restricted_names_receivers",
            ),
        )
        indexes = (
            models.Index(fields=("region_code", "state", "-id")),
            models.Index(fields=("provider", "state")),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("clues:sharing-entry", args=[self.pk])


class SharedRecordQuerySet(ConcealableQuerySet):
    def _internal(self) -> Q:
        """What is prepared in answer to a request; what the catalogue makes a department owe is
        overseen from the day it is there."""
        return Q(request__isnull=False) & ~Q(state=SharedRecord.State.SHARED)

    def _parties(self, actor: Actor) -> Q:
        received = ShareReceipt.objects.filter(department_id=actor.department_id)
        return Q(provider_id=actor.department_id) | Q(pk__in=received.values("record_id"))


class SharedRecord(Concealable, Toned):
    """Information made or received on a day, owed to other departments from that day on.

    ``source`` is the object of the platform that gave rise to it, if any.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待共享"
        SHARED = "shared", "已共享"
        CANCELLED = "cancelled", "不予共享"

    OPEN_STATES = (State.PENDING,)
    TONES: ClassVar[dict[str, str]] = {
        State.PENDING: "warn",
        State.SHARED: "ok",
        State.CANCELLED: "neutral",
    }

    entry = models.ForeignKey(
        SharingEntry, models.PROTECT, null=True, related_name="records", verbose_name="共享目录"
    )
    request = models.OneToOneField(
        "clues.SharingRequest",
        models.PROTECT,
        null=True,
        related_name="record",
        verbose_name="信息申请",
    )
    provider = models.ForeignKey(
        Department, models.PROTECT, related_name="shared_records", verbose_name="提供部门"
    )
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, related_name="shared", verbose_name="线索"
    )
    title = models.CharField("标题", max_length=100)
    content = models.TextField("内容", max_length=5000)
    event_on = models.DateField("形成或者收到日期")
    source_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+")
    source_id = models.BigIntegerField("来源编号", null=True)
    source = GenericForeignKey("source_type", "source_id")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField("登记时间", default=clock.now)
    shared_at = models.DateTimeField("共享时间", null=True)
    shared_by = models.CharField("共享人", max_length=60, blank=True)

    objects = SharedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "共享信息"
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("entry", "source_type", "source_id"),
                condition=Q(source_id__isnull=False),
                name="shared_once_per_source",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False) | Q(request__isnull=False),
                name="shared_by_catalogue_or_request",
            ),
        )
        indexes = (
            models.Index(fields=("region_code", "-created_at", "-id")),
            models.Index(fields=("provider", "-created_at", "-id")),
        )

    def __str__(self) -> str:
        return f"保密共享信息 {self.pk}" if self.confidential else self.title

    def get_absolute_url(self) -> str:
        return reverse("clues:shared-record", args=[self.pk])


class ShareReceipt(models.Model):
    """A department that was given a shared record, and who opened it there when."""

    record = models.ForeignKey(SharedRecord, models.CASCADE, related_name="receipts")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="接收部门"
    )
    read_at = models.DateTimeField("阅收时间", null=True)
    read_by = models.CharField("阅收人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "共享信息接收"
        ordering = ("department_id",)
        constraints = (
            models.UniqueConstraint(fields=("record", "department"), name="share_receipt_once"),
        )
        indexes = (models.Index(fields=("department", "record")),)

    def __str__(self) -> str:
        return f"{self.department}：{self.record_id}"


class SharingRequestQuerySet(NeverConfidentialQuerySet):
    def _internal(self) -> Q:
        return Q(signed_at=None) | Q(state=SharingRequest.State.REVIEW)

    def _parties(self, actor: Actor) -> Q:
        asked = Q(provider_id=actor.department_id) & ~self._internal()
        return Q(requester_id=actor.department_id) | asked


class SharingRequest(Concealable, Toned):
    """A department asks another for information that the catalogue does not give it."""

    class State(models.TextChoices):
        REVIEW = "review", "待签发"
        SENT = "sent", "待答复"
        PROPOSED = "proposed", "答复待签发"
        PROVIDED = "provided", "已提供"
        DECLINED = "declined", "不予提供"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN_STATES = (State.REVIEW, State.SENT, State.PROPOSED)
    TONES: ClassVar[dict[str, str]] = {
        State.REVIEW: "warn",
        State.SENT: "warn",
        State.PROPOSED: "info",
        State.PROVIDED: "ok",
        State.DECLINED: "bad",
        State.WITHDRAWN: "neutral",
    }

    requester = models.ForeignKey(
        Department, models.PROTECT, related_name="sharing_requests", verbose_name="申请部门"
    )
    provider = models.ForeignKey(
        Department, models.PROTECT, related_name="sharing_asked", verbose_name="被申请部门"
    )
    title = models.CharField("所需信息", max_length=100)
    purpose = models.CharField("用途", max_length=300)
    basis = models.CharField("依据", max_length=300)
    content = models.TextField("具体要求", max_length=2000)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REVIEW)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟稿人"
    )
    created_at = models.DateTimeField("拟稿时间", default=clock.now)
    signed_at = models.DateTimeField("发出时间", null=True)
    signed_by = models.CharField("签发人", max_length=60, blank=True)
    grants = models.BooleanField("拟予提供", null=True)
    answer = models.TextField("答复", max_length=5000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.CharField("答复签发人", max_length=60, blank=True)

    objects = SharingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息共享申请"
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("requester", "-created_at", "-id")),
            models.Index(fields=("provider", "-created_at", "-id")),
            models.Index(fields=("region_code", "-created_at", "-id")),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("clues:sharing-request", args=[self.pk])

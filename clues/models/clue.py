from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Upper
from django.urls import reverse

from clues.models.base import ClueUserPermission, Concealable
from clues.models.parties import (
    ListedQuerySet,
    is_named,
    repeated_flag,
    repeated_key,
    repeated_text,
)
from credit.models import Subject
from departments.actors import is_staff_member, oversees
from departments.models import Department, Region
from departments.roles import STAFF, Role
from matters.models import Matter
from records import clock
from records.actor import Actor
from records.models import Toned
from records.search import gram_index

_OPEN = ("received", "talked", "transferred", "handling", "supplement", "returned", "disputed")
_IS_OPEN = Q(state__in=_OPEN)


class ClueQuerySet(ListedQuerySet):
    """Lists rely on ``clues.services.knowledge``: whoever is named for a confidential clue works
    for a department concerned with it."""

    MOMENT = "received_at"
    REPEATED = ("confidential", "state", "channel", "township_id", "holder_id")

    def _works_here(self, actor: Actor) -> bool:
        return actor.has_role(*STAFF, Role.TOWNSHIP)

    def _parties(self, actor: Actor) -> Q:
        if actor.township_code and not actor.has_role(*STAFF):
            # By key: the index of townships is of no use to a join inside OR.
            own = Subquery(_township_of(actor))
            return Q(reporter_id=actor.user_id) | Q(township_id=own)
        # A probe per row: the set of a department's clues would be read whole for a single page.
        concerned = ClueParty.objects.filter(
            clue_id=OuterRef("pk"), department_id=actor.department_id
        )
        return Q(Exists(concerned))

    def listed_for(self, actor: Actor) -> Self:
        if not self._lists_by_place(actor):
            return super().listed_for(actor)
        # One index of the place; what is reported elsewhere would have to be sorted in.
        own = Subquery(_township_of(actor))
        return self.filter(confidential=False, township_id=own)._with_listed(actor, "")

    def _lists_by_place(self, actor: Actor) -> bool:
        """Whether the person sees what lies in its township, and nothing else."""
        by_place = actor.township_code and actor.has_role(Role.TOWNSHIP) and is_staff_member(actor)
        if not by_place or actor.has_role(*STAFF) or oversees(actor, actor.region_code):
            return False
        reported = self.model._default_manager.filter(reporter_id=actor.user_id)
        elsewhere = reported.exclude(township_id=Subquery(_township_of(actor)))
        return not is_named(actor) and not elsewhere.exists()

    def _of_clues(self, clue_ids: Any) -> Q:
        return Q(pk__in=clue_ids)

    def _revealed(self, actor: Actor) -> Q:
        named = ClueUserPermission.objects.filter(user_id=actor.user_id)
        return Q(own__confidential=False) | Q(own__clue_id__in=named.values("content_object_id"))


def _township_of(actor: Actor) -> models.QuerySet[Any, Any]:
    return Region.objects.filter(code=actor.township_code).values("pk")


class Clue(Concealable, Toned):
    """Something that may be wrong, from whatever source, until somebody is told the end (L1–L5).

    ``receiver`` took it in first and keeps answering to the complainant until it is handed over;
    ``holder`` is the department whose turn it is.
    """

    class Channel(models.TextChoices):
        HOTLINE = "hotline", "12345 热线"
        PLATFORM = "platform", "省级平台"
        NATIONAL = "national", "国家风险预警"
        ASSOCIATION = "association", "行业协会"
        GRID = "grid", "网格员巡查"
        MEDIA = "media", "媒体舆情"
        REGION = "region", "其他地区移送"
        CHECK = "check", "检查发现"
        VISIT = "visit", "来访来电"
        WARNING = "warning", "预警转办"
        WEBSITE = "website", "公众网站"

    class State(models.TextChoices):
        RECEIVED = "received", "待研判"
        TALKED = "talked", "已沟通待移送"
        TRANSFERRED = "transferred", "已移送待签收"
        HANDLING = "handling", "办理中"
        SUPPLEMENT = "supplement", "待补充材料"
        RETURNED = "returned", "被退回待处理"
        DISPUTED = "disputed", "职责争议处理中"
        CLOSED = "closed", "已办结"
        MERGED = "merged", "已并案"

    class Outcome(models.TextChoices):
        NOTHING = "nothing", "未发现违法"
        CORRECTED = "corrected", "已责令改正"
        PENALISED = "penalised", "已行政处罚"
        CRIMINAL = "criminal", "已移送司法机关"
        MEDIATED = "mediated", "已调解"
        ELSEWHERE = "elsewhere", "告知向其他途径反映"
        UNFOUND = "unfound", "无法核实"

    OPEN_STATES = tuple(map(State, _OPEN))
    TONES: ClassVar[dict[str, str]] = {
        State.RECEIVED: "warn",
        State.TALKED: "warn",
        State.TRANSFERRED: "warn",
        State.HANDLING: "info",
        State.SUPPLEMENT: "warn",
        State.RETURNED: "bad",
        State.DISPUTED: "bad",
        State.CLOSED: "ok",
        State.MERGED: "neutral",
    }

    number = models.CharField("线索编号", max_length=40, unique=True)
    channel = models.CharField("来源", max_length=12, choices=Channel.choices)
    external_number = models.CharField("来源编号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=100)
    content = models.TextField("内容", max_length=5000)
    received_at = models.DateTimeField("受理时间", default=clock.now)
    occurred_on = models.DateField("发生日期", null=True, blank=True)
    township = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="乡镇街道"
    )
    place = models.CharField("地点", max_length=200, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管对象"
    )
    subject_name = models.CharField("被反映对象", max_length=120, blank=True)
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管事项"
    )
    receiver = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="首接部门"
    )
    holder = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="当前责任部门"
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="承办人"
    )
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RECEIVED)
    evidence_at_risk = models.CharField("证据灭失风险", max_length=200, blank=True)
    talked_with = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="沟通部门"
    )
    talked_at = models.DateTimeField("沟通时间", null=True)
    talk_note = models.TextField("沟通情况", blank=True)
    times_returned = models.PositiveSmallIntegerField("被退回次数", default=0)
    assigned = models.BooleanField("已由综合协调组指定承办", default=False)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome.choices, blank=True)
    answer = models.TextField("最终答复", blank=True)
    answer_proposed = models.BooleanField("答复待签发", default=False)
    closed_at = models.DateTimeField("办结时间", null=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", verbose_name="并入线索"
    )
    emergency = models.BooleanField("紧急处置补录", default=False)
    bands = ArrayField(models.BigIntegerField(), default=list, verbose_name="文字特征")
    client_key = models.UUIDField("发送编号", null=True, editable=False)

    objects = ClueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "线索"
        ordering = ("-received_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("region_code", "channel", "external_number"),
                condition=~Q(external_number="") & Q(confidential=False),
                name="clue_external_number_once",
            ),
            models.UniqueConstraint(
                fields=("reporter", "client_key"), name="clue_sent_once_by_its_reporter"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome=""), name="closed_clue_has_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False),
                name="merged_clue_names_the_other",
            ),
        )
        indexes = (
            models.Index(fields=("-received_at", "-id")),
            models.Index(fields=("region_code", "-received_at", "-id")),
            models.Index(
                fields=("region_code", "channel", "-received_at", "-id"),
                name="clue_region_channel",
            ),
            models.Index(
                fields=("region_code", "state", "-received_at", "-id"),
                include=("holder", "confidential"),
                name="clue_region_state",
            ),
            models.Index(fields=("state", "-received_at", "-id")),
            models.Index(fields=("holder", "state", "-received_at")),
            models.Index(fields=("subject", "-received_at")),
            models.Index(Upper("subject_name"), name="clue_subject_name"),
            models.Index(
                fields=("township", "-received_at", "-id"),
                include=("confidential", "state", "channel", "holder"),
                name="clue_township_listed",
            ),
            models.Index(
                fields=("township", "-received_at", "-id"),
                include=("confidential", "state", "channel", "holder"),
                condition=_IS_OPEN,
                name="clue_township_open",
            ),
            models.Index(fields=("reporter", "township"), name="clue_reporter_township"),
            models.Index(fields=("id",), condition=Q(times_returned__gt=0), name="clue_returned"),
            GinIndex(fields=("bands",), name="clue_bands"),
            gram_index("title", "subject_name", name="clue_grams"),
        )

    def __str__(self) -> str:
        return f"保密线索 {self.number}" if self.confidential else f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("clues:clue", args=[self.pk])

    @property
    def clue_id(self) -> int:
        """A clue belongs to itself: whoever is named for it knows what belongs to it."""
        return self.pk

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES


class ClueParty(models.Model):
    """A department concerned with a clue: it received, reported, handled or was asked. Entered by
    ``clues.services.knowledge.concern`` only; what it repeats is kept by the database."""

    clue = models.ForeignKey(Clue, models.CASCADE, related_name="parties")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    since = models.DateTimeField("参与时间", default=clock.now)
    received_at = models.DateTimeField("受理时间", editable=False)
    confidential = repeated_flag()
    state = repeated_text(12)
    channel = repeated_text(12)
    township_id = repeated_key()
    holder_id = repeated_key()

    class Meta:
        verbose_name = verbose_name_plural = "线索相关部门"
        constraints = (
            models.UniqueConstraint(fields=("clue", "department"), name="clue_party_once"),
        )
        indexes = (
            models.Index(
                fields=("department", "-received_at", "-clue"),
                include=("confidential", "state", "channel", "township_id", "holder_id"),
                name="clue_party_listed",
            ),
            models.Index(
                fields=("department", "-received_at", "-clue"),
                include=("confidential", "state", "channel", "township_id", "holder_id"),
                condition=_IS_OPEN,
                name="clue_party_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.department}：{self.clue_id}"


class Complainant(models.Model):
    """Who complained; shown masked, unmasked with a reason and a trail entry."""

    clue = models.OneToOneField(Clue, models.CASCADE, related_name="complainant")
    name = models.CharField("姓名", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    address = models.CharField("联系地址", max_length=200, blank=True)
    wants_answer = models.BooleanField("要求答复", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "反映人"
        indexes = (models.Index(fields=("phone",)),)

    def __str__(self) -> str:
        return f"{self.clue_id}"


class Told(models.Model):
    """What the complainant was told at a step, word for word as it was sent."""

    class Step(models.TextChoices):
        RECEIVED = "received", "受理告知"
        TRANSFERRED = "transferred", "移送告知"
        PROGRESS = "progress", "进展告知"
        ANSWERED = "answered", "办理答复"

    clue = models.ForeignKey(Clue, models.CASCADE, related_name="told")
    step = models.CharField("环节", max_length=12, choices=Step.choices)
    text = models.TextField("告知内容")
    by = models.CharField("告知部门", max_length=100)
    at = models.DateTimeField("告知时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "反映人告知"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.at:%Y-%m-%d}"

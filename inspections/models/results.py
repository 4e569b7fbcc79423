from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.urls import reverse

from departments.models import Region
from departments.roles import STAFF
from inspections.models.tasks import JointTask, TaskPart
from inspections.result_codes import codes_for
from records.actor import Actor
from records.models import OutboxMessage, Toned
from records.search import containing, gram_index


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, actor: Actor) -> ResultQuerySet:
        """Who sees the task sees its results; the township office at the place, the public ones."""
        if actor.is_system:
            return self
        results = self.filter(part__task__in=JointTask.objects.visible_to(actor))
        if actor.township_code and not actor.has_role(*STAFF):
            return results.filter(published_at__isnull=False)
        return results


class Result(Toned):
    """A department's result of one visit, from entry to publication (I11, I12).

    A correction is a new version of the result; the one before stays readable.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "待录入"
        SUBMITTED = "submitted", "待负责人审核"
        APPROVED = "approved", "已审核，待公示"
        PUBLISHED = "published", "已公示"
        CORRECTED = "corrected", "已更正（见新版本）"
        WITHDRAWN = "withdrawn", "已撤销公示"

    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "warn",
        State.SUBMITTED: "warn",
        State.APPROVED: "info",
        State.PUBLISHED: "ok",
    }

    part = models.ForeignKey(TaskPart, models.PROTECT, related_name="results")
    version = models.PositiveIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    codes = ArrayField(models.CharField(max_length=30), default=list, verbose_name="检查结果")
    remark = models.TextField("说明", blank=True)
    change_reason = models.TextField("更正或撤销理由", blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    submitted_at = models.DateTimeField("提交时间", null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    approved_at = models.DateTimeField("审核时间", null=True)
    published_at = models.DateTimeField("公示时间", null=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查结果"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("part", "version"), name="result_version_once"),
            models.UniqueConstraint(
                fields=("part",),
                condition=Q(state__in=("draft", "submitted", "approved")),
                name="one_result_in_preparation",
            ),
        )
        indexes = (models.Index(fields=("state", "id")),)

    def __str__(self) -> str:
        return f"{self.part} 检查结果"

    def get_absolute_url(self) -> str:
        return reverse("inspections:result", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.part.region_code

    @property
    def conclusion(self) -> list[str]:
        """The conclusions in words, in printed order."""
        known = codes_for(self.part.task.subject.id_kind)
        return [known[code] for code in self.codes if code in known]


class PublicationQuerySet(models.QuerySet["Publication"]):
    def standing(self) -> PublicationQuerySet:
        """Those that no correction has replaced: in force, or withdrawn with the reason. Each
        knows it (``stands``)."""
        # Looked up row by row in the order of a list; a join would read all of them first.
        return self.filter(~Exists(Publication.objects.filter(corrects=OuterRef("pk")))).annotate(
            stands=Value(True)
        )

    def matching(self, text: str) -> PublicationQuerySet:
        """Those with the text in the subject's name or code, the matter or the department."""
        return containing(self, text, order=("-published_at", "-id"))


class Publication(models.Model):
    """What the public reads: a copy made at publication, natural persons masked (I12).

    ``announcement`` and ``retraction`` are the messages that told the credit publicity system of
    a business's publication and of its withdrawal.
    """

    result = models.OneToOneField(Result, models.PROTECT, related_name="publication")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    subject_name = models.CharField("检查对象", max_length=120)
    subject_identifier = models.CharField("标识", max_length=40)
    matter_name = models.CharField("监管事项", max_length=100)
    department_name = models.CharField("检查部门", max_length=100)
    checked_on = models.DateField("检查日期")
    results = ArrayField(models.CharField(max_length=100), verbose_name="检查结果")
    draw_number = models.PositiveIntegerField("抽取编号", null=True)
    published_at = models.DateTimeField("公示时间")
    ended_at = models.DateTimeField("更正或撤销时间", null=True)
    end_reason = models.TextField("更正或撤销理由", blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="corrected_by", verbose_name="更正自"
    )
    announcement = models.OneToOneField(
        OutboxMessage, models.PROTECT, null=True, related_name="+", verbose_name="公示推送"
    )
    retraction = models.OneToOneField(
        OutboxMessage, models.PROTECT, null=True, related_name="+", verbose_name="撤销推送"
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示信息"
        ordering = ("-published_at", "-id")
        indexes = (
            models.Index(fields=("region", "-published_at", "-id")),
            models.Index(fields=("subject_identifier",)),
            gram_index(
                *("subject_name", "subject_identifier", "matter_name", "department_name"),
                name="publication_grams",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_name} {self.checked_on}"

    def get_absolute_url(self) -> str:
        return reverse("public:result", args=[self.pk])

    @property
    def state_label(self) -> str:
        """How the publication stands, in words; lists of others than ``standing`` ones select
        ``corrected_by``."""
        if self.ended_at is None:
            return "公示中"
        return "已更正" if self.is_corrected else "已撤销"

    @property
    def state_tone(self) -> str:
        """The tone of the chip."""
        return "ok" if self.ended_at is None else "neutral" if self.is_corrected else "warn"

    @property
    def is_corrected(self) -> bool:
        """Whether a correction has replaced it."""
        return not getattr(self, "stands", False) and hasattr(self, "corrected_by")

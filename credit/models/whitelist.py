from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from credit.models.subject import Subject
from departments.actors import is_staff_member
from departments.models import Department, Region
from departments.notices import Notice
from departments.roles import STAFF, Function
from matters.models import Matter
from records.actor import Actor
from records.models import Toned


class WhiteListEntryQuerySet(models.QuerySet["WhiteListEntry"]):
    def visible_to(self, actor: Actor) -> WhiteListEntryQuerySet:
        """Every department of the region reads who is or was listed; an application before its
        signature only the applying department, then those that decide too."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not actor.has_role(*STAFF):
            return self.none()
        hidden = list(WhiteListEntry.UNSIGNED)
        if not actor.fills(Function.CREDIT, Function.COORDINATION):
            hidden += [WhiteListEntry.State.CONSENT, WhiteListEntry.State.REJECTED]
        shown = Q(region__code__startswith=actor.region_code) & ~Q(state__in=hidden)
        return self.filter(shown | Q(department_id=actor.department_id))

    def internal_to_others(self, actor: Actor) -> WhiteListEntryQuerySet:
        """What other departments have not signed (``records.concealment.INTERNAL``)."""
        unsigned = self.filter(state__in=WhiteListEntry.UNSIGNED)
        return unsigned.exclude(department_id=actor.department_id)

    def listed(self) -> WhiteListEntryQuerySet:
        return self.filter(state=WhiteListEntry.State.LISTED)


class WhiteListEntry(Toned):
    """A subject on the white list (白名单, Y 十四) for one matter, or for all matters that the
    department leads. ``since`` and ``until`` are the first and last day of the term."""

    class State(models.TextChoices):
        REVIEW = "review", "待负责人签发"
        CONSENT = "consent", "待批准"
        LISTED = "listed", "在列"
        REJECTED = "rejected", "未批准"
        WITHDRAWN = "withdrawn", "已撤回"
        EXPIRED = "expired", "到期退出"
        DROPPED = "dropped", "自动退出"
        REMOVED = "removed", "提前移出"

    TONES: ClassVar[dict[str, str]] = {
        State.REVIEW: "warn",
        State.CONSENT: "warn",
        State.LISTED: "ok",
        State.DROPPED: "bad",
    }

    OPEN = (State.REVIEW, State.CONSENT, State.LISTED)
    UNSIGNED = (State.REVIEW, State.WITHDRAWN)

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="white_list", verbose_name="监管对象"
    )
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管事项"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="牵头部门"
    )
    reason = models.CharField("申请理由", max_length=300)
    months = models.PositiveSmallIntegerField("期限（月）")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REVIEW)
    criteria = models.JSONField("批准时的条件核对", default=list)
    created_at = models.DateTimeField("申请时间")
    applied_by = models.CharField("经办人", max_length=60)
    approved_at = models.DateTimeField("批准时间", null=True)
    approved_by = models.CharField("批准人", max_length=60, blank=True)
    since = models.DateField("自", null=True)
    until = models.DateField("至", null=True)
    ended_at = models.DateTimeField("退出时间", null=True)
    end_reason = models.TextField("退出理由", blank=True)

    objects = WhiteListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "白名单"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "department", "matter"),
                condition=Q(state__in=("review", "consent", "listed")),
                nulls_distinct=False,
                name="one_white_list_entry",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="white_list_ends_after_it_begins",
            ),
        )
        indexes = (
            models.Index(
                fields=("region", "subject"),
                condition=Q(state="listed"),
                name="white_list_listed",
            ),
            models.Index(fields=("subject", "state"), name="white_list_of_subject"),
        )

    def __str__(self) -> str:
        """Nameless about a person: it stands in trails and lists."""
        if self.subject.is_natural_person:
            return f"自然人白名单（{self.pk}）"
        return f"{self.subject.name}白名单"

    def get_absolute_url(self) -> str:
        return reverse("credit:white-list-entry", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.region.code


class WhiteListNotice(Notice):
    """What the department that applied is told: its entry has ended without it, of its own accord
    or by the decision of others."""

    entry = models.ForeignKey(
        WhiteListEntry, models.CASCADE, related_name="notices", verbose_name="白名单"
    )

    class Meta:
        verbose_name = verbose_name_plural = "白名单退出通知"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("entry", "department"), name="white_list_told_once"),
        )
        indexes = (
            models.Index(
                fields=("department",), condition=Q(read_at=None), name="white_list_notice_unread"
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry}{self.entry.get_state_display()}"

    @property
    def thing(self) -> WhiteListEntry:
        return self.entry

    @property
    def act_label(self) -> str:
        return "签收白名单退出通知"

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from credit.models import Subject
from departments.actors import is_staff_member, oversees
from departments.models import Department, Region
from departments.profile import number
from departments.roles import STAFF
from inspections.models.directory import Inspector
from inspections.models.draws import DrawSelected
from inspections.models.plans import PlanItem
from inspections.rules import MIN_OFFICERS
from matters.models import CheckItem, MatterVersion
from records import clock
from records.actor import Actor
from records.models import Evidence, Toned


def new_token() -> str:
    """An unguessable code for the QR of a visit."""
    return secrets.token_urlsafe(16)


class JointTaskQuerySet(models.QuerySet["JointTask"]):
    def visible_to(self, actor: Actor) -> JointTaskQuerySet:
        """The departments that take part, the overseers, people the task was lent to, and, once
        the notice is signed, the township office at the place. A proposal that its head has not
        approved concerns the lead department only."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        if oversees(actor, actor.region_code):
            return self.filter(region__code__startswith=actor.region_code)
        if actor.township_code and not actor.has_role(*STAFF):
            return self.filter(
                subject__township__code=actor.township_code, state__in=JointTask.ANNOUNCED
            )
        lent = JointTaskUserPermission.objects.filter(user_id=actor.user_id)
        return self.filter(
            Q(lead_id=actor.department_id)
            | (
                Q(pk__in=TaskPart.objects.filter(department=actor.department_id).values("task_id"))
                & ~Q(state__in=JointTask.UNSENT)
            )
            | Q(pk__in=lent.values("content_object_id"))
        )


class JointTask(Toned):
    """One visit to one subject by all departments together ("进一次门", I8).

    It comes from a draw of a plan item, or was started by selection with a ``reason`` (L4); then
    it has no plan item, its head approves it before it reaches other departments, and
    ``matter_version`` names the matter if there is one. An emergency begins at once and is
    approved afterwards: ``ratification`` says how that stands.
    """

    class Origin(models.TextChoices):
        DRAW = "draw", "双随机抽查"
        CLUE = "clue", "个案检查"
        WARNING = "warning", "预警核查"
        ORDERED = "ordered", "上级交办检查"
        EMERGENCY = "emergency", "紧急检查"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待负责人批准"
        DECLINED = "declined", "未批准"
        DISPATCHED = "dispatched", "已派发，待接收"
        SCHEDULED = "scheduled", "已约定日期"
        NOTIFIED = "notified", "通知书已签发"
        IN_PROGRESS = "in_progress", "检查中"
        CHECKED = "checked", "现场检查完成"
        CLOSED = "closed", "结果已全部公示"
        CANCELLED = "cancelled", "已取消"

    class Ratification(models.TextChoices):
        NOT_NEEDED = "", "无须补批"
        PENDING = "pending", "待补批"
        RATIFIED = "ratified", "已补批"
        REFUSED = "refused", "未予补批"

    UNSENT = (State.PROPOSED, State.DECLINED)
    """The states of a visit that has not left its lead department."""

    JOINABLE = (State.DISPATCHED, State.SCHEDULED, State.NOTIFIED)
    """The states of a visit on its way that nobody has begun."""

    ANNOUNCED = (State.NOTIFIED, State.IN_PROGRESS, State.CHECKED, State.CLOSED)
    """The states in which the notice has been signed, so that the visit is no secret any more."""

    TONES: ClassVar[dict[str, str]] = {
        State.PROPOSED: "warn",
        State.DISPATCHED: "warn",
        State.SCHEDULED: "info",
        State.NOTIFIED: "info",
        State.IN_PROGRESS: "info",
        State.CHECKED: "ok",
        State.CLOSED: "ok",
    }

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    code = models.CharField("任务编号", max_length=40, unique=True)
    origin = models.CharField(
        "检查方式", max_length=10, choices=Origin.choices, default=Origin.DRAW
    )
    reason = models.CharField("启动理由", max_length=500, blank=True)
    over_cap_reason = models.CharField("超过年度次数上限的理由", max_length=300, blank=True)
    ratification = models.CharField(
        "紧急检查补批",
        max_length=10,
        choices=Ratification.choices,
        default=Ratification.NOT_NEEDED,
        blank=True,
    )
    item = models.ForeignKey(
        PlanItem, models.PROTECT, null=True, related_name="tasks", verbose_name="计划项目"
    )
    matter_version = models.ForeignKey(
        MatterVersion, models.PROTECT, null=True, related_name="+", verbose_name="监管事项"
    )
    selected = models.OneToOneField(
        DrawSelected, models.PROTECT, null=True, related_name="task", verbose_name="抽取结果"
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="tasks", verbose_name="检查对象"
    )
    lead = models.ForeignKey(
        Department, models.PROTECT, related_name="led_tasks", verbose_name="牵头部门"
    )
    team = models.PositiveIntegerField("组号", null=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DISPATCHED)
    visit_on = models.DateField("检查日期", null=True)
    visit_proposed_by = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="日期提出部门"
    )
    token = models.CharField("扫码凭证", max_length=32, default=new_token, unique=True)
    dispatched_at = models.DateTimeField("派发时间", default=clock.now, editable=False)

    objects = JointTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联合检查任务"
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(origin="draw", item__isnull=False, matter_version=None)
                | (~Q(origin="draw") & ~Q(reason="") & Q(item=None, selected=None)),
                name="task_drawn_or_reasoned",
            ),
        )
        indexes = (
            models.Index(fields=("region", "state", "id")),
            models.Index(fields=("item", "id")),
            models.Index(fields=("visit_on",)),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("inspections:task", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.region.code

    @property
    def title(self) -> str:
        """The plan item it belongs to, or how it came about without one."""
        return self.item.title if self.item else str(self.get_origin_display())

    @property
    def matter(self) -> MatterVersion | None:
        """The version of the matter that is checked, if the visit rests on one."""
        return self.item.matter_version if self.item else self.matter_version

    @property
    def matter_name(self) -> str:
        return self.matter.name if self.matter else str(self.get_origin_display())

    @property
    def officers_per_visit(self) -> int:
        """How many inspectors each department needs on site."""
        if self.item:
            return self.item.officers_per_visit
        return number(self.region_code, MIN_OFFICERS)

    @property
    def awaits_ratification(self) -> bool:
        """Whether the head has yet to say yes or no to an emergency that began at once."""
        return self.ratification == self.Ratification.PENDING

    @property
    def ratification_tone(self) -> str:
        return {"pending": "warn", "ratified": "ok", "refused": "bad"}.get(
            self.ratification, "neutral"
        )

    @property
    def may_be_entered(self) -> bool:
        """Whether inspectors may arrive: the notice is signed, or it is an emergency, whose notice
        is signed afterwards."""
        if self.state == self.State.SCHEDULED:
            return self.awaits_ratification
        return self.state in (self.State.NOTIFIED, self.State.IN_PROGRESS)


class TaskPartQuerySet(models.QuerySet["TaskPart"]):
    def visible_to(self, actor: Actor) -> TaskPartQuerySet:
        """Who sees the task sees its parts, and the photos and signatures kept with them."""
        if actor.is_system:
            return self
        return self.filter(task__in=JointTask.objects.visible_to(actor))


class TaskPart(Toned):
    """The part of one department in a visit, from acceptance to submission on site."""

    class State(models.TextChoices):
        SENT = "sent", "待接收"
        ACCEPTED = "accepted", "已接收"
        SUBMITTED = "submitted", "现场结果已提交"

    TONES: ClassVar[dict[str, str]] = {
        State.SENT: "warn",
        State.ACCEPTED: "info",
        State.SUBMITTED: "ok",
    }

    task = models.ForeignKey(JointTask, models.PROTECT, related_name="parts")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="task_parts", verbose_name="部门"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.SENT)
    agreed_on = models.DateField("同意的日期", null=True)
    accepted_at = models.DateTimeField("接收时间", null=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    officers = models.ManyToManyField(Inspector, through="TaskOfficer", related_name="task_parts")

    objects = TaskPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门检查任务"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("task", "department"), name="task_part_once"),
        )
        indexes = (models.Index(fields=("department", "state", "task")),)

    def __str__(self) -> str:
        return f"{self.department}：{self.task}"

    def get_absolute_url(self) -> str:
        return self.task.get_absolute_url()

    @property
    def region_code(self) -> str:
        return self.task.region.code


class TaskOfficer(models.Model):
    """An inspector who goes on a visit for their department."""

    part = models.ForeignKey(TaskPart, models.CASCADE, related_name="task_officers")
    inspector = models.ForeignKey(Inspector, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "到场人员"
        constraints = (
            models.UniqueConstraint(fields=("part", "inspector"), name="task_officer_once"),
        )

    def __str__(self) -> str:
        return str(self.inspector)


class TaskItem(models.Model):
    """One check item of a part, with what was found on site; never prefilled (I11)."""

    class Outcome(models.TextChoices):
        NO_PROBLEM = "no_problem", "未发现问题"
        PROBLEM = "problem", "发现问题"
        NOT_APPLICABLE = "not_applicable", "不涉及"

    part = models.ForeignKey(TaskPart, models.CASCADE, related_name="items")
    check_item = models.ForeignKey(CheckItem, models.PROTECT, related_name="+")
    title = models.CharField("检查事项", max_length=100)
    outcome = models.CharField("检查情况", max_length=15, choices=Outcome.choices, blank=True)
    note = models.TextField("情况说明", blank=True)
    recorded_at = models.DateTimeField("记录时间", null=True)
    recorded_by = models.ForeignKey(Inspector, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "检查情况"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("part", "check_item"), name="task_item_once"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def photo_label(self) -> str:
        """What ties a photo, kept with the part, to this item."""
        return f"{self.pk} {self.title}"[:100]


class Notice(models.Model):
    """The 行政检查通知书 of a visit; its content is frozen when the head signs it."""

    class State(models.TextChoices):
        DRAFT = "draft", "待签发"
        SIGNED = "signed", "已签发"

    task = models.OneToOneField(JointTask, models.PROTECT, related_name="notice")
    number = models.CharField("文号", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField("内容", default=dict)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )
    signed_at = models.DateTimeField("签发时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政检查通知书"
        constraints = (
            models.UniqueConstraint(
                fields=("number",), condition=~Q(number=""), name="notice_number_once"
            ),
        )

    def __str__(self) -> str:
        return self.number or f"{self.task} 行政检查通知书"


class CheckIn(models.Model):
    """An inspector's arrival on site; at least two per department before anything is checked."""

    task = models.ForeignKey(JointTask, models.PROTECT, related_name="check_ins")
    inspector = models.ForeignKey(Inspector, models.PROTECT, related_name="+")
    at = models.DateTimeField("到场时间", default=clock.now, editable=False)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "到场签到"
        ordering = ("at",)
        constraints = (models.UniqueConstraint(fields=("task", "inspector"), name="check_in_once"),)

    def __str__(self) -> str:
        return f"{self.inspector} {self.at:%H:%M}"


class Signature(models.Model):
    """A signature of one side under the record of a part, or the reason why it is missing."""

    class Side(models.TextChoices):
        INSPECTOR = "inspector", "检查人员"
        SUBJECT = "subject", "被检查对象"

    part = models.ForeignKey(TaskPart, models.CASCADE, related_name="signatures")
    side = models.CharField("签字方", max_length=10, choices=Side.choices)
    signer = models.CharField("签字人", max_length=60)
    inspector = models.ForeignKey(Inspector, models.PROTECT, null=True, related_name="+")
    image = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="+")
    refused_reason = models.TextField("拒签情况", blank=True)
    signed_at = models.DateTimeField("签字时间", default=clock.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "签字"
        ordering = ("signed_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("part", "inspector"),
                condition=Q(side="inspector"),
                name="inspector_signs_once",
            ),
            models.UniqueConstraint(
                fields=("part",), condition=Q(side="subject"), name="subject_signs_once"
            ),
            models.CheckConstraint(
                condition=Q(image__isnull=False) | ~Q(refused_reason=""),
                name="signature_or_refusal",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.signer}"


class PhoneReceipt(models.Model):
    """A send from a phone that has been carried out: the same key again does nothing (I9)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.UUIDField("发送编号")
    at = models.DateTimeField("收到时间", default=clock.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "手机发送回执"
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="phone_receipt_once"),)

    def __str__(self) -> str:
        return str(self.key)


class JointTaskUserPermission(UserObjectPermissionBase):
    """A task lent to a person outside its departments (cross-region teams)."""

    content_object = models.ForeignKey(JointTask, models.CASCADE, verbose_name="联合检查任务")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = verbose_name_plural = "任务额外授权"


class JointTaskGroupPermission(GroupObjectPermissionBase):
    """A task lent to a group outside its departments."""

    content_object = models.ForeignKey(JointTask, models.CASCADE)

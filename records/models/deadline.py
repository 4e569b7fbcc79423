from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from records.workdays import Unit


class Deadline(models.Model):
    """One legal time limit: what for, which rule, from when, due when, met when, whose.

    ``amount`` and ``unit`` are copied from the rule in force when the clock started, with its
    source clause. ``due_at`` is computed by ``records.deadlines`` only; it is empty while the
    clock is paused. A yearly fixed date (30 April) has unit ``FIXED`` and ``amount`` 0.
    """

    class Kind(models.TextChoices):
        WORKING_DAY = Unit.WORKING_DAY, "工作日"
        CALENDAR_DAY = Unit.CALENDAR_DAY, "自然日"
        HOUR = Unit.HOUR, "小时"
        FIXED = "fixed", "固定日期"

    rule = models.CharField("规则代码", max_length=80)
    title = models.CharField("事由", max_length=200)
    source = models.CharField("依据", max_length=200)
    amount = models.PositiveIntegerField("期限")
    unit = models.CharField("单位", max_length=20, choices=Kind.choices)
    region_code = models.CharField("行政区划", max_length=12)
    department = models.ForeignKey(
        "departments.Department", models.PROTECT, verbose_name="责任部门", related_name="deadlines"
    )
    target_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    target_id = models.BigIntegerField("对象编号")
    target = GenericForeignKey("target_type", "target_id")
    target_name = models.CharField("对象", max_length=300)
    started_at = models.DateTimeField("起算时间")
    due_at = models.DateTimeField("到期时间", null=True)
    provisional = models.BooleanField("暂定（节假日安排未公布）", default=False)
    met_at = models.DateTimeField("完成时间", null=True)
    cancelled_at = models.DateTimeField("取消时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "target_type", "target_id", "department"),
                condition=models.Q(met_at=None, cancelled_at=None),
                name="deadline_one_running_per_rule_and_target",
            ),
        )
        indexes = (
            models.Index(
                fields=("department", "due_at"),
                condition=models.Q(met_at=None, cancelled_at=None),
                name="deadline_running_by_department",
            ),
            models.Index(
                fields=("region_code", "due_at"),
                condition=models.Q(met_at=None, cancelled_at=None),
                name="deadline_running_by_region",
            ),
            models.Index(fields=("target_type", "target_id")),
            models.Index(fields=("region_code", "due_at")),
        )

    def __str__(self) -> str:
        return f"{self.title}:{self.target_name}"

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.cancelled_at is None


class DeadlinePause(models.Model):
    """A stretch of days in which the clock stands still; open while ``until`` is empty."""

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="pauses")
    since = models.DateField("暂停自")
    until = models.DateField("暂停至", null=True)
    reason = models.TextField("理由")

    class Meta:
        verbose_name = verbose_name_plural = "期限暂停"
        ordering = ("since", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("deadline",), condition=models.Q(until=None), name="deadline_one_open_pause"
            ),
        )

    def __str__(self) -> str:
        return f"{self.since}—{self.until or ''} {self.reason}"


class DeadlineExtension(models.Model):
    """More time, in the unit of the deadline, with who granted it in the trail."""

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="extensions")
    amount = models.PositiveIntegerField("延长")
    reason = models.TextField("理由")

    class Meta:
        verbose_name = verbose_name_plural = "期限延长"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"+{self.amount} {self.reason}"


class DayOverride(models.Model):
    """A day that the administrator declares working or off, over the packaged calendar."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("工作日")
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历调整"
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_working else '放假'}"

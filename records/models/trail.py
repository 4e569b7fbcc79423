from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from records import clock


class TrailEntry(models.Model):
    """One act of one person on one object, never changed and never removed (R1).

    A database trigger refuses UPDATE, DELETE and TRUNCATE. Names are copied, so that an entry
    still says who acted after a person or department was renamed.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "已完成"
        DENIED = "denied", "被拒绝（无权限）"

    at = models.DateTimeField("时间", default=clock.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人", related_name="+"
    )
    actor_name = models.CharField("操作人姓名", max_length=60)
    department = models.ForeignKey(
        "departments.Department", models.PROTECT, null=True, verbose_name="部门", related_name="+"
    )
    department_name = models.CharField("部门名称", max_length=100, blank=True)
    verb = models.CharField("动作代码", max_length=80)
    label = models.CharField("动作", max_length=80)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, default=Outcome.DONE)
    target_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+")
    target_id = models.BigIntegerField("对象编号", null=True)
    target = GenericForeignKey("target_type", "target_id")
    target_name = models.CharField("对象", max_length=300, blank=True)
    region_code = models.CharField("行政区划", max_length=12, blank=True)
    opinion = models.TextField("意见或理由", blank=True)
    before = models.JSONField("变更前", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("变更后", default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField("请求编号", max_length=64, blank=True)
    address = models.GenericIPAddressField("来源地址", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "留痕"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("target_type", "target_id", "id")),
            models.Index(fields=("actor", "id")),
            models.Index(fields=("region_code", "id")),
        )

    def __str__(self) -> str:
        return f"{self.actor_name} {self.label} {self.target_name}"

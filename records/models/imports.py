import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from records import clock


class ImportJob(models.Model):
    """One Excel file on its way in: checked whole, shown, then imported whole or not at all."""

    class State(models.TextChoices):
        CHECKING = "checking", "正在检查"
        REFUSED = "refused", "有错误，未导入"
        READY = "ready", "检查通过，待确认"
        IMPORTING = "importing", "正在导入"
        DONE = "done", "已导入"
        FAILED = "failed", "导入失败，未写入任何数据"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("导入内容", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CHECKING)
    region_code = models.CharField("行政区划", max_length=12)
    department = models.ForeignKey(
        "departments.Department", models.PROTECT, verbose_name="部门", related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    created_at = models.DateTimeField("上传时间", default=clock.now, editable=False)
    finished_at = models.DateTimeField("完成时间", null=True)
    file_name = models.CharField("文件名", max_length=255)
    content = models.BinaryField("文件内容")
    total = models.PositiveIntegerField("总行数", default=0)
    done = models.PositiveIntegerField("已处理行数", default=0)
    errors = models.JSONField("错误", default=list, encoder=DjangoJSONEncoder)
    summary = models.JSONField("摘要", default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = "导入任务"
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.file_name}({self.get_state_display()})"

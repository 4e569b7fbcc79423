import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from records import clock


class Evidence(models.Model):
    """A file with its hash, kept once per content under the evidence root (R3).

    It is served only to who may see ``target``. The stored name is the hash, never what the
    sender called the file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    mime = models.CharField("类型", max_length=100)
    name = models.CharField("文件名", max_length=255)
    label = models.CharField("说明", max_length=100, blank=True)
    target_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    target_id = models.BigIntegerField("对象编号")
    target = GenericForeignKey("target_type", "target_id")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", default=clock.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "证据文件"
        ordering = ("uploaded_at",)
        indexes = (
            models.Index(fields=("target_type", "target_id")),
            models.Index(fields=("sha256",)),
        )

    def __str__(self) -> str:
        return self.name

import uuid

from django.conf import settings
from django.db import models

from records import clock


class Upload(models.Model):
    """A file sent ahead over REST, for calls of the same person that name it. It belongs to
    nothing yet: nobody but its sender can use it, and it is swept after a while."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    mime = models.CharField("类型", max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", default=clock.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "预上传文件"
        ordering = ("uploaded_at",)
        indexes = (models.Index(fields=("uploaded_at",)),)

    def __str__(self) -> str:
        return self.name

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from records import clock, outbox_names


class OutboxMessage(models.Model):
    """What another system must learn, written in the transaction of the change itself.

    Delivered at least once by Celery; ``id`` travels as the idempotency key, so that a repeat
    harms nobody. After the last attempt it is dead and visible, and can be sent again. ``about``
    is the object it tells of, so that who must not know of the object does not see the message.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    target = models.CharField("接收系统", max_length=40)
    topic = models.CharField("主题", max_length=80)
    payload = models.JSONField("内容", encoder=DjangoJSONEncoder)
    region_code = models.CharField("行政区划", max_length=12)
    about_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+")
    about_id = models.BigIntegerField("对象编号", null=True)
    about = GenericForeignKey("about_type", "about_id")
    created_at = models.DateTimeField("产生时间", default=clock.now, editable=False)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    next_attempt_at = models.DateTimeField("下次发送", null=True)
    delivered_at = models.DateTimeField("送达时间", null=True)
    dead_at = models.DateTimeField("停止发送时间", null=True)
    last_error = models.TextField("最近错误", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对外推送"
        ordering = ("created_at", "id")
        indexes = (
            models.Index(
                fields=("next_attempt_at",),
                condition=models.Q(delivered_at=None, dead_at=None),
                name="outbox_waiting",
            ),
            models.Index(fields=("topic", "created_at")),
        )

    def __str__(self) -> str:
        return f"{self.topic} → {self.target}"

    @property
    def target_name(self) -> str:
        """The receiving system in words."""
        return outbox_names.TARGETS.get(self.target, self.target)

    @property
    def topic_name(self) -> str:
        """What the message is about, in words."""
        return outbox_names.TOPICS.get(self.topic, self.topic)

    @property
    def is_configured(self) -> bool:
        """Whether the county has entered an address for the receiving system."""
        return bool(settings.OUTBOX_TARGETS.get(self.target))

    @property
    def state(self) -> str:
        """``waiting``, ``delivered`` or ``dead``."""
        if self.delivered_at:
            return "delivered"
        return "dead" if self.dead_at else "waiting"

import uuid
from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse

from records import clock, outbox_names


class NextPlace(models.Func):
    """The next number of the order in which messages were written."""

    function = "nextval"
    template = "nextval('records_outbox_place')"
    arity = 0
    output_field = models.BigIntegerField()


class OutboxMessage(models.Model):
    """What another system must learn, written in the transaction of the change itself.

    Delivered at least once by Celery; ``id`` travels as the idempotency key, so that a repeat
    harms nobody. Messages of one ``thread`` to one target go in the order of ``place``: none
    before those ahead of it have arrived or were given up. After the last attempt of a round, or
    when the other side refuses it for good, a message is dead and visible; it can be sent again,
    which begins a new round, or given up. ``about`` is the object it tells of, so that who must
    not know of the object does not see the message. ``receipt`` is the other side's own number.
    """

    TONES: ClassVar[dict[str, str]] = {
        "waiting": "info",
        "delivered": "ok",
        "dead": "bad",
        "given_up": "neutral",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    target = models.CharField("接收系统", max_length=40)
    topic = models.CharField("主题", max_length=80)
    payload = models.JSONField("内容", encoder=DjangoJSONEncoder)
    region_code = models.CharField("行政区划", max_length=12)
    thread = models.CharField("先后次序", max_length=80, blank=True)
    place = models.BigIntegerField("序号", db_default=NextPlace(), editable=False)
    about_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+")
    about_id = models.BigIntegerField("对象编号", null=True)
    about = GenericForeignKey("about_type", "about_id")
    created_at = models.DateTimeField("产生时间", default=clock.now, editable=False)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    round_attempts = models.PositiveIntegerField("本轮尝试次数", default=0)
    next_attempt_at = models.DateTimeField("下次发送", null=True)
    delivered_at = models.DateTimeField("送达时间", null=True)
    dead_at = models.DateTimeField("停止发送时间", null=True)
    last_error = models.TextField("最近错误", blank=True)
    receipt = models.CharField("回执号", max_length=100, blank=True)
    given_up_at = models.DateTimeField("放弃时间", null=True)
    given_up_because = models.TextField("放弃理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对外推送"
        ordering = ("created_at", "id")
        indexes = (
            models.Index(
                # By target first: what waits for an address is not in the way of the rest.
                fields=("target", "next_attempt_at"),
                condition=models.Q(delivered_at=None, dead_at=None),
                name="outbox_due",
            ),
            models.Index(fields=("topic", "created_at")),
            models.Index(
                fields=("target", "thread", "place"),
                condition=models.Q(delivered_at=None, given_up_at=None) & ~models.Q(thread=""),
                name="outbox_threads",
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic_name} → {self.target_name}"

    def get_absolute_url(self) -> str:
        return reverse("records:outbox-message", args=[self.pk])

    @property
    def target_name(self) -> str:
        """The receiving system in words."""
        return outbox_names.TARGETS.get(self.target, self.target)

    @property
    def topic_name(self) -> str:
        """What the message is about, in words."""
        return outbox_names.TOPICS.get(self.topic, self.topic)

    @property
    def state(self) -> str:
        """``waiting``, ``delivered``, ``dead`` or ``given_up``."""
        if self.delivered_at:
            return "delivered"
        if self.given_up_at:
            return "given_up"
        return "dead" if self.dead_at else "waiting"

    @property
    def state_label(self) -> str:
        return outbox_names.STATES[self.state]

    @property
    def state_tone(self) -> str:
        return self.TONES[self.state]


class OutboxCircuit(models.Model):
    """How a receiving system has been doing: after several failures in a row nothing is sent to
    it until ``rests_until``, then one message tries; what it answers decides for all.

    One row per address, that is per target and the region whose address it is ("": everywhere).
    """

    target = models.CharField("接收系统", max_length=40)
    region_code = models.CharField("行政区划", max_length=12, blank=True)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    rests_until = models.DateTimeField("暂停至", null=True)
    failed_at = models.DateTimeField("最近失败时间", null=True)
    answered_at = models.DateTimeField("最近正常应答时间", null=True)
    last_error = models.CharField("最近失败原因", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对外通道"
        constraints = (
            models.UniqueConstraint(fields=("target", "region_code"), name="outbox_circuit_once"),
        )

    def __str__(self) -> str:
        return f"{self.target} {self.region_code}"

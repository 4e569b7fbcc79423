"""What other systems must learn: written with the change, delivered later, repeated safely (R4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import requests
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from records import trail
from records.actor import Actor
from records.errors import Conflict, Refused
from records.models import OutboxMessage
from records.queue import wake_after_commit

CREDIT_PUBLICITY = "credit_publicity"
PROVINCE = "province"
TARGET_NAMES = {CREDIT_PUBLICITY: "国家企业信用信息公示系统", PROVINCE: "省“互联网+监管”平台"}

MAX_ATTEMPTS = 12
_FIRST_PAUSE = dt.timedelta(seconds=15)
_LONGEST_PAUSE = dt.timedelta(hours=6)
_LEASE = dt.timedelta(seconds=60)
_TIMEOUT_SECONDS = 15

log = structlog.get_logger(__name__)


def post(target: str, topic: str, payload: dict[str, Any], region_code: str) -> OutboxMessage:
    """Put a message into the outbox, inside the transaction of the change it tells of.

    Delivery is woken after commit; beat finds it again should the wake-up be lost.
    """
    message = OutboxMessage.objects.create(
        target=target,
        topic=topic,
        payload=payload,
        region_code=region_code,
        next_attempt_at=timezone.now(),
    )
    if is_configured(target):
        wake_after_commit("records.deliver_outbox")
    return message


def is_configured(target: str) -> bool:
    """Whether the county has entered an address for the receiving system."""
    return bool(settings.OUTBOX_TARGETS.get(target))


def waiting() -> QuerySet[OutboxMessage]:
    """What is due to be sent now to systems that have an address."""
    configured = [name for name in settings.OUTBOX_TARGETS if is_configured(name)]
    return OutboxMessage.objects.filter(
        Q(next_attempt_at__lte=timezone.now()),
        target__in=configured,
        delivered_at=None,
        dead_at=None,
    )


def deliver_next() -> bool:
    """Send one due message; False when none is due.

    The row is leased first (its next attempt moved on in a short transaction), so that two
    workers never send it at the same time and a killed worker's message comes back by itself.
    """
    with transaction.atomic():
        message = waiting().select_for_update(skip_locked=True).order_by("next_attempt_at").first()
        if message is None:
            return False
        message.attempts += 1
        message.next_attempt_at = timezone.now() + _LEASE
        message.save(update_fields=("attempts", "next_attempt_at"))
    error = _send(message)
    if error is None:
        OutboxMessage.objects.filter(pk=message.pk).update(
            delivered_at=timezone.now(), next_attempt_at=None, last_error=""
        )
        return True
    log.warning("outbox.failed", message=str(message.pk), attempt=message.attempts, error=error)
    fields: dict[str, Any] = {"last_error": error[:2000]}
    if message.attempts >= MAX_ATTEMPTS:
        fields |= {"dead_at": timezone.now(), "next_attempt_at": None}
    else:
        pause = min(_FIRST_PAUSE * 2 ** (message.attempts - 1), _LONGEST_PAUSE)
        fields["next_attempt_at"] = timezone.now() + pause
    OutboxMessage.objects.filter(pk=message.pk, delivered_at=None).update(**fields)
    return True


def send_again(actor: Actor, message_id: str) -> OutboxMessage:
    """Give a dead message another round of attempts."""
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
        if message is None:
            raise Refused("推送记录不存在。", code="not_found")
        if message.dead_at is None:
            raise Conflict("只有已停止发送的记录才能重新发送。")
        message.attempts = 0
        message.dead_at = None
        message.next_attempt_at = timezone.now()
        message.save()
        trail.record(
            actor,
            "outbox.send_again",
            "重新推送",
            region_code=message.region_code,
            after={"message": str(message.pk), "topic": message.topic},
        )
        wake_after_commit("records.deliver_outbox")
    return message


def counts(region_code: str) -> dict[str, int]:
    """Waiting, delivered and dead messages of a region, in one query."""
    return OutboxMessage.objects.filter(region_code__startswith=region_code).aggregate(
        waiting=Count("pk", filter=Q(delivered_at=None, dead_at=None)),
        delivered=Count("pk", filter=Q(delivered_at__isnull=False)),
        dead=Count("pk", filter=Q(dead_at__isnull=False)),
    )


def _send(message: OutboxMessage) -> str | None:
    target = settings.OUTBOX_TARGETS[message.target]
    headers = {"Idempotency-Key": str(message.pk)}
    if target.get("token"):
        headers["Authorization"] = f"Bearer {target['token']}"
    try:
        answer = requests.post(
            target["url"],
            json={
                "id": str(message.pk),
                "topic": message.topic,
                "created_at": message.created_at.isoformat(),
                "payload": message.payload,
            },
            headers=headers,
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return f"{type(error).__name__}: {error}"
    return None if answer.ok else f"HTTP {answer.status_code}: {answer.text[:500]}"

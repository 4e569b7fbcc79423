"""What other systems must learn: written with the change, delivered later, repeated safely (R4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import requests
import structlog
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Count, Q, QuerySet

from records import clock, trail
from records.actor import Actor
from records.concealment import reveal
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxMessage
from records.outbox_names import COMPLAINT_CHANNEL, CREDIT_PUBLICITY, PROVINCE
from records.queue import wake_after_commit
from records.roles import CLERK, COORDINATION, HEAD, SYSTEM_ADMIN

__all__ = ("CREDIT_PUBLICITY", "PROVINCE", "deliver_next", "post", "send_again")

STATES = (("waiting", "待推送"), ("delivered", "已送达"), ("dead", "已停止推送"))
_CONDITIONS = {
    "waiting": Q(delivered_at=None, dead_at=None),
    "delivered": Q(delivered_at__isnull=False),
    "dead": Q(dead_at__isnull=False),
}

MAX_ATTEMPTS = 12
_FIRST_PAUSE = dt.timedelta(seconds=15)
_LONGEST_PAUSE = dt.timedelta(hours=6)
LEASE = dt.timedelta(seconds=20)
"""Longer than an attempt; a killed worker's message is due again after it."""
_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 10

log = structlog.get_logger(__name__)


def post(
    target: str,
    topic: str,
    payload: dict[str, Any],
    region_code: str,
    *,
    about: models.Model | None = None,
) -> OutboxMessage:
    """Put a message into the outbox, inside the transaction of the change it tells of.

    Delivery is woken after commit; beat finds it again should the wake-up be lost. ``about`` is
    the object it tells of, needed where that may be confidential (``records.concealment``).
    """
    message = OutboxMessage.objects.create(
        target=target,
        topic=topic,
        payload=payload,
        region_code=region_code,
        about_type=ContentType.objects.get_for_model(about) if about is not None else None,
        about_id=about.pk if about is not None else None,
        next_attempt_at=clock.now(),
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
        Q(next_attempt_at__lte=clock.now()),
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
        message.next_attempt_at = clock.now() + LEASE
        message.save(update_fields=("attempts", "next_attempt_at"))
    error = _send(message)
    if error is None:
        OutboxMessage.objects.filter(pk=message.pk).update(
            delivered_at=clock.now(), next_attempt_at=None, last_error=""
        )
        return True
    log.warning("outbox.failed", message=str(message.pk), attempt=message.attempts, error=error)
    fields: dict[str, Any] = {"last_error": error[:2000]}
    if message.attempts >= MAX_ATTEMPTS:
        fields |= {"dead_at": clock.now(), "next_attempt_at": None}
    else:
        pause = min(_FIRST_PAUSE * 2 ** (message.attempts - 1), _LONGEST_PAUSE)
        fields["next_attempt_at"] = clock.now() + pause
    OutboxMessage.objects.filter(pk=message.pk, delivered_at=None).update(**fields)
    return True


def visible_to(actor: Actor) -> QuerySet[OutboxMessage]:
    """For the coordination office of a region and the system administrator.

    The administrator keeps every message going, none of which shows its content; the office
    does not learn of messages about what it must not know of. Raises ``NotAllowed`` for
    everybody else.
    """
    if actor.has_role(SYSTEM_ADMIN):
        return OutboxMessage.objects.all()
    if actor.fills(COORDINATION):
        found = OutboxMessage.objects.filter(region_code__startswith=actor.region_code)
        return reveal(found, actor, "about")
    raise NotAllowed("只有综合协调组和系统管理员可以查看对外推送。", verb="outbox.view")


def in_state(messages: QuerySet[OutboxMessage], state: str) -> QuerySet[OutboxMessage]:
    """Those waiting, delivered or dead; any other word narrows nothing."""
    condition = _CONDITIONS.get(state)
    return messages.filter(condition) if condition is not None else messages


def counts(messages: QuerySet[OutboxMessage]) -> dict[str, int]:
    """Waiting, delivered and dead messages, in one query."""
    return messages.order_by().aggregate(
        **{state: Count("pk", filter=condition) for state, condition in _CONDITIONS.items()}
    )


def may_resend(actor: Actor) -> bool:
    """Whether the person may give dead messages another round."""
    return actor.fills(COORDINATION) and actor.has_role(CLERK, HEAD)


def send_again(actor: Actor, message_id: Any) -> OutboxMessage:
    """Give a dead message another round of attempts.

    Raises ``NotAllowed``; ``Conflict`` unless the message is dead.
    """
    if not may_resend(actor):
        raise NotAllowed("只有综合协调组可以重新推送。", verb="outbox.send_again")
    with transaction.atomic():
        message = visible_to(actor).select_for_update().filter(pk=message_id).first()
        if message is None:
            raise Refused("推送记录不存在。", code="not_found")
        if message.dead_at is None:
            raise Conflict("只有已停止推送的记录才能重新推送。")
        message.attempts = 0
        message.dead_at = None
        message.next_attempt_at = clock.now()
        message.save()
        trail.record(
            actor,
            "outbox.send_again",
            "重新推送",
            after={"message": str(message.pk), "topic": message.topic},
        )
        wake_after_commit("records.deliver_outbox")
    return message


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
            timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        log.warning("outbox.unreachable", target=message.target, error=str(error))
        if isinstance(error, requests.Timeout):
            return f"对方系统 {_ANSWER_SECONDS} 秒内没有应答。"
        if isinstance(error, requests.ConnectionError):
            return "连不上对方系统。"
        return "推送没有完成，详见系统日志。"
    if answer.ok:
        return None
    refusal = f"对方系统没有接收（HTTP {answer.status_code}）"
    if message.target == COMPLAINT_CHANNEL or getattr(message.about, "confidential", False):
        # The other side may repeat what it was told, contacts among it.
        return refusal
    return f"{refusal}{answer.text[:500]}"

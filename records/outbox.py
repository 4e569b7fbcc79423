"""What other systems must learn: written with the change, delivered later, repeated safely (R4).

``records.delivery`` sends it; here is who writes, sees, repeats and gives up what is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.urls import reverse

from records import clock, trail
from records.actor import Actor
from records.acts import refuse_long
from records.concealment import reveal
from records.delivery import MAX_ATTEMPTS, deliver_next
from records.errors import Conflict, NotAllowed, Refused
from records.models import OutboxMessage
from records.outbox_names import CREDIT_CHINA, CREDIT_PUBLICITY, PROVINCE
from records.queue import wake_after_commit
from records.roles import CLERK, COORDINATION, HEAD, SYSTEM_ADMIN
from records.worklist import WorkItem

__all__ = (
    "CREDIT_CHINA",
    "CREDIT_PUBLICITY",
    "MAX_ATTEMPTS",
    "PROVINCE",
    "deliver_next",
    "post",
    "send_again",
)

_CONDITIONS = {
    "waiting": Q(delivered_at=None, dead_at=None),
    "delivered": Q(delivered_at__isnull=False),
    "dead": Q(dead_at__isnull=False, given_up_at=None),
    "given_up": Q(given_up_at__isnull=False),
}
_BATCH = 1000
_BECAUSE = "given_up_because"
_DELIVER = "records.deliver_outbox"


def post(
    target: str,
    topic: str,
    payload: dict[str, Any],
    region_code: str,
    *,
    about: models.Model | None = None,
    thread: str = "",
) -> OutboxMessage:
    """Put a message into the outbox, inside the transaction of the change it tells of.

    Delivery is woken after commit; beat finds it again should the wake-up be lost. ``about`` is
    the object it tells of, needed where that may be confidential (``records.concealment``).
    Messages of one ``thread`` reach the target in the order in which they were written; write
    them under one lock.
    """
    message = OutboxMessage.objects.create(
        target=target,
        topic=topic,
        payload=payload,
        region_code=region_code,
        about_type=ContentType.objects.get_for_model(about) if about is not None else None,
        about_id=about.pk if about is not None else None,
        thread=thread,
        next_attempt_at=clock.now(),
    )
    wake_after_commit(_DELIVER)
    return message


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
    """Those in one of ``outbox_names.STATES``; any other word narrows nothing."""
    condition = _CONDITIONS.get(state)
    return messages.filter(condition) if condition is not None else messages


def counts(messages: QuerySet[OutboxMessage]) -> dict[str, int]:
    """How many messages are in each state, in one query."""
    return messages.order_by().aggregate(
        **{state: Count("pk", filter=condition) for state, condition in _CONDITIONS.items()}
    )


def may_resend(actor: Actor) -> bool:
    """Whether the person may give dead messages another round: the coordination office, and the
    system administrator, who keeps the ways open."""
    return _coordinates(actor) or actor.has_role(SYSTEM_ADMIN)


def may_give_up(actor: Actor) -> bool:
    """Whether the person may decide that the other side will not be told."""
    return _coordinates(actor)


def send_again(actor: Actor, message_id: Any, reason: str) -> OutboxMessage:
    """Give a dead message, or one that was given up, another round of attempts.

    Raises ``NotAllowed``; ``Conflict`` in any other state; ``Refused`` without a reason.
    """
    _check_resend(actor, reason)
    with transaction.atomic():
        message = _locked(actor, message_id)
        if message.state not in ("dead", "given_up"):
            raise Conflict("只有已停止或者已放弃推送的记录才能重新推送。")
        if message.state == "given_up" and _passed(message):
            raise Conflict("放弃之后，同一事情的后续信息已经推送，不能再推送这一条。")
        _again(actor, [message], reason)
    return message


def send_all_again(actor: Actor, messages: QuerySet[OutboxMessage], reason: str) -> int:
    """The same for the dead ones among these, all or none; returns how many. Costs a constant
    number of queries per thousand, beside what the names of their objects cost."""
    _check_resend(actor, reason)
    with transaction.atomic():
        dead = in_state(visible_to(actor).filter(pk__in=messages.values("pk")), "dead")
        found = list(dead.select_for_update(of=("self",)).order_by("place"))
        _again(actor, found, reason)
    return len(found)


def give_up(actor: Actor, message_id: Any, reason: str) -> OutboxMessage:
    """Decide that the other side will not be told; what waits behind it goes on its way.

    Raises ``NotAllowed``; ``Conflict`` unless the message is dead; ``Refused`` without a reason.
    """
    _check_give_up(actor, reason)
    with transaction.atomic():
        message = _locked(actor, message_id)
        if message.state != "dead":
            raise Conflict("只有已停止推送的记录才能放弃推送。")
        _leave(actor, [message], reason)
    return message


def give_all_up(actor: Actor, messages: QuerySet[OutboxMessage], reason: str) -> int:
    """The same for the dead ones among these, all or none; returns how many. Costs as
    ``send_all_again``."""
    _check_give_up(actor, reason)
    with transaction.atomic():
        dead = in_state(visible_to(actor).filter(pk__in=messages.values("pk")), "dead")
        found = list(dead.select_for_update(of=("self",)).order_by("place"))
        _leave(actor, found, reason)
    return len(found)


def pending_dead(actor: Actor) -> list[WorkItem]:
    """What other systems have not been told and will not be unless somebody looks."""
    if not may_resend(actor):
        return []
    stopped = in_state(visible_to(actor), "dead").count()
    if not stopped:
        return []
    return [
        WorkItem(
            what="对外推送失败",
            about=f"{stopped} 条推送没有成功，已停止",
            url=f"{reverse('records:outbox')}?state=dead",
            label="处理",
        )
    ]


def _coordinates(actor: Actor) -> bool:
    return actor.fills(COORDINATION) and actor.has_role(CLERK, HEAD)


def _check_resend(actor: Actor, reason: str) -> None:
    if not may_resend(actor):
        raise NotAllowed("只有综合协调组和系统管理员可以重新推送。", verb="outbox.send_again")
    _check_reason(reason)


def _check_give_up(actor: Actor, reason: str) -> None:
    if not may_give_up(actor):
        raise NotAllowed("只有综合协调组可以放弃推送。", verb="outbox.give_up")
    _check_reason(reason)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("请填写理由。", field="opinion")
    refuse_long(reason, "理由")


def _passed(message: OutboxMessage) -> bool:
    """Whether something that was to come after it has been told, or tried, before it."""
    behind = OutboxMessage.objects.filter(
        target=message.target, thread=message.thread, place__gt=message.place, attempts__gt=0
    )
    return bool(message.thread) and behind.exists()


def _locked(actor: Actor, message_id: Any) -> OutboxMessage:
    found = visible_to(actor).select_for_update(of=("self",)).filter(pk=message_id).first()
    if found is None:
        raise Refused("推送记录不存在。", code="not_found")
    return found


def _again(actor: Actor, messages: Sequence[OutboxMessage], reason: str) -> None:
    for message in messages:
        message.round_attempts = 0
        message.dead_at = message.given_up_at = None
        message.given_up_because = ""
        message.next_attempt_at = clock.now()
    _keep(messages, "round_attempts", "next_attempt_at", "dead_at", "given_up_at", _BECAUSE)
    _trace(actor, "outbox.send_again", "重新推送", messages, reason)


def _leave(actor: Actor, messages: Sequence[OutboxMessage], reason: str) -> None:
    for message in messages:
        message.given_up_at = clock.now()
        message.given_up_because = reason.strip()
    _keep(messages, "given_up_at", _BECAUSE)
    _trace(actor, "outbox.give_up", "放弃推送", messages, reason)


def _keep(messages: Sequence[OutboxMessage], *fields: str) -> None:
    OutboxMessage.objects.bulk_update(messages, fields, batch_size=_BATCH)
    wake_after_commit(_DELIVER)


def _trace(
    actor: Actor, verb: str, label: str, messages: Sequence[OutboxMessage], reason: str
) -> None:
    prefetch_related_objects(messages, "about")
    by_region: dict[str, list[OutboxMessage]] = defaultdict(list)
    for message in messages:
        by_region[message.region_code].append(message)
    for region_code, own in by_region.items():
        trail.record_changes(
            actor,
            verb,
            label,
            ((message.about or message, {}, _shown(message)) for message in own),
            opinion=reason.strip(),
            region_code=region_code,
        )


def _shown(message: OutboxMessage) -> dict[str, Any]:
    return {
        "message": str(message.pk),
        "target": message.target,
        "topic": message.topic,
        "attempts": message.attempts,
    }

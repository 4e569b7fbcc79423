"""The same answer to the same call (draft-ietf-httpapi-idempotency-key-header).

The answer is written in the transaction of the call's effect, so a call that died half-way leaves
neither, and is done anew when it is repeated. A call that is still running holds a lock that ends
with its transaction; its repeat is told to wait. A refused call had no effect and keeps nothing:
it may be put right and sent again under the same key.
"""

from __future__ import annotations

import hashlib
import re

from django.db import connection

from departments.profile import number
from records import clock, periods
from records.errors import Conflict, Refused
from records.locks import wait_turn
from supervision.gateway.models import GatewayAnswer, GatewayClient
from supervision.gateway.rules import KEPT_DAYS

WAIT_SECONDS = 2
"""After which a repeat of a running call may ask again."""

_KEY = re.compile(r'"?([!#-\[\]-~]{1,128})"?')


class StillRunning(Conflict):
    """The first call under the key has not ended."""

    code = "still_running"


def key_of(header: str) -> str:
    """The key of a header, as a structured string or bare; raises ``Refused`` for none."""
    found = _KEY.fullmatch(header.strip())
    if found is None:
        refusal = Refused(
            "请求头 Idempotency-Key 必须填写，1 至 128 个可见的 ASCII 字符，每次新的报送换一个。",
            code="idempotency_key_missing",
        )
        refusal.status = 400
        raise refusal
    return found[1]


def fingerprint(target: str, body: bytes) -> str:
    """What makes two calls the same."""
    return hashlib.sha256(target.encode() + b"\n" + body).hexdigest()


def lock_of(client: GatewayClient, key: str) -> int:
    """The number of the lock that a running call holds."""
    return int.from_bytes(hashlib.sha256(f"{client.pk}:{key}".encode()).digest()[:8], signed=True)


def before(client: GatewayClient, key: str, same: str) -> GatewayAnswer | None:
    """The answer that was given before, None for a new call, which holds the key from now on.

    Call it inside the transaction of the effect. Raises ``StillRunning``; ``Refused`` when the
    key was used for another call.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_of(client, key)])
        (mine,) = cursor.fetchone()
    if not mine:
        raise StillRunning("同一幂等键的调用正在办理，请稍后用同一幂等键重发。")
    answer = GatewayAnswer.objects.filter(client=client, key=key).first()
    if answer is not None and answer.fingerprint != same:
        raise Refused(
            "这个幂等键已用于另一次内容不同的调用；新的报送请换一个幂等键。",
            code="idempotency_key_reused",
        )
    return answer


def take_turn(region_code: str, resource: str) -> None:
    """Wait until nobody else pushes the resource into the region; held until the transaction ends.

    What is there is looked up and written by one at a time, so that of two calls with the same
    record one says that it is new and the other that it was there.
    """
    wait_turn(f"gateway.push {region_code} {resource}")


def keep(client: GatewayClient, key: str, same: str, status: int, body: str) -> None:
    """Keep an answer for repeats."""
    GatewayAnswer.objects.create(client=client, key=key, fingerprint=same, status=status, body=body)


def sweep() -> int:
    """Forget answers whose region's days are over; returns how many."""
    removed = 0
    for client in GatewayClient.objects.select_related("region"):
        days = number(client.region.code, KEPT_DAYS)
        old = GatewayAnswer.objects.filter(
            client=client, at__lt=periods.ago(clock.now(), days=days)
        )
        removed += old.delete()[0]
    return removed

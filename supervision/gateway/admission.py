"""Letting a call in: signature, freshness, state, network, scope, rate; and noting who was not."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
import secrets as random
from dataclasses import dataclass

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.http import HttpRequest, RawPostDataException
from django.utils import timezone

from departments.profile import must_fill
from departments.roles import Function, Role
from records import clock, trail
from records.actor import Actor
from records.models import TrailEntry
from supervision.gateway import secrets
from supervision.gateway.models import GatewayAllowance, GatewayClient, GatewayKey, GatewayRefusal
from supervision.gateway.reasons import REASONS
from supervision.gateway.rules import SKEW_SECONDS
from supervision.gateway.schemes import headers, signatures
from supervision.gateway.schemes.proof import Call, Proof, Unproven

_MINUTE = dt.timedelta(minutes=1)
_UNKNOWN_KEY = random.token_bytes(32)
"""What calls under a key that does not exist are checked with: they take as long as others."""

log = structlog.get_logger(__name__)


class Turned(Exception):
    """A call that was not let in; ``reason`` is one of ``REASONS``. ``client`` is known only once
    the signature holds."""

    def __init__(
        self, status: int, reason: str, message: str, client: GatewayClient | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.client = client
        self.wait: int | None = None


@dataclass(frozen=True)
class Caller:
    """A client whose call was let in."""

    client: GatewayClient
    key: GatewayKey
    address: str | None
    request_id: str = ""

    is_authenticated = True
    is_active = True
    pk = None

    def acting_for(self, function: Function) -> Actor:
        """The client at the desk of the department that takes such things in for the region: its
        rights there are those of a clerk. Raises ``Refused`` when no department has the function.
        """
        desk = must_fill(self.client.region.code, function)
        return Actor(
            name=f"{self.client.name}（接口）",
            department_id=desk.pk,
            department_name=desk.name,
            region_code=self.client.region.code,
            roles=frozenset({Role.CLERK}),
            functions=frozenset({function}),
            request_id=self.request_id,
            address=self.address,
        )


def admit(request: HttpRequest) -> Caller:
    """The caller of a request, with its nonce used up. Raises ``Turned``."""
    call = _call(request)
    proof = _proof(call)
    address = address_of(request)
    _ensure_fresh(proof)
    key = GatewayKey.objects.select_related("client__region").filter(key_id=proof.key_id).first()
    secret = secrets.decrypt(key.secret) if key is not None else _UNKNOWN_KEY
    algorithm = key.algorithm if key is not None else GatewayKey.Algorithm.SHA256.value
    if not proof.holds(secret, algorithm) or key is None:
        raise Turned(401, "signature_invalid", "密钥编号或签名不正确。")
    client = key.client
    if words := key.invalid_because:
        raise Turned(401, "key_not_valid", f"密钥 {key} {words}。", client)
    if client.state != GatewayClient.State.ACTIVE:
        raise Turned(403, "client_suspended", "本系统的接入已停用，请联系平台管理员。", client)
    if not _may_come_from(client, address):
        raise Turned(
            403, "network_not_allowed", f"来源地址 {address or '不明'}，不在允许的网段。", client
        )
    if not _use_up(key, proof):
        raise Turned(
            401, "nonce_reused", "随机数（nonce）已经用过；重发请用新的随机数重新签名。", client
        )
    _note_use(key, address)
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    return Caller(client, key, address, request_id)


def ensure_scope(caller: Caller, scope: str | None) -> None:
    """Raises ``Turned`` unless the client may do this; what has no scope is no call at all."""
    if scope is not None and scope not in caller.client.scopes:
        raise Turned(403, "scope_missing", f"本系统没有权限 {scope}。", caller.client)


def ensure_rate(caller: Caller) -> None:
    """Count a call; raises ``Turned`` with the seconds to wait once a minute's calls are used up
    (they may come all at once, and come back one by one)."""
    now, client = clock.now(), caller.client
    pause = _MINUTE / client.calls_per_minute
    account = GatewayAllowance.objects.filter(client=client)
    if account.filter(paid_until__lte=now + _MINUTE - pause).update(
        paid_until=Greatest(F("paid_until"), now) + pause
    ):
        return
    paid_until = account.values_list("paid_until", flat=True).get()
    refusal = Turned(
        429, "rate_exceeded", f"每分钟最多调用 {client.calls_per_minute} 次，请稍后再试。", client
    )
    refusal.wait = max(1, math.ceil((paid_until + pause - now - _MINUTE).total_seconds()))
    raise refusal


def address_of(request: HttpRequest) -> str | None:
    """Where a call comes from; None behind a local socket that names nobody."""
    return request.META.get("REMOTE_ADDR") or None


def note(turned: Turned, address: str | None, target: str) -> None:
    """Count a refused call; the first of an hour, address and reason goes into the trail."""
    log.warning("gateway.refused", reason=turned.reason, address=address, target=target)
    now = clock.now()
    hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    client_id = turned.client.pk if turned.client else None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {GatewayRefusal._meta.db_table} AS seen"
                " (client_id, address, reason, hour, calls, last_at)"
                " VALUES (%s, %s, %s, %s, 1, %s) ON CONFLICT (client_id, address, reason, hour)"
                " DO UPDATE SET calls = seen.calls + 1, last_at = excluded.last_at"
                " RETURNING calls",
                [client_id, address, turned.reason, hour, now],
            )
            (calls,) = cursor.fetchone()
        if calls == 1:
            trail.record(
                Actor(
                    name=turned.client.name if turned.client else "未识别的系统", address=address
                ),
                "gateway.refused",
                f"拒绝接口调用：{REASONS[turned.reason]}",
                turned.client,
                opinion=target,
                outcome=TrailEntry.Outcome.DENIED,
            )


def _call(request: HttpRequest) -> Call:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Turned(415, "media_type", "正文不能压缩，请原样发送。")
    if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
        raise Turned(411, "length_required", "正文不能分块发送，请带 Content-Length。")
    try:
        body = request.body
    except RequestDataTooBig:
        raise Turned(413, "body_too_large", "正文过大，请分批报送。") from None
    except RawPostDataException:
        # A form with files was read already, and can no longer be signed for.
        raise Turned(415, "media_type", "正文应为 application/json。") from None
    except OSError:
        raise _cut_off() from None
    if len(body) < int(request.META.get("CONTENT_LENGTH") or 0):
        # No wrong signature: the line was cut, and nobody is to blame.
        raise _cut_off()
    # As sent: Django's own path is decoded, and would be encoded again in its own way.
    raw = request.META.get("RAW_URI", "")
    target = raw if raw.startswith("/") else request.get_full_path()
    given = {name.lower(): value for name, value in request.headers.items()}
    method = request.method or ""
    return Call(method, f"{request.scheme}://{request.get_host()}{target}", target, given, body)


def _cut_off() -> Turned:
    return Turned(400, "body_incomplete", "正文没有收完，请重发。")


def _proof(call: Call) -> Proof:
    scheme = next((each for each in (signatures, headers) if each.speaks(call)), None)
    if scheme is None:
        raise Turned(401, "signature_missing", "调用没有签名，签名方法见接口文档。")
    try:
        proof: Proof = scheme.read(call)
    except Unproven as error:
        raise Turned(401, error.reason, error.message) from error
    return proof


def _ensure_fresh(proof: Proof) -> None:
    now = clock.now()
    if abs(now.timestamp() - proof.created) > SKEW_SECONDS:
        raise Turned(
            401,
            "signature_time",
            f"签名时间与平台时间相差超过 {SKEW_SECONDS} 秒，"
            f"平台时间为 {timezone.localtime(now).isoformat(timespec='seconds')}。",
        )


def _may_come_from(client: GatewayClient, address: str | None) -> bool:
    if not client.networks:
        return True
    if address is None:
        return False
    own = ipaddress.ip_address(address)
    # A socket for both kinds of addresses tells those of the old kind as ::ffff:10.1.2.3.
    own = getattr(own, "ipv4_mapped", None) or own
    return any(own in ipaddress.ip_network(each) for each in client.networks)


def _use_up(key: GatewayKey, proof: Proof) -> bool:
    """Keep the nonce for as long as the call would be fresh; False when the key has used it.

    Kept in the database and at once, so that no second process, no lost cache and no failure of
    the call itself lets the same call in again.
    """
    expires = clock.now() + dt.timedelta(seconds=2 * SKEW_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gateway_gatewaynonce (key_id, nonce, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [key.pk, proof.nonce, expires],
        )
        return bool(cursor.rowcount == 1)


def _note_use(key: GatewayKey, address: str | None) -> None:
    """Keep when and from where the key was last used, once a minute at most."""
    now = clock.now()
    if key.last_used_at is None or now - key.last_used_at > _MINUTE:
        GatewayKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_from=address)

"""Letting other systems in: clients and their keys, by the system administrator (G2)."""

from __future__ import annotations

import ipaddress
import secrets as random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from departments.models import Region
from departments.profile import number
from records import clock, periods, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from supervision.gateway import secrets
from supervision.gateway.acts import CLIENT_ACTS, KEY_ACTS, administers
from supervision.gateway.models import GatewayAllowance, GatewayClient, GatewayKey
from supervision.gateway.rules import OVERLAP_DAYS


@dataclass(frozen=True, kw_only=True)
class ClientInput:
    """What the administrator says of a client."""

    name: str
    contact: str
    scopes: Sequence[str]
    networks: Sequence[str]
    calls_per_minute: int


@dataclass(frozen=True)
class Issued:
    """A new key with its secret, which nobody can read again afterwards."""

    key: GatewayKey
    secret: str


def create(actor: Actor, region: Region, given: ClientInput, reason: str) -> GatewayClient:
    """Register a client.

    Raises ``NotAllowed``; ``Refused`` naming the field at fault.
    """
    if not administers(actor):
        raise NotAllowed("只有系统管理员可以登记接入系统。", verb="gateway_client.create")
    if not reason.strip():
        raise Refused("请填写登记理由。", field="reason")
    _check(given)
    with transaction.atomic():
        client = GatewayClient.objects.create(region=region, **_columns(given))
        GatewayAllowance.objects.create(client=client, paid_until=clock.now())
        after = trail.snapshot(client)
        trail.record(
            actor,
            "gateway_client.create",
            "登记接入系统",
            client,
            opinion=reason.strip(),
            after=after,
        )
    return client


def edit(actor: Actor, pk: int, given: ClientInput, reason: str) -> GatewayClient:
    """Change what a client may do and where from."""
    with CLIENT_ACTS.take(actor, "edit", pk, opinion=reason) as client:
        _check(given, client)
        for name, value in _columns(given).items():
            setattr(client, name, value)
    return client


def suspend(actor: Actor, pk: int, opinion: str) -> GatewayClient:
    """Refuse all calls of a client from now on."""
    with CLIENT_ACTS.take(actor, "suspend", pk, opinion=opinion) as client:
        pass
    return client


def resume(actor: Actor, pk: int, opinion: str) -> GatewayClient:
    """Take calls of a client again."""
    with CLIENT_ACTS.take(actor, "resume", pk, opinion=opinion) as client:
        pass
    return client


def new_key_id(client: GatewayClient) -> str:
    """An id for a key to come; a form carries it, so that sent twice it makes one key."""
    return f"{client.region.code}-{random.token_hex(6)}"


def issue(actor: Actor, pk: int, algorithm: str, key_id: str, reason: str) -> Issued:
    """Make a key for a client. The secret is in the answer and nowhere else.

    Raises ``Conflict`` for a ``key_id`` that was issued before.
    """
    with CLIENT_ACTS.take(actor, "issue", pk, opinion=reason) as client:
        issued = _make(actor, client, algorithm, key_id)
    return issued


def rotate(actor: Actor, pk: int, key_id: str, reason: str) -> Issued:
    """Make a key in the place of another, which ends after the region's days of overlap."""
    with KEY_ACTS.take(actor, "rotate", pk, opinion=reason) as old:
        client = GatewayClient.objects.select_related("region").get(pk=old.client_id)
        if client.state != GatewayClient.State.ACTIVE:
            raise Conflict(f"“{client}”已停用，不能更换密钥。")
        ends = periods.ahead(clock.now(), days=number(client.region.code, OVERLAP_DAYS))
        old.valid_until = min(old.valid_until or ends, ends)
        issued = _make(actor, client, old.algorithm, key_id)
    return issued


def revoke(actor: Actor, pk: int, opinion: str) -> GatewayKey:
    """End a key at once, for good."""
    with KEY_ACTS.take(actor, "revoke", pk, opinion=opinion) as key:
        key.revoked_at = clock.now()
    return key


CLIENT_HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {
    "suspend": suspend,
    "resume": resume,
}
KEY_HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {"revoke": revoke}


def _make(actor: Actor, client: GatewayClient, algorithm: str, key_id: str) -> Issued:
    if algorithm not in GatewayKey.Algorithm.values:
        raise Refused("请选择签名算法。", field="algorithm")
    if not key_id.startswith(f"{client.region.code}-"):
        raise Refused("密钥编号不正确，请重新打开页面。", field="key_id")
    secret = secrets.new_secret()
    key, created = GatewayKey.objects.get_or_create(
        key_id=key_id,
        defaults={
            "client": client,
            "algorithm": algorithm,
            "secret": secrets.encrypt(secret),
        },
    )
    if not created:
        raise Conflict(f"密钥 {key_id} 已经签发，密钥内容只显示一次。如未保存，请吊销后重新签发。")
    trail.record(
        actor,
        "gateway_key.issue",
        "签发接入密钥",
        key,
        after={"key_id": key_id, "algorithm": algorithm, "client": client.pk},
        region_code=client.region.code,
    )
    return Issued(key, secrets.shown(secret))


def _columns(given: ClientInput) -> dict[str, Any]:
    return {
        "name": given.name.strip(),
        "contact": given.contact.strip(),
        "scopes": list(given.scopes),
        "networks": [str(ipaddress.ip_network(each)) for each in given.networks],
        "calls_per_minute": given.calls_per_minute,
    }


def _check(given: ClientInput, client: GatewayClient | None = None) -> None:
    if not given.scopes:
        raise Refused("请至少选择一项权限。", field="scopes")
    for each in given.networks:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise Refused(
                f"“{each}”不是网段，应如 10.1.2.0/24 或 10.1.2.3。", field="networks"
            ) from None
    same = GatewayClient.objects.filter(name=given.name.strip())
    if (same.exclude(pk=client.pk) if client else same).exists():
        raise Refused(f"已有名为“{given.name.strip()}”的接入系统。", field="name")

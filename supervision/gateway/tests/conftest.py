"""A system with every right in the demo county, and its signed calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from departments.models import Region
from records import clock
from script.gateway_client import signed
from supervision.gateway import secrets
from supervision.gateway.models import GatewayAllowance, GatewayClient, GatewayKey, Scope

SECRET = b"0123456789abcdef0123456789abcdef"


@dataclass
class System:
    """A calling system. ``sign`` is one of the functions of the client for the engineers."""

    client: GatewayClient
    key: GatewayKey
    sign: Callable[..., dict[str, str]] = signed

    def call(
        self, method: str, address: str, items: Any = None, *, key: str = "", **signing: Any
    ) -> Any:
        """The answer to a signed call below ``/gateway/v1/``."""
        body = b"" if items is None else json.dumps({"items": items}).encode()
        return self.send(method, address, body, self.headers(method, address, body, key, **signing))

    def headers(
        self, method: str, address: str, body: bytes, key: str = "", **signing: Any
    ) -> dict[str, str]:
        """The headers of a call; ``signing`` replaces what it is signed with."""
        usual = {
            "key_id": self.key.key_id,
            "secret": SECRET,
            "algorithm": self.key.algorithm,
            "idempotency_key": key,
        }
        url = f"http://testserver/gateway/v1/{address}"
        return self.sign(method, url, body, **usual | signing)

    def send(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Any:
        """The answer to a call as it stands."""
        return Client().generic(
            method,
            f"/gateway/v1/{address}",
            body,
            content_type=headers.get("Content-Type", ""),
            headers={k: v for k, v in headers.items() if k != "Content-Type"},
        )


@pytest.fixture
def system(county: Region) -> System:
    """A system with all scopes and a key for HMAC-SHA-256."""
    client = GatewayClient.objects.create(
        region=county,
        name="省互联网+监管平台",
        contact="李工",
        scopes=list(Scope.values),
        calls_per_minute=600,
    )
    GatewayAllowance.objects.create(client=client, paid_until=clock.now())
    key = GatewayKey.objects.create(
        client=client,
        key_id="411603-test",
        algorithm=GatewayKey.Algorithm.SHA256,
        secret=secrets.encrypt(SECRET),
    )
    return System(client, key)

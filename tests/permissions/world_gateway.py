"""A system that calls the gateway of the world's region, with a key; and a suspended one."""

from __future__ import annotations

from departments.models import Region
from supervision.gateway import secrets
from supervision.gateway.models import GatewayClient, GatewayKey
from tests.permissions.world import World


def add_gateway(world: World) -> None:
    region = Region.objects.get(code="411603")
    for name, state in (("gateway_client", "active"), ("gateway_client_suspended", "suspended")):
        world.things[name] = GatewayClient.objects.create(
            region=region, name=name, contact="科长", scopes=["matters:read"], state=state
        )
    world.things["gateway_key"] = GatewayKey.objects.create(
        client=world.things["gateway_client"],
        key_id="411603-world",
        algorithm="hmac-sha256",
        secret=secrets.encrypt(b"world"),
    )

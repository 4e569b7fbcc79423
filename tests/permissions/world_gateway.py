"""A system that calls the gateway of the world's region, with a key; and a suspended one."""

from __future__ import annotations

from departments.models import Region
from records import clock, periods
from supervision.gateway import secrets
from supervision.gateway.models import GatewayAllowance, GatewayClient, GatewayKey, Scope
from tests.permissions.world import World

GATEWAY_KEY = "411603-world"
GATEWAY_SECRET = b"the secret of the world's system"


def add_gateway(world: World) -> None:
    """A system with every scope, whose key ends soon, and one that was suspended."""
    region = Region.objects.get(code="411603")
    for name, state in (("gateway_client", "active"), ("gateway_client_suspended", "suspended")):
        world.things[name] = GatewayClient.objects.create(
            region=region,
            name=name,
            contact="科长",
            scopes=list(Scope.values),
            calls_per_minute=60_000,
            state=state,
        )
        GatewayAllowance.objects.create(client=world.things[name], paid_until=clock.now())
    world.things["gateway_key"] = GatewayKey.objects.create(
        client=world.things["gateway_client"],
        key_id=GATEWAY_KEY,
        algorithm="hmac-sha256",
        secret=secrets.encrypt(GATEWAY_SECRET),
        valid_until=periods.ahead(clock.now(), days=7),
    )

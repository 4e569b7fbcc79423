"""The ways of the world's region to other systems, one on, one off; and what was reported."""

from __future__ import annotations

from departments.models import Region
from records.outbox_names import CREDIT_CHINA, PROVINCE
from supervision.outbound.models import ActReport, OutboundLink
from supervision.outbound.services.reports import report_result
from tests.permissions.world import World


def add_outbound(world: World) -> None:
    """A way to the province, and one to 信用中国 that is switched off; the report of a check."""
    region = Region.objects.get(code="411603")
    for name, target, state in (
        ("outbound_link", PROVINCE, "active"),
        ("outbound_link_suspended", CREDIT_CHINA, "suspended"),
    ):
        world.things[name] = OutboundLink.objects.create(
            region=region,
            target=target,
            url="https://receiver.invalid/",
            credential="none",
            state=state,
        )
    result = world.things["result"]
    report_result(result)
    world.add(act_report=ActReport.objects.get(part=result.part))

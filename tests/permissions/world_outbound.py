"""The ways of the world's region to other systems, one on, one off; what was reported, and how that
was reconciled."""

from __future__ import annotations

from departments.models import Region
from records import clock
from records.models import OutboxCircuit
from records.outbox_names import CREDIT_CHINA, PROVINCE
from supervision.outbound.models import ActReport, OutboundLink
from supervision.outbound.services.reports import report_result
from supervision.reconciling.models import Reconciliation
from supervision.reconciling.services import reconcile
from tests.permissions.world import World


def add_outbound(world: World) -> None:
    """A way to the province, which did not answer, one to 信用中国, off; the report of a check."""
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
    OutboxCircuit.objects.create(
        target=PROVINCE, region_code=region.code, failures=5, rests_until=clock.now()
    )
    result = world.things["result"]
    report_result(result)
    world.add(
        act_report=ActReport.objects.get(part=result.part),
        reconciliation=reconcile(Reconciliation.Kind.ACT_REPORTS),
    )

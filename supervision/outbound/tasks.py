"""What the reports do by the clock."""

from __future__ import annotations

from celery import shared_task

from supervision.outbound.services import reports
from supervision.reconciling.models import Reconciliation
from supervision.reconciling.services import note


@shared_task(name=reports.REPORT_TASK)
def report_missing(region_code: str = "") -> int:
    """Tell of the supervision acts whose report is missing; returns how many. In the night, for
    everybody, what was missing is kept as a result before it is told."""
    if not region_code:
        note(Reconciliation.Kind.ACT_REPORTS)
    return reports.report_missing(region_code)

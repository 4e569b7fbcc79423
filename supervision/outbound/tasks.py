"""What the reports do by the clock."""

from __future__ import annotations

from celery import shared_task

from supervision.outbound.services import reports


@shared_task(name=reports.REPORT_TASK)
def report_missing(region_code: str = "") -> int:
    """Tell of the supervision acts whose report is missing; returns how many."""
    return reports.report_missing(region_code)

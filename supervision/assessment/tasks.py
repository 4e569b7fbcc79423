"""Celery's doors to assessment: thin, idempotent, found again by beat when lost."""

from __future__ import annotations

import structlog
from celery import shared_task

from supervision.assessment.services import computing, notices

log = structlog.get_logger(__name__)


@shared_task(name=computing.COMPUTE_TASK)
def compute(round_id: int) -> bool:
    """Go on with one computation; false when another worker has it in hand."""
    return computing.go_on(round_id)


@shared_task(name="assessment.look")
def look() -> int:
    """Go on with what a killed worker left, and tell whose time for appeals is over; returns how
    many computations were looked at. One that fails does not keep the others from going on."""
    notices.tell_closed()
    found = computing.under_way()
    for pk in found:
        try:
            computing.go_on(pk)
        except Exception:
            log.exception("assessment.failed", round=pk)
    return len(found)


@shared_task(name="assessment.compute_anew")
def compute_anew() -> int:
    """Compute the provisional rounds anew; returns how many."""
    return computing.compute_anew_all()

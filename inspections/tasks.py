"""Celery's doors to joint inspections: thin, idempotent, found again by beat when lost."""

from __future__ import annotations

from celery import shared_task

from inspections.services import draws, rectification, results


@shared_task(name="inspections.run_scheduled_draws")
def run_scheduled_draws() -> int:
    """Announce, freeze and complete the draws that are due; returns how many moved on."""
    return draws.run_due()


@shared_task(name=results.PUBLISH_TASK)
def publish_results() -> int:
    """Publish what has been approved; returns how many. What fails waits for the next round."""
    failed: set[int] = set()
    looked_at = 0
    while results.publish_next(failed):
        looked_at += 1
    return looked_at - len(failed)


@shared_task(name="inspections.tell_overdue_mending")
def tell_overdue_mending() -> int:
    """Tell the credit records of what was not put right in time; returns how many changed."""
    return rectification.tell_overdue()

"""Celery's door to reminders."""

from __future__ import annotations

from celery import shared_task

from supervision.reminders import services


@shared_task(name="reminders.remind")
def remind() -> int:
    """Tell of the deadlines that have come near, passed, or gone up."""
    return services.remind()

"""Celery's door to reconciliations."""

from __future__ import annotations

from celery import shared_task

from supervision.reconciling import services


@shared_task(name=services.LOOK_TASK)
def look() -> int:
    """Reconcile what is due or was asked for."""
    return services.look()

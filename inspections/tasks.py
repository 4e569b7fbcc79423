"""Celery's doors to joint inspections: thin, idempotent, found again by beat when lost."""

from __future__ import annotations

from celery import shared_task

from inspections.services import draws


@shared_task(name="inspections.run_scheduled_draws")
def run_scheduled_draws() -> int:
    """Announce, freeze and complete the draws that are due; returns how many moved on."""
    return draws.run_due()

"""Celery's doors to clues: thin, idempotent, found again by beat when lost."""

from __future__ import annotations

from celery import shared_task

from clues.services.warnings import evaluation, reports
from clues.services.warnings import rules as warning_rules


@shared_task(name=warning_rules.EVALUATE_TASK)
def evaluate_warnings() -> int:
    """Run the warning rules in force over what was recorded; returns how many warnings."""
    return evaluation.evaluate_due()


@shared_task(name="clues.write_warning_reports")
def write_warning_reports() -> int:
    """Write the warning reports of the periods that have ended; returns how many."""
    return reports.write_due()

"""Celery's doors to credit: thin, idempotent, found again by beat when lost."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.db import DatabaseError

from credit.services import (
    adjustments,
    ageing,
    evaluations,
    labels,
    lookalikes,
    sanctions,
    whitelist,
)
from credit.services.events import EVALUATE_STALE_TASK

log = structlog.get_logger(__name__)


@shared_task(name=evaluations.EVALUATE_TASK)
def evaluate(evaluation_id: int) -> bool:
    """Go on with one run; false when another worker has it in hand."""
    return evaluations.go_on(evaluation_id)


@shared_task(name="credit.evaluate_unfinished")
def evaluate_unfinished() -> int:
    """Begin the quarterly runs that are due and go on with what a killed worker left; returns
    how many runs were looked at. One that fails does not keep the others from going on."""
    evaluations.begin_quarterly()
    runs = evaluations.unfinished()
    for pk in runs:
        try:
            evaluations.go_on(pk)
        except DatabaseError:
            log.exception("evaluation.failed", evaluation=pk)
    return len(runs)


@shared_task(name=EVALUATE_STALE_TASK)
def evaluate_stale() -> int:
    """Judge anew the subjects about whom something was recorded; returns how many."""
    return evaluations.judge_stale()


@shared_task(name=ageing.AGE_TASK)
def age_facts() -> int:
    """Note the subjects whose facts ended by the date alone; returns how many."""
    return ageing.mark_aged()


@shared_task(name=whitelist.REVIEW_TASK)
def review_white_list() -> int:
    """Let those leave the white list who no longer belong there; returns how many."""
    return whitelist.review()


@shared_task(name="credit.end_sanctions")
def end_sanctions() -> int:
    """End the sanctions whose term is over; returns how many."""
    return sanctions.end_due()


@shared_task(name=labels.LABEL_TASK)
def label_subjects() -> int:
    """Bring the rules that are due to the subjects; returns how many were looked at."""
    return labels.apply_due()


@shared_task(name=lookalikes.COMPARE_TASK)
def compare_subjects() -> int:
    """Compare the subjects that were entered or changed with the others; returns how many."""
    return lookalikes.compare_due()


@shared_task(name="credit.end_adjustments")
def end_adjustments() -> int:
    """End the grades set by hand whose term is over; returns how many."""
    return adjustments.end_due()

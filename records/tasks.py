"""Celery's doors to the ground floor: thin, idempotent, found again by beat when lost."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils.module_loading import import_string

from records import imports, outbox, uploads
from records.middleware import ACTOR_FACTORY
from records.models import ImportJob

_SENDING_SECONDS = 60


@shared_task(name="records.deliver_outbox")
def deliver_outbox() -> int:
    """Send what is due for a while; returns how many attempts were made. Beat goes on with the
    rest, so that a slow system does not hold a worker for ever."""
    sent = 0
    ends = time.monotonic() + _SENDING_SECONDS
    while time.monotonic() < ends and outbox.deliver_next():
        sent += 1
    return sent


@shared_task(name="records.run_import")
def run_import(job_id: str) -> None:
    """Check or import one uploaded file."""
    imports.run(job_id, import_string(ACTOR_FACTORY))


@shared_task(name="records.resume_imports")
def resume_imports() -> int:
    """Take up files whose worker was lost or whose wake-up never arrived."""
    unfinished = (ImportJob.State.CHECKING, ImportJob.State.IMPORTING)
    jobs = list(ImportJob.objects.filter(state__in=unfinished).values_list("pk", flat=True))
    for job_id in jobs:
        imports.run(str(job_id), import_string(ACTOR_FACTORY))
    return len(jobs)


@shared_task(name="records.sweep_uploads")
def sweep_uploads() -> int:
    """Remove files that were sent ahead and are over their time; returns how many."""
    return uploads.sweep()

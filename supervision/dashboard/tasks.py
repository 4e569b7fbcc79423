"""The counters follow by the clock."""

from __future__ import annotations

from celery import shared_task

from supervision.dashboard import rollups

ROUNDS = 40
"""Batches that one run folds at most; the next run goes on."""


@shared_task(name="dashboard.fold_rollups")
def fold_rollups() -> int:
    """Bring the counters up to date; returns how many changes were counted."""
    taken = 0
    for _ in range(ROUNDS):
        many = rollups.fold()
        taken += many
        if many < rollups.BATCH:
            break
    return taken

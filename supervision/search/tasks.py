"""The initials follow by the clock."""

from __future__ import annotations

from celery import shared_task

from supervision.search import initials

ROUNDS = 20


@shared_task(name="search.spell_names")
def spell_names() -> int:
    """Spell what was renamed; returns how many names."""
    taken = 0
    for _ in range(ROUNDS):
        many = initials.follow()
        taken += many
        if many < initials.BATCH:
            break
    return taken

"""What versions of indicators and of policies have in common: one takes the place of another."""

from __future__ import annotations

from credit.models import IndicatorSet, SupervisionPolicy
from records import clock, trail
from records.actor import Actor


def take_place(
    actor: Actor,
    made: IndicatorSet | SupervisionPolicy,
    before: IndicatorSet | SupervisionPolicy | None,
    verb: str,
    label: str,
) -> None:
    """Let ``made`` be in force from now on and retire the version ``before`` it, if any, with a
    trail entry ``verb``. The caller holds both locked and saves ``made``."""
    now = clock.now()
    if before is not None:
        before.state, before.retired_at = before.State.RETIRED, now
        before.save(update_fields=("state", "retired_at"))
        trail.record(
            actor, verb, label, before, opinion=f"由“{made}”替代", region_code=made.region.code
        )
    made.in_force_at = now

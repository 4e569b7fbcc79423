"""Telling the departments how a round stands, and who has read it (D3)."""

from __future__ import annotations

from django.db import transaction

from departments.notices import acknowledge
from records import clock
from records.actor import Actor
from supervision.assessment.models import Round, RoundNotice


def tell(of: Round, stage: str) -> None:
    """Tell every department with a result; what it was told before is replaced and is to be read
    anew. Call it with the round locked."""
    now = clock.now()
    RoundNotice.objects.bulk_create(
        [
            RoundNotice(round=of, department_id=pk, stage=stage, told_at=now)
            for pk in of.scores.order_by("department_id").values_list("department_id", flat=True)
        ],
        update_conflicts=True,
        unique_fields=("round", "department"),
        update_fields=("stage", "told_at", "read_at", "read_by"),
    )


def tell_closed() -> int:
    """Tell the departments of the rounds whose time for appeals is over; returns how many rounds.
    Safe to run twice: who was told is not told again."""
    now = clock.now()
    ended = Round.objects.filter(
        state=Round.State.PUBLISHED,
        appeals_until__lt=now,
        notices__stage=RoundNotice.Stage.PUBLISHED,
    )
    told = 0
    for pk in sorted(set(ended.values_list("pk", flat=True))):
        with transaction.atomic():
            found = ended.model.objects.select_for_update(of=("self",)).get(pk=pk)
            still = found.notices.filter(stage=RoundNotice.Stage.PUBLISHED).exists()
            if found.state == Round.State.PUBLISHED and still:
                tell(found, RoundNotice.Stage.CLOSED)
                told += 1
    return told


def read(actor: Actor, round_id: int) -> RoundNotice:
    """Note that the actor's department has read how the round stands; raises as ``acknowledge``."""
    told = RoundNotice.objects.filter(round=round_id).select_related("round__region")
    return acknowledge(actor, told, "考核结果", "assessment_round.read")

"""Questions that the act tables of procedures ask of the object."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType

from clues.models import Referral
from clues.models.procedure import Procedure
from clues.stages import main_stop
from records import clock


def letter_of(procedure: Procedure, kind: str) -> Referral | None:
    """The last letter of a kind that the procedure wrote."""
    found = Referral.objects.filter(
        cause_type=ContentType.objects.get_for_model(procedure), cause_id=procedure.pk, kind=kind
    )
    return found.order_by("-id").first()


def prepared(procedure: Procedure, kind: str) -> Referral | None:
    """The letter of a kind that waits for the head's signature."""
    letter = letter_of(procedure, kind)
    waits = letter is not None and letter.state == Referral.State.REVIEW
    return letter if waits else None


def is_overdue(procedure: Procedure) -> bool:
    """Whether the time for what is waited for now has run out."""
    stop = main_stop(procedure)
    deadline = stop.deadline if stop else None
    due_at = deadline.due_at if deadline else None
    return due_at is not None and due_at < clock.now()

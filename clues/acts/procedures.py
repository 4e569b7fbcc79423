"""What the act tables of the three procedures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib.contenttypes.models import ContentType

from clues.models import Referral
from clues.models.procedure import Procedure
from clues.stages import StagedActs, main_stop, relieve_sides
from records import clock
from records.actor import Actor

P = TypeVar("P", bound=Procedure)


class ProcedureActs(StagedActs[P]):
    """The acts of a procedure: the one that ends it gives it its date, and nobody owes anything
    beside it any more."""

    def _leave_for(self, actor: Actor, code: str, instance: P) -> None:
        super()._leave_for(actor, code, instance)
        if instance.state not in instance.FINAL:
            instance.closed_at = None
            return
        instance.closed_at = instance.closed_at or clock.now()
        relieve_sides(instance)


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


def is_prepared(kind: str) -> Callable[[Procedure], bool]:
    """Whether a letter of the kind waits for the head's signature."""
    return lambda procedure: prepared(procedure, kind) is not None


def is_overdue(procedure: Procedure) -> bool:
    """Whether the time for what is waited for now has run out."""
    stop = main_stop(procedure)
    deadline = stop.deadline if stop else None
    due_at = deadline.due_at if deadline else None
    return due_at is not None and due_at < clock.now()

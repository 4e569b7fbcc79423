"""What the act tables of the three procedures share."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType

from clues.models import Referral
from clues.models.procedure import Procedure
from clues.stages import Stage, StagedActs, main_stop, relieve_sides
from departments.profile import TimeLimit
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


def stage(
    owner: str,
    waits: str,
    limit: TimeLimit,
    *,
    sender: str = "",
    since: str = "",
    by_head: bool | Callable[[Any], bool] = False,
    internal: bool = False,
) -> Stage[Any]:
    """A stage told by the fields of the procedure: the departments ``owner`` and ``sender``, the
    moment ``since``."""
    return Stage(
        owner=attrgetter(f"{owner}_id"),
        waits=waits,
        clock=limit,
        sender=attrgetter(f"{sender}_id") if sender else lambda _: None,
        since=attrgetter(since) if since else lambda _: None,
        for_head=by_head if callable(by_head) else lambda _: by_head,
        internal=internal,
    )


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

"""One form after the other: what a person, or a department, sends twice at the same moment."""

from __future__ import annotations

from django.db.models import Q

from departments.models import Department, User
from records.actor import Actor


def wait_turn(actor: Actor) -> None:
    """Let what one person sends at once be taken one after the other, so that the second finds
    what the first created. Call it first inside the transaction that creates."""
    list(User.objects.select_for_update(no_key=True).filter(Q(pk=actor.user_id)))


def wait_turn_of_department(actor: Actor) -> None:
    """The same for all people of the actor's department; call it before ``wait_turn``."""
    list(Department.objects.select_for_update(no_key=True).filter(Q(pk=actor.department_id)))

"""Questions that the act tables of this floor ask of a person."""

from __future__ import annotations

from clues.models import ClueUserPermission, Concealable
from departments.actors import is_clerk_of, is_head_of
from records.actor import Actor


def knows(actor: Actor, instance: Concealable) -> bool:
    """Whether the person may know of the object at all: always unless it is confidential, then
    only if named. What a person does not know they cannot act on."""
    if not instance.confidential or actor.is_system:
        return True
    clue_id = getattr(instance, "clue_id", None)
    return ClueUserPermission.objects.filter(
        user_id=actor.user_id, content_object_id=clue_id
    ).exists()


def clerk(actor: Actor, instance: Concealable, department_id: int | None) -> bool:
    """A clerk or the head of the department, who may know of the object."""
    return is_clerk_of(actor, department_id) and knows(actor, instance)


def head(actor: Actor, instance: Concealable, department_id: int | None) -> bool:
    """The head of the department, who may know of the object."""
    return is_head_of(actor, department_id) and knows(actor, instance)

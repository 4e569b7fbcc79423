"""Questions that the act tables of this floor ask of a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


def clerk_at(side: str) -> Callable[[Actor, Any], bool]:
    """Who may: the clerks and the head of the department in the field ``side``, once it is set."""
    return _at(side, clerk)


def head_at(side: str) -> Callable[[Actor, Any], bool]:
    """Who may: the head of the department in the field ``side``, once it is set."""
    return _at(side, head)


def _at(side: str, who: Callable[[Actor, Any, int | None], bool]) -> Callable[[Actor, Any], bool]:
    def may(actor: Actor, instance: Any) -> bool:
        department_id = getattr(instance, f"{side}_id")
        return department_id is not None and who(actor, instance, department_id)

    return may

"""Objects that the body of a call names by their keys, or that it sent before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from records.actor import Actor


def visible(model: Any, actor: Actor, pk: int | None, field: str) -> Any:
    """The object, if the caller may see it; None without a key. Raises ``ValidationError`` for
    the field in the same words whether it is hidden or not there."""
    if pk is None:
        return None
    found = model.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise serializers.ValidationError({field: "所选的对象不存在。"})
    return found


def sent_before(model: Any, actor: Actor, key: UUID | None) -> bool:
    """Whether the caller entered an object under this key before."""
    own = model.objects.filter(key=key, created_by_id=actor.user_id)
    return key is not None and own.exists()

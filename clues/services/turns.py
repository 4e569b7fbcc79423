"""One form after the other: what a person sends twice at the same moment."""

from __future__ import annotations

from django.db.models import Q

from departments.models import User
from records.actor import Actor


def wait_turn(actor: Actor) -> None:
    """Let what one person sends at once be taken one after the other, so that the second finds
    what the first created. Call it first inside the transaction that creates."""
    list(User.objects.select_for_update(no_key=True).filter(Q(pk=actor.user_id)))

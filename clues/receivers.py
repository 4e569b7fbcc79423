"""What floors below tell this one, in the transactions of their acts."""

from __future__ import annotations

from typing import Any

from clues.services import visits
from clues.services.warnings import response
from inspections.models import JointTask
from inspections.signals import visit_called_off
from records.actor import Actor


def called_off(task: JointTask, actor: Actor, reason: str, **_: Any) -> None:
    """A visit does not take place: what relied on it is open again."""
    visits.called_off(actor, task, reason)
    response.check_called_off(actor, task, reason)


def connect() -> None:
    """Listen from now on; called once, when the app is ready."""
    visit_called_off.connect(called_off, sender=JointTask, dispatch_uid="clues.called_off")

"""The acts by which the clock of a step is changed: more time, a pause, and on again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clues.models import Concealable
from clues.stages import main_stop
from records.actor import Actor
from records.acts import Act


def is_paused(instance: Concealable) -> bool:
    """Whether the clock of the object's present stop stands still."""
    stop = main_stop(instance)
    return stop is not None and stop.deadline is not None and stop.deadline.due_at is None


def clock_acts(
    make: Callable[..., Act[Any]] = Act,
    *,
    source: str,
    extends: Callable[[Actor, Any], bool],
    pauses: Callable[[Actor, Any], bool],
    form: str,
) -> tuple[Act[Any], ...]:
    """``extend`` (its page is ``form``), ``pause`` and ``resume`` in the one state whose clock
    may be changed; ``make`` builds an act of the table's kind."""
    return (
        make(
            code="extend",
            label="延长期限",
            sources=(source,),
            when=lambda instance: not is_paused(instance),
            who=extends,
            reason=True,
            reason_label="延长理由",
            form=form,
        ),
        make(
            code="pause",
            label="暂停期限",
            sources=(source,),
            when=lambda instance: not is_paused(instance),
            who=pauses,
            reason=True,
            reason_label="暂停理由",
        ),
        make(
            code="resume",
            label="恢复期限",
            sources=(source,),
            when=is_paused,
            who=pauses,
            reason=True,
            reason_label="恢复理由",
        ),
    )

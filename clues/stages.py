"""Whose turn it is: every open state of this floor's objects has an owner and a clock.

An aggregate's ``Stages`` say for each open state which department's turn it is, what is waited
for and which time limit runs. ``StagedActs`` is an act table that enters the new stage in the
transaction of every act, so no sequence of acts can leave an object without owner or clock::

    CLUE_ACTS = StagedActs("clue", Clue, (...acts...), stages=CLUE_STAGES)
    with CLUE_ACTS.take(actor, "receive", pk) as clue:
        clue.holder_id = actor.department_id        # the stage is entered when the block ends

Leaving a stage meets its deadline. A state that keeps its owner keeps its stop and clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from clues.models.base import Concealable, Stop
from departments.profile import TimeLimit, time_limit
from records import deadlines
from records.actor import Actor
from records.acts import ActTable
from records.errors import Refused
from records.models import Deadline

C = TypeVar("C", bound=Concealable)


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[C]):
    """One open state: ``owner`` gives the id of the department whose turn it is, ``waits`` says
    what for, ``clock`` the limit that runs. ``sender`` gives the department that waits for it;
    ``since`` the moment that starts the clock, now unless given."""

    owner: Callable[[C], int | None]
    waits: str
    clock: TimeLimit | Callable[[C], TimeLimit]
    sender: Callable[[C], int | None] = lambda _: None
    since: Callable[[C], dt.datetime | None] = lambda _: None

    def limit(self, instance: C) -> TimeLimit:
        return self.clock if isinstance(self.clock, TimeLimit) else self.clock(instance)


@dataclass(frozen=True)
class Stages(Generic[C]):
    """The stages of an aggregate by state; a state without one is an end.

    ``kind`` is the kind of the stops (``Stop.KINDS``). ``follows`` tells whether another object
    carries the clock instead (a letter that belongs to a procedure).
    """

    kind: str
    by_state: Mapping[str, Stage[C]]
    follows: Callable[[C], bool] = lambda _: False

    def of(self, instance: C) -> Stage[C] | None:
        if self.follows(instance):
            return None
        return self.by_state.get(instance.state)  # type: ignore[attr-defined]

    def enter(self, actor: Actor, instance: C) -> Stop | None:
        """Leave the stop the object lies at, if its stage changed, and open that of its state.

        Call it inside the transaction that created or changed the object; ``StagedActs`` does.
        Returns the open stop, None at an end. Raises ``Refused`` when nobody's turn could be
        found: the act must not leave the object without an owner.
        """
        stage = self.of(instance)
        open_stop = main_stop(instance)
        if stage is None:
            if open_stop is not None:
                leave(actor, open_stop)
            return None
        owner = stage.owner(instance)
        if owner is None:
            raise Refused(f"“{stage.waits}”没有责任部门，不能办理。请联系综合协调组指定。")
        if open_stop is not None:
            if open_stop.waits == stage.waits and open_stop.department_id == owner:
                return open_stop
            leave(actor, open_stop)
        return open_side(
            actor,
            instance,
            Stop.MAIN,
            kind=self.kind,
            waits=stage.waits,
            department_id=owner,
            clock=stage.limit(instance),
            sender_id=stage.sender(instance),
            since=stage.since(instance),
        )


class StagedActs(ActTable[C]):
    """An act table whose acts enter the stage of the state they lead to."""

    stages: Stages[C]

    def __init__(self, *args: Any, stages: Stages[C], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        object.__setattr__(self, "stages", stages)

    @contextmanager
    def take(
        self, actor: Actor, code: str, pk: Any, *, opinion: str = "", label: str = ""
    ) -> Iterator[C]:
        with super().take(actor, code, pk, opinion=opinion, label=label) as instance:
            yield instance
            self._leave_for(actor, code, instance)

    def _leave_for(self, actor: Actor, code: str, instance: C) -> None:
        """Enter the stage of the state that the act leads to, before the row is saved."""
        target = self[code].target
        if target is not None:
            setattr(instance, self.state_field, target)
        self.stages.enter(actor, instance)


def main_stop(instance: models.Model) -> Stop | None:
    """Where the object lies now, with its deadline."""
    found = Stop.objects.open().of(instance).filter(code=Stop.MAIN).select_related("deadline")
    return cast("Stop | None", found.first())


def open_side(
    actor: Actor,
    instance: Concealable,
    code: str,
    *,
    kind: str,
    waits: str,
    department_id: int,
    clock: TimeLimit,
    sender_id: int | None = None,
    since: dt.datetime | None = None,
) -> Stop:
    """Open a stop beside the main one: something else that is owed meanwhile (telling the
    complainant, reading a copy). Idempotent per object and code."""
    resolved = time_limit(instance.region_code, clock)
    deadline = deadlines.start(
        actor,
        instance,
        rule=resolved.key,
        title=resolved.title,
        source=resolved.source,
        limit=resolved.limit,
        department_id=department_id,
        region_code=instance.region_code,
        started_at=since,
    )
    stop, _ = Stop.objects.get_or_create(
        target_type=ContentType.objects.get_for_model(instance),
        target_id=instance.pk,
        code=code,
        left_at=None,
        defaults={
            "kind": kind,
            "waits": waits,
            "about": str(instance)[:200],
            "department_id": department_id,
            "sender_id": sender_id,
            "clue_id": getattr(instance, "clue_id", None),
            "deadline": deadline,
            "region_code": instance.region_code,
            "confidential": instance.confidential,
        },
    )
    return stop


def close_side(actor: Actor, instance: models.Model, code: str) -> None:
    """Leave a side stop because what it waited for was done."""
    stop = Stop.objects.open().of(instance).filter(code=code).first()
    if stop is not None:
        leave(actor, stop)


def entrust(instance: models.Model, user_id: int | None) -> None:
    """Name the person who is responsible at the object's present stop."""
    Stop.objects.open().of(instance).filter(code=Stop.MAIN).update(person_id=user_id)


def leave(actor: Actor, stop: Stop) -> None:
    """End a stop: its deadline is met now. Who ends it for the department was responsible, unless
    somebody was named before."""
    now = timezone.now()
    stop.left_at = now
    if stop.person_id is None and actor.department_id == stop.department_id:
        stop.person_id = actor.user_id
    stop.save(update_fields=("left_at", "person"))
    if stop.deadline_id is not None:
        Deadline.objects.filter(pk=stop.deadline_id, met_at=None).update(met_at=now)

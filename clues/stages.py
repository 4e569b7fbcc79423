"""Whose turn it is: every open state of this floor's objects has an owner and a clock.

An aggregate's ``Stages`` say for each open state which department's turn it is, what is waited
for and which time limit runs. ``StagedActs`` is an act table that enters the new stage in the
transaction of every act, so no sequence of acts can leave an object without owner or clock::

    CLUE_ACTS = StagedActs("clue", Clue, (...acts...), stages=CLUE_STAGES)
    with CLUE_ACTS.take(actor, "receive", pk) as clue:
        clue.holder_id = actor.department_id        # the stage is entered when the block ends

Leaving a stage meets its deadline, or cancels it where another department took the turn away. A
state that keeps owner, purpose and clock keeps its stop.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from clues.models import Clue, Concealable, Stop
from departments.models import Department
from departments.profile import ResolvedLimit, TimeLimit, time_limit
from records import clock, deadlines
from records.actor import Actor
from records.acts import ActTable
from records.errors import Refused
from records.models import Deadline

C = TypeVar("C", bound=Concealable)
_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[C]):
    """One open state: ``owner`` gives the id of the department whose turn it is, ``waits`` says
    what for, ``clock`` the limit that runs: that of the region, or one of the object's own.
    ``sender`` gives the department that waits for it; ``since`` the moment that starts the clock,
    now unless given. ``for_head`` tells whether only the head can do what is waited for: then it
    is no work for the clerks. ``internal`` is what a department does before anything leaves it,
    which nobody else sees."""

    owner: Callable[[C], int | None]
    waits: str
    clock: TimeLimit | Callable[[C], TimeLimit | ResolvedLimit]
    sender: Callable[[C], int | None] = lambda _: None
    since: Callable[[C], dt.datetime | None] = lambda _: None
    for_head: Callable[[C], bool] = lambda _: False
    internal: bool = False

    def limit(self, instance: C) -> TimeLimit | ResolvedLimit:
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
        present = main_stop(instance)
        if stage is None:
            if present is not None:
                leave(actor, present)
            return None
        owner = stage.owner(instance)
        if owner is None:
            raise Refused(f"“{stage.waits}”没有责任部门，不能办理。请联系综合协调组指定。")
        clock = stage.limit(instance)
        for_head = stage.for_head(instance)
        person_id = None
        if present is not None:
            if _is_still(present, stage.waits, owner, clock):
                _describe_again(present, instance, for_head)
                return present
            # Whoever is responsible for it in the department stays so at its next stop there.
            person_id = present.person_id if present.department_id == owner else None
            leave(actor, present)
        return open_side(
            actor,
            instance,
            Stop.MAIN,
            kind=self.kind,
            waits=stage.waits,
            department_id=owner,
            clock=clock,
            sender_id=stage.sender(instance),
            since=stage.since(instance),
            for_head=for_head,
            person_id=person_id,
            internal=stage.internal,
        )

    def begin(self, actor: Actor, instances: Sequence[C]) -> None:
        """As ``enter`` for objects that were created just now and are not confidential, in a few
        statements per thousand. Raises ``Refused`` as it."""
        limits: dict[tuple[str, str], ResolvedLimit] = {}
        lying = []
        for instance in instances:
            stage = self.of(instance)
            if stage is None:
                continue
            owner = stage.owner(instance)
            if owner is None:
                raise Refused(f"“{stage.waits}”没有责任部门，不能办理。请联系综合协调组指定。")
            limit = stage.limit(instance)
            key = (instance.region_code, limit.key)
            if key not in limits:
                limits[key] = _resolved(instance, limit)
            lying.append((instance, stage, owner, limits[key]))
        owners = Department.objects.filter(pk__in={owner for _, _, owner, _ in lying})
        regions = dict(owners.values_list("pk", "region__code"))
        now = clock.now()
        started = deadlines.start_each(
            actor,
            [
                deadlines.Start(
                    target=instance,
                    rule=limit.key,
                    title=limit.title,
                    source=limit.source,
                    limit=limit.limit,
                    department_id=owner,
                    region_code=regions[owner],
                    started_at=stage.since(instance) or now,
                )
                for instance, stage, owner, limit in lying
            ],
        )
        Stop.objects.bulk_create(
            (
                Stop(
                    target_type=ContentType.objects.get_for_model(instance),
                    target_id=instance.pk,
                    code=Stop.MAIN,
                    kind=self.kind,
                    waits=stage.waits,
                    about=_about(instance),
                    department_id=owner,
                    sender_id=stage.sender(instance),
                    for_head=stage.for_head(instance),
                    internal=stage.internal,
                    clue_id=getattr(instance, "clue_id", None),
                    deadline=deadline,
                    region_code=regions[owner],
                )
                for (instance, stage, owner, _), deadline in zip(lying, started, strict=True)
            ),
            batch_size=_BATCH,
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
        with transaction.atomic():
            hold_clue_of(self.model, pk)
            with super().take(actor, code, pk, opinion=opinion, label=label) as instance:
                yield instance
                self._leave_for(actor, code, instance)

    def _leave_for(self, actor: Actor, code: str, instance: C) -> None:
        """Enter the stage of the state that the act leads to, before the row is saved."""
        target = self[code].target
        if target is not None:
            setattr(instance, self.state_field, target)
        self.stages.enter(actor, instance)


def hold_clue(clue_id: int) -> None:
    """Lock a clue before an object of it is locked or created. Everybody does it in this order, so
    that nobody waits crosswise and nothing of a clue escapes its being made confidential."""
    list(Clue.objects.select_for_update(of=("self",)).filter(pk=clue_id).values_list("pk"))


def hold_clue_of(model: type[models.Model], pk: Any) -> None:
    """Lock the clue, if any, of an object that is about to be locked, as ``hold_clue``."""
    if not any(field.name == "clue" for field in model._meta.concrete_fields):
        return
    found = model._default_manager.filter(pk=pk, clue__isnull=False).order_by()
    for clue_id in found.values_list("clue_id", flat=True):
        hold_clue(clue_id)


def main_stop(instance: models.Model) -> Stop | None:
    """Where the object lies now, with its deadline."""
    return _open_stop(instance, Stop.MAIN)


def open_side(
    actor: Actor,
    instance: Concealable,
    code: str,
    *,
    kind: str,
    waits: str,
    department_id: int,
    clock: TimeLimit | ResolvedLimit,
    sender_id: int | None = None,
    since: dt.datetime | None = None,
    for_head: bool = False,
    person_id: int | None = None,
    internal: bool = False,
) -> Stop:
    """Open a stop beside the main one: something else that is owed meanwhile (telling the
    complainant, reading a copy). Idempotent per object, code and department; owed by another
    department from now on, the former is relieved.

    Call it in the transaction that locked or created the object.
    """
    present = _open_stop(instance, code)
    if present is not None:
        if present.department_id == department_id:
            return present
        leave(actor, present)
    resolved = _resolved(instance, clock)
    # Whoever oversees the department whose turn it is must see it lie there (letters go further
    # than a region).
    region_code = Department.objects.values_list("region__code", flat=True).get(pk=department_id)
    deadline = deadlines.start(
        actor,
        instance,
        rule=resolved.key,
        title=resolved.title,
        source=resolved.source,
        limit=resolved.limit,
        department_id=department_id,
        region_code=region_code,
        started_at=since,
    )
    return Stop.objects.create(
        target_type=ContentType.objects.get_for_model(instance),
        target_id=instance.pk,
        code=code,
        kind=kind,
        waits=waits,
        about=_about(instance),
        department_id=department_id,
        sender_id=sender_id,
        person_id=person_id,
        for_head=for_head,
        internal=internal,
        clue_id=getattr(instance, "clue_id", None),
        deadline=deadline,
        region_code=region_code,
        confidential=instance.confidential,
    )


def _resolved(instance: Concealable, limit: TimeLimit | ResolvedLimit) -> ResolvedLimit:
    """The limit as it holds where the object is."""
    if isinstance(limit, ResolvedLimit):
        return limit
    return time_limit(instance.region_code, limit)


def close_side(actor: Actor, instance: models.Model, code: str) -> None:
    """Leave a side stop because what it waited for was done."""
    stop = _open_stop(instance, code)
    if stop is not None:
        leave(actor, stop)


def entrust(instance: models.Model, user_id: int | None) -> None:
    """Name the person who is responsible at the object's present stop."""
    Stop.objects.open().of(instance).filter(code=Stop.MAIN).update(person_id=user_id)


def entrust_each(stops: Iterable[Stop], user_id: int | None) -> int:
    """Name the person who is responsible at open stops; returns at how many."""
    found = Stop.objects.open().filter(pk__in=[stop.pk for stop in stops])
    return found.update(person_id=user_id)


def leave(actor: Actor, stop: Stop) -> None:
    """End a stop: its deadline is met now, unless another department ended it: then the duty was
    taken away, not done. Who ends it for the department was responsible, unless somebody was named
    before."""
    if stop.person_id is None and actor.department_id == stop.department_id:
        stop.person_id = actor.user_id
    leave_running(stop)
    _end_clocks([stop], done=actor.department_id in (None, stop.department_id))


def leave_running(stop: Stop) -> None:
    """Leave a stop while its clock goes on: the next stop of the object that the same rule gives
    to the same department takes it up with the time that is left."""
    stop.left_at = clock.now()
    due_at = stop.deadline.due_at if stop.deadline is not None else None
    stop.left_late = due_at is not None and due_at < stop.left_at
    stop.save(update_fields=("left_at", "left_late", "person"))


def take_over_side(instance: models.Model, code: str) -> None:
    """Let a side stop pass into the main stop that its department gets now for the same step."""
    stop = _open_stop(instance, code)
    if stop is not None:
        leave_running(stop)


def relieve_sides(instance: models.Model, prefix: str = "") -> None:
    """Relieve departments of what they owed beside the main step, since it is needed no more; of
    all of it, or of the stops whose code begins with ``prefix``."""
    sides = Stop.objects.open().of(instance).filter(code__startswith=prefix)
    stops = list(sides.exclude(code=Stop.MAIN).select_related("deadline"))
    for stop in stops:
        leave_running(stop)
    _end_clocks(stops, done=False)


def end_left_clocks(instance: models.Model) -> None:
    """End the clocks that stops of the object left running and no other stop took up."""
    left = Stop.objects.of(instance).filter(left_at__isnull=False).select_related("deadline")
    _end_clocks(list(left), done=False)


def _end_clocks(stops: list[Stop], *, done: bool) -> None:
    """Meet the deadlines of stops that were left, or cancel them where the duty was not done but
    taken away. What was late by then is met in either case: that it was late stays told. Two stops
    of an object that rest on the same rule share one clock until both are left."""
    moment = clock.now()
    clocks = [stop.deadline_id for stop in stops if stop.deadline_id is not None]
    shared = Stop.objects.open().filter(deadline_id__in=clocks)
    running = Deadline.objects.filter(pk__in=clocks, met_at=None, cancelled_at=None).exclude(
        pk__in=shared.values("deadline_id")
    )
    (running if done else running.filter(due_at__lt=moment)).update(met_at=moment)
    if not done:
        running.update(cancelled_at=moment)


def _open_stop(instance: models.Model, code: str) -> Stop | None:
    found = Stop.objects.open().of(instance).filter(code=code).select_related("deadline")
    return cast("Stop | None", found.first())


def _is_still(stop: Stop, waits: str, owner: int, clock: TimeLimit | ResolvedLimit) -> bool:
    """Whether the object still lies there for the same, under a clock that runs."""
    return (
        (stop.waits, stop.department_id) == (waits, owner)
        and stop.deadline is not None
        and stop.deadline.is_running
        and stop.deadline.rule == clock.key
    )


def _describe_again(stop: Stop, instance: Concealable, for_head: bool) -> None:
    """What the act changed of the object itself (its title, whether it is confidential, whether
    its head must sign now) is told at its stops."""
    if stop.confidential != instance.confidential:
        Stop.objects.of(instance).update(confidential=instance.confidential)
    now = {"about": _about(instance), "for_head": for_head}
    if any(getattr(stop, name) != value for name, value in now.items()):
        Stop.objects.open().of(instance).filter(code=Stop.MAIN).update(**now)
    stop.confidential = instance.confidential
    stop.about, stop.for_head = _about(instance), for_head


def _about(instance: models.Model) -> str:
    return str(instance)[:200]

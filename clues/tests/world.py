"""Random walks through several aggregates at once: a clue with all that is begun because of it.

A ``World`` holds the rooms (an act table each, and what does its acts with sensible content), the
people, and what may be begun. Each step somebody does an act that is allowed, begins something, or
time runs out; before it somebody tries what they may not. After each step everything is checked:

- what is open has one main stop with a department and a clock that runs or stands still, or lies
  with another object that has one; what ended has none, and only side stops meant to outlive it;
- the clocks that run are those of the open stops, at the same departments;
- whoever's turn it is has an act to do it by: no dead end;
- an act allowed leaves its entry in the trail, one not allowed changes nothing at all;
- what belongs to a confidential clue is confidential and does not speak.

The database must hold nothing but the walk: run it in a transaction that is rolled back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from hypothesis import strategies as st

from clues.models import Clue, Concealable, Referral, SharedRecord, Stop
from clues.stages import StagedActs
from clues.tests.procedure_samples import overdue
from records import clock
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.models import Deadline, TrailEntry

Do = Callable[[Actor, int], Any]
Pick = Callable[[Sequence[Any]], Any]
Begin = Callable[[Pick, Actor], Any]

OUTLIVE = ("tell", "respond", "arrive", "ratify", "read:")
"""Side stops that what has ended may leave behind: somebody still owes them."""


@dataclass(frozen=True)
class Room:
    """One aggregate: its table, what does its acts, and whether an object of it that has no stage
    lies with another object (``follows``) or was only planned and is nobody's turn yet."""

    acts: Any
    does: Mapping[str, Do]

    @property
    def model(self) -> Any:
        return self.acts.model

    @property
    def staged(self) -> bool:
        return isinstance(self.acts, StagedActs)


@dataclass
class World:
    rooms: Sequence[Room]
    people: Sequence[Actor]
    draw: Callable[..., Any]
    begins: Sequence[Begin] = ()
    secret_words: str = "幸福养老院"
    course: list[str] = field(default_factory=list)

    def pick(self, among: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(list(among)))

    def walk(self, steps: int) -> list[str]:
        """Walk so many steps; returns what was done, as ``clue.talk``."""
        self.check()
        for _ in range(steps):
            self._try_forbidden()
            self._step()
            self.check()
        return self.course

    # -- moving ---------------------------------------------------------------------------------

    def _step(self) -> None:
        kind = self.draw(st.integers(0, 9))
        if kind == 0 and self._let_time_run_out():
            return
        if kind <= 2 and self.begins:
            self._begin()
            return
        self._act()

    def _act(self) -> None:
        found = [(room, each) for room in self.rooms for each in room.model.objects.order_by("pk")]
        if not found:
            return
        room, instance = self.pick(found)
        possible = [act for act in room.acts.acts if room.acts.possible(act, instance)]
        able: list[Actor] = []
        while possible and not able:
            act = self.pick(possible)
            possible.remove(act)
            able = [person for person in self.people if act.who(person, instance)]
        if not able:
            return
        person = self.pick(able)
        verb = f"{room.acts.name}.{act.code}"
        before = instance.state
        told = self._told(instance, verb)
        try:
            with transaction.atomic():
                room.does[act.code](person, instance.pk)
        except Refused as refusal:
            instance.refresh_from_db()
            assert instance.state == before
            self.course.append(f"({verb} by {person.name}: {refusal.message})")
        else:
            self.course.append(f"{verb} by {person.name}")
            assert self._told(instance, verb) > told, f"{verb} left no trace"

    def _begin(self) -> None:
        busy = set(Stop.objects.open().values_list("department_id", flat=True))
        at_work = [person for person in self.people if person.department_id in busy]
        begin, person = self.pick(self.begins), self.pick(at_work or self.people)
        try:
            with transaction.atomic():
                begin(self.pick, person)
        except (NotAllowed, Refused) as refusal:
            self.course.append(f"({begin.__name__} by {person.name}: {refusal.message})")
        else:
            self.course.append(f"{begin.__name__} by {person.name}")

    def _let_time_run_out(self) -> bool:
        stops = list(Stop.objects.open().filter(code=Stop.MAIN, deadline__due_at__isnull=False))
        if not stops:
            return False
        stop = self.pick(stops)
        overdue(stop.target)
        self.course.append(f"time ran out at {stop.kind}: {stop.waits}")
        return True

    def _try_forbidden(self) -> None:
        """Somebody tries an act that is not theirs; they are kept from it and nothing changes."""
        room = self.pick(self.rooms)
        present = list(room.model.objects.order_by("pk"))
        if not present:
            return
        instance, person = self.pick(present), self.pick(self.people)
        code = self.pick(sorted(room.does))
        act = room.acts[code]
        mine, possible = act.who(person, instance), room.acts.possible(act, instance)
        if mine and possible:
            return
        before = self._fingerprint(instance)
        words = f"{room.acts.name}.{code} by {person.name} from {instance.state}"
        try:
            with transaction.atomic():
                room.does[code](person, instance.pk)
        except NotAllowed:
            assert not mine, f"{words} is refused as not theirs"
        except Refused as refusal:
            assert mine or refusal.code == "not_found", f"{words}: {refusal.message}"
        else:
            assert self._fingerprint(instance) == before, f"{words} was done"
        assert self._fingerprint(instance) == before, f"{words} left something"

    # -- what is checked ------------------------------------------------------------------------

    def check(self) -> None:
        try:
            self._check_stops()
            self._check_secrecy()
        except AssertionError as error:
            raise AssertionError(f"{error}\nafter " + "\n  ".join(self.course)) from error

    def _check_stops(self) -> None:
        stops: dict[tuple[int, int], list[Stop]] = defaultdict(list)
        for stop in Stop.objects.open().select_related("deadline", "department"):
            stops[stop.target_type_id, stop.target_id].append(stop)
        clocks: dict[tuple[int, int], set[int]] = defaultdict(set)
        for each in Deadline.objects.filter(met_at=None, cancelled_at=None):
            clocks[each.target_type_id, each.target_id].add(each.pk)
        for room in self.rooms:
            if not room.staged:
                continue
            type_id = ContentType.objects.get_for_model(room.model).pk
            for instance in room.model.objects.all():
                key = (type_id, instance.pk)
                self._check_one(room, instance, stops.get(key, []), clocks.get(key, set()))

    def _check_one(
        self, room: Room, instance: Any, stops: list[Stop], clocks: Collection[int]
    ) -> None:
        what = f"{room.acts.name} {instance.pk} in {instance.state}"
        stage = room.acts.stages.of(instance)
        mains = [stop for stop in stops if stop.code == Stop.MAIN]
        sides = [stop for stop in stops if stop.code != Stop.MAIN]
        assert len(mains) == (0 if stage is None else 1), f"{what} has {len(mains)} owners"
        for stop in stops:
            assert stop.deadline is not None, f"{what}: {stop.waits} has no clock"
            assert stop.deadline.is_running, f"{what}: the clock of {stop.waits} has ended"
            assert stop.deadline.department_id == stop.department_id, what
            paused = stop.deadline.due_at is None
            assert paused == stop.deadline.pauses.filter(until=None).exists(), what
        watched = {stop.deadline_id for stop in stops}
        assert watched <= set(clocks), f"{what}: stops without clocks"
        unwatched = Deadline.objects.filter(pk__in=set(clocks) - watched)
        if room.acts.stages.follows(instance):
            # The clock of a clue that lies with a dispute stands still until it comes back.
            unwatched = unwatched.filter(due_at__gte=clock.now())
        assert not unwatched.exists(), f"{what}: clocks without stops"
        if stage is None and not room.acts.stages.follows(instance):
            stray = [stop.code for stop in sides if not stop.code.startswith(OUTLIVE)]
            assert not stray, f"{what} has ended, but waits for {stray}"
        if room.acts.stages.follows(instance):
            self._check_followed(instance, what)
        for stop in stops:
            self._check_way_on(room, instance, stop, what)

    def _check_followed(self, instance: Any, what: str) -> None:
        """What lies with another object lies with one that is somebody's turn."""
        if isinstance(instance, Clue):
            carried = Stop.objects.open().filter(clue=instance, kind="dispute", code=Stop.MAIN)
            assert carried.count() == 1, f"{what} lies with {carried.count()} disputes"
        elif isinstance(instance, SharedRecord) and instance.state in SharedRecord.OPEN_STATES:
            asked = instance.request
            assert asked is not None and asked.state in asked.OPEN_STATES, f"{what} follows nothing"
        elif isinstance(instance, Referral) and instance.state in Referral.UNSENT:
            waiting = Stop.objects.open().of(instance.cause)
            assert waiting.exists(), f"{what} waits for a signature that nobody owes"

    def _check_way_on(self, room: Room, instance: Any, stop: Stop, what: str) -> None:
        """Whoever's turn it is can do something about it: the head, or a clerk where the work is
        not the head's alone."""
        there = [p for p in self.people if p.department_id == stop.department_id]
        assert there, f"{what}: nobody of {stop.department} is in the walk"
        tables = [each for each in self.rooms if each.model is room.model]
        for person in there:
            if stop.for_head and not person.has_role("head"):
                continue
            for table in tables:
                acts = table.acts
                if any(acts.possible(a, instance) and a.who(person, instance) for a in acts.acts):
                    return
        raise AssertionError(f"{what}: {stop.department} cannot {stop.waits}")

    def _check_secrecy(self) -> None:
        secret = Clue.objects.filter(confidential=True)
        if not secret.exists():
            return
        for model in apps.get_app_config("clues").get_models():
            belongs = any(one.name == "clue" for one in model._meta.concrete_fields)
            if not issubclass(model, Concealable) or not belongs:
                continue
            rows = model._default_manager.filter(clue__in=secret)
            assert not rows.filter(confidential=False).exists(), f"{model.__name__} is not hidden"
            named = [*rows, *secret] if model is Stop else rows
            self._check_names(named)

    def _check_names(self, rows: Any) -> None:
        for one in rows:
            assert self.secret_words not in str(one), str(one)
            clocks = Deadline.objects.filter(
                target_type=ContentType.objects.get_for_model(one), target_id=one.pk
            )
            assert not clocks.filter(target_name__contains=self.secret_words).exists(), str(one)

    # -- marks ----------------------------------------------------------------------------------

    def _told(self, instance: models.Model, verb: str) -> int:
        return TrailEntry.objects.filter(
            target_type=ContentType.objects.get_for_model(instance),
            target_id=instance.pk,
            verb=verb,
        ).count()

    def _fingerprint(self, instance: models.Model) -> tuple[Any, ...]:
        manager: Any = type(instance)._default_manager
        return (
            manager.filter(pk=instance.pk).values().get(),
            list(Stop.objects.of(instance).order_by("pk").values()),
            list(Deadline.objects.order_by("pk").values_list("pk", "due_at", "met_at")),
            TrailEntry.objects.count(),
        )

"""Random walks through an act table: random people doing random acts, allowed or not.

After every step: an open object has exactly one open main stop, with a department and a clock that
runs or stands still; an ended one has none; and what somebody may not do changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from clues.models import Stop
from clues.stages import StagedActs
from records.actor import Actor
from records.errors import NotAllowed, Refused

Do = Callable[[Actor, Any], Any]


def check_owned(acts: StagedActs[Any], instance: Any) -> None:
    """Open means one owner and one clock, ended means none (L5)."""
    mains = list(Stop.objects.open().of(instance).filter(code=Stop.MAIN).select_related("deadline"))
    if acts.stages.of(instance) is None:
        assert mains == [], f"{instance.state} is an end, but waits for {mains}"
        return
    assert len(mains) == 1, f"{instance.state} has {len(mains)} owners"
    stop = mains[0]
    assert stop.department_id is not None
    assert stop.deadline is not None, f"{instance.state} has no clock"
    assert stop.deadline.met_at is None and stop.deadline.cancelled_at is None
    paused = stop.deadline.pauses.filter(until=None).exists()
    assert stop.deadline.due_at is not None or paused


def walk(
    acts: StagedActs[Any],
    pk: int,
    people: Sequence[Actor],
    does: Mapping[str, Do],
    draw: Callable[..., Any],
    *,
    steps: int = 12,
) -> list[str]:
    """Walk from where the object stands; ``does`` gives for each act what does it with sensible
    content, ``draw`` is hypothesis's. Returns the codes of the acts that were done."""
    manager = acts.model._default_manager
    done: list[str] = []
    for _ in range(steps):
        instance = manager.get(pk=pk)
        _try_forbidden(acts, pk, people, does, draw)
        open_to = [
            (person, act.code)
            for person in people
            for act in acts.allowed(person, instance)
            if act.code in does
        ]
        if not open_to:
            break
        person, code = draw(st.sampled_from(open_to))
        before = instance.state
        try:
            with transaction.atomic():
                does[code](person, pk)
        except Refused:
            instance.refresh_from_db()
            assert instance.state == before
        else:
            done.append(code)
        check_owned(acts, manager.get(pk=pk))
    return done


def _try_forbidden(
    acts: StagedActs[Any],
    pk: int,
    people: Sequence[Actor],
    does: Mapping[str, Do],
    draw: Callable[..., Any],
) -> None:
    """Whoever may not do an act now is kept from it, and nothing has changed."""
    manager = acts.model._default_manager
    instance = manager.get(pk=pk)
    person = draw(st.sampled_from(list(people)))
    code = draw(st.sampled_from(sorted(does)))
    if code in {act.code for act in acts.allowed(person, instance)}:
        return
    before = manager.filter(pk=pk).values().get()
    try:
        with transaction.atomic():
            does[code](person, pk)
    except (NotAllowed, Refused):
        pass
    else:
        raise AssertionError(f"{person.name} did {code} from {instance.state}")
    assert manager.filter(pk=pk).values().get() == before

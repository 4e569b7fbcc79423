"""One act on many things that wait: making a colleague responsible, signing for what arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from clues.acts.clue import CLUE_ACTS
from clues.acts.common import knows
from clues.acts.letters import LETTER_ACTS
from clues.models import ClueUserPermission, Stop
from clues.selectors.stops import colleagues, waiting
from clues.services.clue_transfer import receive as receive_clue
from clues.services.letters.sending import receive as receive_letter
from clues.stages import StagedActs, entrust_each
from departments.actors import is_clerk_of
from departments.models import User
from records import trail
from records.actor import Actor
from records.bulk import BulkRow
from records.errors import NotAllowed, Refused

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Door:
    """The act table of a kind of stop and the service that signs for a thing of it."""

    acts: StagedActs[Any]
    receive: Callable[[Actor, int], Any]


DOORS = {
    "clue": Door(CLUE_ACTS, receive_clue),
    "letter": Door(LETTER_ACTS, receive_letter),
}
"""The kinds whose things can be signed for many at once: nothing but a signature is asked."""


def may_act(actor: Actor) -> bool:
    """Whether the person may do bulk acts in the department's inbox at all."""
    return is_clerk_of(actor, actor.department_id)


def plan_receipt(actor: Actor, stop_ids: Iterable[int]) -> list[BulkRow[Stop]]:
    """What signing would do to each chosen stop of the own inbox.

    Raises ``NotAllowed``; ``Refused`` when nothing or too much is chosen.
    """
    stops = _chosen(actor, stop_ids, "签收")
    return [BulkRow(stop, _obstacle_to_receipt(actor, stop)) for stop in stops]


def receive(actor: Actor, stop_ids: Iterable[int]) -> list[BulkRow[Stop]]:
    """Sign for every chosen thing that can be signed for, each by its own act.

    Answers with all rows, those skipped with the reason. Raises as ``plan_receipt``.
    """
    rows = []
    for row in plan_receipt(actor, stop_ids):
        obstacle = row.obstacle
        if not obstacle:
            try:
                DOORS[row.target.kind].receive(actor, row.target.target_id)
            except (Refused, NotAllowed) as refusal:
                # Somebody was quicker; the others are still signed for.
                obstacle = refusal.message
        rows.append(BulkRow(row.target, obstacle))
    return rows


def plan_assignment(
    actor: Actor, stop_ids: Iterable[int], person: User | None = None
) -> list[BulkRow[Stop]]:
    """What making ``person`` responsible would do to each chosen stop of the own inbox.

    A confidential thing is entrusted only to somebody named for it. Raises as ``plan_receipt``.
    """
    stops = _chosen(actor, stop_ids, "指定责任人")
    known: set[int | None] = set()
    if person is not None:
        granted = ClueUserPermission.objects.filter(user=person)
        known = set(granted.values_list("content_object_id", flat=True))
    return [
        BulkRow(
            stop,
            "保密事项只能由知悉人负责"
            if person is not None and stop.confidential and stop.clue_id not in known
            else "",
        )
        for stop in stops
    ]


@transaction.atomic
def assign(actor: Actor, stop_ids: Iterable[int], person_id: int) -> list[BulkRow[Stop]]:
    """Make a colleague responsible for the chosen stops, with a trail entry at each object.

    Answers with all rows, those skipped with the reason. Raises ``Refused`` when the person does
    not work in the own department, else as ``plan_receipt``.
    """
    person = colleagues(actor).filter(pk=person_id).first()
    if person is None:
        raise Refused("责任人须是本部门的在岗人员。", field="person")
    ids = set(stop_ids)
    locked = Stop.objects.open().filter(pk__in=ids).order_by("pk")
    list(locked.select_for_update(of=("self",)).values_list("pk", flat=True))
    rows = plan_assignment(actor, ids, person)
    stops = [row.target for row in rows if not row.obstacle]
    changed = [stop for stop in stops if stop.person_id != person.pk]
    entrust_each(changed, person.pk)
    trail.record_each(
        actor,
        "stop.entrust",
        f"指定责任人：{person.name}"[:100],
        [stop.target for stop in changed if stop.target is not None],
        after={"person": person.pk},
    )
    return rows


def _chosen(actor: Actor, stop_ids: Iterable[int], label: str) -> list[Stop]:
    if not may_act(actor):
        raise NotAllowed(f"您没有执行“{label}”的权限。", verb="stop.bulk")
    ids = set(stop_ids)
    if len(ids) > MOST_AT_ONCE:
        raise Refused(f"一次最多办理 {MOST_AT_ONCE} 件，请分次选择。")
    own = waiting(actor).filter(department_id=actor.department_id, pk__in=ids)
    stops = list(own.order_by("due", "pk").prefetch_related("target"))
    if not stops:
        raise Refused("请先在收件箱中选择要办理的事。")
    return stops


def _obstacle_to_receipt(actor: Actor, stop: Stop) -> str:
    door = DOORS.get(stop.kind)
    target: models.Model | None = stop.target
    if door is None or target is None or stop.code != Stop.MAIN:
        return "不能批量签收，请打开后办理"
    if not knows(actor, target):  # type: ignore[arg-type]
        return "您没有这项权限"
    act = door.acts["receive"]
    if not door.acts.possible(act, target):
        return f"等待的是“{stop.waits}”，不是签收"
    return "" if act.who(actor, target) else "您没有这项权限"

"""What the three procedures share: numbers, a form sent twice, notes on the clue."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from clues.models import Clue, Referral, Stop
from clues.models.procedure import Procedure
from clues.services.numbers import next_values
from departments.models import Department, User
from departments.roles import Role
from records import clock, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.models import Deadline

P = TypeVar("P", bound=Procedure)

LONGEST_TITLE = 100


def procedure_number(word: str, region_code: str, *, confidential: bool) -> str:
    """XJ411603-2026-0001; confidential ones have a series of their own (XJM…)."""
    year = clock.today().year
    series = f"{word}M" if confidential else word
    (value,) = next_values(f"procedure:{series}:{region_code}:{year}")
    return f"{series}{region_code}-{year}-{value:04d}"


def sent_before(model: type[P], actor: Actor, key: uuid.UUID) -> P | None:
    """What the same form created when it was sent the first time, seen by the same person.

    Call it inside the transaction that creates: whoever sends the form twice at once waits here
    for the first.
    """
    list(User.objects.select_for_update(no_key=True).filter(Q(pk=actor.user_id)))
    found = model._default_manager.filter(key=key, created_by_id=actor.user_id)
    return found.first()


def must_work_in_department(actor: Actor, verb: str) -> int:
    """The department in whose name a clerk or head begins a procedure."""
    if actor.department_id is None or not actor.has_role(Role.CLERK, Role.HEAD):
        raise NotAllowed("只有部门的经办人或者负责人可以办理。", verb=verb)
    return actor.department_id


def clue_for(actor: Actor, clue_id: int | None) -> Clue | None:
    """The clue a procedure is begun for, locked. Raises ``Refused`` when the person does not see
    it, in the same words as when there is none."""
    if clue_id is None:
        return None
    clue = Clue.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=clue_id)
    found: Clue | None = clue.first()
    if found is None:
        raise Refused("线索不存在。", field="clue", code="not_found")
    if not found.is_open:
        raise Refused("线索已经办结，不能据此办理。", field="clue")
    return found


def department_for(pk: int, region_code: str, field: str) -> Department:
    """A department of the region. Raises ``Refused`` at the field."""
    found = Department.objects.within(region_code).filter(pk=pk, is_active=True).first()
    if found is None:
        raise Refused("请选择本地区的部门。", field=field)
    return found


def told(text: str, what: str, field: str) -> str:
    """What was written, without blanks around it. Raises ``Refused`` when nothing was."""
    if not text.strip():
        raise Refused(f"请填写{what}。", field=field)
    return text.strip()


def letters_of(procedure: Procedure) -> models.QuerySet[Referral]:
    """All letters of the procedure, oldest first."""
    return Referral.objects.filter(
        cause_type=ContentType.objects.get_for_model(procedure), cause_id=procedure.pk
    ).order_by("id")


def note_on_clue(actor: Actor, procedure: Procedure, label: str, opinion: str = "") -> None:
    """Tell a step of the procedure on the timeline of its clue."""
    if procedure.clue is not None:
        trail.record(
            actor,
            f"clue.{procedure._meta.model_name}",
            f"{procedure._meta.verbose_name} {procedure.number}：{label}",
            procedure.clue,
            opinion=opinion,
        )


def drop_sides(procedure: Procedure, prefix: str = "") -> None:
    """Relieve departments of what they owed beside the main step, since it is needed no more."""
    _relieve(procedure, Q(code__startswith=prefix))


def drop_side(procedure: Procedure, code: str) -> None:
    """Relieve one department of it, because it is its turn at the main step now."""
    _relieve(procedure, Q(code=code))


def _relieve(procedure: Procedure, which: Q) -> None:
    sides = Stop.objects.open().of(procedure).filter(which).exclude(code=Stop.MAIN)
    stops = list(sides)
    now = clock.now()
    Stop.objects.filter(pk__in=[stop.pk for stop in stops]).update(left_at=now)
    kept = Stop.objects.open().of(procedure).filter(deadline__isnull=False)
    Deadline.objects.filter(
        pk__in=[stop.deadline_id for stop in stops], met_at=None, cancelled_at=None
    ).exclude(pk__in=kept.values("deadline_id")).update(cancelled_at=now)

"""What the three procedures share: numbers, a form sent twice, letters, notes on the clue."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models

from clues.acts.procedures import ProcedureActs, letter_of, prepared
from clues.models import Clue, Referral
from clues.models.procedure import Procedure
from clues.rules.kinds import KINDS
from clues.services.letters import led
from clues.services.numbers import next_values
from clues.services.turns import wait_turn
from departments.models import Department
from departments.roles import Role
from matters.models import MatterVersion
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused

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
    for the first. Raises ``Conflict`` when somebody else's form had the key.
    """
    wait_turn(actor)
    found = model._default_manager.filter(key=key).first()
    if found is not None and found.created_by_id != actor.user_id:
        raise Conflict("提交编号已经用过，请重新打开填写页面。")
    return found


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


def matter_for(actor: Actor, matter_id: int | None) -> int | None:
    """A matter of the region in force. Raises ``Refused`` when the person does not see it."""
    if matter_id is None:
        return None
    seen = MatterVersion.objects.visible_to(actor).filter(
        matter_id=matter_id,
        state=MatterVersion.State.IN_FORCE,
        matter__region__code=actor.region_code,
    )
    if not seen.exists():
        raise Refused("监管事项不存在。", field="matter")
    return matter_id


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


def plain(
    table: ProcedureActs[P], code: str, moment: str = "", *, noted: bool = True
) -> Callable[[Actor, int, str], P]:
    """An act of which nothing is kept but its words, and its time in the field ``moment``; it is
    ``noted`` on the clue unless it stays inside the department."""

    def do(actor: Actor, pk: int, opinion: str = "") -> P:
        with table.take(actor, code, pk, opinion=opinion) as procedure:
            if moment:
                setattr(procedure, moment, clock.now())
            if noted:
                note_on_clue(actor, procedure, table[code].label, opinion)
        return procedure

    return do


def put_forward(
    actor: Actor,
    procedure: Procedure,
    kind: str,
    *,
    sender: Department,
    to: Department | None,
    title: str,
    body: str,
) -> Referral:
    """Write a letter of the procedure for the head to sign; as long as it waits for the signature
    it is written anew. A title too long is cut."""
    letter = prepared(procedure, kind)
    if letter is None:
        return led.prepare(
            actor,
            procedure,
            kind=kind,
            sender=sender,
            to=to,
            title=title[:LONGEST_TITLE],
            body=body,
            clue=procedure.clue,
            subject=getattr(procedure, "subject", None),
        )
    letter.title, letter.body = title[:LONGEST_TITLE], body
    letter.save(update_fields=("title", "body"))
    trail.record(actor, "letter.edit", f"修改{letter.spec.label}", letter)
    return letter


def sign(
    actor: Actor, procedure: Procedure, kind: str, copies: Iterable[Department] = ()
) -> Referral:
    """Send the letter that waits for the signature. Raises ``Refused`` when there is none."""
    letter = prepared(procedure, kind)
    if letter is None:
        raise Refused(f"请先拟{KINDS[kind].label}。")
    return led.sign(actor, letter, copies)


def answer(actor: Actor, procedure: Procedure, kind: str, code: str, text: str) -> None:
    """Answer the letter of the kind, if one was sent and waits for it."""
    letter = letter_of(procedure, kind)
    if letter is not None and letter.state in (Referral.State.SENT, Referral.State.RECEIVED):
        led.mark(actor, letter, Referral.State.ANSWERED, answer=code, text=text.strip())


def withdraw_unsigned(actor: Actor, procedure: Procedure, kind: str) -> None:
    """Withdraw a letter that was never signed; what was sent stays sent."""
    letter = prepared(procedure, kind)
    if letter is not None:
        led.mark(actor, letter, Referral.State.WITHDRAWN)

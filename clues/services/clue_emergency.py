"""A present danger is dealt with at once by whoever is there and entered afterwards (T 6, L11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clues.acts.emergency import CALL_ACTS
from clues.models import Clue, Referral
from clues.rules import clue as rules
from clues.rules.kinds import EMERGENCY_RECEIVE_DUE, KINDS
from clues.services import intake
from clues.services.clue_steps import (
    close_sides,
    open_stops,
    say_late_ones,
    step,
)
from clues.services.letters import led
from clues.services.uploads import Files
from clues.stages import close_side, open_side
from departments.actors import is_head_of
from departments.models import Department, Region
from departments.profile import TimeLimit, time_limit
from records import clock, deadlines, trail
from records.actor import SYSTEM, Actor
from records.errors import Refused
from records.models import Deadline
from records.trail import entries_of

_CALL = "emergency_call"
_ENTERED = "clue.emergency"


@dataclass(frozen=True, kw_only=True)
class Emergency:
    """What is entered after the danger was dealt with. ``since`` is when it was met on the spot;
    ``called`` are the departments that must come."""

    title: str
    danger: str
    since: dt.datetime
    measures: str
    place: str
    township: Region | None = None
    subject_name: str = ""
    evidence_at_risk: str = ""
    called: Iterable[Department] = ()
    files: Files = ()
    client_key: UUID | None = None


@transaction.atomic
def register_emergency(actor: Actor, what: Emergency) -> Clue:
    """Enter an emergency and call in those concerned, all at once; from then on it is a clue as
    any other. An entry after the limit is said in the timeline, not refused.

    Sent again with the same ``client_key`` it is the same clue, and nobody is called twice.
    Raises ``NotAllowed`` for who works in no department, ``Refused`` for a missing word or a
    danger in the future.
    """
    _check(what)
    clue = intake.register(
        actor,
        channel=Clue.Channel.CHECK,
        title=what.title,
        content=f"险情：{what.danger.strip()}\n先期处置：{what.measures.strip()}",
        received_at=what.since,
        occurred_on=timezone.localtime(what.since).date(),
        place=what.place,
        township=what.township,
        subject_name=what.subject_name,
        evidence_at_risk=what.evidence_at_risk,
        emergency=True,
        files=what.files,
        client_key=what.client_key,
    )
    if entries_of(clue).filter(verb=_ENTERED).exists():
        return clue
    trail.record(
        actor,
        _ENTERED,
        "补录紧急处置",
        clue,
        opinion=what.measures.strip(),
        after={"since": what.since},
    )
    _time_the_entry(actor, clue)
    _call_in(actor, clue, what)
    return clue


def respond(actor: Actor, pk: int, *, answer: str, note: str) -> Referral:
    """A department called says that it is there, on the way, or why it does not come; who is on
    the way still has to arrive. Raises ``Refused`` for no such answer, or no reason."""
    with transaction.atomic():
        with CALL_ACTS.take(actor, "respond", pk, opinion=note) as letter:
            if answer not in KINDS[_CALL].answers:
                raise Refused("请选择到场情况。", field="answer")
            if answer == "coming" and letter.answer == "coming":
                raise Refused("已经响应“正在赶赴现场”，到场后请选择“已到场”。", field="answer")
            if answer == "unable" and not note.strip():
                raise Refused("不能到场必须说明理由。", field="note")
            stops = open_stops(letter)
            done = Referral.State.RECEIVED if answer == "coming" else Referral.State.ANSWERED
            led.mark(actor, letter, done, answer=answer, text=note.strip())
            close_side(actor, letter, "respond")
            close_side(actor, letter, "arrive")
            if answer == "coming" and letter.to_id is not None:
                _await(actor, letter, "arrive", "赶到现场", rules.ARRIVE_DUE)
        if letter.clue is not None:
            trail.record(
                actor,
                "clue.call-answered",
                f"紧急到场通知：{letter.answer_label}",
                letter.clue,
                opinion=note.strip(),
            )
            say_late_ones(actor, letter.clue, stops)
    return letter


def ratify(actor: Actor, pk: int, opinion: str = "") -> Clue:
    """The head signs afterwards what went out at once in the department's name (T 9)."""
    with step(actor, "ratify", pk, opinion) as clue:
        for letter in clue.letters.filter(kind=_CALL, signed_by=SYSTEM.name):
            letter.signed_by = actor.name
            letter.save(update_fields=("signed_by",))
            trail.record(actor, "letter.ratify", "追认签发", letter, opinion=opinion.strip())
        close_sides(actor, clue, "ratify")
    return clue


def _check(what: Emergency) -> None:
    words = {
        "title": (what.title, "请填写险情名称。"),
        "danger": (what.danger, "请填写险情。"),
        "measures": (what.measures, "请填写已经采取的措施。"),
        "place": (what.place, "请填写地点。"),
    }
    for name, (text, message) in words.items():
        if not text.strip():
            raise Refused(message, field=name)
    if what.since > clock.now():
        raise Refused("险情发生时间不能晚于现在。", field="since")


def _time_the_entry(actor: Actor, clue: Clue) -> None:
    """The entry has its own clock from the event on; it ends with the entry, late or not."""
    resolved = time_limit(clue.region_code, rules.EMERGENCY_ENTRY_DUE)
    deadline: Deadline = deadlines.start(
        actor,
        clue,
        rule=resolved.key,
        title=resolved.title,
        source=resolved.source,
        limit=resolved.limit,
        department_id=clue.holder_id,
        region_code=clue.region_code,
        started_at=clue.received_at,
    )
    deadlines.meet(clue, resolved.key)
    late = deadlines.late_by(deadline)
    if late is not None:
        trail.record(
            actor,
            "clue.late",
            "逾期：紧急处置后补录",
            clue,
            opinion=f"{clue.holder.name}应在险情发生后 {resolved.limit.amount} "
            f"{resolved.limit.unit.chinese}内补录，{late.text}。",
            after={"department": clue.holder_id, "late": late.amount, "unit": str(late.unit)},
        )


def _call_in(actor: Actor, clue: Clue, what: Emergency) -> None:
    called = {one.pk: one for one in what.called if one.pk != clue.holder_id}.values()
    if not called:
        return
    signs = is_head_of(actor, clue.holder_id)
    for department in called:
        if not department.is_active or not department.region.code.startswith(clue.region_code):
            raise Refused("只能通知本地区正在使用的部门到场。", field="called")
        letter = led.prepare(
            actor,
            clue,
            kind=_CALL,
            sender=clue.holder,
            to=department,
            title=f"紧急到场通知：{clue.title[:80]}",
            body=_call_text(clue, what),
            clue=clue,
        )
        # A danger does not wait for a signature: the head approves afterwards.
        led.sign(actor if signs else SYSTEM, letter)
        _await(actor, letter, "respond", "响应紧急到场通知", EMERGENCY_RECEIVE_DUE)
    if not signs:
        open_side(
            actor,
            clue,
            "ratify",
            kind="clue",
            waits="追认紧急到场通知",
            department_id=clue.holder_id,
            clock=rules.RATIFY_DUE,
            for_head=True,
        )


def _await(actor: Actor, letter: Referral, code: str, waits: str, clock: TimeLimit) -> None:
    if letter.to_id is not None:
        open_side(
            actor,
            letter,
            code,
            kind="letter",
            waits=waits,
            department_id=letter.to_id,
            sender_id=letter.sender_id,
            clock=clock,
        )


def _call_text(clue: Clue, what: Emergency) -> str:
    since = timezone.localtime(what.since)
    return (
        f"{since.year}年{since.month}月{since.day}日{since:%H:%M}，在{clue.place}发现："
        f"{what.danger.strip()}\n"
        f"已采取的措施：{what.measures.strip()}\n"
        "请立即派人到场，共同处置，并在平台上响应本通知。"
    )

"""Disputes about who has to act: common action first, then talk, then a decision (L9, T 11)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from clues.acts.disputes import (
    DISPUTE_ACTS,
    DISPUTE_STAGES,
    own_party,
    still_to_act,
    still_to_confirm,
)
from clues.models import Clue, ClueParty, Dispute, DisputeParty, DisputeTalk
from clues.rules import disputes as rules
from clues.services.clue_dispute import enter_dispute, leave_dispute, return_from_dispute
from clues.services.knowledge import concern, name_heads
from clues.services.procedures import (
    answer,
    clue_for,
    department_for,
    matter_for,
    must_work_in_department,
    note_on_clue,
    plain,
    procedure_number,
    put_forward,
    sent_before,
    sign,
    told,
    withdraw_unsigned,
)
from clues.services.uploads import keep_files
from clues.stages import close_side, open_side, relieve_sides, take_over_side
from departments.models import Department
from departments.profile import TimeLimit, filling, must_fill
from departments.roles import Function
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.errors import Refused

_S = Dispute.State
DONE_LABEL = "共同处置材料"
SUBMISSION_LABEL = "争议材料"
_ACT, _CONFIRM, _STATE, _LEGAL = "act-", "confirm-", "state-", "legal"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a dispute is about, as the raiser puts it."""

    about: str
    title: str
    facts: str
    clue_id: int | None = None
    matter_id: int | None = None


@transaction.atomic
def begin(
    actor: Actor,
    question: Question,
    department_ids: Collection[int],
    *,
    key: uuid.UUID | None = None,
) -> Dispute:
    """A clerk prepares a dispute with other departments for the head to raise.

    Raises ``Refused`` without another department, when the clue does not concern the raiser, or
    when the question was answered among these departments.
    """
    raiser_id = must_work_in_department(actor, "dispute.begin")
    key = key or uuid.uuid4()
    if (before := sent_before(Dispute, actor, key)) is not None:
        return before
    if question.about not in Dispute.About.values:
        raise Refused("请选择争议类别。", field="about")
    clue = clue_for(actor, question.clue_id)
    if clue is not None:
        _must_concern(clue, raiser_id)
    others = [
        department_for(pk, actor.region_code, "departments")
        for pk in sorted(set(department_ids) - {raiser_id})
    ]
    if not others:
        raise Refused("请选择争议的其他部门。", field="departments")
    parties = [raiser_id, *(department.pk for department in others)]
    if clue is not None:
        _must_be_open(clue, question.about, parties)
    confidential = clue is not None and clue.confidential
    dispute = Dispute.objects.create(
        key=key,
        number=procedure_number("ZY", actor.region_code, confidential=confidential),
        region_code=actor.region_code,
        confidential=confidential,
        about=question.about,
        title=told(question.title, "标题", "title"),
        facts=told(question.facts, "争议情况", "facts"),
        clue=clue,
        matter_id=matter_for(actor, question.matter_id),
        raiser_id=raiser_id,
        created_by_id=actor.user_id,
    )
    DisputeParty.objects.bulk_create(
        DisputeParty(dispute=dispute, department_id=pk) for pk in parties
    )
    DISPUTE_STAGES.enter(actor, dispute)
    trail.record(actor, "dispute.begin", "拟提出职责争议", dispute)
    return dispute


def raise_dispute(actor: Actor, pk: int, opinion: str = "") -> Dispute:
    """The head raises it: all parties act on the matter at hand first, the clue lies here."""
    with DISPUTE_ACTS.take(actor, "raise", pk, opinion=opinion) as dispute:
        dispute.raised_at = clock.now()
        if dispute.clue is not None:
            parties = list(dispute.parties.values_list("department_id", flat=True))
            _must_be_open(dispute.clue, dispute.about, parties)
            concern(dispute.clue, *parties)
            if dispute.confidential:
                name_heads(dispute.clue, parties)
            dispute.clue_state = enter_dispute(actor, dispute.clue)
        _share_out(actor, dispute, _ACT, "先行共同处置", rules.TOGETHER_DUE, still_to_act(dispute))
    return dispute


def handle(actor: Actor, pk: int, text: str, files: Collection[UploadedFile[Any]] = ()) -> Dispute:
    """A party records what it did meanwhile; when all have, the talk begins."""
    with DISPUTE_ACTS.take(actor, "handle", pk, opinion=text) as dispute:
        party = _own(actor, dispute)
        party.done = "\n".join(filter(None, (party.done, told(text, "处置情况", "text"))))
        party.done_at = party.done_at or clock.now()
        party.save(update_fields=("done", "done_at"))
        keep_files(actor, dispute, files, DONE_LABEL)
        close_side(actor, dispute, f"{_ACT}{party.department_id}")
        waiting = still_to_act(dispute)
        _share_out(actor, dispute, _ACT, "先行共同处置", rules.TOGETHER_DUE, waiting)
        if not waiting:
            dispute.state = _S.NEGOTIATING
    return dispute


def go_on(actor: Actor, pk: int, opinion: str) -> Dispute:
    """The time to act together is over though not all took part."""
    with DISPUTE_ACTS.take(actor, "go-on", pk, opinion=opinion) as dispute:
        relieve_sides(dispute, _ACT)
    return dispute


def talk(
    actor: Actor,
    pk: int,
    *,
    held_on: dt.date,
    participants: str,
    minutes: str,
    agreed_id: int | None = None,
) -> Dispute:
    """Record a negotiation; with an agreement the heads of all parties are asked to confirm it."""
    with DISPUTE_ACTS.take(actor, "talk", pk, opinion=minutes) as dispute:
        if held_on > clock.today():
            raise Refused("协商日期不能晚于今天。", field="held_on")
        agreed = _responsible(dispute, agreed_id, "agreed") if agreed_id is not None else None
        if agreed is not None and not dispute.parties.filter(department=agreed).exists():
            raise Refused("约定的责任部门须是争议的一方。", field="agreed")
        DisputeTalk.objects.create(
            dispute=dispute,
            held_on=held_on,
            participants=told(participants, "参加人", "participants"),
            minutes=told(minutes, "协商纪要", "minutes"),
            agreed_on=agreed,
            by=actor.department_name,
        )
        if agreed is not None:
            dispute.proposed, dispute.proposal = agreed, minutes.strip()
            dispute.state = _S.CONFIRMING
            dispute.parties.update(confirmed_at=None, confirmed_by="")
            # The parties have talked, whoever of them wrote it down.
            DISPUTE_STAGES.enter(SYSTEM, dispute)
            withdraw_unsigned(actor, dispute, "dispute_submission")
            _share_confirming(actor, dispute)
    return dispute


def confirm(actor: Actor, pk: int, opinion: str = "") -> Dispute:
    """The head of a party confirms; with the last one the dispute ends."""
    with DISPUTE_ACTS.take(actor, "confirm", pk, opinion=opinion) as dispute:
        party = _own(actor, dispute)
        party.confirmed_at, party.confirmed_by = clock.now(), actor.name
        party.save(update_fields=("confirmed_at", "confirmed_by"))
        close_side(actor, dispute, f"{_CONFIRM}{party.department_id}")
        _share_confirming(actor, dispute)
        if not still_to_confirm(dispute) and dispute.proposed is not None:
            _end(actor, dispute, dispute.proposed, dispute.proposal)
            dispute.state = _S.SETTLED
    return dispute


def disagree(actor: Actor, pk: int, opinion: str) -> Dispute:
    """The head of a party does not stand by what was negotiated; the talk goes on."""
    with DISPUTE_ACTS.take(actor, "disagree", pk, opinion=opinion) as dispute:
        dispute.proposed, dispute.proposal = None, ""
        dispute.parties.update(confirmed_at=None, confirmed_by="")
        relieve_sides(dispute, _CONFIRM)
    return dispute


def prepare(actor: Actor, pk: int, text: str, files: Collection[UploadedFile[Any]] = ()) -> Dispute:
    """A clerk of the raiser writes the submission to the office that decides such disputes."""
    with DISPUTE_ACTS.take(actor, "prepare", pk) as dispute:
        body = told(text, "申请内容", "text")
        keep_files(actor, dispute, files, SUBMISSION_LABEL)
        put_forward(
            actor,
            dispute,
            "dispute_submission",
            sender=dispute.raiser,
            to=must_fill(dispute.region_code, deciding_function(dispute)),
            title=f"关于{dispute.title}的协调申请",
            body=body,
        )
    return dispute


def deciding_function(dispute: Dispute) -> Function:
    """Who decides: the legal office on enforcement, the establishment office on duties (T 11)."""
    if dispute.about == Dispute.About.ENFORCEMENT:
        return Function.LEGAL
    return Function.ESTABLISHMENT


def submit(actor: Actor, pk: int, opinion: str = "") -> Dispute:
    """The head of the raiser submits it; about a new form the legal office is heard (J 2)."""
    with DISPUTE_ACTS.take(actor, "submit", pk, opinion=opinion) as dispute:
        copies = [each.department for each in dispute.parties.select_related("department")]
        if dispute.about == Dispute.About.NEW_FORM:
            dispute.legal = filling(dispute.region_code, Function.LEGAL)
        if dispute.legal is not None:
            copies.append(dispute.legal)
        letter = sign(actor, dispute, "dispute_submission", copies)
        dispute.office, dispute.submitted_at = letter.to, clock.now()
        if dispute.legal is not None:
            _owe(actor, dispute, _LEGAL, "出具法制意见", rules.STATEMENT_DUE, dispute.legal.pk)
    return dispute


def withdraw(actor: Actor, pk: int, opinion: str) -> Dispute:
    """The raiser no longer disputes it; the clue goes on as before with whoever had it."""
    with DISPUTE_ACTS.take(actor, "withdraw", pk, opinion=opinion) as dispute:
        withdraw_unsigned(actor, dispute, "dispute_submission")
        if dispute.clue is not None:
            return_from_dispute(actor, dispute.clue, dispute.clue_state, opinion)
    return dispute


def ask_statements(actor: Actor, pk: int, opinion: str) -> Dispute:
    """The office asks all parties for a written statement."""
    with DISPUTE_ACTS.take(actor, "ask-statements", pk, opinion=opinion) as dispute:
        dispute.parties.update(asked_at=clock.now())
        for department_id in dispute.parties.values_list("department_id", flat=True):
            code = f"{_STATE}{department_id}"
            _owe(actor, dispute, code, "提交书面意见", rules.STATEMENT_DUE, department_id)
    return dispute


def state(actor: Actor, pk: int, opinion: str) -> Dispute:
    """The head of a party hands in its statement, or adds to it."""
    with DISPUTE_ACTS.take(actor, "state", pk, opinion=opinion) as dispute:
        party = _own(actor, dispute)
        party.statement = "\n".join(filter(None, (party.statement, opinion.strip())))
        party.stated_at = clock.now()
        party.save(update_fields=("statement", "stated_at"))
        close_side(actor, dispute, f"{_STATE}{party.department_id}")
    return dispute


def legal_opinion(actor: Actor, pk: int, opinion: str) -> Dispute:
    """The legal office says what the law says of a new form."""
    with DISPUTE_ACTS.take(actor, "legal-opinion", pk, opinion=opinion) as dispute:
        dispute.legal_opinion = "\n".join(filter(None, (dispute.legal_opinion, opinion.strip())))
        close_side(actor, dispute, _LEGAL)
    return dispute


def propose(actor: Actor, pk: int, responsible_id: int, text: str) -> Dispute:
    """A clerk of the office puts a decision before its head."""
    with DISPUTE_ACTS.take(actor, "propose", pk) as dispute:
        dispute.proposed = _responsible(dispute, responsible_id, "responsible")
        dispute.proposal = told(text, "决定内容", "text")
    return dispute


def reject(actor: Actor, pk: int, opinion: str) -> Dispute:
    """The head of the office wants another decision."""
    with DISPUTE_ACTS.take(actor, "reject", pk, opinion=opinion) as dispute:
        dispute.proposed = None
    return dispute


def decide(actor: Actor, pk: int, opinion: str = "") -> Dispute:
    """The head of the office decides; parties are told, the responsible department handles it.

    Raises ``Refused`` about a new form without the opinion of the legal office (J 2).
    """
    with DISPUTE_ACTS.take(actor, "decide", pk, opinion=opinion) as dispute:
        if dispute.legal_id is not None and not dispute.legal_opinion:
            raise Refused("新业态职责不明的事项，须先取得法制意见。")
        if dispute.proposed is None:
            raise Refused("请先拟协调决定。")
        answer(actor, dispute, "dispute_submission", "decided", dispute.proposal)
        _end(actor, dispute, dispute.proposed, dispute.proposal)
    return dispute


HANDLERS: Mapping[str, Callable[[Actor, int, str], Dispute]] = {
    "raise": raise_dispute,
    "drop": plain(DISPUTE_ACTS, "drop", noted=False),
    "go-on": go_on,
    "confirm": confirm,
    "disagree": disagree,
    "submit": submit,
    "withdraw": withdraw,
    "ask-statements": ask_statements,
    "state": state,
    "legal-opinion": legal_opinion,
    "reject": reject,
    "decide": decide,
}
"""The acts that take nothing but an opinion."""


def _must_concern(clue: Clue, department_id: int) -> None:
    if not ClueParty.objects.filter(clue=clue, department_id=department_id).exists():
        raise Refused("线索与本部门无关，不能据此提出争议。", field="clue")
    if clue.state == Clue.State.DISPUTED:
        raise Refused("该线索已经在职责争议处理中。", field="clue")


def _must_be_open(clue: Clue, about: str, department_ids: Collection[int]) -> None:
    """A question about a clue is answered once among the departments that took part: what they
    agreed on or what was decided binds them (T 11). Others may raise it."""
    answered = clue.disputes.filter(about=about, responsible__isnull=False)
    for before in answered.select_related("responsible").prefetch_related("parties"):
        heard = {party.department_id for party in before.parties.all()}
        if heard.issuperset(department_ids):
            raise Refused(
                f"该线索的{before.get_about_display()}已有结论（{before.number}），"
                f"由{before.responsible}负责，不能再次提出。",
                field="about",
            )


def _own(actor: Actor, dispute: Dispute) -> DisputeParty:
    party = own_party(actor, dispute)
    if party is None:
        raise Refused("本部门不是争议的一方。")
    return party


def _responsible(dispute: Dispute, pk: int | None, field: str) -> Department:
    if pk is None:
        raise Refused("请选择责任部门。", field=field)
    return department_for(pk, dispute.region_code, field)


def _share_confirming(actor: Actor, dispute: Dispute) -> None:
    waiting = still_to_confirm(dispute)
    _share_out(actor, dispute, _CONFIRM, "确认协商结果", rules.CONFIRM_DUE, waiting)


def _share_out(
    actor: Actor,
    dispute: Dispute,
    prefix: str,
    waits: str,
    clock: TimeLimit,
    waiting: Iterable[int],
) -> None:
    """The first of those who still owe a step has the main stop, each of the others a side one."""
    for number, department_id in enumerate(waiting):
        code = f"{prefix}{department_id}"
        if number == 0:
            # Its clock goes on at the main stop.
            take_over_side(dispute, code)
        else:
            _owe(actor, dispute, code, waits, clock, department_id)


def _owe(
    actor: Actor, dispute: Dispute, code: str, waits: str, clock: TimeLimit, department_id: int
) -> None:
    open_side(
        actor,
        dispute,
        code,
        kind="dispute",
        waits=waits,
        department_id=department_id,
        sender_id=dispute.office_id or dispute.raiser_id,
        clock=clock,
        for_head=not code.startswith(_ACT),
    )


def _end(actor: Actor, dispute: Dispute, responsible: Department, conclusion: str) -> None:
    dispute.responsible, dispute.conclusion = responsible, conclusion
    if dispute.clue is not None:
        concern(dispute.clue, responsible)
        note_on_clue(actor, dispute, f"由{responsible}负责", conclusion)
        leave_dispute(actor, dispute.clue, responsible)

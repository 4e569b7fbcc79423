"""A department does not do its duty: advice, government, correction, criticism, accountability
(L9, T 11)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from clues.acts.procedures import letter_of
from clues.acts.refusals import REFUSAL_ACTS, REFUSAL_STAGES
from clues.models import Referral, Refusal
from clues.rules import disputes as rules
from clues.services.knowledge import name_heads, name_people
from clues.services.letters import led
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
from clues.stages import close_side, open_side
from departments.models import Department, User
from departments.profile import filling, must_fill
from departments.roles import Function, Role
from records import clock, trail
from records.actor import Actor
from records.errors import Refused

_S = Refusal.State
FACTS_LABEL = "未履职情况材料"
CORRECTION_LABEL = "改正情况材料"
ORDER_LABEL = "责令改正情况材料"

_NOTICE = "notice"
_TITLES = {"refusal_report": "不履行职责情况的报告", "criticism": "不履行职责问题的通报批评"}


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """What a department holds against another: what happened, which duty, what is advised."""

    title: str
    facts: str
    basis: str
    advice: str
    clue_id: int | None = None
    matter_id: int | None = None


@transaction.atomic
def begin(
    actor: Actor,
    complaint: Complaint,
    addressee_id: int,
    files: Collection[UploadedFile[Any]] = (),
    *,
    key: uuid.UUID | None = None,
) -> Refusal:
    """A clerk prepares the written advice for the head to sign."""
    department_id = must_work_in_department(actor, "refusal.begin")
    key = key or uuid.uuid4()
    if (before := sent_before(Refusal, actor, key)) is not None:
        return before
    clue = clue_for(actor, complaint.clue_id)
    addressee = department_for(addressee_id, actor.region_code, "addressee")
    if addressee.pk == department_id:
        raise Refused("不能向本部门提出履职建议。", field="addressee")
    confidential = clue is not None and clue.confidential
    refusal = Refusal.objects.create(
        key=key,
        number=procedure_number("LZ", actor.region_code, confidential=confidential),
        region_code=actor.region_code,
        confidential=confidential,
        title=told(complaint.title, "标题", "title"),
        facts=told(complaint.facts, "未履职的情况", "facts"),
        basis=told(complaint.basis, "履职依据", "basis"),
        advice=told(complaint.advice, "履职建议", "advice"),
        clue=clue,
        matter_id=matter_for(actor, complaint.matter_id),
        department_id=department_id,
        addressee=addressee,
        created_by_id=actor.user_id,
    )
    keep_files(actor, refusal, files, FACTS_LABEL)
    put_forward(
        actor,
        refusal,
        "advice_to_correct",
        sender=refusal.department,
        to=addressee,
        title=f"关于{refusal.title}的履职建议",
        body=f"{refusal.facts}\n履职依据：{refusal.basis}\n{refusal.advice}",
    )
    REFUSAL_STAGES.enter(actor, refusal)
    trail.record(actor, "refusal.begin", "拟履职建议书", refusal)
    return refusal


def advise(actor: Actor, pk: int, opinion: str = "") -> Refusal:
    """The head signs the advice."""
    with REFUSAL_ACTS.take(actor, "advise", pk, opinion=opinion) as refusal:
        refusal.advised_at = clock.now()
        letter = sign(actor, refusal, "advice_to_correct")
        note_on_clue(actor, refusal, f"向{refusal.addressee}发出履职建议书 {letter.number}")
    return refusal


def drop(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The advice is not sent."""
    with REFUSAL_ACTS.take(actor, "drop", pk, opinion=opinion) as refusal:
        withdraw_unsigned(actor, refusal, "advice_to_correct")
    return refusal


def accept(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The addressee takes the advice and says how; now it has to correct."""
    with REFUSAL_ACTS.take(actor, "accept", pk, opinion=opinion) as refusal:
        refusal.answer = opinion.strip()
        answer(actor, refusal, "advice_to_correct", "accepted", opinion)
    return refusal


def reject(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The addressee does not take the advice."""
    with REFUSAL_ACTS.take(actor, "reject", pk, opinion=opinion) as refusal:
        refusal.answer, refusal.unresolved_at = opinion.strip(), clock.now()
        answer(actor, refusal, "advice_to_correct", "rejected", opinion)
    return refusal


def show(actor: Actor, pk: int, text: str, files: Collection[UploadedFile[Any]] = ()) -> Refusal:
    """The addressee shows what it corrected on advice."""
    return _show(actor, pk, "show", text, files, CORRECTION_LABEL)


def show_order(
    actor: Actor, pk: int, text: str, files: Collection[UploadedFile[Any]] = ()
) -> Refusal:
    """The addressee shows what it corrected by order of the government."""
    return _show(actor, pk, "show-order", text, files, ORDER_LABEL)


def prepare_report(actor: Actor, pk: int, text: str) -> Refusal:
    """A clerk writes the report to the county government."""
    with REFUSAL_ACTS.take(actor, "prepare-report", pk) as refusal:
        government = must_fill(refusal.region_code, Function.GOVERNMENT)
        _put_forward(actor, refusal, "refusal_report", refusal.department, government, text)
    return refusal


def report(actor: Actor, pk: int, opinion: str = "") -> Refusal:
    """The head reports to the county government."""
    with REFUSAL_ACTS.take(actor, "report", pk, opinion=opinion) as refusal:
        letter = sign(actor, refusal, "refusal_report")
        refusal.government, refusal.reported_at = letter.to, clock.now()
        note_on_clue(actor, refusal, f"报告{letter.addressee} {letter.number}")
    return refusal


def order(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The government orders correction within the limit."""
    with REFUSAL_ACTS.take(actor, "order", pk, opinion=opinion) as refusal:
        refusal.order = opinion.strip()
        answer(actor, refusal, "refusal_report", "ordered", opinion)
    return refusal


def dismiss(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The government finds no refusal."""
    with REFUSAL_ACTS.take(actor, "dismiss", pk, opinion=opinion) as refusal:
        refusal.order = opinion.strip()
        answer(actor, refusal, "refusal_report", "dismissed", opinion)
    return refusal


def prepare_criticism(actor: Actor, pk: int, text: str) -> Refusal:
    """A clerk of the government writes the notice of criticism."""
    with REFUSAL_ACTS.take(actor, "prepare-criticism", pk) as refusal:
        if refusal.government is None:
            raise Refused("没有本级人民政府，不能拟通报。")
        _put_forward(actor, refusal, "criticism", refusal.government, refusal.addressee, text)
    return refusal


def criticise(actor: Actor, pk: int, opinion: str = "") -> Refusal:
    """The government sends the notice to the addressee, which confirms that it has it, copied to
    all concerned."""
    with REFUSAL_ACTS.take(actor, "criticise", pk, opinion=opinion) as refusal:
        office = filling(refusal.region_code, Function.COORDINATION)
        copies = [refusal.department, *([office] if office else [])]
        letter = sign(actor, refusal, "criticism", copies)
        refusal.criticised_at = clock.now()
        note_on_clue(actor, refusal, f"通报批评 {letter.number}")
        open_side(
            actor,
            refusal,
            _NOTICE,
            kind="refusal",
            waits="确认收到通报批评",
            department_id=refusal.addressee_id,
            sender_id=refusal.government_id,
            clock=rules.NOTICE_DUE,
        )
    return refusal


def confirm_notice(actor: Actor, pk: int, opinion: str = "") -> Refusal:
    """The department criticised confirms that it has the notice."""
    with REFUSAL_ACTS.take(actor, "confirm-notice", pk, opinion=opinion) as refusal:
        notice = letter_of(refusal, "criticism")
        if notice is not None:
            led.mark(actor, notice, Referral.State.NOTED)
        close_side(actor, refusal, _NOTICE)
    return refusal


def refer(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The government hands the matter to the discipline office."""
    with REFUSAL_ACTS.take(actor, "refer", pk, opinion=opinion) as refusal:
        refusal.discipline = must_fill(refusal.region_code, Function.WITNESS)
        refusal.referred_at = clock.now()
        if refusal.clue is not None and refusal.confidential:
            name_heads(refusal.clue, [refusal.discipline])
            witnesses = User.objects.filter(
                Q(roles__contains=[Role.WITNESS]),
                department=refusal.discipline,
                is_active=True,
            )
            name_people(refusal.clue, witnesses.values_list("pk", flat=True))
    return refusal


def account(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The discipline office enters what came of it."""
    with REFUSAL_ACTS.take(actor, "account", pk, opinion=opinion) as refusal:
        refusal.outcome = opinion.strip()
    return refusal


def withdraw(actor: Actor, pk: int, opinion: str) -> Refusal:
    """The department takes its advice back; it asks for no answer any more."""
    with REFUSAL_ACTS.take(actor, "withdraw", pk, opinion=opinion) as refusal:
        advice = letter_of(refusal, "advice_to_correct")
        if advice is not None and advice.state == Referral.State.SENT:
            led.mark(actor, advice, Referral.State.WITHDRAWN)
        withdraw_unsigned(actor, refusal, "refusal_report")
        note_on_clue(actor, refusal, "撤回履职建议", opinion)
    return refusal


HANDLERS: Mapping[str, Callable[[Actor, int, str], Refusal]] = {
    "advise": advise,
    "drop": drop,
    "accept": accept,
    "reject": reject,
    "escalate": plain(REFUSAL_ACTS, "escalate", "unresolved_at"),
    "satisfied": plain(REFUSAL_ACTS, "satisfied"),
    "unsatisfied": plain(REFUSAL_ACTS, "unsatisfied", "unresolved_at"),
    "report": report,
    "withdraw": withdraw,
    "order": order,
    "dismiss": dismiss,
    "lapse": plain(REFUSAL_ACTS, "lapse", "uncorrected_at"),
    "corrected": plain(REFUSAL_ACTS, "corrected"),
    "not-corrected": plain(REFUSAL_ACTS, "not-corrected", "uncorrected_at"),
    "criticise": criticise,
    "confirm-notice": confirm_notice,
    "settle": plain(REFUSAL_ACTS, "settle"),
    "refer": refer,
    "account": account,
}
"""The acts that take nothing but an opinion."""


def _show(
    actor: Actor,
    pk: int,
    code: str,
    text: str,
    files: Collection[UploadedFile[Any]],
    label: str,
) -> Refusal:
    with REFUSAL_ACTS.take(actor, code, pk, opinion=text) as refusal:
        refusal.correction = told(text, "改正情况", "text")
        keep_files(actor, refusal, files, label)
    return refusal


def _put_forward(
    actor: Actor, refusal: Refusal, kind: str, sender: Department, to: Department, text: str
) -> None:
    put_forward(
        actor,
        refusal,
        kind,
        sender=sender,
        to=to,
        title=f"关于{refusal.addressee.name}{_TITLES[kind]}：{refusal.title}",
        body=told(text, "正文", "text"),
    )

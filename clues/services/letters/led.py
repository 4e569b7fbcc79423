"""Letters that a procedure sends and moves itself: a hand-over, a dispute, a joint verification.

The procedure's service calls these inside its own act; such letters have no clocks of their own
(``Kind.led_by``), but number, print, copies and timeline like all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType

from clues.models import Clue, Concealable, Referral, ReferralCopy
from clues.services.knowledge import concern, name_heads
from clues.services.numbers import letter_number
from credit.models import Subject
from departments.actors import is_head_of
from departments.models import Department
from departments.profile import filling
from records import clock, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused


def prepare(
    actor: Actor,
    cause: Concealable,
    *,
    kind: str,
    sender: Department,
    to: Department | None = None,
    outside: str = "",
    title: str,
    body: str,
    clue: Clue | None = None,
    subject: Subject | None = None,
) -> Referral:
    """Put a letter of a procedure before the head of ``sender`` for signature.

    The caller's act has checked who prepares it. Raises ``Refused`` without an addressee.
    """
    if to is None and not outside.strip():
        raise Refused("请选择收函部门。", field="to")
    letter = Referral.objects.create(
        region_code=cause.region_code,
        confidential=cause.confidential,
        kind=kind,
        state=Referral.State.REVIEW,
        title=title,
        body=body,
        clue=clue,
        subject=subject,
        cause_type=ContentType.objects.get_for_model(cause),
        cause_id=cause.pk,
        sender=sender,
        to=to,
        outside=outside.strip(),
        drafted_by_id=actor.user_id,
    )
    trail.record(actor, "letter.prepare", f"拟{letter.spec.label}", letter)
    return letter


def sign(actor: Actor, letter: Referral, copies: Iterable[Department] = ()) -> Referral:
    """Number and send a prepared letter in the sender's name; copies by rule are added.

    The actor is the head of the sender (T 9: in the department's name); ``NotAllowed`` else.
    """
    if not is_head_of(actor, letter.sender_id) and not actor.is_system:
        raise NotAllowed(
            f"{letter.spec.label}须由部门负责人签发。", verb="letter.send", target=letter
        )
    letter.number = letter_number(letter.sender, letter.spec, confidential=letter.confidential)
    letter.state = Referral.State.SENT
    letter.signed_by = actor.name
    letter.sent_at = clock.now()
    letter.save()
    deliver(letter, copies)
    trail.record(
        actor,
        "letter.send",
        f"签发{letter.spec.label}",
        letter,
        after={"number": letter.number, "to": letter.addressee},
    )
    return letter


def send(
    actor: Actor, cause: Concealable, *, copies: Iterable[Department] = (), **what: Any
) -> Referral:
    """Prepare a letter and sign it at once, for acts of the head; ``what`` as in ``prepare``."""
    return sign(actor, prepare(actor, cause, **what), copies)


def copy_to(letter: Referral, department_ids: Iterable[int]) -> None:
    """Give departments a copy beside those that have one. Idempotent."""
    ReferralCopy.objects.bulk_create(
        (ReferralCopy(referral=letter, department_id=pk) for pk in sorted(set(department_ids))),
        ignore_conflicts=True,
    )
    letter.copied_to = sorted(letter.copies.values_list("department_id", flat=True))
    letter.save(update_fields=("copied_to",))


def deliver(letter: Referral, copies: Iterable[Department] = ()) -> None:
    """Give a letter just signed to whom it concerns: the copies (those by rule in the sender's and
    the addressee's region), the parties of its clue, and the people who must know a confidential
    one."""
    regions = {letter.region_code, letter.to.region.code if letter.to else letter.region_code}
    by_rule = (
        filling(region, function) for region in sorted(regions) for function in letter.spec.copies
    )
    receivers = [department for department in (*copies, *by_rule) if department is not None]
    unique = {
        department.pk: department
        for department in receivers
        if department.pk not in (letter.to_id, letter.sender_id)
    }.values()
    copy_to(letter, (department.pk for department in unique))
    if letter.clue is None:
        return
    concerned = [*unique, *([letter.to] if letter.to else [])]
    if letter.confidential:
        name_heads(letter.clue, concerned)
    concern(letter.clue, *concerned)


def mark(
    actor: Actor,
    letter: Referral,
    state: str,
    *,
    answer: str = "",
    text: str = "",
) -> None:
    """Bring a led letter to the state its procedure has reached, with its trail entry.

    ``answer`` must be one that the kind allows; raises ``Refused`` otherwise.
    """
    if answer and answer not in letter.spec.answers:
        raise Refused(f"{letter.spec.label}没有这种答复。", field="answer")
    now = clock.now()
    letter.state = state
    if state != Referral.State.WITHDRAWN and letter.received_at is None:
        letter.received_at, letter.received_by = now, actor.name
    if answer:
        letter.answer, letter.answer_text = answer, text
        letter.answered_at, letter.answered_by = now, actor.name
    letter.save()
    trail.record(
        actor,
        f"letter.{state}",
        f"{letter.spec.label}：{letter.get_state_display()}",
        letter,
        opinion=text,
        after={"answer": answer} if answer else None,
    )

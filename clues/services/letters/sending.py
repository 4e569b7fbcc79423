"""A letter on its way: signing, receiving, returning, withdrawing, reading copies (L8)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from clues.acts.letters import LETTER_ACTS
from clues.models import Referral
from clues.services.letters.checks import check_ready
from clues.services.letters.led import deliver
from clues.services.numbers import letter_number
from clues.stages import entrust
from records import clock
from records.actor import Actor
from records.errors import Refused

_S = Referral.State


def sign(actor: Actor, pk: int, opinion: str = "") -> Referral:
    """Number a letter and send it in the department's name; sent again it keeps its number.

    To somebody outside the platform a letter without answers is done with, since nobody there
    can receive it. Raises ``Refused`` for what the rules of the kind demand.
    """
    with LETTER_ACTS.take(actor, "sign", pk, opinion=opinion) as letter:
        check_ready(letter)
        if not letter.number:
            letter.number = letter_number(
                letter.sender, letter.spec, confidential=letter.confidential
            )
        letter.signed_by, letter.sent_at = actor.name, clock.now()
        letter.state = _S.SENT if letter.to_id or letter.spec.answers else _S.NOTED
        deliver(letter, [copy.department for copy in letter.copies.select_related("department")])
    return letter


@transaction.atomic
def receive(actor: Actor, pk: int, opinion: str = "") -> Referral:
    """Receive a letter: the clock of the answer starts; a letter without answers has ended."""
    with LETTER_ACTS.take(actor, "receive", pk, opinion=opinion) as letter:
        letter.received_at, letter.received_by = clock.now(), actor.name
        letter.state = _S.RECEIVED if letter.spec.answers else _S.NOTED
    entrust(letter, actor.user_id)
    return letter


def give_back(actor: Actor, pk: int, opinion: str) -> Referral:
    """The head of the addressee returns a letter, once, with the reason."""
    with LETTER_ACTS.take(actor, "return", pk, opinion=opinion) as letter:
        letter.is_return_spent = True
    return letter


def withdraw(actor: Actor, pk: int, opinion: str) -> Referral:
    """The head of the sender takes back a letter not received yet, or gives up a returned one,
    also while it is rewritten."""
    with LETTER_ACTS.take(actor, "withdraw", pk, opinion=opinion) as letter:
        return letter


@transaction.atomic
def read(actor: Actor, pk: int, opinion: str = "") -> Referral:
    """Leave the receipt of a copy for one's department; harmless when done before."""
    seen: Referral | None = Referral.objects.visible_to(actor).filter(pk=pk).first()
    if seen is None:
        raise Refused("函件不存在。", code="not_found")
    # Who reads at the same time waits here, and finds the receipt.
    Referral.objects.select_for_update(of=("self",)).get(pk=pk)
    own = Q(department_id=actor.department_id)
    if seen.copies.filter(own, read_at__isnull=False).exists():
        return seen
    with LETTER_ACTS.take(actor, "read", pk, opinion=opinion) as letter:
        letter.copies.filter(own, read_at=None).update(read_at=clock.now(), read_by=actor.name)
    return letter

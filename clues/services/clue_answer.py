"""The final answer in the department's name, and what the complainant is told (T 8)."""

from __future__ import annotations

from django.db import transaction

from clues.acts.clue import transfer_letter
from clues.models import Clue, Referral, Told
from clues.services import complainants
from clues.services.clue_steps import must_have_ended, step, with_merged
from clues.services.letters import led
from clues.services.uploads import Files, keep_files
from clues.stages import close_side, entrust
from credit.services.origins import restate
from records import clock
from records.actor import Actor
from records.errors import Refused

_MUST_END_FIRST = ("joint", "part", "visit", "dispute")
"""Kinds of procedures whose end the answer rests on, or that only an open clue can go through."""


def propose(actor: Actor, pk: int, *, outcome: str, answer: str, files: Files) -> Clue:
    """Put the final answer before the head. A first receiver that found nothing answers directly,
    without transferring the clue (T 8). Raises ``Refused`` for an empty answer."""
    with transaction.atomic():
        with step(actor, "propose", pk) as clue:
            if outcome not in Clue.Outcome.values:
                raise Refused("请选择办理结果。", field="outcome")
            if not answer.strip():
                raise Refused("请填写答复内容。", field="answer")
            keep_files(actor, clue, files, "办理材料")
            clue.outcome, clue.answer, clue.answer_proposed = outcome, answer.strip(), True
            clue.handler_id = clue.handler_id or actor.user_id
        entrust(clue, clue.handler_id)
    return clue


@transaction.atomic
def approve(actor: Actor, pk: int, opinion: str = "") -> Clue:
    """Sign the answer: the clue is closed, and whoever complained, also in clues merged into it,
    is told in the department's name.

    Raises ``Refused`` while a joint verification, a request to join a visit or a dispute of the
    clue is not ended.
    """
    with step(actor, "approve", pk, opinion) as clue:
        must_have_ended(clue, _MUST_END_FIRST, "办结")
        clue.closed_at = clock.now()
        clue.answer_proposed = False
        for each in with_merged(clue):
            if letter := transfer_letter(each):
                led.mark(actor, letter, Referral.State.ANSWERED, answer="handled", text=clue.answer)
            # Who has the final answer need not be told any more that the clue was passed on.
            close_side(actor, each, "tell")
        text = complainants.suggested_text(clue, Told.Step.ANSWERED)
        complainants.tell_all(actor, clue, Told.Step.ANSWERED, text)
    restate(actor, clue)
    return clue


def reject(actor: Actor, pk: int, opinion: str) -> Clue:
    """Give the proposed answer back to be rewritten."""
    with step(actor, "reject", pk, opinion) as clue:
        clue.answer_proposed = False
    return clue


def tell(actor: Actor, pk: int, *, text: str) -> Clue:
    """Tell the complainant that the clue was passed on, in the words given."""
    with step(actor, "tell", pk) as clue:
        complainants.tell_all(actor, clue, Told.Step.TRANSFERRED, text, by_act=True)
        close_side(actor, clue, "tell")
    return clue

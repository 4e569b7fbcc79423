"""The final answer in the department's name, and what the complainant is told (T 8)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from clues.acts.clue import transfer_letter
from clues.models import Clue, Complainant, Referral, Stop, Told
from clues.services.clue_steps import (
    await_signature,
    close_sides,
    keep_files,
    step,
    with_merged,
)
from clues.services.letters import led
from clues.stages import close_side, entrust
from records import trail
from records.actor import Actor
from records.errors import Refused

_MUST_END_FIRST = ("joint", "part", "dispute")
"""Kinds of procedures whose end the answer rests on."""


def propose(actor: Actor, pk: int, *, outcome: str, answer: str, files: list[Any]) -> Clue:
    """Put the final answer before the head. A first receiver that found nothing answers directly,
    without transferring the clue (T 8). Raises ``Refused`` for an empty answer."""
    with transaction.atomic():
        with step(actor, "propose", pk) as clue:
            if outcome not in Clue.Outcome.values:
                raise Refused("请选择办理结果。", field="outcome")
            if not answer.strip():
                raise Refused("请填写答复内容。", field="answer")
            keep_files(actor, clue, files, label="办理材料")
            clue.outcome, clue.answer, clue.answer_proposed = outcome, answer.strip(), True
            clue.handler_id = clue.handler_id or actor.user_id
            await_signature(actor, clue, "签发答复")
        entrust(clue, clue.handler_id)
    return clue


def approve(actor: Actor, pk: int, opinion: str = "") -> Clue:
    """Sign the answer: the clue is closed, and whoever complained, also in clues merged into it,
    is told in the department's name.

    Raises ``Refused`` while a joint verification or dispute of the clue is not ended.
    """
    with step(actor, "approve", pk, opinion) as clue:
        running = Stop.objects.open().filter(clue_id=clue.pk, kind__in=_MUST_END_FIRST).first()
        if running is not None:
            raise Refused(f"{running.kind_label}尚未结束（{running.waits}），不能办结。")
        clue.closed_at = timezone.now()
        clue.answer_proposed = False
        if letter := transfer_letter(clue):
            led.mark(actor, letter, Referral.State.ANSWERED, answer="handled", text=clue.answer)
        # Who has the final answer need not be told any more that the clue was passed on.
        close_sides(actor, clue, "sign", "tell")
        tell_all(actor, clue, Told.Step.ANSWERED, answer_text(clue))
    return clue


def reject(actor: Actor, pk: int, opinion: str) -> Clue:
    """Give the proposed answer back to be rewritten."""
    with step(actor, "reject", pk, opinion) as clue:
        clue.answer_proposed = False
        close_sides(actor, clue, "sign")
    return clue


def tell(actor: Actor, pk: int, *, text: str) -> Clue:
    """Tell the complainant that the clue was passed on, in the words given."""
    with step(actor, "tell", pk) as clue:
        if not text.strip():
            raise Refused("请填写告知内容。", field="text")
        tell_all(actor, clue, Told.Step.TRANSFERRED, text.strip())
        close_side(actor, clue, "tell")
    return clue


def transfer_text(clue: Clue) -> str:
    """What the complainant is usually told after a transfer."""
    hotline = f"，咨询电话 {clue.holder.hotline}" if clue.holder.hotline else ""
    return (
        f"您反映的“{clue.title}”（编号 {clue.number}）经研判属于{clue.holder.name}职责，"
        f"已移送该单位办理，办理结果由该单位答复您{hotline}。"
    )


def answer_text(clue: Clue) -> str:
    """The final answer as the complainant gets it."""
    return (
        f"您反映的“{clue.title}”（编号 {clue.number}）已办结。"
        f"办理结果：{clue.get_outcome_display()}。{clue.answer}"
    )


def tell_all(actor: Actor, clue: Clue, at_step: str, text: str) -> None:
    """Tell whoever complained, also in clues merged into this one, and wants to hear of it."""
    for complainant in Complainant.objects.filter(
        clue__in=with_merged(clue), wants_answer=True
    ).select_related("clue"):
        told = Told.objects.create(
            clue=complainant.clue,
            step=at_step,
            text=text,
            by=actor.department_name,
            at=timezone.now(),
        )
        trail.record(
            actor, "clue.told", f"已告知反映人：{told.get_step_display()}", complainant.clue
        )

"""What the parties of a draw do: promise a number before the freeze, show it afterwards."""

from __future__ import annotations

import re

from django.db import transaction

from inspections import draw as dr
from inspections.acts.draws import DRAW_ACTS, all_committed, all_revealed, own_party
from inspections.models import Draw, DrawParty, PlanItem
from inspections.services.draws.completing import complete
from records import clock
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.queue import wake_after_commit

_HEX64 = re.compile(r"[0-9a-f]{64}")
RUN_SCHEDULED = "inspections.run_scheduled_draws"


@transaction.atomic
def commit_nonce(actor: Actor, draw_id: int, party_code: str, commitment: str) -> Draw:
    """Hand in the commitment of the actor's own party, once.

    Raises ``NotAllowed`` for another department's party, ``Conflict`` when it is there already,
    ``Refused`` when it is not a SHA-256 in hex.
    """
    commitment = commitment.strip().lower()
    with DRAW_ACTS.take(actor, "commit", draw_id, opinion=f"承诺 {commitment}") as draw:
        party = _own(actor, draw, party_code)
        if party.commitment:
            raise Conflict(f"{party.department}已经提交过承诺，不能更换。")
        if not _HEX64.fullmatch(commitment):
            raise Refused("承诺应为 64 个十六进制小写字符，请重新生成随机数。", field="commitment")
        if draw.parties.filter(commitment=commitment).exists():
            raise Refused("该承诺与另一方的相同，请各自生成随机数。", field="commitment")
        party.commitment = commitment
        party.committed_at = clock.now()
        party.committed_by_id = actor.user_id
        party.save()
        if draw.item.draw_mode == PlanItem.DrawMode.SCHEDULED and all_committed(draw):
            wake_after_commit(RUN_SCHEDULED)
    return draw


def reveal(actor: Actor, draw_id: int, party_code: str, nonce: str) -> Draw:
    """Show the number behind the commitment; after the last party's the draw is completed.

    What was revealed is kept first and the completion follows in a transaction of its own: a
    crash between the two loses nothing, the schedule finds the draw and completes it.
    """
    draw = _reveal(actor, draw_id, party_code, nonce)
    return complete(draw.pk) if all_revealed(draw) else draw


@transaction.atomic
def _reveal(actor: Actor, draw_id: int, party_code: str, nonce: str) -> Draw:
    nonce = nonce.strip().lower()
    with DRAW_ACTS.take(actor, "reveal", draw_id, opinion=f"随机数 {nonce}") as draw:
        party = _own(actor, draw, party_code)
        if party.nonce:
            raise Conflict(f"{party.department}已经揭示过随机数。")
        if not _HEX64.fullmatch(nonce):
            raise Refused("随机数应为 64 个字符，只含数字 0–9 和小写字母 a–f。", field="nonce")
        if dr.commitment(draw.number, party.code, nonce) != party.commitment:
            raise Refused(
                f"该随机数与{party.department}冻结前提交的承诺不符，没有采用。"
                "请核对是否是这一次抽取、本单位的凭条。",
                field="nonce",
            )
        party.nonce = nonce
        party.revealed_at = clock.now()
        party.revealed_by_id = actor.user_id
        party.save()
    return draw


def _own(actor: Actor, draw: Draw, party_code: str) -> DrawParty:
    """The party with this code, which must be the actor's own."""
    party = own_party(actor, draw)
    if party is None or party.code != party_code:
        raise NotAllowed(f"您不能代表参与方“{party_code}”操作。", verb="draw.party", target=draw)
    return party

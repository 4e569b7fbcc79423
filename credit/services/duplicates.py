"""What people decide about two entries that look alike, up to the merge itself (S1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from credit.acts.duplicates import DUPLICATE_ACTS
from credit.models import DuplicatePair
from credit.services import merging
from credit.services.merging import TAKEABLE, ensure_mergeable
from records import clock
from records.actor import Actor
from records.errors import Refused

_LONGEST = 300


def propose(
    actor: Actor, pk: int, survivor: int, taken: Sequence[str], reason: str
) -> DuplicatePair:
    """Propose that one of the pair goes into the other, which keeps its facts but those ``taken``.

    Raises ``NotAllowed``; ``Refused`` without a reason, for a survivor that is not one of the two
    or a fact that cannot be chosen, and with every obstacle in words.
    """
    with DUPLICATE_ACTS.take(actor, "propose", pk, opinion=reason) as pair:
        if survivor not in (pair.first_id, pair.second_id):
            raise Refused("请选择保留哪一个对象。", field="survivor")
        if unknown := set(taken) - set(TAKEABLE):
            raise ValueError(f"not to be chosen: {sorted(unknown)}")
        stays, goes = pair.first, pair.second
        if survivor == pair.second_id:
            stays, goes = goes, stays
        ensure_mergeable(stays, goes)
        pair.survivor = stays
        pair.taken = [name for name in TAKEABLE if name in taken]
        pair.reason = _words(reason)
        pair.proposed_by, pair.proposed_at = actor.name, clock.now()
    return pair


def _back(code: str) -> Callable[[Actor, int, str], DuplicatePair]:
    """An act after which nothing is proposed any more."""

    def act(actor: Actor, pk: int, opinion: str) -> DuplicatePair:
        with DUPLICATE_ACTS.take(actor, code, pk, opinion=opinion) as pair:
            pair.survivor, pair.taken, pair.reason = None, [], ""
            pair.proposed_by, pair.proposed_at = "", None
            pair.decided_by, pair.decided_at = actor.name, clock.now()
            pair.decision = opinion.strip()
        return pair

    return act


reject, withdraw, dismiss, reopen = map(_back, ("reject", "withdraw", "dismiss", "reopen"))

HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {
    "approve": merging.approve,
    "reject": reject,
    "withdraw": withdraw,
    "dismiss": dismiss,
    "reopen": reopen,
}


def _words(text: str) -> str:
    words = text.strip()
    if len(words) > _LONGEST:
        raise Refused(f"理由不超过 {_LONGEST} 个字。", field="opinion")
    return words

"""The certificate of a draw: done, with all that makes it recomputable, or void with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .canonical import canonical, sha256_hex, timestamp
from .commit import TOWNSHIPS, Frozen
from .commitments import check_nonces
from .errors import InputError
from .ids import check_code, check_text
from .rules import staffing_of
from .seed import make_seed, normalise_public
from .selection import Selection, select
from .staffing import staff

FALLBACK_AFTER = timedelta(days=3)
"""How long after ``due`` a named public value is waited for before the fallback counts."""


@dataclass(frozen=True)
class Certificate:
    """A certificate as a dict, as canonical bytes, and the hash of these."""

    content: Mapping[str, Any]
    canonical: bytes
    hash: str


def certify(content: Mapping[str, Any]) -> Certificate:
    """A certificate from its content."""
    data = canonical(content)
    return Certificate(content, data, sha256_hex(data))


def complete(
    frozen: Frozen,
    *,
    nonces: Mapping[str, str],
    frozen_at: datetime,
    finished_at: datetime,
    public: str | None = None,
    fallback: bool = False,
) -> Certificate:
    """Carry out a frozen draw once all parties have revealed.

    ``public``: the public value as published (level 2). ``fallback``: it is the fallback's, the
    named one not having appeared within three days of its due time. The result depends on these
    arguments alone. Raises NonceError naming the party whose nonce is missing or wrong, InputError
    on a missing, uninvited or premature public value, StaffingImpossible naming the cut.
    """
    check_nonces(frozen.commit["draw"], frozen.commit["parties"], nonces)
    _check_times(frozen.commit["public"], public, fallback, frozen_at, finished_at)
    seed = make_seed(frozen.canonical, nonces, public)
    selection = select(seed, frozen.rows("pool.tsv"), frozen.quotas)
    return certify(
        {
            "commit": frozen.commit,
            "state": "done",
            "frozen_at": timestamp(frozen_at),
            "finished_at": timestamp(finished_at),
            "nonces": dict(nonces),
            "public": None if public is None else normalise_public(public),
            "fallback": fallback,
            "seed": seed.hex(),
            "selected": _pairs(selection.selected),
            "reserves": _pairs(selection.reserves),
            "staffing": _staff(frozen, seed, selection),
        }
    )


def void(
    frozen: Frozen | None,
    *,
    reason: str,
    party: str | None,
    finished_at: datetime,
    draw: int | None = None,
) -> Certificate:
    """End a draw without a result; ``party`` is the code of the one that caused it, if any.

    A draw given up before its freeze has no commit: ``frozen`` is None and ``draw`` its number.
    Raises InputError when the reason is empty, the party unknown or the number missing.
    """
    check_text(reason, "reason")
    if (frozen is None) == (draw is None):
        raise InputError("draw", "未登记即作废的抽取须写明编号，已登记的不另写")
    if party is not None:
        check_code(party, "party")
        if frozen is not None and party not in frozen.commit["parties"]:
            raise InputError("party", f"{party} 不在本次抽取的参与方之列")
    content: dict[str, Any] = {
        "commit": frozen.commit if frozen else None,
        "state": "void",
        "reason": reason,
        "party": party,
        "finished_at": timestamp(finished_at),
    }
    if draw is not None:
        content["draw"] = draw
    return certify(content)


def _check_times(
    named: Mapping[str, str] | None,
    public: str | None,
    fallback: bool,
    frozen_at: datetime,
    finished_at: datetime,
) -> None:
    if finished_at < frozen_at:
        raise InputError("finished_at", "完成时间早于登记时间")
    if named is None:
        if public is not None or fallback:
            raise InputError("public", "本次抽取没有约定公开数值")
        return
    check_text(normalise_public(public), "public")
    due = datetime.fromisoformat(named["due"])
    if frozen_at >= due:
        raise InputError("public", "登记时公开数值已到公布时间")
    if finished_at < due + (FALLBACK_AFTER if fallback else timedelta()):
        raise InputError("public", "公开数值尚未到可以采用的时间")


def _pairs(drawn: Mapping[str, tuple[tuple[str, str], ...]]) -> dict[str, list[list[str]]]:
    return {stratum: [list(pair) for pair in pairs] for stratum, pairs in drawn.items()}


def _staff(frozen: Frozen, seed: bytes, selection: Selection) -> dict[str, Any]:
    subjects = selection.subjects
    townships: dict[str, str] = {}
    if TOWNSHIPS in frozen.files:
        wanted = set(subjects)
        townships = {id_: code for id_, code in frozen.rows(TOWNSHIPS) if id_ in wanted}
    return staff(
        staffing_of(frozen.rules),
        seed,
        frozen.rows("officers.tsv"),
        frozen.rows("recusals.tsv"),
        subjects,
        townships,
    )

"""Draws for the tests: small, complete, and made from a few numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from inspections.draw import (
    TEAMS,
    Certificate,
    Frozen,
    PublicValue,
    Rules,
    StaffingRule,
    StratumRule,
    amend,
    commitment,
    complete,
    freeze,
    make_bundle,
    standing,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOTTERY = PublicValue("福彩双色球 2026026 期", NOON + 24 * HOUR, "福彩双色球 2026027 期")
DEPARTMENTS = ("health", "market", "police")


def nonce(party: str) -> str:
    """A fixed nonce for a party."""
    return hashlib.sha256(b"test nonce " + party.encode()).hexdigest()


def inputs(mode: str = TEAMS, level: int = 1, **changes: Any) -> dict[str, Any]:
    """Keyword arguments of ``freeze`` for a draw of 120 candidates and 24 officers."""
    parties = ("system",) if level == 0 else ("legal", "market", "witness")
    draw = changes.get("draw", 7)
    ids = [f"P-{number:06d}" for number in range(120)]
    values: dict[str, Any] = {
        "draw": draw,
        "previous": "ab" * 32,
        "occurrence": "2026 年校外培训机构联合抽查 3 月批次",
        "planned_at": NOON,
        "level": level,
        "pool": [(id_, "ABCD"[number // 30]) for number, id_ in enumerate(ids)],
        "excluded": [("91110000600037341L", "yearly"), ("P-999999", "white")],
        "officers": [(f"Z-{n:04d}", DEPARTMENTS[n // 8]) for n in range(24)],
        "recusals": [(f"Z-{n:04d}", ids[n * 3]) for n in range(24)],
        "rules": Rules(
            plan_item="校外培训机构",
            plan_version=2,
            strata={
                code: StratumRule(source="信用等级", bp=bp)
                for code, bp in (("A", 300), ("B", 1000), ("C", 3000), ("D", 10000))
            },
            staffing=StaffingRule(mode, DEPARTMENTS, teams_max=3 if mode == TEAMS else None),
            caps={"visits_per_year": 1},
            exclusions={"yearly": "本年度同一检查事项已抽查", "white": "白名单企业"},
        ),
        "parties": {party: commitment(draw, party, nonce(party)) for party in parties},
        "changed_since_filing": 4,
        "public": PublicValue("福彩双色球 2026026 期", NOON + 24 * HOUR, "次期")
        if level == 2
        else None,
        "townships": {id_: f"4116{number * 7 // 60:02d}" for number, id_ in enumerate(ids)},
    }
    return {**values, **changes}


def finish(frozen: Frozen, **changes: Any) -> Certificate:
    """The certificate of a frozen sample."""
    public = frozen.commit["public"]
    values: dict[str, Any] = {
        "nonces": {party: nonce(party) for party in frozen.commit["parties"]},
        "frozen_at": NOON,
        "finished_at": NOON + 30 * HOUR,
        "public": "03 08 12  17 25 31 + 09" if public else None,
    }
    return complete(frozen, **{**values, **changes})


def replacement(certificate: Certificate, done: list[dict[str, Any]], **changes: Any) -> Any:
    """The next amendment: the first standing subject of stratum C, or what ``changes`` say."""
    stratum = changes.pop("stratum", "C")
    values: Mapping[str, Any] = {
        "stratum": stratum,
        "skipped": standing(certificate.content, done)[stratum][0],
        "reason": "suspended",
        "evidence": "cd" * 32,
        "by": "u17",
        "second": "u23",
        "at": NOON + 40 * HOUR,
    }
    return amend(certificate, done, **{**values, **changes})


def drawn(mode: str = TEAMS, level: int = 1, amendments: int = 2) -> tuple[Frozen, bytes]:
    """A frozen draw and its bundle."""
    frozen = freeze(**inputs(mode, level))
    certificate = finish(frozen)
    done: list[dict[str, Any]] = []
    for _ in range(amendments):
        done.append(replacement(certificate, done))
    return frozen, make_bundle(certificate.canonical, frozen.files, done)

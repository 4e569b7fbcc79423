"""Replacement of a selected subject (补抽): amendments chained to an unchanged certificate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .canonical import canonical, sha256_hex, timestamp
from .certificate import Certificate
from .commit import Frozen
from .errors import InputError
from .ids import check_text
from .rules import TEAMS, staffing_of
from .selection import reserve_limit
from .staffing import check_enough, gather
from .teams import replace

REASONS: Mapping[str, str] = {
    "deregistered": "已注销或被吊销",
    "moved_away": "已迁出本辖区",
    "not_found": "通过登记的住所（经营场所）无法联系",
    "suspended": "停业、歇业，现场无法检查",
    "under_case": "正被立案调查",
    "force_majeure": "不可抗力",
}
_HASH = re.compile(r"[0-9a-f]{64}")


def standing(
    certificate: Mapping[str, Any], amendments: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Ids to be visited by stratum after all amendments; one taken stands where it came in."""
    ids = {stratum: [id_ for id_, _ in pairs] for stratum, pairs in certificate["selected"].items()}
    for amendment in amendments:
        stratum, skipped = amendment["skipped"]
        place = ids[stratum].index(skipped)
        ids[stratum][place : place + 1] = [amendment["taken"][0]] if amendment["taken"] else []
    return ids


def amend(
    certificate: Certificate,
    amendments: Sequence[Mapping[str, Any]],
    *,
    stratum: str,
    skipped: str,
    reason: str,
    evidence: str,
    by: str,
    second: str,
    at: datetime,
) -> dict[str, Any]:
    """The next amendment: ``skipped`` is left out, the next reserve of its stratum is taken.

    ``evidence``: SHA-256 of the evidence file. ``by`` and ``second``: two different people.
    ``taken`` is None when the stratum has no candidate left. Raises InputError naming the field,
    also when the reserves are used up although the pool has more: that calls for a new draw.
    """
    content = certificate.content
    if content["state"] != "done":
        raise InputError("certificate", "已作废的抽取不能补抽")
    if stratum not in content["selected"] or skipped not in standing(content, amendments)[stratum]:
        raise InputError("skipped", f"“{skipped}” 不是该层当前的检查对象")
    if reason not in REASONS:
        raise InputError("reason", f"补抽原因“{reason}”不在规定的种类内")
    if not _HASH.fullmatch(evidence):
        raise InputError("evidence", "证据的哈希应为 64 个十六进制小写字符")
    if check_text(by, "by") == check_text(second, "second"):
        raise InputError("second", "补抽须由两名不同的人员办理")
    moment = timestamp(at)
    if moment < (amendments[-1]["at"] if amendments else content["finished_at"]):
        raise InputError("at", "补抽时间早于上一步")
    used = sum(one["skipped"][0] == stratum and one["taken"] is not None for one in amendments)
    reserves = content["reserves"][stratum]
    if used == len(reserves) == reserve_limit(len(content["selected"][stratum])):
        raise InputError("taken", "该层候补已用完，请重新组织抽取")
    return {
        "certificate": certificate.hash,
        "previous": amendment_hash(amendments[-1]) if amendments else certificate.hash,
        "skipped": [stratum, skipped],
        "reason": reason,
        "evidence": evidence,
        "by": by,
        "second": second,
        "taken": list(reserves[used]) if used < len(reserves) else None,
        "at": moment,
    }


def amendment_hash(amendment: Mapping[str, Any]) -> str:
    """Hash of an amendment's canonical form, to which the next one is chained."""
    return sha256_hex(canonical(amendment))


def visits(
    frozen: Frozen, certificate: Certificate, amendments: Sequence[Mapping[str, Any]] = ()
) -> dict[str, dict[str, list[str]]]:
    """Who visits whom now: subject id to department to officer codes, after all amendments.

    A subject taken inherits the officers dealt to the one it replaces; a recused one is replaced
    by the least-loaded officer of the department, ties by ticket. A cap on visits is not applied
    to such a replacement. Raises StaffingImpossible when a department has too few officers left.
    """
    rule = staffing_of(frozen.rules)
    people = gather(
        rule,
        bytes.fromhex(certificate.content["seed"]),
        frozen.rows("officers.tsv"),
        frozen.rows("recusals.tsv"),
    )
    crews, now = _as_dealt(certificate.content["staffing"])
    loads: dict[str, int] = {}
    for visit in now.values():
        for codes in visit.values():
            for code in codes:
                loads[code] = loads.get(code, 0) + 1
    for amendment in amendments:
        skipped = amendment["skipped"][1]
        for codes in now.pop(skipped).values():
            for code in codes:
                loads[code] -= 1
        if amendment["taken"] is None:
            continue
        taken = amendment["taken"][0]
        check_enough(rule, people.officers, people.recused, [taken])
        barred = people.recused.get(taken, frozenset())
        crews[taken] = crews.pop(skipped)
        now[taken] = {}
        for name, crew in crews[taken].items():
            out = dict(replace(name, crew, people.officers[name], barred, loads, taken))
            now[taken][name] = [out.get(code, code) for code in crew]
            for code in crew:
                if code not in out:
                    loads[code] = loads.get(code, 0) + 1
    return now


def _as_dealt(
    staffing: Mapping[str, Any],
) -> tuple[dict[str, dict[str, list[str]]], dict[str, dict[str, list[str]]]]:
    """For every subject the crew dealt to it, and those who go once substitutes have stepped in."""
    if staffing["mode"] != TEAMS:
        crews = {
            subject: {name: list(codes) for name, codes in visit.items()}
            for subject, visit in staffing["visits"].items()
        }
    else:
        crews = {
            subject: {name: list(codes) for name, codes in team["officers"].items()}
            for team in staffing["teams"]
            for subject in team["subjects"]
        }
    now = {
        subject: {name: list(codes) for name, codes in crew.items()}
        for subject, crew in crews.items()
    }
    for subject, name, out, into in staffing.get("substitutes", ()):
        now[subject][name] = [into if code == out else code for code in now[subject][name]]
    return crews, now

"""The freeze: pool, exclusions, officers, recusals and rules become one hashed commit."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .bundle import VERIFIER, verifier_hash, verifier_source
from .canonical import (
    ZERO_HASH,
    canonical,
    read_table,
    sha256_hex,
    table_entry,
    timestamp,
    write_table,
)
from .commitments import SYSTEM_PARTY
from .errors import InputError
from .ids import check_code, check_text, normalise_id
from .quotas import quota_of, spread_total
from .rules import TEAMS, Rules
from .staffing import check_feasible

FORMAT = "dr-1"
TABLES = ("pool.tsv", "excluded.tsv", "officers.tsv", "recusals.tsv")
TOWNSHIPS = "townships.tsv"
RULES = "rules.json"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class PublicValue:
    """A value that does not exist yet at the freeze: its name, when it is due, and a fallback."""

    name: str
    due: datetime
    fallback: str

    def as_dict(self) -> dict[str, str]:
        """As the commit carries it."""
        return {"name": self.name, "due": timestamp(self.due), "fallback": self.fallback}


@dataclass(frozen=True)
class Frozen:
    """A frozen draw: the commit, its canonical bytes and hash, and the files it binds, by name.

    ``files``: the tables, rules.json, and the verify.py of the day, so that the bundle can be
    made with the same one later.
    """

    commit: Mapping[str, Any]
    canonical: bytes
    hash: str
    files: Mapping[str, bytes]

    @property
    def rules(self) -> dict[str, Any]:
        """Parsed rules.json."""
        parsed: dict[str, Any] = json.loads(self.files[RULES])
        return parsed

    @property
    def quotas(self) -> dict[str, int]:
        """Stratum code to the number to be selected."""
        return _quotas(self.commit["pool"]["strata"])

    def rows(self, name: str) -> Iterable[tuple[str, str]]:
        """The rows of one of the tables, in its order."""
        return read_table(self.files[name])


def freeze(
    *,
    draw: int,
    previous: str | None,
    occurrence: str,
    planned_at: datetime,
    level: int,
    pool: Iterable[tuple[str, str]],
    excluded: Iterable[tuple[str, str]],
    officers: Iterable[tuple[str, str]],
    recusals: Iterable[tuple[str, str]],
    rules: Rules,
    parties: Mapping[str, str],
    changed_since_filing: int,
    public: PublicValue | None = None,
    townships: Mapping[str, str] | None = None,
) -> Frozen:
    """Freeze a draw. Rows may come in any order; the same content gives the same bytes.

    ``draw``: its number, from 1. ``previous``: hash of the commit frozen just before in this
    installation, None for the first. ``pool``: (id, stratum). ``excluded``: (id, rule).
    ``officers``: (code, department). ``recusals``: (code, id); those of officers or subjects that
    take no part are left out. ``parties``: party code to commitment. ``townships``: id to township
    code for every candidate, for staffing by teams only. ``changed_since_filing``: directory
    entries that changed between the filing of the plan and the freeze.

    Raises InputError naming the field, and StaffingImpossible when some selection could not be
    staffed: such candidates must be excluded by name beforehand.
    """
    rules.check()
    if draw < 1 or changed_since_filing < 0:
        raise InputError("commit", "抽取编号应从 1 起，变动条数不能为负")
    check_text(occurrence, "occurrence")
    _check_parties(level, parties, public)
    if previous is not None and not _HASH.fullmatch(previous):
        raise InputError("previous", "上一次登记的哈希应为 64 个十六进制小写字符")

    pool_rows = [(normalise_id(id_, "pool.tsv"), stratum) for id_, stratum in pool]
    subjects = _unique("pool.tsv", (id_ for id_, _ in pool_rows))
    excluded_rows = [(normalise_id(id_, "excluded.tsv"), rule) for id_, rule in excluded]
    officer_rows = [(normalise_id(code, "officers.tsv"), dept) for code, dept in officers]
    people = _unique("officers.tsv", (code for code, _ in officer_rows))
    pairs = [
        (normalise_id(code, "recusals.tsv"), normalise_id(id_, "recusals.tsv"))
        for code, id_ in recusals
    ]
    recusal_rows = {pair for pair in pairs if pair[0] in people and pair[1] in subjects}
    _check_members("pool.tsv", (stratum for _, stratum in pool_rows), rules.strata)
    _check_members("excluded.tsv", (rule for _, rule in excluded_rows), rules.exclusions)
    _check_members("officers.tsv", (dept for _, dept in officer_rows), rules.staffing.departments)
    both = next((id_ for id_, _ in excluded_rows if id_ in subjects), None)
    if both is not None:
        raise InputError("excluded.tsv", f"“{both}” 既在抽取范围内又被排除")

    strata = _strata(rules, Counter(stratum for _, stratum in pool_rows))
    quotas = _quotas(strata)
    check_feasible(
        rules.staffing,
        officer_rows,
        recusal_rows,
        (id_ for id_, stratum in pool_rows if quotas[stratum]),
        sum(quotas.values()),
    )
    rows = (pool_rows, excluded_rows, officer_rows, recusal_rows)
    files = {name: write_table(name, table) for name, table in zip(TABLES, rows, strict=True)}
    bound = None
    if rules.staffing.mode == TEAMS:
        files[TOWNSHIPS] = _townships(townships or {}, subjects)
        bound = table_entry(files[TOWNSHIPS])
    files[RULES] = canonical(rules.as_dict(bound))
    files[VERIFIER] = verifier_source()
    commit = {
        "format": FORMAT,
        "draw": draw,
        "previous": previous or ZERO_HASH,
        "occurrence": occurrence,
        "planned_at": timestamp(planned_at),
        "level": level,
        "pool": {**table_entry(files["pool.tsv"]), "strata": strata},
        "excluded": table_entry(files["excluded.tsv"]),
        "officers": table_entry(files["officers.tsv"]),
        "recusals": table_entry(files["recusals.tsv"]),
        "rules": {"digest": sha256_hex(files[RULES])},
        "changed_since_filing": changed_since_filing,
        "parties": dict(parties),
        "public": public.as_dict() if public else None,
        "verifier": verifier_hash(),
    }
    return load(canonical(commit), files)


def load(commit: bytes, files: Mapping[str, bytes]) -> Frozen:
    """A frozen draw from what was stored of it; raises InputError when a file is not the one bound.

    ``commit``: its canonical bytes; ``files``: those of ``Frozen.files`` by name.
    """
    parsed = json.loads(commit)
    if canonical(parsed) != commit:
        raise InputError("commit", "不是规范形式的 JSON")
    bound = {name: parsed[name.removesuffix(".tsv")]["digest"] for name in TABLES}
    bound[RULES] = parsed["rules"]["digest"]
    bound[VERIFIER] = parsed["verifier"]
    if RULES in files:
        rules = json.loads(files[RULES])
        if rules["townships"]:
            bound[TOWNSHIPS] = rules["townships"]["digest"]
    for name, digest in bound.items():
        if name not in files or sha256_hex(files[name]) != digest:
            raise InputError(name, "文件缺失或与登记的摘要不符")
    return Frozen(parsed, commit, sha256_hex(commit), {name: files[name] for name in bound})


def _strata(rules: Rules, counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """``pool.strata`` of the commit; a total has been turned into quotas."""
    if rules.total is None:
        return {
            code: {"count": counts.get(code, 0), **rule.measure()}
            for code, rule in rules.strata.items()
        }
    shares = spread_total(
        rules.total,
        {code: (counts.get(code, 0), rule.bp or 0) for code, rule in rules.strata.items()},
    )
    return {code: {"count": counts.get(code, 0), "quota": shares[code]} for code in rules.strata}


def _quotas(strata: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    return {
        code: quota_of(entry["count"], bp=entry.get("bp"), quota=entry.get("quota"))
        for code, entry in strata.items()
    }


def _check_parties(level: int, parties: Mapping[str, str], public: PublicValue | None) -> None:
    for party, promise in parties.items():
        check_code(party, "parties")
        if not _HASH.fullmatch(promise):
            raise InputError("parties", f"{party} 的承诺应为 64 个十六进制小写字符")
    if level not in (0, 1, 2):
        raise InputError("level", "等级应为 0、1 或 2")
    if level == 0 and set(parties) != {SYSTEM_PARTY}:
        raise InputError("parties", f"0 级抽取只有一个参与方 {SYSTEM_PARTY}")
    if level > 0 and (len(parties) < 2 or SYSTEM_PARTY in parties):
        raise InputError("parties", "1 级和 2 级抽取至少需要两个参与方，且不含系统自身")
    if (level == 2) != (public is not None):
        raise InputError("public", "2 级抽取须约定一个公开数值，其他等级不得约定")
    if public is not None:
        check_text(public.name, "public")
        check_text(public.fallback, "public")


def _unique(name: str, values: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InputError(name, f"“{value}” 重复")
        seen.add(value)
    return seen


def _check_members(name: str, values: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise InputError(name, f"“{unknown[0]}” 未在规则中列出")


def _townships(townships: Mapping[str, str], subjects: set[str]) -> bytes:
    rows = {
        normalise_id(id_, TOWNSHIPS): check_code(code, TOWNSHIPS) for id_, code in townships.items()
    }
    missing = sorted(subjects - rows.keys())
    if missing:
        raise InputError(TOWNSHIPS, f"“{missing[0]}” 缺少乡镇（街道）代码")
    return write_table(TOWNSHIPS, ((id_, rows[id_]) for id_ in subjects))

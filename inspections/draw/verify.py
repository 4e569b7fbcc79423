#!/usr/bin/env python3
"""随机抽取验证程序（格式 dr-1）。

用法：python3 verify.py 抽取包.zip [--commit 登记哈希]

只需要 Python 3.9 以上版本的标准库，不联网，与抽取程序没有共用代码。逐项重新计算抽取结果，
最后一行给出“通过”或“不通过”及不符的字段；返回码 0 为通过，1 为不通过。
"""

# A second, independent implementation of docs/draw.md. It stops at the first field that fails.

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

Json = dict[str, Any]
Pairs = list[tuple[str, str]]
Test = Callable[[Any], bool]

TABLES = ("pool.tsv", "excluded.tsv", "officers.tsv", "recusals.tsv")
ALWAYS = {"certificate.json", "amendments.json", "verify.py"}
REASONS = {"deregistered", "moved_away", "not_found", "suspended", "under_case", "force_majeure"}
MAX_SIZE = 2 << 30
TIME = "[12][0-9]{3}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z"
CONTROL = "[\x00-\x1f\x7f-\x9f]"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Finding(NamedTuple):
    """One checked field, whether it holds, and a sentence about it."""

    field: str
    ok: bool
    text: str


class Refused(Exception):
    """A field that does not hold."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field
        self.text = text


def need(condition: bool, field: str, text: str) -> None:
    if not condition:
        raise Refused(field, text)


# --- shapes -------------------------------------------------------------------------------------


def is_int(value: Any, low: int = 0) -> bool:
    return type(value) is int and low <= value < 1 << 53


def is_positive(value: Any) -> bool:
    return is_int(value, 1)


def is_text(value: Any) -> bool:
    """Text that says something, without control characters, which could disturb a terminal."""
    return isinstance(value, str) and bool(value.strip()) and not re.search(CONTROL, value)


def is_hash(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_code(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[A-Za-z0-9._-]{1,64}", value) is not None


def is_id(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch("[A-Z0-9.-]{1,64}", value):
        return False
    if len(value) != 18 or not value.isalnum():
        return True
    if any(char not in ALPHABET for char in value):
        return False
    total = sum(ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(value[:17]))
    return ALPHABET[-total % 31] == value[17]


def is_time(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(TIME, value):
        return False
    try:
        moment(value)
    except ValueError:
        return False
    return True


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def or_null(test: Test) -> Test:
    return lambda value: value is None or test(value)


def equals(expected: Any) -> Test:
    return lambda value: bool(value == expected)


def is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def shape(value: Any, field: str, **tests: Test) -> None:
    """An object with exactly these members, each of which passes its test."""
    need(isinstance(value, dict), field, "应为对象")
    for name in sorted(set(value) - set(tests)):
        raise Refused(field + "." + name, "多出的字段")
    for name, test in tests.items():
        need(name in value, field + "." + name, "缺少字段")
        need(test(value[name]), field + "." + name, "格式不符")


def parse(data: bytes, field: str) -> Any:
    """JSON that is exactly its own canonical form."""

    def no_float(text: str) -> None:
        raise ValueError("float " + text)

    try:
        value = json.loads(data.decode("utf-8"), parse_float=no_float, parse_constant=no_float)
        again = canonical(value)
    except (ValueError, RecursionError) as error:
        raise Refused(field, "不是有效的 JSON") from error
    need(again == data, field, "不是规范形式（RFC 8785）的 JSON")
    return value


def canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- the draw -----------------------------------------------------------------------------------


class Verification:
    """Checks one bundle step by step; ``findings`` collects what was found."""

    def __init__(self, data: bytes, commit_hash: str | None) -> None:
        self.data = data
        self.expected = commit_hash
        self.findings: list[Finding] = []

    def run(self) -> None:
        try:
            self.steps()
        except Refused as refused:
            self.findings.append(Finding(refused.field, False, refused.text))

    def ok(self, field: str, text: str) -> None:
        self.findings.append(Finding(field, True, text))

    def steps(self) -> None:
        self.open()
        self.certificate = parse(self.files["certificate.json"], "certificate")
        need(is_dict(self.certificate), "certificate", "应为对象")
        if self.certificate.get("state") == "void":
            self.check_void()
            return
        self.check_certificate()
        self.check_commit()
        self.check_files(required=True)
        self.check_tables()
        self.check_rules()
        self.check_quotas()
        self.check_nonces()
        self.check_public()
        self.check_seed()
        self.check_selection()
        self.check_staffing()
        self.check_amendments()

    def open(self) -> None:
        self.files: dict[str, bytes] = {}
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                entries = archive.infolist()
                need(sum(e.file_size for e in entries) <= MAX_SIZE, "bundle", "抽取包过大")
                for entry in entries:
                    need(entry.filename not in self.files, entry.filename, "抽取包内文件重名")
                    plain = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                    need(plain, entry.filename, "抽取包只能不压缩或者用 deflate 压缩")
                    self.files[entry.filename] = archive.read(entry)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
            zlib.error,
        ) as error:
            raise Refused("bundle", "不是完好的 zip 文件") from error
        known = ALWAYS | set(TABLES) | {"rules.json", "townships.tsv"}
        for name in sorted(self.files):
            need(name in known, name, "抽取包内多出的文件")
        for name in sorted(ALWAYS):
            need(name in self.files, name, "抽取包内缺少文件")
        self.ok("bundle", f"抽取包完整，共 {len(self.files)} 个文件")

    def check_void(self) -> None:
        void = self.certificate
        tests: dict[str, Test] = {
            "commit": or_null(is_dict),
            "state": is_text,
            "reason": is_text,
            "party": or_null(is_code),
            "finished_at": is_time,
        }
        if void.get("commit") is None:
            tests["draw"] = is_positive
        shape(void, "certificate", **tests)
        need(self.files["amendments.json"] == b"[]", "amendments", "作废的抽取不能有补抽")
        if void["commit"] is None:
            need(self.expected is None, "commit", "该抽取在登记前作废，没有登记哈希")
            need(len(self.files) == len(ALWAYS), "bundle", "登记前作废的抽取不应附名单文件")
            self.ok("certificate", f"第 {void['draw']} 号抽取在登记前作废：{void['reason']}")
            return
        self.check_commit()
        party = void["party"]
        need(party is None or party in self.commit["parties"], "certificate.party", "不是参与方")
        self.check_files(required=len(self.files) > len(ALWAYS))
        self.ok("certificate", "抽取已作废：{}".format(void["reason"]))

    def check_certificate(self) -> None:
        shape(
            self.certificate,
            "certificate",
            commit=is_dict,
            state=equals("done"),
            frozen_at=is_time,
            finished_at=is_time,
            nonces=is_dict,
            public=or_null(is_text),
            fallback=is_bool,
            seed=is_hash,
            selected=is_dict,
            reserves=is_dict,
            staffing=is_dict,
        )
        self.ok("certificate", "证书格式正确，为规范形式")

    def check_commit(self) -> None:
        commit = self.commit = self.certificate["commit"]
        shape(
            commit,
            "commit",
            format=equals("dr-1"),
            draw=is_positive,
            previous=is_hash,
            occurrence=is_text,
            planned_at=is_time,
            level=lambda value: is_int(value) and value <= 2,
            pool=is_dict,
            excluded=is_dict,
            officers=is_dict,
            recusals=is_dict,
            rules=is_dict,
            changed_since_filing=is_int,
            parties=is_dict,
            public=or_null(is_dict),
            verifier=is_hash,
        )
        shape(commit["pool"], "commit.pool", digest=is_hash, count=is_int, strata=is_dict)
        for name in TABLES[1:]:
            name = name[:-4]
            shape(commit[name], "commit." + name, digest=is_hash, count=is_int)
        shape(commit["rules"], "commit.rules", digest=is_hash)
        for party, promise in commit["parties"].items():
            need(is_code(party) and is_hash(promise), "commit.parties", "参与方或承诺格式不符")
        parties, level = set(commit["parties"]), commit["level"]
        right = (
            parties == {"system"} if level == 0 else len(parties) > 1 and "system" not in parties
        )
        need(right, "commit.parties", f"参与方与 {level} 级抽取的要求不符")
        need((level == 2) == (commit["public"] is not None), "commit.public", "与等级不符")
        if level == 2:
            shape(commit["public"], "commit.public", name=is_text, due=is_time, fallback=is_text)
        self.canonical = canonical(commit)
        found = sha(self.canonical)
        need(
            self.expected in (None, found), "commit", f"登记哈希应为 {self.expected}，实为 {found}"
        )
        need(
            sha(self.files["verify.py"]) == commit["verifier"], "verify.py", "与登记的验证程序不同"
        )
        self.ok("commit", f"第 {commit['draw']} 号抽取，{level} 级，登记哈希 {found}")

    def check_files(self, required: bool) -> None:
        if not required:
            return
        digests = {name: self.commit[name[:-4]]["digest"] for name in TABLES}
        digests["rules.json"] = self.commit["rules"]["digest"]
        for name, digest in digests.items():
            need(name in self.files, name, "抽取包内缺少文件")
            need(sha(self.files[name]) == digest, name, "内容与登记的摘要不符")
        self.ok("files", "名单和规则文件与登记的摘要一致")

    def table(self, name: str, right: Test) -> Pairs:
        """Rows of a table whose lines ascend strictly."""
        rows: Pairs = []
        last = b""
        for number, line in enumerate(io.BytesIO(self.files[name]), 1):
            where = f"{name} 第 {number} 行"
            need(line > last, name, where + "重复或未按顺序排列")
            last = line
            try:
                cells = line.decode("ascii").split("\t")
            except UnicodeDecodeError as error:
                raise Refused(name, where + "含有不允许的字符") from error
            need(len(cells) == 2 and cells[1].endswith("\n"), name, where + "格式不符")
            need(is_id(cells[0]) and right(cells[1][:-1]), name, where + "编号或代码不符")
            rows.append((cells[0], cells[1][:-1]))
        return rows

    def check_tables(self) -> None:
        rows = {name: self.table(name, is_code) for name in TABLES[:3]}
        rows["recusals.tsv"] = self.table("recusals.tsv", is_id)
        for name, table in rows.items():
            count = self.commit[name[:-4]]["count"]
            need(len(table) == count, f"commit.{name[:-4]}.count", f"应为 {len(table)}")
        self.pool, self.excluded = rows["pool.tsv"], rows["excluded.tsv"]
        self.officers, self.recusals = rows["officers.tsv"], rows["recusals.tsv"]
        candidates, codes = dict(self.pool), dict(self.officers)
        need(len(candidates) == len(self.pool), "pool.tsv", "同一对象出现两次")
        need(len(codes) == len(self.officers), "officers.tsv", "同一执法人员出现两次")
        for id_, _ in self.excluded:
            need(id_ not in candidates, "excluded.tsv", id_ + " 既在抽取范围内又被排除")
        for code, id_ in self.recusals:
            known = code in codes and id_ in candidates
            need(known, "recusals.tsv", f"{code}、{id_} 不在名单内")
        counts = "、".join(f"{name} {len(table)} 行" for name, table in rows.items())
        self.ok("tables", f"{counts}，均有序且不重复")

    def check_rules(self) -> None:
        rules = self.rules = parse(self.files["rules.json"], "rules")
        shape(
            rules,
            "rules",
            plan=is_dict,
            strata=is_dict,
            total=or_null(is_int),
            caps=is_dict,
            exclusions=is_dict,
            staffing=is_dict,
            townships=or_null(is_dict),
        )
        shape(rules["plan"], "rules.plan", item=is_text, version=is_int)
        need(bool(rules["strata"]), "rules.strata", "至少应有一层")
        for code, rule in rules["strata"].items():
            field = "rules.strata." + code
            need(is_code(code) and is_dict(rule), field, "格式不符")
            measure = "bp" if "bp" in rule else "quota"
            shape(rule, field, **{measure: is_int, "source": is_text})
            need(rule.get("bp", 0) <= 10000, field, "比例超过万分之一万")
            need(rules["total"] is None or measure == "bp", field, "设了总数时各层只能填比例")
        for code, cap in rules["caps"].items():
            need(is_code(code) and is_int(cap), "rules.caps", "格式不符")
        for code, text in rules["exclusions"].items():
            need(is_code(code) and is_text(text), "rules.exclusions", "格式不符")
        staffing = rules["staffing"]
        shape(
            staffing,
            "rules.staffing",
            mode=lambda value: value in ("teams", "singly"),
            departments=lambda value: isinstance(value, list) and all(map(is_code, value)),
            size=lambda value: is_int(value, 2),
            teams_max=or_null(is_positive),
            visits_cap=or_null(is_positive),
        )
        departments, teams = staffing["departments"], staffing["mode"] == "teams"
        ascending = bool(departments) and sorted(set(departments)) == departments
        need(ascending, "rules.staffing.departments", "为空、重复或未排序")
        unused = "visits_cap" if teams else "teams_max"
        need(staffing[unused] is None, "rules.staffing." + unused, "与派员方式不符")
        for field, table, known in (
            ("pool.tsv", self.pool, rules["strata"]),
            ("excluded.tsv", self.excluded, rules["exclusions"]),
            ("officers.tsv", self.officers, departments),
        ):
            for id_, code in table:
                need(code in known, field, f"{id_} 的代码 {code} 未在规则中列出")
        need(teams == (rules["townships"] is not None), "rules.townships", "与派员方式不符")
        need(teams == ("townships.tsv" in self.files), "townships.tsv", "与派员方式不符")
        self.township: dict[str, str] = {}
        if teams:
            shape(rules["townships"], "rules.townships", digest=is_hash, count=is_int)
            same = sha(self.files["townships.tsv"]) == rules["townships"]["digest"]
            need(same, "townships.tsv", "内容与规则中的摘要不符")
            rows = self.table("townships.tsv", is_code)
            need(len(rows) == rules["townships"]["count"], "rules.townships.count", "与文件不符")
            self.township = dict(rows)
            complete = [id_ for id_, _ in rows] == sorted(id_ for id_, _ in self.pool)
            need(complete, "townships.tsv", "与抽取范围的对象不一致")
        self.ok("rules", "规则文件格式正确，与名单相符")

    def check_quotas(self) -> None:
        strata, rules = self.commit["pool"]["strata"], self.rules["strata"]
        need(set(strata) == set(rules), "commit.pool.strata", "与规则中的分层不一致")
        counts = dict.fromkeys(strata, 0)
        for _, stratum in self.pool:
            counts[stratum] += 1
        total = self.rules["total"]
        split = {} if total is None else share(total, counts, {c: rules[c]["bp"] for c in rules})
        self.quota: dict[str, int] = {}
        for code, entry in strata.items():
            field = "commit.pool.strata." + code
            measure = "bp" if total is None and "bp" in rules[code] else "quota"
            shape(entry, field, **{"count": is_int, measure: is_int})
            need(entry["count"] == counts[code], field + ".count", f"应为 {counts[code]}")
            stated = rules[code][measure] if total is None else split[code]
            need(entry[measure] == stated, field + "." + measure, f"按规则应为 {stated}")
            wanted = stated if measure == "quota" else (counts[code] * stated + 9999) // 10000
            self.quota[code] = min(wanted, counts[code])
        quotas = "、".join(f"{code} 层 {quota}" for code, quota in sorted(self.quota.items()))
        self.ok("quotas", f"各层应抽数量：{quotas}")

    def check_nonces(self) -> None:
        promises, nonces = self.commit["parties"], self.certificate["nonces"]
        need(set(nonces) == set(promises), "certificate.nonces", "与参与方不一致")
        for party, nonce in sorted(nonces.items()):
            field = "certificate.nonces." + party
            need(is_hash(nonce), field, "应为 64 个十六进制小写字符")
            parts = ("dr-nonce-v1", str(self.commit["draw"]), party, nonce)
            need(sha("\0".join(parts).encode()) == promises[party], field, "与事先提交的承诺不符")
        self.ok("nonces", f"{len(nonces)} 个参与方公开的随机数都与事先的承诺相符")

    def check_public(self) -> None:
        certificate, named = self.certificate, self.commit["public"]
        start, end = moment(certificate["frozen_at"]), moment(certificate["finished_at"])
        need(start <= end, "certificate.finished_at", "早于登记时间")
        value, fallback = certificate["public"], certificate["fallback"]
        if named is None:
            need(value is None, "certificate.public", "本次抽取没有约定公开数值")
            need(not fallback, "certificate.fallback", "本次抽取没有约定公开数值")
            return
        need(value is not None, "certificate.public", "缺少公开数值")
        need(value == " ".join(value.split()), "certificate.public", "空白未规范")
        due = moment(named["due"])
        need(start < due, "certificate.frozen_at", "登记时公开数值已到公布时间")
        early = end < due + timedelta(days=3 if fallback else 0)
        need(not early, "certificate.finished_at", "早于公开数值可以采用的时间")
        source = named["fallback"] if fallback else named["name"]
        self.ok("public", f"公开数值“{value}”取自“{source}”，请与其公布的数值核对")

    def check_seed(self) -> None:
        nonces = sorted(self.certificate["nonces"].items())
        lines = "".join("{}\t{}\n".format(*pair) for pair in nonces).encode()
        public = (self.certificate["public"] or "").encode()
        mixed = b"".join(hashlib.sha256(part).digest() for part in (self.canonical, lines, public))
        self.seed = hashlib.sha256(b"dr-seed-v1" + mixed).digest()
        need(
            self.seed.hex() == self.certificate["seed"],
            "certificate.seed",
            "应为 " + self.seed.hex(),
        )
        self.ok("seed", "种子由登记内容、各方随机数和公开数值算出，相符")

    def ticket(self, purpose: str, value: str) -> str:
        return sha(self.seed + (f"dr-ticket-v1{purpose}\0{value}").encode())

    def by_ticket(self, purpose: str, values: Iterable[str]) -> list[str]:
        return sorted(values, key=lambda value: (self.ticket(purpose, value), value))

    def check_selection(self) -> None:
        members: dict[str, Pairs] = {code: [] for code in self.quota}
        for id_, stratum in self.pool:
            members[stratum].append((self.ticket("subject", id_), id_))
        everyone: Pairs = []
        for name in ("selected", "reserves"):
            published = self.certificate[name]
            need(set(published) == set(members), "certificate." + name, "分层不一致")
        for code, pairs in sorted(members.items()):
            pairs.sort()
            quota = self.quota[code]
            end = quota + max(quota, 5)
            for name, part in (("selected", pairs[:quota]), ("reserves", pairs[quota:end])):
                right = [[id_, ticket] for ticket, id_ in part]
                field = f"certificate.{name}.{code}"
                need(self.certificate[name][code] == right, field, "与重新抽取的结果不一致")
            everyone += pairs[:quota]
        self.subjects = [id_ for _, id_ in sorted(everyone)]
        self.ok("selected", f"重新抽取：选中 {len(self.subjects)} 个对象及其候补，完全一致")

    # --- staffing ---

    def check_staffing(self) -> None:
        rule, field = self.rules["staffing"], "certificate.staffing"
        published = self.certificate["staffing"]
        need(published.get("mode") == rule["mode"], field + ".mode", "与规则不一致")
        self.barred: dict[str, set[str]] = {}
        for code, id_ in self.recusals:
            self.barred.setdefault(id_, set()).add(code)
        self.staff: dict[str, list[str]] = {}
        for name in rule["departments"]:
            codes = [code for code, department in self.officers if department == name]
            self.staff[name] = self.by_ticket("officer/" + name, codes)
        for id_ in self.subjects:
            for codes in self.staff.values():
                able = [code for code in codes if code not in self.barred.get(id_, ())]
                need(len(able) >= rule["size"], field, id_ + " 没有足够的执法人员可派")
        if rule["mode"] == "teams":
            right, visits = Teams(self).result()
        else:
            right, visits = self.singly()
        for part in sorted(set(right) | set(published)):
            same = part in right and part in published
            same = same and canonical(right[part]) == canonical(published[part])
            need(same, field + "." + part, "与重新派员的结果不一致")
        for id_, visit in visits.items():
            for name, codes in visit.items():
                sent = set(codes) & set(self.staff[name]) - self.barred.get(id_, set())
                need(len(sent) >= rule["size"], field, f"{id_}：{name} 派员不足或应回避")
        need(len(visits) == len(self.subjects), field, "有对象未派员")
        self.ok("staffing", "重新派员：完全一致，人数与回避均符合要求")

    def singly(self) -> tuple[Json, Json]:
        visits: Json = {id_: {} for id_ in self.subjects}
        for name, codes in self.staff.items():
            for id_, places in self.even_out(codes).items():
                visits[id_][name] = [codes[place] for place in sorted(places)]
        return {"mode": "singly", "visits": visits}, visits

    def even_out(self, codes: list[str]) -> dict[str, set[int]]:
        """Officers (by place in ``codes``) of every subject, by alternating paths."""
        size, cap = self.rules["staffing"]["size"], self.rules["staffing"]["visits_cap"]
        on: dict[str, set[int]] = {id_: set() for id_ in self.subjects}
        turn = {id_: i for i, id_ in enumerate(self.subjects)}
        has: list[set[str]] = [set() for _ in codes]
        levels = {0: len(codes)}
        for id_ in self.subjects:
            for _ in range(size):
                least = min(levels)
                came: dict[int, tuple[str, int | None]] = {}
                line: list[tuple[str, int | None]] = [(id_, None)]
                queued = {id_}
                best: int | None = None
                for gainer, loses in line:
                    barred = self.barred.get(gainer, ())
                    for place, code in enumerate(codes):
                        if place in came or place in on[gainer] or code in barred:
                            continue
                        came[place] = (gainer, loses)
                        if best is None or len(has[place]) < len(has[best]):
                            best = place
                            if len(has[place]) == least:
                                break
                        for other in sorted(has[place] - queued, key=turn.__getitem__):
                            queued.add(other)
                            line.append((other, place))
                    if best is not None and len(has[best]) == least:
                        break
                full = best is None or len(has[best]) == cap
                need(not full, "certificate.staffing", "按规则无法派足人员")
                assert best is not None
                levels[len(has[best]) + 1] = levels.get(len(has[best]) + 1, 0) + 1
                levels[len(has[best])] -= 1
                if not levels[len(has[best])]:
                    del levels[len(has[best])]
                place_: int | None = best
                while place_ is not None:
                    gainer, loses = came[place_]
                    if loses is not None:
                        has[loses].discard(gainer)
                        on[gainer].discard(loses)
                    has[place_].add(gainer)
                    on[gainer].add(place_)
                    place_ = loses
        return on

    # --- amendments ---

    def check_amendments(self) -> None:
        amendments = parse(self.files["amendments.json"], "amendments")
        need(isinstance(amendments, list), "amendments", "应为列表")
        certificate = sha(self.files["certificate.json"])
        previous, at = certificate, self.certificate["finished_at"]
        standing = {c: {id_ for id_, _ in p} for c, p in self.certificate["selected"].items()}
        waiting = {code: list(pairs) for code, pairs in self.certificate["reserves"].items()}
        for number, one in enumerate(amendments):
            field = f"amendments[{number}]"
            shape(
                one,
                field,
                certificate=equals(certificate),
                previous=equals(previous),
                skipped=lambda value: isinstance(value, list) and len(value) == 2,
                reason=lambda value: isinstance(value, str) and value in REASONS,
                evidence=is_hash,
                by=is_text,
                second=is_text,
                taken=or_null(lambda value: isinstance(value, list)),
                at=is_time,
            )
            code, skipped = one["skipped"]
            stands = (
                is_code(code) and isinstance(skipped, str) and skipped in standing.get(code, ())
            )
            need(stands, field + ".skipped", "不是该层当前的检查对象")
            need(one["by"] != one["second"], field + ".second", "须由两名不同的人员办理")
            need(one["at"] >= at, field + ".at", "早于上一步")
            right = waiting[code].pop(0) if waiting[code] else None
            need(one["taken"] == right, field + ".taken", "应为该层下一个候补")
            exhausted = len(self.certificate["reserves"][code]) < max(self.quota[code], 5)
            need(right is not None or exhausted, field + ".taken", "候补用完而该层尚有对象")
            standing[code].remove(skipped)
            if right is not None:
                standing[code].add(right[0])
            previous, at = sha(canonical(one)), one["at"]
        self.ok("amendments", f"补抽 {len(amendments)} 次，环环相接")


class Teams:
    """Staffing by teams, computed anew: dealing, moving, substituting."""

    def __init__(self, draw: Verification) -> None:
        self.draw = draw
        self.subjects, self.staff = draw.subjects, draw.staff
        rule = draw.rules["staffing"]
        self.size = rule["size"]
        limits = [len(codes) // self.size for codes in self.staff.values()]
        limits.append(len(self.subjects))
        if rule["teams_max"]:
            limits.append(rule["teams_max"])
        self.number = min(limits)

    def result(self) -> tuple[Json, Json]:
        """The staffing, and who visits whom by department."""
        number = self.number
        if not number:
            return {"mode": "teams", "teams": [], "substitutes": []}, {}
        self.crews: list[dict[str, list[str]]] = [{} for _ in range(number)]
        for name, codes in self.staff.items():
            for team, crew in enumerate(self.crews):
                crew[name] = [codes[team + turn * number] for turn in range(self.size)]
        named = self.draw.by_ticket("bundle", [str(team + 1) for team in range(number)])
        self.order = [int(name) - 1 for name in named]
        self.short = len(self.subjects) // number
        self.long_bundles = len(self.subjects) - self.short * number
        route = sorted(self.subjects, key=lambda id_: self.draw.township[id_])
        self.team: dict[str, int] = {}
        rest = list(route)
        for turn, team in enumerate(self.order):
            length = self.short + (1 if turn < self.long_bundles else 0)
            for id_ in rest[:length]:
                self.team[id_] = team
            rest = rest[length:]
        stuck = [id_ for id_ in self.subjects if self.recused(id_, self.team[id_])]
        for id_ in stuck:
            del self.team[id_]
        left = [id_ for id_ in stuck if not self.move_in(id_)]
        for id_ in left:
            free = [team for team in self.order if self.has_room(team)]
            self.team[id_] = min(free, key=lambda team: self.recused(id_, team))
        teams = [
            {
                "team": team + 1,
                "officers": self.crews[team],
                "subjects": [id_ for id_ in route if self.team[id_] == team],
            }
            for team in range(number)
        ]
        visits = {i: {n: list(c) for n, c in self.crews[self.team[i]].items()} for i in route}
        substitutes = self.substitute(left, visits)
        return {"mode": "teams", "teams": teams, "substitutes": substitutes}, visits

    def recused(self, id_: str, team: int) -> int:
        barred = self.draw.barred.get(id_, ())
        return sum(code in barred for codes in self.crews[team].values() for code in codes)

    def held(self, team: int) -> list[str]:
        return [id_ for id_ in self.subjects if self.team.get(id_) == team]

    def has_room(self, team: int) -> bool:
        sizes = [0] * self.number
        for other in self.team.values():
            sizes[other] += 1
        longer = sum(1 for size in sizes if size > self.short)
        limit: int = self.short + (1 if longer < self.long_bundles else 0)
        return sizes[team] < limit

    def move_in(self, id_: str) -> bool:
        """Shortest chain of moves that ends in a team with room."""
        chains: dict[int, list[tuple[str, int]]] = {}
        line: list[int] = []

        def reach(team: int, chain: list[tuple[str, int]]) -> None:
            if team not in chains:
                chains[team] = chain
                line.append(team)

        for team in self.order:
            if not self.recused(id_, team):
                reach(team, [(id_, team)])
        for team in line:
            if self.has_room(team):
                self.team.update(chains[team])
                return True
            members = self.held(team)
            if len(members) == self.short:
                for other in self.order:
                    if len(self.held(other)) > self.short:
                        reach(other, chains[team])
            for member in members:
                for other in self.order:
                    if not self.recused(member, other):
                        reach(other, [*chains[team], (member, other)])
        return False

    def substitute(self, left: list[str], visits: Json) -> list[list[str]]:
        """Replace recused officers on the subjects left over; changes ``visits`` as well."""
        load: dict[str, int] = {}
        for team, crew in enumerate(self.crews):
            for codes in crew.values():
                load.update(dict.fromkeys(codes, len(self.held(team))))
        swaps = []
        for id_ in left:
            barred = self.draw.barred[id_]
            for name, codes in sorted(self.crews[self.team[id_]].items()):
                for out in [code for code in codes if code in barred]:
                    busy = set(codes) | barred | set(visits[id_][name])
                    able = [code for code in self.staff[name] if code not in busy]
                    into = min(able, key=lambda code: load.get(code, 0))
                    load[into] = load.get(into, 0) + 1
                    visits[id_][name][visits[id_][name].index(out)] = into
                    swaps.append([id_, name, out, into])
        return swaps


def share(total: int, counts: dict[str, int], bp: dict[str, int]) -> dict[str, int]:
    """Largest remainder over count·bp; a stratum never gets more than its count."""
    result = dict.fromkeys(counts, 0)
    open_ = {code for code in counts if counts[code] * bp[code] > 0}
    while open_:
        weight = sum(counts[code] * bp[code] for code in open_)
        over = {code for code in open_ if total * bp[code] > weight}
        if not over:
            break
        for code in over:
            result[code] = counts[code]
            total -= counts[code]
        open_ -= over
    if not open_:
        return result
    rest = {}
    for code in open_:
        result[code] = total * counts[code] * bp[code] // weight
        rest[code] = total * counts[code] * bp[code] - result[code] * weight
    missing = total - sum(result[code] for code in open_)
    for code in sorted(open_, key=lambda code: (-rest[code], code))[:missing]:
        result[code] += 1
    return result


def verify_bundle(data: bytes, commit_hash: str | None = None) -> list[Finding]:
    """Check the bytes of a bundle, optionally against the published hash of its commit.

    Returns what was found in order; the bundle holds when every finding is ok. Checking stops at
    the first that is not.
    """
    verification = Verification(data, commit_hash)
    verification.run()
    return verification.findings


def main() -> int:
    parser = argparse.ArgumentParser(description="验证随机抽取包（格式 dr-1）")
    parser.add_argument("bundle", help="抽取包 zip 文件")
    parser.add_argument("--commit", help="登记时公布的哈希（64 个十六进制字符）")
    arguments = parser.parse_args()
    try:
        with open(arguments.bundle, "rb") as file:
            data = file.read()
    except OSError as error:
        print(f"不通过：bundle：文件无法读取（{error.strerror}）")
        return 1
    findings = verify_bundle(data, arguments.commit and arguments.commit.strip().lower())
    for number, finding in enumerate(findings, 1):
        mark = "符合" if finding.ok else "不符"
        print(f"{number:2}. [{mark}] {finding.field}：{finding.text}")
    failed = [finding for finding in findings if not finding.ok]
    if failed:
        print(f"不通过：{failed[0].field}：{failed[0].text}")
        return 1
    if not arguments.commit:
        print("提示：未用 --commit 核对登记时公布的哈希")
    print("通过")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the pages of a draw show, made from its row, its certificate and the two directories."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from credit.models import Subject
from inspections.acts.draws import all_committed
from inspections.models import Draw, DrawAssignment, DrawCode, DrawParty, DrawSelected, PlanItem
from records.excel import Column, Sheet, kinds

RESULT_SHEET = Sheet(
    title="抽取结果",
    columns=(
        Column("grade", "等级", kinds.text(10), width=8),
        Column("position", "名次", kinds.integer(), width=8),
        Column("kind", "结果", kinds.text(10), width=8),
        Column("ticket", "抽签值", kinds.text(64), width=66),
        Column("identifier", "标识", kinds.text(40), width=22),
        Column("name", "监管对象", kinds.text(120), width=40),
        Column("township", "乡镇街道", kinds.text(60), width=14),
        Column("team", "组号", kinds.integer(), width=8),
        Column("officers", "执法人员", kinds.text(2000), width=60),
    ),
)
GRADES = dict(Subject.Grade.choices) | {"N": "未评级"}
_S = Draw.State


@dataclass(frozen=True)
class Step:
    """A step of the course, as ``{% steps %}`` draws it."""

    label: str
    state: str
    note: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Stratum:
    """One grade of the pool: how many there are, the ratio and its source, how many are drawn."""

    code: str
    label: str
    count: int
    ratio: str
    source: str
    quota: int


@dataclass(frozen=True)
class Reason:
    """A reason for exclusion and how many it kept out."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Ticket:
    """One drawn subject; ``code`` stands in the certificate instead of a masked one.

    ``officers`` are named where they are not simply those of the team.
    """

    position: int
    subject: Subject
    code: str
    ticket: str
    team: int | None
    officers: list[str]


@dataclass(frozen=True)
class Drawn:
    """One stratum after the draw."""

    code: str
    label: str
    chosen: list[Ticket]
    reserves: list[Ticket]
    chosen_total: int
    reserves_total: int


@dataclass
class Team:
    """A team with its officers by department and how many subjects it was dealt."""

    number: int
    officers: list[tuple[str, list[str]]] = field(default_factory=list)
    townships: list[str] = field(default_factory=list)
    subjects: int = 0


def course(draw: Draw) -> list[Step]:
    """公告→承诺→冻结→揭示→抽取→派人→封存， with where the draw stands."""
    parties = list(draw.parties.all())
    committed = sum(bool(p.commitment) for p in parties)
    revealed = sum(bool(p.nonce) for p in parties)
    done = draw.state == _S.DONE
    alone = draw.level == PlanItem.Level.SYSTEM
    frozen = draw.frozen_at is not None
    marks = [True, committed == len(parties), frozen, frozen and revealed == len(parties)]
    marks += [done] * 3
    notes = [
        f"第 {draw.number} 号",
        "系统随机数" if alone else f"{committed}/{len(parties)} 方",
        f"候选 {draw.counts['pool']} 户" if frozen else "",
        "系统随机数" if alone else f"{revealed}/{len(parties)} 方" if frozen else "",
        "",
        "",
        "",
    ]
    times = [draw.announced_at, None, draw.frozen_at, None, None, None, draw.finished_at]
    current = marks.index(False) if False in marks else len(marks)
    labels = ("公告", "承诺", "冻结", "揭示", "抽取", "派人", "封存")
    steps = []
    for place, (label, mark, note, at) in enumerate(zip(labels, marks, notes, times, strict=True)):
        state = "done" if mark else "todo"
        if place == current:
            state = "failed" if draw.state == _S.VOID else "current"
        shown = at if mark else None
        steps.append(Step(label, state, "已作废" if state == "failed" else note, shown))
    return steps


def strata(counts: dict[str, dict[str, Any]]) -> list[Stratum]:
    """The strata that hold somebody or have a ratio, by grade."""
    return [
        Stratum(
            code,
            GRADES.get(code, code),
            row["count"],
            f"{row['bp'] / 100:g}%",
            row["source"],
            row["quota"],
        )
        for code, row in sorted(counts.items())
        if row["count"] or code != "N"
    ]


def reasons(counts: dict[str, int], labels: dict[str, str]) -> list[Reason]:
    """Exclusions by reason, the most frequent first."""
    rows = [Reason(code, labels.get(code, code), count) for code, count in counts.items()]
    return sorted(rows, key=lambda row: (-row.count, row.code))


def exclusion_labels(draw: Draw) -> dict[str, str]:
    """The texts of the exclusion rules as they were frozen."""
    labels: dict[str, str] = json.loads(draw.rules_json)["exclusions"] if draw.rules_json else {}
    return labels


def awaited(draw: Draw) -> str:
    """Of whom the draw waits, in one sentence."""
    parties: list[DrawParty] = list(draw.parties.all())
    if draw.state == _S.DONE:
        return "抽取已完成，证书已封存。"
    if draw.state == _S.VOID:
        return f"本次抽取已作废：{draw.void_reason}"
    if draw.state == _S.FROZEN:
        names = "、".join(str(p.department) for p in parties if not p.nonce)
        return f"等待{names}揭示随机数。" if names else "正在抽取。"
    names = "、".join(str(p.department) for p in parties if not p.commitment)
    if names:
        return f"等待{names}提交承诺。"
    if draw.item.draw_mode == PlanItem.DrawMode.SCHEDULED:
        return "各方均已承诺，到计划时间自动冻结。"
    return f"各方均已承诺，等待{draw.item.lead}冻结名单。"


def stage(draw: Draw) -> str:
    """A word that changes whenever somebody's screen must show other acts."""
    return "ready" if draw.state == _S.ANNOUNCED and all_committed(draw) else draw.state


def progress(draw: Draw) -> str:
    """A word that changes whenever anything on the page does."""
    parties = list(draw.parties.all())
    committed = sum(bool(p.commitment) for p in parties)
    revealed = sum(bool(p.nonce) for p in parties)
    return f"{stage(draw)}-{committed}-{revealed}"


def is_over(draw: Draw) -> bool:
    """Whether nothing will change any more."""
    return draw.state in (_S.DONE, _S.VOID)


def results(draw: Draw, most: int | None = None) -> list[Drawn]:
    """The tickets by stratum, chosen and reserves, each with its team and officers.

    ``most`` keeps the first so many of either in each stratum, for the screen.
    """
    totals = {
        row["stratum"]: row
        for row in draw.selected.order_by()
        .values("stratum")
        .annotate(
            chosen=Count("pk", filter=Q(is_reserve=False)),
            reserves=Count("pk", filter=Q(is_reserve=True)),
        )
    }
    selected = draw.selected.select_related("subject__township").order_by("stratum", "position")
    if most is not None:
        wanted = Q(is_reserve=False, position__lte=most)
        for stratum, row in totals.items():
            last = row["chosen"] + most
            wanted |= Q(is_reserve=True, stratum=stratum, position__lte=last)
        selected = selected.filter(wanted)
    rows = list(selected)
    codes = dict(
        DrawCode.objects.filter(
            draw=draw, subject__in=[row.subject_id for row in rows]
        ).values_list("subject_id", "code")
    )
    officers: dict[int, list[str]] = {}
    staffing = json.loads(draw.certificate)["staffing"]
    swapped = {swap[0] for swap in staffing.get("substitutes", ())}
    by_team = "teams" in staffing
    assigned = DrawAssignment.objects.filter(selected__in=[row.pk for row in rows]).select_related(
        "inspector"
    )
    for one in assigned.order_by("inspector__department_id", "pk"):
        officers.setdefault(one.selected_id, []).append(one.inspector.name)
    found: dict[str, Drawn] = {}
    for row in rows:
        drawn = found.setdefault(
            row.stratum,
            Drawn(
                row.stratum,
                GRADES.get(row.stratum, row.stratum),
                [],
                [],
                totals[row.stratum]["chosen"],
                totals[row.stratum]["reserves"],
            ),
        )
        ticket = Ticket(
            row.position,
            row.subject,
            codes.get(row.subject_id, ""),
            row.ticket,
            row.team,
            officers.get(row.pk, [])
            if not by_team or codes.get(row.subject_id, row.subject.identifier) in swapped
            else [],
        )
        (drawn.reserves if row.is_reserve else drawn.chosen).append(ticket)
    return list(found.values())


def result_rows(draw: Draw) -> Iterator[dict[str, Any]]:
    """The whole result as rows of ``RESULT_SHEET``: the chosen of each grade, then its reserves."""
    officers: dict[int, list[str]] = {}
    assigned = DrawAssignment.objects.filter(selected__draw=draw).select_related(
        "inspector__department"
    )
    for one in assigned.order_by("inspector__department_id", "pk"):
        words = f"{one.inspector.name}（{one.inspector.department}）"
        officers.setdefault(one.selected_id, []).append(words)
    for row in draw.selected.select_related("subject__township").order_by("stratum", "position"):
        yield {
            "grade": row.stratum,
            "position": row.position,
            "kind": "候补" if row.is_reserve else "抽中",
            "ticket": row.ticket,
            "identifier": row.subject.shown_identifier,
            "name": row.subject.shown_name,
            "township": row.subject.township.name if row.subject.township else "",
            "team": row.team,
            "officers": "、".join(officers.get(row.pk, ())),
        }


def teams(draw: Draw) -> list[Team]:
    """The teams as dealt, by number; empty when officers were assigned singly."""
    if not draw.certificate:
        return []
    staffing = json.loads(draw.certificate).get("staffing", {})
    coded = DrawCode.objects.filter(draw=draw).exclude(inspector=None)
    people = {
        code.code: code.inspector
        for code in coded.select_related("inspector__department")
        if code.inspector
    }
    places: dict[int, list[str]] = {}
    chosen = DrawSelected.objects.filter(draw=draw, is_reserve=False).select_related(
        "subject__township"
    )
    for row in chosen:
        if row.team is not None and row.subject.township is not None:
            places.setdefault(row.team, []).append(row.subject.township.name)
    found = []
    for content in staffing.get("teams", ()):
        team = Team(content["team"], subjects=len(content["subjects"]))
        team.townships = list(dict.fromkeys(places.get(team.number, [])))
        for codes in content["officers"].values():
            inspectors = [people[code] for code in codes]
            team.officers.append(
                (str(inspectors[0].department), [inspector.name for inspector in inspectors])
            )
        found.append(team)
    return found


def table_rows(text: str, right: str = "") -> list[tuple[str, str]]:
    """The rows of a stored table, narrowed to a value of the second column."""
    rows = (tuple(line.split("\t")) for line in text.splitlines())
    return [(row[0], row[1]) for row in rows if not right or row[1] == right]


def subjects_by_id(draw: Draw, ids: Iterable[str]) -> dict[str, Subject]:
    """The subjects behind ids of a draw, as staff may see them."""
    wanted = list(ids)
    coded = DrawCode.objects.filter(draw=draw, code__in=wanted).exclude(subject=None)
    found = {
        code.code: code.subject
        for code in coded.select_related("subject__township")
        if code.subject
    }
    openly = Subject.objects.filter(
        region__code__startswith=draw.region_code,
        identifier__in=[id_ for id_ in wanted if id_ not in found],
    ).select_related("township")
    return {subject.identifier: subject for subject in openly} | found


@dataclass(frozen=True)
class Proof:
    """One step's sentence and the exact bytes behind it, each with its hash where it has one."""

    label: str
    proves: str
    folds: list[tuple[str, str, str]]


_LONG = 60_000
"""Longer texts are not put on the page; they are in the bundle."""


def proofs(draw: Draw) -> list[Proof]:
    """For each step one sentence on what it proves, and the bytes it rests on."""
    parties = list(draw.parties.all())
    commitments = "".join(f"{p.code}\t{p.commitment}\n" for p in parties if p.commitment)
    found = [
        Proof("公告", "编号连续、一个场次只抽一次：从这一刻起，抽取不能悄悄重来。", []),
        Proof(
            "承诺",
            "各方先交出随机数的指纹：谁也看不到别人的数，谁也不能再改自己的数。",
            [("各方承诺", commitments, "")],
        ),
    ]
    if draw.commit:
        tables = (
            ("候选名单 pool.tsv", draw.pool_tsv),
            ("排除名单 excluded.tsv", draw.excluded_tsv),
            ("人员名单 officers.tsv", draw.officers_tsv),
            ("回避名单 recusals.tsv", draw.recusals_tsv),
        )
        content = json.loads(draw.commit)
        digests = [content[n]["digest"] for n in ("pool", "excluded", "officers", "recusals")]
        folds = [("冻结承诺", draw.commit, draw.commit_hash)]
        folds.append(("规则 rules.json", draw.rules_json, content["rules"]["digest"]))
        folds += [
            (label, text, digest)
            for (label, text), digest in zip(tables, digests, strict=True)
            if len(text) <= _LONG
        ]
        found.append(
            Proof(
                "冻结",
                "名单、人员和规则一并定住，哈希立即公布并送出：此后改动一个字都会被发现。",
                folds,
            )
        )
    if draw.frozen_at and any(p.nonce for p in parties):
        nonces = "".join(f"{p.code}\t{p.nonce}\n" for p in parties if p.nonce)
        found.append(
            Proof(
                "揭示",
                "揭示的随机数逐一与承诺核对：种子由全体参与方共同决定，任何一方都不能单独左右。",
                [("各方随机数", nonces, "")],
            )
        )
    if draw.state == _S.DONE:
        certificate = json.loads(draw.certificate)
        found += [
            Proof(
                "抽取",
                "每个对象的抽签值由种子算出，从小到大取满名额，其后为候补：任何人都能重算。",
                [
                    ("种子", draw.seed, ""),
                    (
                        "抽签值算法",
                        'SHA-256（种子 ‖ "dr-ticket-v1" ‖ "subject" ‖ 00 ‖ 对象标识）',
                        "",
                    ),
                ],
            ),
            Proof(
                "派人",
                "执法人员同样按抽签值编组，乡镇相近的对象归为一包随机分到组；"
                "回避和每部门至少两人全部满足。",
                [("派人结果", certificate["staffing"], "")],
            ),
            Proof(
                "封存",
                "全过程写成证书并取哈希，与验证程序一起公布：多年以后任何人仍可验证。",
                [("抽取证书", draw.certificate, draw.certificate_hash)],
            ),
        ]
    return found

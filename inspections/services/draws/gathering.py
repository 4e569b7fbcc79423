"""Who stands in a draw: candidates, exclusions with their reasons, officers, recusals, rules.

Reads the two directories as they are now. The start page shows the result as an estimate, the
freeze makes it final; both by the same code.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from credit.models import Subject, SubjectChange, SupervisionPolicy
from credit.rules import triggers
from credit.selectors.grades import graded
from credit.selectors.whitelist import exempt
from departments.models import Department
from departments.profile import number
from inspections import draw as dr
from inspections.models import (
    Draw,
    DrawCode,
    DrawSelected,
    Inspector,
    JointTask,
    PlanItem,
    PlanItemPart,
    Recusal,
)
from inspections.rules import RATIO_BY_GRADE, YEARLY_FREQUENCY
from inspections.services.draws.codes import OFFICER, SUBJECT, code_of
from inspections.services.terms import Term, terms_of
from inspections.services.yearly_visits import (
    VISITED_SUBJECT,
    VisitCap,
    cap_of,
    yearly_visits,
)
from matters.models import SubjectCategory
from records import clock
from records.errors import Refused

UNGRADED = "N"
"""Stratum of subjects without a grade; only full coverage visits them."""

EXCLUSIONS: dict[str, str] = {
    Subject.Status.CLOSED: "已停业",
    Subject.Status.DEREGISTERED: "已注销",
    Subject.Status.REVOKED: "已吊销",
    Subject.Status.MOVED: "已迁出本地区",
    Subject.Status.MERGED: "重复录入，已并入其他对象",
    "frequency": "本年度同一检查事项已按上限抽查（淮政办〔2025〕1号（八））",
    "visits": "本年度对其检查次数已达上限",
    "trigger": f"新兴产业低风险企业，本事项实行触发式监管（{triggers.SOURCE}）",
    "ungraded": "没有信用风险等级，不能按等级抽取",
    "white_list": "白名单企业，期限内不参加日常抽取",
    "recusal": "回避后有部门派不足执法人员，另行安排检查",
}
_FULL = 10_000
_MASKED = {
    kind for kind in SubjectCategory.IdKind.values if Subject(id_kind=kind).is_natural_person
}


@dataclass(frozen=True)
class Gathered:
    """Everything a freeze needs besides number, chain and parties.

    Rows are as ``inspections.draw.freeze`` takes them. ``codes`` are unsaved. ``counts`` is what
    pages show: directory, officers by department, changes since filing. ``left_out`` counts the
    excluded by stratum and rule.
    """

    pool: list[tuple[str, str]]
    excluded: list[tuple[str, str]]
    officers: list[tuple[str, str]]
    recusals: list[tuple[str, str]]
    townships: dict[str, str]
    rules: dr.Rules
    codes: list[DrawCode]
    counts: dict[str, Any]
    left_out: Counter[tuple[str, str]]

    @property
    def changed(self) -> int:
        """Directory entries changed or added since the plan item was filed."""
        total: int = self.counts["changes"]["total"]
        return total


@dataclass(frozen=True)
class _Candidate:
    pk: int
    id: str
    stratum: str
    township: str


def department_code(pk: int) -> str:
    """The code of a department in the tables of a draw."""
    return f"D{pk}"


def subjects_of(item: PlanItem) -> QuerySet[Subject]:
    """The directory of a plan item: all subjects of its categories in its region."""
    return Subject.objects.filter(
        region__code__startswith=item.region_code, categories__overlap=item.categories
    )


def sending_parts(item: PlanItem) -> list[PlanItemPart]:
    """The parts whose departments send officers this time."""
    parts = item.parts.filter(sends_inspectors=True).exclude(state=PlanItemPart.State.DECLINED)
    return list(parts.select_related("department").order_by("department_id"))


@dataclass(frozen=True)
class _Limits:
    """What holds for the item by grade, the cap on visits, and who is on the white list."""

    terms: dict[str, Term]
    cap: VisitCap
    white_list: frozenset[int]


def gather(
    item: PlanItem,
    key: str,
    *,
    now: dt.datetime | None = None,
    policy: SupervisionPolicy | None = None,
) -> Gathered:
    """Read the directories for a draw of ``item`` whose codes are derived from ``key``; as if
    ``policy`` were in force where it is given.

    Raises ``Refused`` when no department sends officers.
    """
    day = timezone.localtime(now or clock.now()).date()
    departments = [part.department for part in sending_parts(item)]
    if not departments:
        raise Refused("计划项目没有派出执法人员的部门，不能抽取。")
    white_list = frozenset(exempt(item.region_code, item.matter_version.matter_id, day))
    limits = _Limits(terms_of(item, policy=policy), cap_of(item.region_code), white_list)
    ids, codes, candidates, excluded, left_out = _directory(item, key, departments, limits)
    officers, limited, officer_codes = _officers(
        departments, day, key, {one.township for one in candidates}
    )
    recusals = _recusals(officer_codes, ids)
    rules = _rules(item, departments, limits)
    staff = _officer_counts(departments, officers, limited)
    barred: dict[str, str] = {}
    if all(row["able"] >= item.officers_per_visit for row in staff):
        # Otherwise nobody at all can be visited, and the freeze says so instead.
        barred = dr.unstaffable(rules.staffing, officers, recusals, [one.id for one in candidates])
    excluded += [(id_, "recusal") for id_ in barred]
    left_out.update((one.stratum, "recusal") for one in candidates if one.id in barred)
    pool = [one for one in candidates if one.id not in barred]
    return Gathered(
        pool=[(one.id, one.stratum) for one in pool],
        excluded=excluded,
        officers=officers,
        recusals=recusals,
        townships={one.id: one.township for one in pool},
        rules=rules,
        codes=[DrawCode(code=c, inspector_id=pk) for pk, c in officer_codes.items()] + codes,
        counts={
            "directory": len(ids),
            "excluded": dict(Counter(rule for _, rule in excluded)),
            "officers": staff,
            "recusals": len(recusals),
            "changes": _changes(item),
        },
        left_out=left_out,
    )


def _directory(
    item: PlanItem, key: str, departments: list[Department], limits: _Limits
) -> tuple[
    dict[int, str],
    list[DrawCode],
    list[_Candidate],
    list[tuple[str, str]],
    Counter[tuple[str, str]],
]:
    """Ids by subject, the codes made for them, those who may be drawn, the others, and the number
    of these by stratum and rule."""
    drawn = _times_drawn(item) if not item.full_coverage else {}
    visited = _visited(item, departments, limits.cap) if not item.full_coverage else set()
    rows = (
        graded(subjects_of(item), item.region_code, item.matter_version.matter_id)
        .order_by("pk")
        .values_list(
            "pk",
            "id_kind",
            "identifier",
            "stratum",
            "status",
            "township__code",
            "industry_class",
        )
    )
    left_out: Counter[tuple[str, str]] = Counter()
    ids: dict[int, str] = {}
    taken: set[str] = set()
    codes: list[DrawCode] = []
    candidates: list[_Candidate] = []
    excluded: list[tuple[str, str]] = []
    for pk, kind, identifier, grade, status, township, industry in rows.iterator(chunk_size=5000):
        id_ = identifier
        if not _stands_openly(kind, identifier) or identifier in taken:
            id_ = code_of(key, SUBJECT, pk)
            codes.append(DrawCode(code=id_, subject_id=pk))
        taken.add(id_)
        ids[pk] = id_
        term = limits.terms.get(grade)
        rule = ""
        if status != Subject.Status.OPEN:
            rule = status
        elif item.full_coverage:
            pass
        elif term is None:
            rule = "ungraded"
        elif pk in limits.white_list:
            rule = "white_list"
        elif term.leaves_to_triggers(industry):
            rule = "trigger"
        elif term.frequency and drawn.get(pk, 0) >= term.frequency:
            rule = "frequency"
        elif pk in visited:
            rule = "visits"
        stratum = UNGRADED if term is None else grade
        if rule:
            excluded.append((id_, rule))
            left_out[stratum, rule] += 1
        else:
            candidates.append(_Candidate(pk, id_, stratum, township or item.region_code))
    return ids, codes, candidates, excluded, left_out


def _stands_openly(kind: str, identifier: str) -> bool:
    """Whether a subject stands under its own identifier: no person, no house, and an id of dr-1."""
    if kind in _MASKED:
        return False
    try:
        return dr.normalise_id(identifier) == identifier
    except dr.InputError:
        return False


def _drawn(item: PlanItem) -> QuerySet[DrawSelected]:
    """What was drawn in the year and region of the item, reserves left out."""
    return DrawSelected.objects.filter(
        is_reserve=False,
        draw__state=Draw.State.DONE,
        draw__item__plan_id=item.plan_id,
    )


def _times_drawn(item: PlanItem) -> dict[int, int]:
    """How often subjects were drawn already for a check item that this item has too: of several
    check items the one drawn most."""
    check_items = PlanItemPart.check_items.through.objects.filter(planitempart__item=item).exclude(
        planitempart__state=PlanItemPart.State.DECLINED
    )
    found = (
        _drawn(item)
        .filter(draw__item__parts__check_items__in=check_items.values("checkitem_id"))
        .values(reached=VISITED_SUBJECT, check_item=F("draw__item__parts__check_items"))
        .annotate(times=Count("draw", distinct=True))
    )
    times: dict[int, int] = {}
    for subject_id, count in found.values_list("reached", "times"):
        times[subject_id] = max(count, times.get(subject_id, 0))
    return times


def _visited(item: PlanItem, departments: list[Department], cap: VisitCap) -> set[int]:
    """Subjects that the departments of the item visited often enough this year."""
    if not cap.limits(JointTask.Origin.DRAW):
        return set()
    visits = yearly_visits(cap, item.plan.year, subjects_of(item))
    return visits.reached([department.pk for department in departments])


def _officers(
    departments: list[Department], day: dt.date, key: str, townships: set[str]
) -> tuple[list[tuple[str, str]], Counter[int], dict[int, str]]:
    """Officers as (code, department), those left out for their area by department, and codes.

    A team may be dealt a bundle anywhere in the pool, so an inspector who is responsible for
    some townships only takes part when these cover the whole pool.
    """
    officers: list[tuple[str, str]] = []
    limited: Counter[int] = Counter()
    codes: dict[int, str] = {}
    found = Inspector.objects.filter(department__in=departments).licensed_on(day).order_by("pk")
    for pk, department_id, area in found.values_list("pk", "department_id", "townships"):
        if area and not townships <= set(area):
            limited[department_id] += 1
            continue
        codes[pk] = code_of(key, OFFICER, pk)
        officers.append((codes[pk], department_code(department_id)))
    return officers, limited, codes


def _officer_counts(
    departments: list[Department], officers: list[tuple[str, str]], limited: Counter[int]
) -> list[dict[str, Any]]:
    able = Counter(code for _, code in officers)
    return [
        {
            "code": department_code(department.pk),
            "name": str(department),
            "able": able[department_code(department.pk)],
            "limited": limited[department.pk],
        }
        for department in departments
    ]


def _recusals(officers: dict[int, str], ids: dict[int, str]) -> list[tuple[str, str]]:
    pairs = Recusal.objects.filter(inspector_id__in=officers).values_list(
        "inspector_id", "subject_id"
    )
    return [(officers[person], ids[subject]) for person, subject in pairs if subject in ids]


def _rules(item: PlanItem, departments: Iterable[Department], limits: _Limits) -> dr.Rules:
    teams = item.staffing == PlanItem.Staffing.TEAMS
    return dr.Rules(
        plan_item=item.title,
        plan_version=item.version,
        strata=_strata(item, limits.terms),
        total=None if item.full_coverage else item.quota,
        caps=_caps(item, limits),
        exclusions=EXCLUSIONS,
        staffing=dr.StaffingRule(
            mode=dr.TEAMS if teams else dr.SINGLY,
            departments=tuple(department_code(department.pk) for department in departments),
            size=item.officers_per_visit,
            teams_max=item.max_teams if teams else None,
        ),
    )


def _strata(item: PlanItem, terms: Mapping[str, Term]) -> dict[str, dr.StratumRule]:
    """Ratio per grade with its source; everybody where the item covers all."""
    if item.full_coverage:
        grades = (*RATIO_BY_GRADE, UNGRADED)
        return {grade: dr.StratumRule("计划项目：全覆盖检查", bp=_FULL) for grade in grades}
    return {grade: dr.StratumRule(term.source, bp=term.ratio_bp) for grade, term in terms.items()}


def _caps(item: PlanItem, limits: _Limits) -> dict[str, int]:
    """The caps that lead to exclusions: the frequency by grade where a policy sets it."""
    by_policy = {
        f"frequency-{grade}": term.frequency
        for grade, term in limits.terms.items()
        if term.by_policy is not None
    }
    usual = {"frequency": number(item.region_code, YEARLY_FREQUENCY)}
    limited = limits.cap.limits(JointTask.Origin.DRAW)
    return (by_policy or usual) | {"visits": limits.cap.limit if limited else 0}


def quotas(rules: dr.Rules, pool: Iterable[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Per stratum: how many there are, the ratio with its source, and how many will be drawn."""
    counts = Counter(stratum for _, stratum in pool)
    spread: dict[str, int] = {}
    if rules.total is not None:
        weights = {code: (counts[code], rule.bp or 0) for code, rule in rules.strata.items()}
        spread = dr.spread_total(rules.total, weights)
    return {
        code: {
            "count": counts[code],
            "bp": rule.bp,
            "source": rule.source,
            "quota": spread.get(code, dr.quota_of(counts[code], bp=rule.bp)),
        }
        for code, rule in rules.strata.items()
    }


def _changes(item: PlanItem) -> dict[str, Any]:
    """How many directory entries were changed or added since filing, and by which department."""
    if item.filed_at is None:
        return {"total": 0, "added": 0, "by": []}
    directory = subjects_of(item)
    # Labels decide nothing of a draw.
    changes = SubjectChange.objects.filter(
        subject__in=directory.values("pk"), at__gt=item.filed_at
    ).exclude(field="labels")
    added = directory.filter(created_at__gt=item.filed_at)
    touched = set(changes.values_list("subject_id", flat=True).distinct())
    by = (
        changes.order_by()
        .values("department_name")
        .annotate(entries=Count("subject", distinct=True))
        .order_by("-entries", "department_name")
    )
    new = set(added.values_list("pk", flat=True))
    return {
        "total": len(touched | new),
        "added": len(new),
        "by": [[row["department_name"] or "系统", row["entries"]] for row in by],
    }

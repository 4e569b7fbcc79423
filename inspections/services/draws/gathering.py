"""Who stands in a draw: candidates, exclusions with their reasons, officers, recusals, rules.

Reads the two directories as they are now. The start page shows the result as an estimate, the
freeze makes it final; both by the same code.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from credit.models import Subject, SubjectChange
from departments.models import Department
from departments.profile import number, resolve
from inspections import draw as dr
from inspections.models import (
    Draw,
    DrawCode,
    DrawSelected,
    Inspector,
    PlanItem,
    PlanItemPart,
    Recusal,
)
from inspections.rules import RATIO_BY_GRADE, YEARLY_FREQUENCY, YEARLY_VISITS
from inspections.services.draws.codes import OFFICER, SUBJECT, code_of
from matters.models import SubjectCategory
from records.errors import Refused

UNGRADED = "N"
"""Stratum of subjects without a grade; only full coverage visits them."""

EXCLUSIONS: dict[str, str] = {
    Subject.Status.CLOSED: "已停业",
    Subject.Status.DEREGISTERED: "已注销",
    Subject.Status.REVOKED: "已吊销",
    Subject.Status.MOVED: "已迁出本地区",
    "frequency": "本年度同一检查事项已按上限抽查（淮政办〔2025〕1号（八））",
    "visits": "本年度参加部门对其抽查次数已达上限",
    "ungraded": "没有信用风险等级，不能按等级抽取",
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
    pages show: directory, officers by department, changes since filing.
    """

    pool: list[tuple[str, str]]
    excluded: list[tuple[str, str]]
    officers: list[tuple[str, str]]
    recusals: list[tuple[str, str]]
    townships: dict[str, str]
    rules: dr.Rules
    codes: list[DrawCode]
    counts: dict[str, Any]

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


def gather(item: PlanItem, key: str, *, now: dt.datetime | None = None) -> Gathered:
    """Read the directories for a draw of ``item`` whose codes are derived from ``key``.

    Raises ``Refused`` when no department sends officers.
    """
    day = timezone.localtime(now).date()
    departments = [part.department for part in sending_parts(item)]
    if not departments:
        raise Refused("计划项目没有派出执法人员的部门，不能抽取。")
    ids, codes, candidates, excluded = _directory(item, key, departments)
    officers, limited, officer_codes = _officers(
        departments, day, key, {one.township for one in candidates}
    )
    recusals = _recusals(officer_codes, ids)
    rules = _rules(item, departments)
    staff = _officer_counts(departments, officers, limited)
    barred: dict[str, str] = {}
    if all(row["able"] >= item.officers_per_visit for row in staff):
        # Otherwise nobody at all can be visited, and the freeze says so instead.
        barred = dr.unstaffable(rules.staffing, officers, recusals, [one.id for one in candidates])
    excluded += [(id_, "recusal") for id_ in barred]
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
    )


def _directory(
    item: PlanItem, key: str, departments: list[Department]
) -> tuple[dict[int, str], list[DrawCode], list[_Candidate], list[tuple[str, str]]]:
    """Ids by subject, the codes made for them, those who may be drawn, and the others."""
    done_with = _frequent(item) if not item.full_coverage else set()
    visited = _visited(item, departments) if not item.full_coverage else set()
    rows = (
        subjects_of(item)
        .order_by("pk")
        .values_list("pk", "id_kind", "identifier", "grade", "status", "township__code")
    )
    ids: dict[int, str] = {}
    taken: set[str] = set()
    codes: list[DrawCode] = []
    candidates: list[_Candidate] = []
    excluded: list[tuple[str, str]] = []
    for pk, kind, identifier, grade, status, township in rows.iterator(chunk_size=5000):
        id_ = identifier
        if not _stands_openly(kind, identifier) or identifier in taken:
            id_ = code_of(key, SUBJECT, pk)
            codes.append(DrawCode(code=id_, subject_id=pk))
        taken.add(id_)
        ids[pk] = id_
        if status != Subject.Status.OPEN:
            excluded.append((id_, status))
        elif pk in done_with:
            excluded.append((id_, "frequency"))
        elif pk in visited:
            excluded.append((id_, "visits"))
        elif grade not in RATIO_BY_GRADE and not item.full_coverage:
            excluded.append((id_, "ungraded"))
        else:
            stratum = grade if grade in RATIO_BY_GRADE else UNGRADED
            candidates.append(_Candidate(pk, id_, stratum, township or item.region_code))
    return ids, codes, candidates, excluded


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


def _frequent(item: PlanItem) -> set[int]:
    """Subjects already drawn as often as allowed for a check item that this item has too."""
    limit = number(item.region_code, YEARLY_FREQUENCY)
    check_items = PlanItemPart.check_items.through.objects.filter(planitempart__item=item).exclude(
        planitempart__state=PlanItemPart.State.DECLINED
    )
    found = (
        _drawn(item)
        .filter(draw__item__parts__check_items__in=check_items.values("checkitem_id"))
        .values("subject_id", "draw__item__parts__check_items")
        .annotate(times=Count("draw", distinct=True))
        .filter(times__gte=limit)
    )
    return set(found.values_list("subject_id", flat=True))


def _visited(item: PlanItem, departments: list[Department]) -> set[int]:
    """Subjects that a department of the item visits often enough this year, where that is set."""
    limit = number(item.region_code, YEARLY_VISITS)
    if limit == 0:
        return set()
    found = (
        _drawn(item)
        .filter(
            draw__item__parts__department__in=departments,
            draw__item__parts__sends_inspectors=True,
        )
        .values("subject_id", "draw__item__parts__department_id")
        .annotate(times=Count("draw", distinct=True))
        .filter(times__gte=limit)
    )
    return set(found.values_list("subject_id", flat=True))


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


def _rules(item: PlanItem, departments: Iterable[Department]) -> dr.Rules:
    teams = item.staffing == PlanItem.Staffing.TEAMS
    return dr.Rules(
        plan_item=item.title,
        plan_version=item.version,
        strata=_strata(item),
        total=None if item.full_coverage else item.quota,
        caps={
            "frequency": number(item.region_code, YEARLY_FREQUENCY),
            "visits": number(item.region_code, YEARLY_VISITS),
        },
        exclusions=EXCLUSIONS,
        staffing=dr.StaffingRule(
            mode=dr.TEAMS if teams else dr.SINGLY,
            departments=tuple(department_code(department.pk) for department in departments),
            size=item.officers_per_visit,
            teams_max=item.max_teams if teams else None,
        ),
    )


def _strata(item: PlanItem) -> dict[str, dr.StratumRule]:
    """Ratio per grade: the plan item's goes before the matter's, that before the grade's."""
    if item.full_coverage:
        grades = (*RATIO_BY_GRADE, UNGRADED)
        return {grade: dr.StratumRule("计划项目：全覆盖检查", bp=_FULL) for grade in grades}
    own = item.matter_version.ratio_bp
    strata = {}
    for grade, rule in RATIO_BY_GRADE.items():
        if item.ratios.get(grade) is not None:
            strata[grade] = dr.StratumRule("计划项目", bp=item.ratios[grade])
        elif own is not None:
            strata[grade] = dr.StratumRule("监管事项", bp=own)
        else:
            held = resolve(item.region_code, rule)
            strata[grade] = dr.StratumRule(held.source, bp=held.value)
    return strata


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
    changes = SubjectChange.objects.filter(subject__in=directory.values("pk"), at__gt=item.filed_at)
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

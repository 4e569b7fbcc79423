"""What pages and the API read of the yearly plan: estimates, overlaps, load, filing progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Prefetch, QuerySet

from credit.models import Subject
from credit.selectors.grades import graded, judged_apart
from departments.actors import oversees
from departments.models import Department
from departments.roles import Function
from inspections.draw.quotas import quota_of, spread_total
from inspections.models import Draw, Inspector, PlanItem, PlanItemPart, YearPlan
from inspections.rules import PLAN_FILING_DATE
from matters.models import CheckItem, MatterVersion
from records.actor import Actor
from records.models import Deadline

GRADES: tuple[str, ...] = tuple(Subject.Grade.values)


@dataclass(frozen=True)
class Stock:
    """How many subjects in business have exactly these categories and this grade."""

    categories: frozenset[str]
    grade: str
    count: int


@dataclass(frozen=True)
class GradeEstimate:
    """About ``drawn`` of ``count`` subjects of one grade."""

    grade: str
    label: str
    count: int
    drawn: int


@dataclass(frozen=True)
class Estimate:
    """What an item would draw from the directory as it stands today, before any exclusion."""

    grades: tuple[GradeEstimate, ...]

    @property
    def count(self) -> int:
        return sum(row.count for row in self.grades)

    @property
    def drawn(self) -> int:
        return sum(row.drawn for row in self.grades)


def stocks(
    region_code: str, categories: Iterable[str], matter_id: int | None = None
) -> list[Stock]:
    """The directory counted by category set and grade: the general grade in one query, for a matter
    that of the matter (see ``credit.selectors.grades``) in two."""
    wanted = sorted(set(categories))
    if not wanted:
        return []
    subjects = Subject.objects.filter(
        region__code__startswith=region_code,
        categories__overlap=wanted,
        status=Subject.Status.OPEN,
    ).order_by()
    if matter_id is None:
        subjects = subjects.annotate(stratum=F("grade"))
    else:
        subjects = graded(subjects, region_code, matter_id)
    rows = subjects.values_list("categories", "stratum").annotate(count=Count("pk"))
    return [Stock(frozenset(names), grade, count) for names, grade, count in rows]


def estimate(
    found: Iterable[Stock],
    categories: Iterable[str],
    *,
    ratios: Mapping[str, int],
    quota: int | None = None,
    full_coverage: bool = False,
) -> Estimate:
    """How many would be drawn by grade: all, the total spread by ratio, or each grade's ratio
    (basis points, rounded up), with the draw's own arithmetic."""
    wanted = frozenset(categories)
    counts = dict.fromkeys(GRADES, 0)
    for stock in found:
        if stock.categories & wanted and stock.grade in counts:
            counts[stock.grade] += stock.count
    if full_coverage:
        drawn = counts
    elif quota is not None:
        drawn = spread_total(quota, {g: (counts[g], ratios.get(g, 0)) for g in GRADES})
    else:
        drawn = {g: quota_of(counts[g], bp=ratios.get(g, 0)) for g in GRADES}
    return Estimate(
        tuple(GradeEstimate(g, str(Subject.Grade(g).label), counts[g], drawn[g]) for g in GRADES)
    )


def estimates(region_code: str, items: Sequence[PlanItem]) -> dict[int, Estimate]:
    """The estimate of each item, all from one query; items of a matter that has grades of its own
    from one more per such matter."""
    found = stocks(region_code, {code for item in items for code in item.categories})
    own = {
        matter: stocks(
            region_code,
            {c for i in items if i.matter_version.matter_id == matter for c in i.categories},
            matter,
        )
        for matter in judged_apart(region_code, {i.matter_version.matter_id for i in items})
    }
    return {
        item.pk: estimate(
            own.get(item.matter_version.matter_id, found),
            item.categories,
            ratios=item.ratios,
            quota=item.quota,
            full_coverage=item.full_coverage,
        )
        for item in items
    }


def licensed_counts(department_ids: Iterable[int], day: dt.date) -> dict[int, int]:
    """How many inspectors of each department hold a valid licence on a day."""
    ids = list(department_ids)
    rows = (
        Inspector.objects.licensed_on(day)
        .filter(department_id__in=ids)
        .order_by()
        .values_list("department_id")
        .annotate(count=Count("pk"))
    )
    return {**dict.fromkeys(ids, 0), **dict(rows)}


def with_relations(items: QuerySet[PlanItem]) -> QuerySet[PlanItem]:
    """Items with all that a list or the acts of a row need, in a constant number of queries."""
    parts = PlanItemPart.objects.select_related("department")
    # Queries of their own: so many joins take longer to plan than to read.
    return items.prefetch_related(
        "lead",
        "filed_with",
        Prefetch("plan", YearPlan.objects.select_related("region")),
        Prefetch("matter_version", MatterVersion.objects.select_related("matter__region")),
        Prefetch("parts", parts.prefetch_related("check_items")),
        "parties__department",
        Prefetch("draws", Draw.objects.only("id", "number", "state", "item_id")),
    )


def items_of(actor: Actor, plan: YearPlan) -> QuerySet[PlanItem]:
    """The items of a plan that the actor may see."""
    return with_relations(PlanItem.objects.visible_to(actor).filter(plan=plan)).order_by("number")


@dataclass(frozen=True)
class Overlap:
    """Two items of different lead departments that may send both to the same subjects."""

    first: PlanItem
    second: PlanItem
    categories: frozenset[str]
    since: dt.date
    until: dt.date


def overlaps(items: Iterable[PlanItem]) -> list[Overlap]:
    """Pairs that could be one visit (综合查一次): common categories, overlapping periods,
    different lead departments. Withdrawn items do not count."""
    alive = [item for item in items if item.state != PlanItem.State.WITHDRAWN]
    found = []
    for first, second in combinations(alive, 2):
        common = frozenset(first.categories) & frozenset(second.categories)
        since = max(first.period_start, second.period_start)
        until = min(first.period_end, second.period_end)
        if first.lead_id != second.lead_id and common and since <= until:
            found.append(Overlap(first, second, common, since, until))
    return found


def load_by_month(items: Iterable[PlanItem], found: Mapping[int, Estimate]) -> list[int]:
    """Estimated visits in each of the twelve months, an item's spread evenly over its months."""
    load = [0] * 12
    for item in items:
        if item.state == PlanItem.State.WITHDRAWN:
            continue
        first, last = item.period_start.month - 1, item.period_end.month - 1
        months, drawn = last - first + 1, found[item.pk].drawn
        for step in range(months):
            share = drawn * (step + 1) // months - drawn * step // months
            load[first + step] += share
    return load


def filing_rule(matter_id: int) -> str:
    """The rule code of a matter's yearly filing; its deadline's target is the year's plan."""
    return f"{PLAN_FILING_DATE.key}.{matter_id}"


def filing_deadlines(actor: Actor, plan: YearPlan) -> list[Deadline]:
    """Who has to file by the yearly date: all for the overseers, else the own department's."""
    found = Deadline.objects.filter(
        target_type=ContentType.objects.get_for_model(YearPlan),
        target_id=plan.pk,
        rule__startswith=f"{PLAN_FILING_DATE.key}.",
        cancelled_at=None,
    )
    if not oversees(actor, plan.region.code):
        found = found.filter(department=actor.department_id)
    return list(found.select_related("department").order_by("met_at", "due_at", "id"))


def matters_led_by(department_id: int | None) -> QuerySet[MatterVersion]:
    """The matters in force that a department may plan for."""
    if department_id is None:
        return MatterVersion.objects.none()
    return (
        MatterVersion.objects.in_force()
        .filter(lead_id=department_id)
        .select_related("lead", "matter__region")
    )


def fitting_check_items(
    department_ids: Iterable[int], categories: Iterable[str]
) -> QuerySet[CheckItem]:
    """The check items of departments that fit at least one of the categories."""
    return CheckItem.objects.filter(
        department_id__in=list(department_ids),
        categories__overlap=sorted(set(categories)),
        is_active=True,
    ).order_by("department_id", "code")


PARTY_CODES: dict[str, str] = {
    Function.LEGAL: "LEGAL",
    Function.WITNESS: "WITNESS",
    Function.INSPECTION: "INSPECTION",
    Function.COORDINATION: "COORDINATION",
    Function.CREDIT: "CREDIT",
    Function.ESTABLISHMENT: "ESTABLISHMENT",
}
"""ASCII codes of the parties of a draw, by the function that their department fills."""

DEFAULT_PARTIES = (Function.LEGAL, Function.WITNESS)


@dataclass(frozen=True)
class PartyOption:
    """A department that may be a party of a draw, under the code it would have."""

    department: Department
    code: str
    preselected: bool


def party_options(region_code: str, lead: Department) -> list[PartyOption]:
    """The lead department and those that fill a function in the region, each once; lead, legal
    group and witness body are the usual parties."""
    options = [PartyOption(lead, "LEAD", preselected=True)]
    seen = {lead.pk}
    fillers = Department.objects.filter(
        functions__region__code=region_code, functions__function__in=PARTY_CODES
    ).prefetch_related("functions")
    by_function = {
        assignment.function: department
        for department in fillers
        for assignment in department.functions.all()
    }
    for function, code in PARTY_CODES.items():
        department = by_function.get(function)
        if department is not None and department.pk not in seen:
            seen.add(department.pk)
            options.append(PartyOption(department, code, function in DEFAULT_PARTIES))
    return options

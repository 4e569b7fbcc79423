"""What a plan item or a policy would draw from the directory as it stands today (S5).

A plan item is simulated by the code of the draw itself. A policy is simulated for all matters at
once, in a fixed number of queries; a matter has no check items before it has a plan item, so a
subject counts as visited when it was drawn this year for the same matter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from credit.models import Standing, Subject, SupervisionPolicy
from credit.selectors.grades import judged_apart
from credit.selectors.whitelist import exempting
from inspections.draw.quotas import quota_of
from inspections.models import Draw, DrawSelected, JointTask, PlanItem
from inspections.rules import RATIO_BY_GRADE
from inspections.services.draws.gathering import gather, quotas
from inspections.services.terms import Term, terms_of_matters
from inspections.services.yearly_visits import VISITED_SUBJECT, cap_of, yearly_visits
from matters.models import MatterVersion
from records import clock

VISITED = frozenset({"frequency", "visits"})
"""Rules of exclusion that mean: visited this year already."""

EXEMPT = frozenset({"trigger", "white_list"})
"""Rules of exclusion that mean: not drawn routinely at all."""

_NO_KEY = "00" * 32


@dataclass
class Figures:
    """One grade: ``count`` subjects, of them ``visited`` this year, ``exempt`` and left out for
    ``other`` reasons; the ratio with its source, and how many would be drawn of the rest."""

    grade: str
    count: int = 0
    visited: int = 0
    exempt: int = 0
    other: int = 0
    ratio_bp: int = 0
    source: str = ""
    drawn: int = 0


@dataclass(frozen=True)
class Simulation:
    """The figures by grade, with their sums."""

    rows: list[Figures]

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def visited(self) -> int:
        return sum(row.visited for row in self.rows)

    @property
    def exempt(self) -> int:
        return sum(row.exempt for row in self.rows)

    @property
    def other(self) -> int:
        return sum(row.other for row in self.rows)

    @property
    def drawn(self) -> int:
        return sum(row.drawn for row in self.rows)


@dataclass(frozen=True)
class MatterSimulation:
    """What a matter draws now (``before``) and would draw under the policy (``after``)."""

    version: MatterVersion
    before: Simulation
    after: Simulation


def simulate(item: PlanItem) -> Simulation:
    """What a draw of the item would come to now. Raises ``Refused`` when nobody would be sent."""
    gathered = gather(item, _NO_KEY)
    found = quotas(gathered.rules, gathered.pool)
    rows = {
        grade: Figures(
            grade,
            count=figures["count"],
            ratio_bp=figures["bp"] or 0,
            source=figures["source"],
            drawn=figures["quota"],
        )
        for grade, figures in found.items()
    }
    for (grade, rule), times in gathered.left_out.items():
        row = rows.setdefault(grade, Figures(grade))
        row.count += times
        if rule in VISITED:
            row.visited += times
        elif rule in EXEMPT:
            row.exempt += times
        else:
            row.other += times
    return Simulation([row for row in rows.values() if row.count or row.grade in RATIO_BY_GRADE])


def simulate_policy(policy: SupervisionPolicy) -> list[MatterSimulation]:
    """Every matter of the policy's region that is drawn by grade: what it draws now, and what it
    would under the policy."""
    region_code = policy.region.code
    versions = list(
        MatterVersion.objects.in_force()
        .filter(matter__region__code=region_code, full_coverage=False)
        .select_related("matter__region", "lead")
        .prefetch_related("categories", "duties__department")
        .order_by("matter__number")
    )
    stock = _read(region_code, versions)
    before = terms_of_matters(region_code, versions)
    after = terms_of_matters(region_code, versions, policy=policy)
    return [
        MatterSimulation(
            version,
            _figures(stock, version, before[version.matter_id]),
            _figures(stock, version, after[version.matter_id]),
        )
        for version in versions
    ]


@dataclass(frozen=True)
class _Group:
    """``times`` subjects in business alike in categories, grade and industry."""

    categories: frozenset[str]
    grade: str
    industry: str
    times: int


@dataclass(frozen=True)
class _Stock:
    """The directory of a region in numbers.

    ``moved``: by matter with grades of its own, groups with their general grade and that of the
    matter. ``known``: each subject visited this year or on the white list, by id; ``drawn``: how
    often by matter; ``own``: their grades by matter and subject; ``listed``: white list entries as
    subject, matter or None, and department; ``reached`` says who may be visited no more by
    departments.
    """

    groups: list[_Group]
    moved: Mapping[int, list[tuple[_Group, str]]]
    known: Mapping[int, _Group]
    drawn: Mapping[int, Mapping[int, int]]
    own: Mapping[tuple[int, int], str]
    listed: Sequence[tuple[int, int | None, int]]
    reached: Callable[[Collection[int]], set[int]]
    asked: dict[frozenset[int], set[int]] = field(default_factory=dict)

    def may_not(self, departments: Iterable[int]) -> set[int]:
        """``reached``, asked once for each set of departments."""
        key = frozenset(departments)
        if key not in self.asked:
            self.asked[key] = self.reached(key)
        return self.asked[key]

    def grade_of(self, version: MatterVersion, pk: int) -> str:
        """The grade of a known subject in a matter."""
        return self.own.get((version.matter_id, pk), self.known[pk].grade)

    def white_list(self, version: MatterVersion, categories: set[str]) -> set[int]:
        """The subjects of these categories that the white list keeps out of a matter."""
        return {
            pk
            for pk, matter, department in self.listed
            if pk in self.known
            and self.known[pk].categories & categories
            and (matter == version.matter_id or (matter is None and department == version.lead_id))
        }


def _open(region_code: str) -> QuerySet[Subject]:
    return Subject.objects.filter(
        region__code__startswith=region_code, status=Subject.Status.OPEN
    ).order_by()


def _read(region_code: str, versions: Collection[MatterVersion]) -> _Stock:
    subjects = _open(region_code)
    groups = [
        _Group(frozenset(categories), grade, industry, times)
        for categories, grade, industry, times in subjects.values_list(
            "categories", "grade", "industry_class"
        ).annotate(times=Count("pk"))
    ]
    drawn = _drawn(region_code)
    cap = cap_of(region_code)
    listed = list(
        exempting(region_code, clock.today()).values_list(
            "subject_id", "matter_id", "department_id"
        )
    )
    ids = {pk for by_subject in drawn.values() for pk in by_subject}
    ids |= {pk for pk, _, _ in listed}
    reached: Callable[[Collection[int]], set[int]] = lambda _: set()  # noqa: E731
    if cap.limits(JointTask.Origin.DRAW):
        visits = yearly_visits(cap, clock.today().year, subjects)
        ids |= visits.pooled.keys()
        reached = visits.reached
    apart = judged_apart(region_code, [version.matter_id for version in versions])
    return _Stock(
        groups,
        _moved(subjects, apart),
        {
            pk: _Group(frozenset(categories), grade, industry, 1)
            for pk, categories, grade, industry in subjects.filter(pk__in=ids).values_list(
                "pk", "categories", "grade", "industry_class"
            )
        },
        drawn,
        {
            (matter, subject): grade
            for matter, subject, grade in Standing.objects.filter(
                matter__in=apart, subject__in=ids
            ).values_list("matter_id", "subject_id", "grade")
        },
        listed,
        reached,
    )


def _drawn(region_code: str) -> dict[int, dict[int, int]]:
    """How often each subject was drawn this year, by matter."""
    rows = (
        DrawSelected.objects.filter(
            is_reserve=False,
            draw__state=Draw.State.DONE,
            draw__item__plan__region__code=region_code,
            draw__item__plan__year=clock.today().year,
        )
        .order_by()
        .annotate(reached=VISITED_SUBJECT)
        .values_list("draw__item__matter_version__matter_id", "reached")
        .annotate(times=Count("draw", distinct=True))
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for matter, subject, times in rows:
        found[matter][subject] = times
    return found


def _moved(
    subjects: QuerySet[Subject], apart: Collection[int]
) -> dict[int, list[tuple[_Group, str]]]:
    found: dict[int, list[tuple[_Group, str]]] = defaultdict(list)
    if not apart:
        return found
    rows = (
        Standing.objects.filter(matter__in=apart, subject__in=subjects.values("pk"))
        .order_by()
        .values_list(
            "matter_id",
            "subject__categories",
            "subject__grade",
            "subject__industry_class",
            "grade",
        )
        .annotate(times=Count("pk"))
    )
    for matter, categories, general, industry, own, times in rows:
        found[matter].append((_Group(frozenset(categories), general, industry, times), own))
    return found


def _figures(stock: _Stock, version: MatterVersion, terms: Mapping[str, Term]) -> Simulation:
    categories = {category.code for category in version.categories.all()}
    counts: Counter[str] = Counter()
    exempt: Counter[str] = Counter()

    def count(group: _Group, grade: str, times: int) -> None:
        counts[grade] += times
        if grade in terms and terms[grade].leaves_to_triggers(group.industry):
            exempt[grade] += times

    for group in stock.groups:
        if group.categories & categories:
            count(group, group.grade, group.times)
    for group, own in stock.moved.get(version.matter_id, ()):
        if group.categories & categories:
            count(group, group.grade, -group.times)
            count(group, own, group.times)
    white_list = stock.white_list(version, categories)
    for pk in white_list:
        grade = stock.grade_of(version, pk)
        if grade in terms and not terms[grade].leaves_to_triggers(stock.known[pk].industry):
            exempt[grade] += 1
    visited = _visited(stock, version, categories, terms, white_list)
    rows = []
    for grade, term in terms.items():
        pool = counts[grade] - exempt[grade] - visited[grade]
        rows.append(
            Figures(
                grade,
                count=counts[grade],
                visited=visited[grade],
                exempt=exempt[grade],
                ratio_bp=term.ratio_bp,
                source=term.source,
                drawn=quota_of(pool, bp=term.ratio_bp),
            )
        )
    return Simulation(rows)


def _visited(
    stock: _Stock,
    version: MatterVersion,
    categories: set[str],
    terms: Mapping[str, Term],
    white_list: set[int],
) -> Counter[str]:
    """Those visited this year as often as they may be, by grade."""
    drawn = stock.drawn.get(version.matter_id, {})
    senders = [duty.department_id for duty in version.duties.all() if duty.enforces]
    reached = stock.may_not(senders)
    found: Counter[str] = Counter()
    for pk in (drawn.keys() | reached) - white_list:
        group = stock.known.get(pk)
        if group is None or not group.categories & categories:
            continue
        grade = stock.grade_of(version, pk)
        term = terms.get(grade)
        if term is None or term.leaves_to_triggers(group.industry):
            continue
        if pk in reached or (term.frequency and drawn.get(pk, 0) >= term.frequency):
            found[grade] += 1
    return found

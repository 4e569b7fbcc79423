"""The coordination office's board: where things stand still, and how long each stop takes (L5, D2).

Everything goes through ``Stop.visible_to``: what is confidential counts only for those named.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    QuerySet,
)

from clues.models import Clue, Stop
from clues.selectors.stops import waiting
from departments.models import Department
from records import clock
from records.actor import Actor
from records.deadline_levels import LEVELS
from records.periods import ago

LOOK_BACK_DAYS = 90
SLOWEST = 40


class Median(Aggregate):
    """The median of a duration, computed by the database."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class LevelCount:
    """How many things are of a level of pressure."""

    code: str
    label: str
    many: int

    @property
    def tone(self) -> str:
        return "bad" if self.code == "overdue" and self.many else ""


@dataclass
class Tally:
    """How many things stand still in one row of the board, by level of pressure."""

    label: str
    key: Any
    region: str = ""
    region_id: int | None = None
    by_level: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    returned: int = 0
    lying_since: dt.datetime | None = None
    open_since: dt.datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.by_level.values())

    @property
    def levels(self) -> list[LevelCount]:
        """How many of each level, most pressing first."""
        return [LevelCount(code, LEVELS[code], many) for code, many in self.by_level.items()]

    @property
    def pressing(self) -> list[LevelCount]:
        """Those of the levels that call for somebody."""
        return self.levels[:3]

    def add(self, row: dict[str, Any]) -> None:
        """Take in a group of the database's answer."""
        self.by_level[row["level"]] += row["many"]
        self.lying_since = _earlier(self.lying_since, row["lying_since"])


@dataclass(frozen=True)
class Board:
    """Departments and kinds with their tallies, and all together."""

    departments: list[Tally]
    kinds: list[Tally]
    everything: Tally

    @property
    def of_several_regions(self) -> bool:
        return len({tally.region_id for tally in self.departments}) > 1


def board(actor: Actor, now: dt.datetime | None = None) -> Board:
    """What waits in the actor's region, by department and by kind; four queries."""
    stops = waiting(actor, now).filter(region_code__startswith=actor.region_code).order_by()
    groups = stops.values("department_id", "kind", "level").annotate(
        many=Count("*"), lying_since=Min("entered_at")
    )
    # Named afterwards: the database sorts what it groups, and names make long rows.
    offices = _offices(actor)
    departments: dict[int, Tally] = {}
    kinds: dict[str, Tally] = {}
    everything = Tally("合计", "")
    for row in groups:
        office = offices[row["department_id"]]
        place = departments.setdefault(
            office.pk, Tally(office.name, office.pk, office.region.name, office.region_id)
        )
        kind = kinds.setdefault(row["kind"], Tally(Stop.KINDS[row["kind"]], row["kind"]))
        for tally in (place, kind, everything):
            tally.add(row)
    for department_id, many in _returned(stops):
        departments[department_id].returned = many
        everything.returned += many
    for department_id, since in _open_since(actor):
        if department_id in departments:
            departments[department_id].open_since = since
        everything.open_since = _earlier(everything.open_since, since)
    return Board(
        sorted(departments.values(), key=lambda t: (-t.by_level["overdue"], -t.total, t.label)),
        sorted(kinds.values(), key=lambda t: -t.total),
        everything,
    )


def _returned(stops: QuerySet[Any]) -> QuerySet[Any, Any]:
    """How many of the things that wait at each department belong to a clue returned before."""
    returned = stops.filter(clue__in=Clue.objects.filter(times_returned__gt=0))
    return (
        returned.values("department_id")
        .annotate(many=Count("*"))
        .values_list("department_id", "many")
    )


def _open_since(actor: Actor) -> QuerySet[Any, Any]:
    """When the oldest clue that each department still holds was received."""
    held = Clue.objects.visible_to(actor).filter(
        region_code__startswith=actor.region_code, state__in=Clue.OPEN_STATES
    )
    return (
        held.order_by()
        .values("holder_id")
        .annotate(since=Min("received_at"))
        .values_list("holder_id", "since")
    )


@dataclass(frozen=True)
class Duration:
    """How long one department took at one stop."""

    department_id: int
    department: str
    waits: str
    many: int
    median: dt.timedelta
    longest: dt.timedelta
    late: int


def durations(actor: Actor, now: dt.datetime | None = None) -> list[Duration]:
    """The slowest stops of the last 90 days by median, department by department; two queries."""
    since = ago(now or clock.now(), days=LOOK_BACK_DAYS)
    took = ExpressionWrapper(F("left_at") - F("entered_at"), DurationField())
    groups = (
        Stop.objects.visible_to(actor)
        .filter(region_code__startswith=actor.region_code, left_at__gte=since)
        .order_by()
        .values("department_id", "waits")
        .annotate(
            many=Count("*"),
            median=Median(took),
            longest=Max(took),
            late=Count("pk", filter=Q(left_late=True)),
        )
        .order_by("-median", "department_id", "waits")[:SLOWEST]
    )
    offices = _offices(actor)
    return [Duration(department=offices[row["department_id"]].name, **row) for row in groups]


def _offices(actor: Actor) -> dict[int, Department]:
    """The departments of the actor's region by key."""
    within = Department.objects.filter(region__code__startswith=actor.region_code)
    return {office.pk: office for office in within.select_related("region")}


def _earlier(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return min((moment for moment in (one, other) if moment), default=None)

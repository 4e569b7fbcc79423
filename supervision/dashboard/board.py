"""The one screen (一屏统览): every figure from the counters, with the address of its rows (D2).

A board costs the same few queries for a county of ten visits and of a million.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse

from departments.models import Department, Region
from inspections.models import Draw
from records import clock, deadlines
from records.actor import Actor
from records.concealment import reveal
from records.models import Deadline, OutboxMessage
from records.periods import day_after
from supervision.dashboard import cartogram, rollups
from supervision.dashboard.cartogram import Map
from supervision.dashboard.figures import BY_KEY, FIGURES, LIVE, Figure, Group
from supervision.dashboard.listings import running

AGES: tuple[tuple[str, str, int, int | None], ...] = (
    ("week", "7 天以内", 0, 7),
    ("month", "8 至 30 天", 7, 30),
    ("quarter", "31 至 90 天", 30, 90),
    ("longer", "超过 90 天", 90, None),
)
"""How long a clue has waited: code, words, more than so many days, and at most."""

HEADLINES = (
    *("matters", "plan", "visits", "joint", "coverage", "problems"),
    *("in-time", "published", "clues", "warnings", "satisfaction", "overdue"),
)
ON_THE_WALL = ("visits", "joint", "coverage", "problems", "in-time", "overdue")
FLOW = ("clues", "visits", "unpublished", "published")
BY_DEPARTMENT = (
    *("to-accept", "on-site", "unpublished", "published"),
    *("in-time", "clues", "warnings", "overdue"),
)
ON_THE_MAP = (*("visits", "coverage", "problems", "clues", "warnings", "subjects", "satisfaction"),)
OVERDUE_SHOWN = 50


@dataclass(frozen=True)
class Tile:
    """One figure as it stands. ``part`` and ``whole`` are the numbers behind a share."""

    figure: Figure
    part: int
    whole: int | None
    url: str

    @property
    def title(self) -> str:
        return self.figure.title

    @property
    def value(self) -> str:
        return str(self.part) if self.whole is None else percent(self.part, self.whole)

    @property
    def unit(self) -> str:
        return "" if self.value == "—" else self.figure.unit

    @property
    def note(self) -> str:
        """What a share is a share of."""
        return "" if self.whole is None else f"{self.part} / {self.whole}"

    @property
    def explained(self) -> str:
        """The numbers behind a share, and what is counted."""
        return f"{self.note} · {self.figure.definition}" if self.note else self.figure.definition

    @property
    def tone(self) -> str:
        return ("bad" if self.part else "ok") if self.figure.bad else ""


@dataclass(frozen=True)
class DepartmentRow:
    """How one department stands: a tile per figure of ``BY_DEPARTMENT``."""

    department: Department
    tiles: list[Tile]


@dataclass(frozen=True)
class Board:
    """Everything that the desk page and the wall show."""

    year: int
    tiles: dict[str, Tile]
    splits: dict[str, list[dict[str, Any]]]
    ages: list[dict[str, Any]]
    map: Map
    departments: list[DepartmentRow]
    overdue: list[tuple[Deadline, deadlines.Chip]]
    draws: list[dict[str, Any]]
    dead: int

    @property
    def headlines(self) -> list[Tile]:
        return [self.tiles[key] for key in HEADLINES]

    @property
    def on_the_wall(self) -> list[Tile]:
        return [self.tiles[key] for key in ON_THE_WALL]

    @property
    def flow(self) -> list[Tile]:
        return [self.tiles[key] for key in FLOW]

    @property
    def heads(self) -> list[Figure]:
        """The figures that departments are compared by."""
        return [BY_KEY[key] for key in BY_DEPARTMENT]

    @property
    def mark(self) -> str:
        """Differs whenever the board shows something else; tells nothing itself."""
        shown = [
            *((key, tile.part, tile.whole) for key, tile in self.tiles.items()),
            *(self.splits.items(), self.ages, self.draws, self.dead, self.map.hexes),
            *(
                (row.department.pk, [(t.part, t.whole) for t in row.tiles])
                for row in self.departments
            ),
            *((late.pk, chip.chip_text) for late, chip in self.overdue),
        ]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def percent(part: int, whole: int) -> str:
    """A share in whole per cent, rounded half up, below one in tenths; "—" of nothing."""
    if not whole:
        return "—"
    tenths = (part * 2000 + whole) // (2 * whole)
    if part and tenths < 10:
        return f"0.{max(tenths, 1)}"
    return str((part * 200 + whole) // (2 * whole))


def board(actor: Actor, colour: str = "") -> Board:
    """The board of the actor's region; ``colour`` is the figure of the map, one that tells
    something unless given."""
    year = clock.today().year
    totals = rollups.totals(actor.region_code)
    late = running(actor)
    late_by = dict(late.order_by().values_list("department").annotate(Count("pk")))
    counts = Counts(totals.everything, year, sum(late_by.values()))
    shown = late.select_related("department").order_by("due_at", "pk")[:OVERDUE_SHOWN]
    overdue = list(shown)
    return Board(
        year=year,
        tiles={figure.key: counts.tile(figure) for figure in FIGURES},
        splits={
            figure.key: counts.bars(figure)
            for figure in FIGURES
            if (figure.whole or figure.part).split is not None
        },
        ages=_ages(totals.everything),
        map=_map(actor, totals, year, colour if colour in ON_THE_MAP else _telling(counts)),
        departments=_departments(totals, year, late_by),
        overdue=list(zip(overdue, deadlines.chips(overdue), strict=True)),
        draws=_draws(actor),
        dead=_dead_messages(actor),
    )


@dataclass(frozen=True)
class Counts:
    """The counters of one place, read as figures."""

    counters: Mapping[str, int]
    year: int
    overdue: int = 0

    def of(self, group: Group, code: str = "") -> int:
        return rollups.Totals.of(self.counters, group.counters(self.year, code))

    def tile(self, figure: Figure, **place: int) -> Tile:
        whole = None if figure.whole is None else self.of(figure.whole)
        part = self.overdue if figure.key in LIVE else self.of(figure.part)
        return Tile(figure, part, whole, figure.url(**place))

    def bars(self, figure: Figure) -> list[dict[str, Any]]:
        """What the figure, or what a share is a share of, splits into, as rows of bars."""
        group, of = (figure.whole, "whole") if figure.whole else (figure.part, "")
        assert group.split is not None
        return [
            {
                "label": label,
                "value": self.of(group, code),
                "url": figure.url(of=of, code=code),
                "tone": tone,
            }
            for code, label, tone in group.split.choices
        ]


def _ages(counters: Mapping[str, int]) -> list[dict[str, Any]]:
    waiting = {
        dt.date.fromisoformat(measure.partition(":")[2]): many
        for measure, many in counters.items()
        if measure.startswith("waiting:")
    }
    rows = []
    for code, label, _, _ in AGES:
        first, last = received_between(code)
        value = sum(
            many for day, many in waiting.items() if day <= last and (first is None or day >= first)
        )
        url = BY_KEY["clues"].url(age=code)
        rows.append({"label": label, "value": value, "url": url, "tone": _AGE_TONES.get(code, "")})
    return rows


_AGE_TONES = {"quarter": "warn", "longer": "bad"}


def received_between(age: str) -> tuple[dt.date | None, dt.date]:
    """The first and the last day on which what has waited so long came in; raises ``KeyError``."""
    more, most = {code: (more, most) for code, _, more, most in AGES}[age]
    today = clock.today()
    last = day_after(today, -(more + 1) if more else 0)
    return (None if most is None else day_after(today, -most)), last


def _telling(counts: Counts) -> str:
    """The first figure of the map that is not nothing everywhere."""
    told = (key for key in ON_THE_MAP if counts.of(BY_KEY[key].part))
    return next(told, ON_THE_MAP[0])


def _map(actor: Actor, totals: rollups.Totals, year: int, key: str) -> Map:
    figure = BY_KEY[key]
    places = Region.objects.filter(
        code__startswith=actor.region_code, level=Region.Level.TOWNSHIP
    ).order_by("code")
    tiles = [
        (place, Counts(totals.by_township.get(place.pk, {}), year).tile(figure, township=place.pk))
        for place in places
    ]
    choices = [(BY_KEY[each].title, each, each == key) for each in ON_THE_MAP]
    return cartogram.draw(figure, tiles, choices)


def _departments(
    totals: rollups.Totals, year: int, late_by: Mapping[int, int]
) -> list[DepartmentRow]:
    known = {*totals.by_department, *late_by}
    found = Department.objects.filter(pk__in=known).order_by("pk")
    figures = [BY_KEY[key] for key in BY_DEPARTMENT]
    rows = []
    for department in found:
        counts = Counts(
            totals.by_department.get(department.pk, {}), year, late_by.get(department.pk, 0)
        )
        tiles = [counts.tile(figure, department=department.pk) for figure in figures]
        if any(tile.part or tile.whole for tile in tiles):
            rows.append(DepartmentRow(department, tiles))
    return sorted(rows, key=lambda row: (-row.tiles[-1].part, -row.tiles[0].part))


def _draws(actor: Actor) -> list[dict[str, Any]]:
    """Draws by state, as rows of the bar component."""
    found = Draw.objects.filter(item__plan__region__code__startswith=actor.region_code)
    counts = dict(found.order_by().values_list("state").annotate(Count("pk")))
    url = reverse("inspections:draw-list")
    return [
        {"label": label, "value": counts.get(state, 0), "url": f"{url}?state={state}"}
        for state, label in Draw.State.choices
    ]


def _dead_messages(actor: Actor) -> int:
    """The messages to other systems that are not tried any more."""
    found = OutboxMessage.objects.filter(
        region_code__startswith=actor.region_code,
        dead_at__isnull=False,
        given_up_at=None,
    )
    return reveal(found, actor, "about").count()

"""The summary of a year (H四): the year's figures beside those of the year before, what each
department did, and the departments' assessment. Read live; nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from clues.models import Clue, Referral
from departments.models import Department
from records.actor import Actor
from supervision.assessment.models import Round, Score
from supervision.assessment.selectors import results_of, rounds_for
from supervision.dashboard.board import percent
from supervision.dashboard.figures import BY_KEY, FIGURES, Figure, Group, rows_of

BY_DEPARTMENT = ("plan", "visits", "published", "problems")
"""The figures that the table of departments has a column for."""


@dataclass(frozen=True)
class Line:
    """A figure in the year and in the year before, as its shares or numbers are written."""

    figure: Figure
    value: str
    before: str
    counted: str


@dataclass(frozen=True)
class Row:
    """A department with its numbers in the order of ``BY_DEPARTMENT``."""

    department: Department
    numbers: list[int]


@dataclass(frozen=True)
class Annual:
    """All that the paper says."""

    year: int
    lines: list[Line]
    columns: list[str]
    rows: list[Row]
    received: int
    closed: int
    supervised: int
    round: Round | None
    scores: list[Score]


def annual(actor: Actor, year: int) -> Annual:
    """The summary as the person may read it, in a fixed number of queries."""
    assessed = rounds_for(actor).filter(months=Round.YEAR, first__year=year).first()
    return Annual(
        year=year,
        lines=[_line(actor, figure, year) for figure in FIGURES if _is_yearly(figure)],
        columns=[BY_KEY[key].part.title for key in BY_DEPARTMENT],
        rows=_rows(actor, year),
        received=_clues(actor, received_at__year=year),
        closed=_clues(actor, closed_at__year=year),
        supervised=Referral.objects.visible_to(actor)
        .filter(kind="supervision", region_code=actor.region_code, sent_at__year=year)
        .count(),
        round=assessed,
        scores=[each for each in results_of(actor, assessed) if each.rank] if assessed else [],
    )


def _clues(actor: Actor, **when: int) -> int:
    known = Clue.objects.visible_to(actor)
    return known.filter(region_code=actor.region_code, confidential=False, **when).count()


def _is_yearly(figure: Figure) -> bool:
    """Whether a figure is counted by year; the others say how things stand now."""
    return any("{year}" in measure for measure in _measures(figure.part))


def _measures(group: Group) -> tuple[str, ...]:
    return group.measures if group.split is None else (group.split.measure,)


def _line(actor: Actor, figure: Figure, year: int) -> Line:
    (value, counted), (before, _) = (_value(actor, figure, each) for each in (year, year - 1))
    return Line(figure, value, before, counted)


def _value(actor: Actor, figure: Figure, year: int) -> tuple[str, str]:
    """A figure as written, and for a share what it was counted from."""
    rows = figure.listing.rows(actor)
    part = _number(rows_of(figure.part, rows, year))
    if figure.whole is None:
        return f"{part} {figure.unit}", ""
    whole = _number(rows_of(figure.whole, rows, year))
    share = percent(part, whole)
    return (f"{share}%" if whole else share), f"{part} / {whole}"


def _number(rows: QuerySet[Any]) -> int:
    return rows.order_by().values("pk").distinct().count()


def _rows(actor: Actor, year: int) -> list[Row]:
    counted: list[dict[int, int]] = []
    for key in BY_DEPARTMENT:
        figure = BY_KEY[key]
        path = figure.listing.department
        found = rows_of(figure.part, figure.listing.rows(actor), year).order_by().values(path)
        counted.append(dict(found.annotate(n=Count("pk", distinct=True)).values_list(path, "n")))
    keys = {key for each in counted for key in each if key is not None}
    known = Department.objects.in_bulk(keys)
    rows = [Row(known[key], [each.get(key, 0) for each in counted]) for key in keys]
    return sorted(rows, key=lambda row: ([-each for each in row.numbers], row.department.pk))

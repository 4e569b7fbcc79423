"""The townships as a picture: one hexagon each, in rows in the order of their codes, coloured by
a figure. It says who stands how, not where they lie: regions have no coordinates here, and no
map service is asked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from departments.models import Region

if TYPE_CHECKING:
    from supervision.dashboard.board import Tile
    from supervision.dashboard.figures import Figure

RADIUS = 60
"""Of a hexagon, in units of the picture; all else follows."""

STEPS = 5
_WIDTH = round(RADIUS * math.sqrt(3))
_RISE = RADIUS * 3 // 2
_GAP = 6
_ENDINGS = ("回族镇", "街道", "镇", "乡")


@dataclass(frozen=True)
class Hex:
    """One township: corners, its words and their places, and how strong its colour is, 0 for
    nothing to count and 1 to ``STEPS``."""

    points: str
    x: int
    name_y: int
    value_y: int
    name: str
    full_name: str
    value: str
    step: int
    url: str


@dataclass(frozen=True)
class Map:
    """The picture, its size, what the colours mean, and which figures it can show."""

    title: str
    unit: str
    definition: str
    width: int
    height: int
    hexes: list[Hex]
    legend: list[tuple[int, str]]
    choices: list[tuple[str, str, bool]]


def draw(
    figure: Figure, tiles: list[tuple[Region, Tile]], choices: list[tuple[str, str, bool]]
) -> Map:
    """The picture of the townships with their tiles."""
    per_row = _per_row(len(tiles))
    strengths = [_strength(tile) for _, tile in tiles]
    most = max((each for each in strengths if each is not None), default=0.0)
    hexes = []
    for number, ((place, tile), strength) in enumerate(zip(tiles, strengths, strict=True)):
        row, column = divmod(number, per_row)
        x = _GAP + _WIDTH // 2 + column * (_WIDTH + _GAP) + (row % 2) * (_WIDTH + _GAP) // 2
        y = _GAP + RADIUS + row * (_RISE + _GAP)
        hexes.append(
            Hex(
                points=_corners(x, y),
                x=x,
                name_y=y - 8,
                value_y=y + 24,
                name=_short(place.name),
                full_name=place.name,
                value=f"{tile.value}{tile.unit if tile.unit == '%' else ''}",
                step=_step(strength, most),
                url=tile.url,
            )
        )
    rows = -(-len(tiles) // per_row)
    return Map(
        title=figure.title,
        unit=figure.unit,
        definition=figure.definition,
        width=2 * _GAP + per_row * (_WIDTH + _GAP) + (_WIDTH + _GAP) // 2 * (rows > 1),
        height=2 * _GAP + 2 * RADIUS + max(rows - 1, 0) * (_RISE + _GAP),
        hexes=hexes,
        legend=_legend(most, figure.unit),
        choices=choices,
    )


def _per_row(many: int) -> int:
    """So many that the picture is a little wider than high."""
    return max(1, math.ceil(math.sqrt(many * 1.15)))


def _strength(tile: Tile) -> float | None:
    """What the colour tells: the number, or the share; None where there is nothing to share."""
    if tile.whole is None:
        return float(tile.part)
    return tile.part / tile.whole if tile.whole else None


def _step(strength: float | None, most: float) -> int:
    if not strength or not most:
        return 0
    return max(1, math.ceil(strength / most * STEPS))


def _legend(most: float, unit: str) -> list[tuple[int, str]]:
    if not most:
        return []
    steps = range(1, STEPS + 1)
    if unit == "%":
        places = 1 if most * 100 < STEPS else 0
        return [(step, f"{most * 100 * step / STEPS:.{places}f}") for step in steps]
    ends = [int(most * step / STEPS) for step in (0, *steps)]
    # A colour that no whole number can have is left out.
    return [(step, str(ends[step])) for step in steps if ends[step] > ends[step - 1]]


def _corners(x: int, y: int) -> str:
    angles = (math.radians(60 * corner - 90) for corner in range(6))
    return " ".join(
        f"{x + RADIUS * math.cos(each):.1f},{y + RADIUS * math.sin(each):.1f}" for each in angles
    )


def _short(name: str) -> str:
    """The name without the kind of unit, where something of it remains."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name

"""The matrix as committed: ``routes.txt`` and ``acts.txt``, read into rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.permissions.people import PEOPLE

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Line:
    """One row: what is tried (``head``), on what (``on``), and a sign per person."""

    head: tuple[str, ...]
    on: tuple[str, ...]
    cells: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((*self.head, *self.on))

    @property
    def expected(self) -> dict[str, str]:
        """Person → sign."""
        return dict(zip(PEOPLE, self.cells, strict=True))


def read(name: str, signs: str) -> list[Line]:
    """The rows of a table; raises ``ValueError`` for a line that is not one."""
    rows = []
    for number, text in enumerate((FOLDER / name).read_text().splitlines(), start=1):
        if not text.strip() or text.startswith("#"):
            continue
        parts = text.split("|")
        if len(parts) != 3:
            raise ValueError(f"{name}:{number}: expected 'what | on what | signs'")
        cells = tuple(parts[2].replace(" ", "").strip())
        if len(cells) != len(PEOPLE) or not set(cells) <= set(signs):
            raise ValueError(f"{name}:{number}: expected {len(PEOPLE)} signs of {signs!r}")
        rows.append(Line(tuple(parts[0].split()), tuple(parts[1].split()), cells))
    return rows


def grouped(cells: list[str]) -> str:
    """Signs as the tables print them: offices, departments, others, administrators, justice and
    government, another county."""
    text = "".join(cells)
    bounds = ((0, 1), (1, 6), (6, 8), (8, 10), (10, 14), (14, 17), (17, 20), (20, 21))
    return " ".join(text[start:end] for start, end in bounds)

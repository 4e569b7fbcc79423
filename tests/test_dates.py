"""Only ``records`` moves dates; everything else asks it (``records.workdays``, ``.periods``)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("clues", "credit", "departments", "inspections", "matters", "supervision")

EXCEPTIONS = {
    "inspections/draw/certificate.py": "three days are part of what a certificate promises",
    "inspections/draw/verify.py": "one file that checks a certificate without the project",
}
_MOVES = {"relativedelta", "fromordinal", "toordinal", "monthrange", "DateOffset"}
_SHORT = {"minutes", "seconds", "milliseconds", "microseconds"}
"""Lengths that are no dates: a lease, a pause, a clock that is allowed to be slow."""


def moves_dates(tree: ast.AST) -> Iterator[int]:
    """The lines that make a span of hours, days or months, or count days."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.alias):
            name = getattr(node, "id", None) or getattr(node, "attr", None) or node.name  # type: ignore[union-attr]
            if name in _MOVES:
                yield node.lineno
        if isinstance(node, ast.Call) and _name(node.func) == "timedelta":
            short = {keyword.arg for keyword in node.keywords} <= _SHORT
            if node.args or not short:
                yield node.lineno


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def modules() -> list[Path]:
    found = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    return sorted(path for path in found if not {"tests", "migrations"} & set(path.parts))


def test_no_module_outside_records_moves_dates() -> None:
    found = {}
    for path in modules():
        lines = sorted(set(moves_dates(ast.parse(path.read_text()))))
        if lines:
            found[str(path.relative_to(ROOT))] = lines
    assert found.keys() >= EXCEPTIONS.keys(), "an exception is not needed any more"
    for name in EXCEPTIONS:
        found.pop(name)
    assert not found, f"use records.periods or records.deadlines instead: {found}"


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("dt.timedelta(days=3)", True),
        ("timedelta(3)", True),
        ("timedelta(**{'weeks': 1})", True),
        ("day + relativedelta(months=1)", True),
        ("date.fromordinal(day.toordinal() + 1)", True),
        ("dt.timedelta(minutes=5)", False),
        ("later - earlier > dt.timedelta()", False),
        ("spent.days", False),
    ],
)
def test_what_counts_as_moving_a_date(text: str, moves: bool) -> None:
    assert bool(list(moves_dates(ast.parse(text)))) is moves

"""What README and docs name exists: tests by their names, pages and pictures by their links."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COVERAGE = ROOT / "docs" / "coverage.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_NODE = re.compile(r"`([\w/.-]+\.py)::([\w:]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)

DONE, NOT_DONE = ("已示", "有"), "未做"
STATES = {*DONE, "部分", "薄", NOT_DONE}


def rows() -> list[list[str]]:
    """The cells of every body row of the tables of coverage.md."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in COVERAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    return [row for row in cells if row[2] != "状态"]


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file, those of a class as ``Class::test``; none if there is no such file."""
    if not (ROOT / path).is_file():
        return frozenset()
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {
            prefix + each.name
            for each in inside
            if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
        }
    return frozenset(found)


def test_every_test_named_in_the_coverage_exists() -> None:
    named = _NODE.findall(COVERAGE.read_text(encoding="utf-8"))
    assert named
    missing = sorted({f"{path}::{name}" for path, name in named if name not in names_in(path)})
    assert not missing, "no such test: " + ", ".join(missing)


def test_what_counts_as_shown_names_a_test_and_what_is_missing_names_none() -> None:
    for row in rows():
        assert len(row) == 6 and row[2] in STATES, row
        names = _NODE.search(" ".join(row))
        if row[2] in DONE:
            assert names, f"{row[0]} is said to be shown by no test"
        if row[2] == NOT_DONE:
            assert not names, f"{row[0]} is said not to be done and names a test"


def test_no_clause_and_no_ability_stands_twice() -> None:
    first = [row[0] for row in rows()]
    assert len(first) == len(set(first))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(page: Path) -> None:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    targets = [link for link in _LINK.findall(text) if not _ELSEWHERE.match(link)]
    lost = [link for link in targets if not (page.parent / link.partition("#")[0]).exists()]
    assert not lost, f"{page.name} links to nothing: " + ", ".join(lost)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_holds_two_versions_of_itself(page: Path) -> None:
    assert not re.search(r"^(<<<<<<<|>>>>>>>) ", page.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_environment_variable_of_the_settings_is_described() -> None:
    text = (ROOT / "supervision" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r"env\.\w+\(\s*f?[\"']([A-Z_]+)[\"']", text))
    outbox = re.search(r"for name in \(([^)]*)\)", text)
    assert outbox
    for target in re.findall(r"\w+", outbox[1]):
        names |= {f"OUTBOX_{target.upper()}_{part}" for part in ("URL", "TOKEN")}
    described = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert len(names) > 15
    assert sorted(name for name in names if f"`{name}" not in described) == []

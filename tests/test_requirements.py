"""What the code imports is what requirements.in asks for."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
APPS = ["clues", "credit", "departments", "inspections", "matters", "records", "supervision"]


def imported_packages() -> dict[str, Path]:
    """Top-level names that the apps import, outside their tests, with a file that does."""
    found: dict[str, Path] = {}
    for app in APPS:
        for file in (PROJECT / app).rglob("*.py"):
            if "tests" not in file.relative_to(PROJECT).parts and file.name != "conftest.py":
                for name in imports_of(file):
                    found.setdefault(name.split(".")[0], file.relative_to(PROJECT))
    return found


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def asked_for() -> set[str]:
    lines = (PROJECT / "requirements.in").read_text(encoding="utf-8").splitlines()
    names = [re.split(r"[\[~=<>!]", line)[0] for line in lines if line and line[0] != "#"]
    return {normal(name) for name in names}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_imported_at_run_time_is_asked_for() -> None:
    distributions = packages_distributions()
    wanted = asked_for()
    missing = {
        name: str(file)
        for name, file in imported_packages().items()
        if name not in sys.stdlib_module_names
        and name not in APPS
        and not {normal(found) for found in distributions.get(name, [])} & wanted
    }
    assert missing == {}


def test_pinned_requirements_name_no_index_and_no_folder() -> None:
    for file in PROJECT.glob("requirements*.txt"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"://|^-|file:/|@ ", text, re.MULTILINE), file.name
        assert text.count("==") <= text.count("--hash=sha256:"), file.name

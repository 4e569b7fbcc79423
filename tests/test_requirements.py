"""What the code imports is what requirements.in asks for."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

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


@pytest.mark.parametrize("version", ["3.11.0", "3.12.0", "3.13.0", "3.14.0"])
@pytest.mark.parametrize("system", ["Linux", "Darwin"])
def test_what_other_pythons_and_systems_need_is_pinned_too(version: str, system: str) -> None:
    """The pins are compiled on one Python; a package may ask for more on another."""
    text = (PROJECT / "requirements.txt").read_text(encoding="utf-8")
    pinned = {normal(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    environment = {
        **default_environment(),
        "python_version": version.rpartition(".")[0],
        "python_full_version": version,
        "platform_system": system,
        "sys_platform": system.lower(),
        "extra": "",
    }
    missing = {
        f"{distribution.name} -> {line}"
        for distribution in distributions()
        if normal(distribution.name) in pinned
        for line in distribution.requires or []
        if (asked := Requirement(line)).marker
        and asked.marker.evaluate(environment)
        and normal(asked.name) not in pinned
    }
    assert missing == set()

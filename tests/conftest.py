"""Brings the fixtures that all apps share, and the order of a whole run."""

from __future__ import annotations

import pytest

from tests.plugin import *  # noqa: F403

LONGEST = (
    *("tests/stories/", "tests/crash/", "tests/province/", "tests/benchmark/"),
    "tests/test_commands.py",
)
"""Whose tests take longest, apart from those that stay together, with which a run begins anyway."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, lest at the end of a run all wait for one process."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))

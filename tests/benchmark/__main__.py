"""``python -m tests.benchmark [--size N] [--growth | NAME …]``: fill a database and measure."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.benchmark.measure import Report

NAMES = (
    *("clues_lists", "clue_duplicates", "stops_board", "letters_warnings", "warning_rules"),
    *("credit_evaluation", "dashboard_figures", "name_search", "public_pages"),
    *("api_list", "gateway_bulk", "gateway_feed", "directory_intake", "sm3"),
)
SIZE = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/benchmark")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument(
        "--growth", action="store_true", help="compare a hundredth, a tenth and all of the size"
    )
    asked = parser.parse_args()
    unknown = set(asked.names) - set(NAMES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    django.setup()
    if asked.growth:
        _growth(asked.size)
    else:
        modules = [importlib.import_module(f"tests.benchmark.{n}") for n in asked.names or NAMES]
        # What fills its own tables says that it needs no clues.
        clues = any(getattr(module, "NEEDS_CLUES", True) for module in modules)
        with _filled(asked.size) if clues else _founded():
            for module in modules:
                _show(module.run(asked.size))
    return 0


def _growth(size: int) -> None:
    from tests.benchmark import growth
    from tests.benchmark.clue_rows import OPEN_EVERY

    taken = []
    for times in (1, 10, 100):
        part = size // 100 * times
        # As much open each time: what is done piles up, what waits does not.
        with _filled(part, OPEN_EVERY * times):
            taken.append((part, growth.measure()))
    _show(growth.compare(taken))


@contextmanager
def _filled(size: int, *open_every: int) -> Iterator[None]:
    """A database of its own with as many clues and what belongs to them."""
    from tests.benchmark.clue_rows import fill

    with _founded():
        print(f"filling {size:,} rows …", flush=True)
        fill(size, *open_every)
        yield


@contextmanager
def _founded() -> Iterator[None]:
    """A database of its own with the demo county's departments and people."""
    from django.db import connection

    from supervision.demo.foundation import load_foundation

    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load_foundation()
        yield
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


def _show(report: Report) -> None:
    report.keep()
    print(report.as_text(), flush=True)


if __name__ == "__main__":
    sys.exit(main())

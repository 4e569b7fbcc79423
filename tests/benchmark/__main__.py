"""``python -m tests.benchmark [--size N] [NAME …]``: fill a database of its own and measure."""

from __future__ import annotations

import argparse
import importlib
import sys

import django

NAMES = ("clues_lists", "clue_duplicates", "stops_board", "letters_warnings", "warning_rules")
SIZE = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/benchmark")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--size", type=int, default=SIZE)
    asked = parser.parse_args()
    unknown = set(asked.names) - set(NAMES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    django.setup()

    from django.db import connection

    from tests.benchmark.clue_rows import fill

    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        print(f"filling {asked.size:,} rows …", flush=True)
        fill(asked.size)
        for name in asked.names or NAMES:
            report = importlib.import_module(f"tests.benchmark.{name}").run(asked.size)
            report.keep()
            print(report.as_text(), flush=True)
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())

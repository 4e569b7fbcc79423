"""``python -m tests.province [--size N] [--seed N]``: a day of so many pushes, and its account."""

from __future__ import annotations

import argparse
import os
import sys
import time

import django
from django.db import connection


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.province")
    parser.add_argument("--size", type=int, default=2_000, help="pushes of the day")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supervision.settings")
    django.setup()
    from supervision.demo.foundation import load_foundation
    from tests.province.account import account
    from tests.province.day import Day, platform, system
    from tests.province.intents import plan

    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        system(load_foundation())
        start = time.monotonic()
        with platform() as url:
            day = Day(url)
            day.live(plan(asked.seed, asked.size))
        print(f"{asked.size:,} pushes, seed {asked.seed}, {time.monotonic() - start:.0f} s")
        print("  what: sent by the province | held by the platform")
        lines = account(day)
        print(*lines, sep="\n")
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)
    return 0 if all(line.agrees for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())

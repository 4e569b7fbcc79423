"""Make the databases from which the processes of a test run copy theirs.

Migrating takes as long as hundreds of tests, so script/test does it once per run, anew each time.
"""

from __future__ import annotations

import gc

import django
from django.db import connection


def main() -> None:
    """Create the test database that ``TEST_DB`` names, migrated and with the demo county's
    foundation, and beside it, with ``_empty`` at its end, the same without the county."""
    # Each step of a migration makes models anew and leaves the old ones as rings of references.
    gc.set_threshold(200_000, 50, 1000)
    django.setup()
    from supervision.demo.foundation import load_foundation

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}_empty")
        cursor.execute(f"CREATE DATABASE {name}_empty TEMPLATE {name}")
    load_foundation()
    connection.close()


if __name__ == "__main__":
    main()

"""Inbox, board and trail against plain SQL over the same rows, with a million clues behind them.

    DJANGO_SETTINGS_MODULE=supervision.settings python -m tests.benchmark.stops_board [clues]

Makes a database of its own, fills it, prints each time beside that of the simplest SQL that could
answer, and writes ``var/benchmark/stops_board.json``. Times are seconds, medians of five.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CLUES = 1_000_000
OPEN_SHARE = 33
"""One clue of so many is still open; each has passed two stops."""
RUNS = 5


def fill(clues: int) -> None:
    """Clues with two stops and clocks each, spread over the county's departments."""
    from django.db import connection

    from clues.models import Clue, ClueParty, Stop
    from clues.tests.stop_samples import lying_clue
    from departments.models import User
    from records.models import Deadline

    clue = lying_clue(User.objects.get(username="mzj_clerk"), "XS-0")
    stop = Stop.objects.get(target_id=clue.pk)
    received = f"now() - (n::float8 / {clues}) * interval '1000 days'"
    is_open = f"n % {OPEN_SHARE} = 0"
    place = "(SELECT ids[1 + n % array_length(ids, 1)] FROM places)"

    def insert(model: Any, source: Any, count: int, **values: str) -> None:
        columns = [f.column for f in model._meta.concrete_fields if f.column != "id"]
        picked = ", ".join(values.get(name, f't."{name}"') for name in columns)
        listed = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(
            f"WITH places AS (SELECT array_agg(id) ids FROM departments_department) "
            f"INSERT INTO {model._meta.db_table} ({listed}) SELECT {picked} "
            f"FROM {model._meta.db_table} t, generate_series(1, {count}) n WHERE t.id = {source}"
        )

    with connection.cursor() as cursor:
        insert(
            Clue,
            clue.pk,
            clues,
            number="'XS-' || n",
            received_at=received,
            holder_id=place,
            state=f"CASE WHEN {is_open} THEN 'handling' ELSE 'closed' END",
            outcome="'nothing'",
            times_returned=f"(n % {OPEN_SHARE * 7} = 0)::int",
        )
        party = ClueParty.objects.get(clue=clue)
        insert(ClueParty, party.pk, clues, clue_id=f"{clue.pk} + n", department_id=place)
        for half, (code, leaves) in enumerate((("first", "true"), (Stop.MAIN, f"NOT {is_open}"))):
            begun = f"{received} + interval '{half * 3} days'"
            left = f"CASE WHEN {leaves} THEN {begun} + (1 + n % 9) * interval '9 hours' END"
            insert(
                Deadline,
                stop.deadline_id,
                clues,
                target_id=f"{clue.pk} + n",
                rule=f"'benchmark.{code}'",
                department_id=place,
                started_at=begun,
                due_at="now() + (n % 4001 - 400) * interval '1 hour'",
                met_at=left,
            )
            cursor.execute("SELECT max(id) FROM records_deadline")
            last = cursor.fetchone()[0]
            insert(
                Stop,
                stop.pk,
                clues,
                target_id=f"{clue.pk} + n",
                clue_id=f"{clue.pk} + n",
                code=f"'{code}'",
                waits=f"'环节{half}' || n % 4",
                department_id=place,
                deadline_id=f"{last - clues} + n",
                entered_at=begun,
                left_at=left,
            )
        cursor.execute("VACUUM ANALYZE")


def seconds(work: Callable[[], Any]) -> float:
    """The median time of some runs, after one that warms the caches."""
    work()
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def sql(statement: str) -> Callable[[], Any]:
    """The simplest answer of the database itself."""
    from django.db import connection

    def ask() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    return ask


def measure() -> dict[str, dict[str, float]]:
    """Each page beside its reference."""
    from django.utils import timezone

    from clues.selectors import board, stops
    from clues.worklist import pending_clue_work
    from departments.actors import actor_for
    from departments.models import User
    from records.deadlines import ago
    from records.paging import keyset_page
    from records.selectors import visible_trail

    head = actor_for(User.objects.get(username="xzsp_head"))
    clerk = actor_for(User.objects.get(username="mzj_clerk"))
    department = clerk.department_id
    since = ago(timezone.now(), days=board.LOOK_BACK_DAYS).isoformat()
    open_stops = "FROM clues_stop WHERE left_at IS NULL"
    by_due = "JOIN records_deadline d ON d.id = s.deadline_id"
    cases: dict[str, tuple[Callable[[], Any], str]] = {
        "board": (
            lambda: board.board(head),
            f"SELECT department_id, kind, count(*) {open_stops} GROUP BY 1, 2",
        ),
        "durations": (
            lambda: board.durations(head),
            "SELECT department_id, waits, percentile_cont(0.5) WITHIN GROUP "
            "(ORDER BY left_at - entered_at) FROM clues_stop "
            f"WHERE left_at >= '{since}' GROUP BY 1, 2",
        ),
        "board rows": (
            lambda: keyset_page(stops.waiting(head), stops.ORDER),
            f"SELECT s.* FROM clues_stop s {by_due} WHERE left_at IS NULL "
            "ORDER BY d.due_at, s.id LIMIT 51",
        ),
        "inbox": (
            lambda: keyset_page(stops.inbox(clerk), stops.ORDER),
            f"SELECT s.* FROM clues_stop s {by_due} WHERE left_at IS NULL "
            f"AND s.department_id = {department} ORDER BY d.due_at, s.id LIMIT 51",
        ),
        "inbox tabs": (
            lambda: stops.counts(stops.inbox(clerk)),
            f"SELECT count(*) FROM clues_stop s {by_due} WHERE left_at IS NULL "
            f"AND s.department_id = {department} GROUP BY d.due_at < now()",
        ),
        "workbench": (
            lambda: pending_clue_work(clerk),
            f"SELECT s.* FROM clues_stop s {by_due} WHERE left_at IS NULL "
            f"AND s.department_id = {department} ORDER BY d.due_at, s.id LIMIT 21",
        ),
        "trail": (
            lambda: keyset_page(visible_trail(head), ("-id",)),
            "SELECT * FROM records_trailentry ORDER BY id DESC LIMIT 51",
        ),
    }
    found = {}
    for name, (ours, statement) in cases.items():
        took, reference = seconds(ours), seconds(sql(statement))
        found[name] = {"seconds": took, "reference": reference, "ratio": took / reference}
    return found


def main(clues: int) -> None:
    """Fill, measure, print, write."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    from supervision.demo.foundation import load_foundation

    setup_test_environment()
    original = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load_foundation()
        fill(clues)
        found = measure()
    finally:
        connection.creation.destroy_test_db(original, verbosity=0)
        teardown_test_environment()
    for name, row in found.items():
        print(f"{name:12} {row['seconds']:8.4f} s  {row['ratio']:6.1f} x")
    target = Path("var/benchmark/stops_board.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"clues": clues, "results": found}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLUES)

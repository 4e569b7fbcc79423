"""Counters that follow the tables: right under concurrency, cheap to write, cheaper to read.

Triggers append the key of whatever changes to ``Touched``, in the same transaction, so that a
rollback takes the mark along and nobody waits. ``fold`` takes the marks that have been committed
and then looks at the objects as they stand: what an object counted for last is taken back, what
it counts for now is added. A change that commits between the two is seen, or leaves its own mark;
it can be looked at twice, never be missed. One fold runs at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection, transaction

from supervision.dashboard.models import Counted, Rollup, Touched
from supervision.dashboard.sources import LEADS, ONLY_ALL, SOURCES

BATCH = 5_000
"""Marks taken in one transaction."""

_LOCK = 0x0DA5_B0A2
_COLUMNS = "object_id, region_code, township_id, department_id, measures"
_BY_ALL_ONLY = " AND ".join(f"NOT starts_with(measure, '{start}')" for start in ONLY_ALL)

_PLACES = f"""
    SELECT region_code, place.scope, measure, place.key, sum(sign) AS many
    FROM changes, LATERAL (VALUES
        ('', 0::bigint, true),
        ('t', township_id, {_BY_ALL_ONLY}),
        ('d', department_id, {_BY_ALL_ONLY})) AS place (scope, key, counts)
    WHERE place.key IS NOT NULL AND place.counts
    GROUP BY 1, 2, 3, 4 HAVING sum(sign) <> 0
"""
_ADD = f"""
    INSERT INTO dashboard_rollup (region_code, scope, measure, place, many) {_PLACES}
    ON CONFLICT (region_code, scope, measure, place)
    DO UPDATE SET many = dashboard_rollup.many + excluded.many
"""
# Two statements of one transaction, between which only this fold writes these tables.
_RECOUNT = f"""
    WITH found AS MATERIALIZED (SELECT * FROM ({{facts}}) AS f ({_COLUMNS})),
    changed AS (
        INSERT INTO dashboard_counted (source, {_COLUMNS})
        SELECT %(source)s, {_COLUMNS} FROM found
        ON CONFLICT (source, object_id) DO UPDATE SET region_code = excluded.region_code,
            township_id = excluded.township_id, department_id = excluded.department_id,
            measures = excluded.measures
        WHERE (dashboard_counted.region_code, dashboard_counted.township_id,
            dashboard_counted.department_id, dashboard_counted.measures) IS DISTINCT FROM
            (excluded.region_code, excluded.township_id, excluded.department_id, excluded.measures)
        RETURNING object_id
    ), gone AS (
        DELETE FROM dashboard_counted WHERE source = %(source)s AND object_id = ANY(%(ids)s)
            AND object_id NOT IN (SELECT object_id FROM found)
        RETURNING object_id
    ), changes AS (
        SELECT region_code, township_id, department_id, unnest(measures) AS measure, 1 AS sign
        FROM found WHERE object_id IN (SELECT object_id FROM changed)
        UNION ALL
        -- As they were before this statement, which is what a table shows within it.
        SELECT region_code, township_id, department_id, unnest(measures), -1
        FROM dashboard_counted WHERE source = %(source)s AND object_id = ANY(%(ids)s)
            AND (object_id IN (SELECT object_id FROM changed)
                OR object_id IN (SELECT object_id FROM gone))
    )
    {_ADD}
"""


@dataclass(frozen=True)
class Totals:
    """The counters of a region, of all and by place."""

    everything: Mapping[str, int]
    by_township: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    by_department: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    @staticmethod
    def of(counts: Mapping[str, int], measures: Iterable[str]) -> int:
        """How many count for one of the measures."""
        return sum(counts.get(measure, 0) for measure in measures)


def fold(limit: int = BATCH) -> int:
    """Count what was touched again, at most ``limit`` marks; returns how many were taken. Takes
    none while another fold runs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "DELETE FROM dashboard_touched WHERE id IN ("
            "SELECT id FROM dashboard_touched ORDER BY id LIMIT %s) RETURNING source, object_id",
            [limit],
        )
        marks = cursor.fetchall()
        touched: dict[str, set[int]] = defaultdict(set)
        for source, key in marks:
            touched[source].add(key)
        for lead in LEADS:
            if touched[lead.source]:
                cursor.execute(lead.sql, [list(touched[lead.source])])
                touched[lead.to].update(key for (key,) in cursor.fetchall())
        for source, facts in SOURCES.items():
            if touched[source]:
                cursor.execute(
                    _RECOUNT.format(facts=facts.format(only="= ANY(%(ids)s)")),
                    {"source": source, "ids": list(touched[source])},
                )
        if marks:
            cursor.execute("DELETE FROM dashboard_rollup WHERE many = 0")
    return len(marks)


def fold_all() -> int:
    """Fold until nothing waits; returns how many marks were taken."""
    taken = 0
    while many := fold():
        taken += many
    return taken


def rebuild() -> None:
    """Count everything anew, while work goes on: what changes meanwhile leaves its mark."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for model in (Touched, Counted, Rollup):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        for source, facts in SOURCES.items():
            cursor.execute(
                f"INSERT INTO dashboard_counted (source, {_COLUMNS}) "
                f"SELECT '{source}', * FROM ({facts.format(only='IS NOT NULL')}) AS f"
            )
        cursor.execute(
            "WITH changes AS (SELECT region_code, township_id, department_id, "
            f"unnest(measures) AS measure, 1 AS sign FROM dashboard_counted) {_ADD}"
        )


@dataclass(frozen=True)
class Difference:
    """A counter that does not say what the tables say."""

    region_code: str
    scope: str
    measure: str
    place: int
    counted: int
    real: int


def differences() -> list[Difference]:
    """The counters that differ from the tables, in one look at the database. What waits to be
    folded differs as well: fold first."""
    facts = " UNION ALL ".join(
        f"SELECT * FROM ({sql.format(only='IS NOT NULL')}) AS f" for sql in SOURCES.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found ({_COLUMNS}) AS ({facts}), changes AS (SELECT region_code, township_id, "
            f"department_id, unnest(measures) AS measure, 1 AS sign FROM found), "
            f"real (region_code, scope, measure, place, many) AS ({_PLACES}) "
            "SELECT region_code, scope, measure, place, coalesce(r.many, 0), coalesce(real.many, 0)"
            " FROM dashboard_rollup r FULL JOIN real USING (region_code, scope, measure, place)"
            " WHERE r.many IS DISTINCT FROM real.many ORDER BY 1, 2, 3, 4"
        )
        return [
            Difference(region, scope, measure, place, int(counted), int(real))
            for region, scope, measure, place, counted, real in cursor.fetchall()
        ]


TRIES = 5
"""Looks at a database in which people work: what they do between fold and look differs."""


def settled_differences() -> tuple[int, list[Difference]]:
    """How many counters there are to compare, and those that differ however often it is folded.
    Nobody else folds meanwhile: what has no mark left to be folded is wrong for good."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        wrong: list[Difference] = []
        for attempt in range(TRIES):
            fold_all()
            found = differences()
            wrong = [each for each in found if not attempt or each in wrong]
            if not wrong or not Touched.objects.exists():
                break
    lacking = sum(not each.counted for each in wrong)
    return Rollup.objects.count() + lacking, wrong


def totals(region_code: str) -> Totals:
    """All counters of a region and what belongs to it. One query."""
    everything: dict[str, int] = defaultdict(int)
    townships: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    departments: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Rollup.objects.filter(region_code__startswith=region_code)
    for scope, measure, place, many in rows.values_list("scope", "measure", "place", "many"):
        if scope == Rollup.Scope.ALL:
            everything[measure] += many
        else:
            by = townships if scope == Rollup.Scope.TOWNSHIP else departments
            by[place][measure] += many
    return Totals(everything, townships, departments)


def total(region_code: str, measures: Iterable[str]) -> int:
    """How many of a region count for one of the measures. One query."""
    found = Rollup.objects.filter(
        region_code__startswith=region_code, scope=Rollup.Scope.ALL, measure__in=list(measures)
    )
    return sum(found.values_list("many", flat=True))

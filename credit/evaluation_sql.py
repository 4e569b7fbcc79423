"""An indicator set computed for many subjects inside the database.

The same as ``credit.scoring.assess`` for every subject of a range of ids, in one statement: no
subject and no fact travels to Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from credit.scoring import FULL, GRADES, Bands, Indicator

_ROW = "(%s::smallint, %s::text, %s::text, %s::int, %s::bigint, %s::date, %s, %s, %s)"

_ASSESS = """
WITH wanted (position, event, measure, weight, full_at, since, adds, veto, own_matter) AS (
    VALUES {indicators}
), chosen AS (
    SELECT s.id, {held} AS held FROM credit_subject s
    WHERE s.id > %s AND s.id <= %s AND s.region_id IN (
        SELECT id FROM departments_region WHERE code LIKE %s
    ) AND s.status = ANY(%s) {only}
), counted AS (
    SELECT e.subject_id, w.position, count(*) AS times, sum(e.amount) AS total,
           max(e.amount) AS most,
           max(CASE WHEN w.measure = 'latest'
               THEN ARRAY[(e.happened_on - DATE '1900-01-01')::bigint, e.id, e.amount] END) AS last
    FROM credit_creditevent e JOIN wanted w ON w.event = e.kind
    WHERE e.subject_id > %s AND e.subject_id <= %s {only_events}
      AND e.id <= %s AND e.happened_on <= %s AND (e.until IS NULL OR e.until > %s)
      AND (w.since IS NULL OR e.happened_on >= w.since)
      AND (NOT w.own_matter OR e.matter_id = %s)
    GROUP BY e.subject_id, w.position
), lines AS (
    SELECT subject_id, position, adds, measured, full_at, veto,
           (weight * LEAST(measured, full_at) / full_at)::int AS points
    FROM (
        SELECT c.subject_id, w.*, CASE w.measure WHEN 'count' THEN c.times
            WHEN 'sum' THEN c.total::bigint WHEN 'most' THEN c.most ELSE c.last[3] END AS measured
        FROM counted c JOIN wanted w USING (position)
    ) taken
), totals AS (
    SELECT subject_id,
           sum(CASE WHEN adds THEN points ELSE -points END) AS change,
           min(position) FILTER (WHERE veto AND measured >= full_at) AS veto,
           array_agg(position ORDER BY position) AS positions,
           array_agg(measured ORDER BY position) AS measured,
           array_agg(points ORDER BY position) AS points
    FROM lines GROUP BY subject_id
), scored AS (
    SELECT c.id, c.held, t.*, LEAST(%s, GREATEST(0, %s + COALESCE(t.change, 0))) AS score
    FROM chosen c LEFT JOIN totals t ON t.subject_id = c.id
)
INSERT INTO credit_assessment
    (evaluation_id, subject_id, score, grade, veto, held, positions, measured, points)
SELECT %s, id, score,
       CASE WHEN veto IS NOT NULL THEN 'D' WHEN score >= %s THEN 'A'
            WHEN score >= %s THEN 'B' WHEN score >= %s THEN 'C' ELSE 'D' END,
       veto, held, COALESCE(positions, '{{}}'), COALESCE(measured, '{{}}'), COALESCE(points, '{{}}')
FROM scored
ORDER BY id
"""

_NOTHING_HELD = "''"
_HELD = "s.grade"
_HELD_IN_MATTER = """COALESCE((
    SELECT t.grade FROM credit_standing t WHERE t.subject_id = s.id AND t.matter_id = %s
), '-')"""

_SUM_UP = """
SELECT {counts}, encode(sha256(string_agg(
    sha256(convert_to(concat_ws('|', s.id_kind, s.identifier, a.score, a.grade,
        COALESCE(a.veto, -1), a.positions, a.measured, a.points), 'UTF8')), '' ORDER BY s.id
)), 'hex')
FROM credit_assessment a JOIN credit_subject s ON s.id = a.subject_id
WHERE a.evaluation_id = %s AND a.subject_id > %s AND a.subject_id <= %s
"""


_STAND = """
INSERT INTO credit_standing AS standing (subject_id, matter_id, assessment_id, grade)
SELECT a.subject_id, %s, a.id, a.grade
FROM credit_assessment a
WHERE a.evaluation_id = %s AND a.subject_id > %s AND a.subject_id <= %s
ORDER BY a.subject_id
ON CONFLICT (subject_id, matter_id) DO UPDATE
SET assessment_id = excluded.assessment_id, grade = excluded.grade
WHERE (SELECT evaluation_id FROM credit_assessment WHERE id = standing.assessment_id) <= %s
"""

# A statement of its own: what was set by hand while the one above waited for its row is seen.
_BY_HAND = """
UPDATE credit_standing t SET grade = j.grade
FROM credit_adjustment j
WHERE j.subject_id > %s AND j.subject_id <= %s AND j.matter_id IS NOT DISTINCT FROM %s
  AND j.ended_at IS NULL AND j.until >= %s
  AND t.subject_id = j.subject_id AND t.matter_id IS NOT DISTINCT FROM j.matter_id
"""

_REPEAT = """
WITH due AS (
    SELECT s.id, s.grade AS old, t.grade AS new
    FROM credit_standing t JOIN credit_subject s ON s.id = t.subject_id
    JOIN credit_assessment a ON a.id = t.assessment_id
    WHERE a.evaluation_id = %s AND t.matter_id IS NULL AND s.grade <> t.grade
      AND s.id > %s AND s.id <= %s
    ORDER BY s.id FOR NO KEY UPDATE OF s
), told AS (
    INSERT INTO credit_subjectchange
        (subject_id, at, actor_name, department_name, field, old, new, source)
    SELECT id, %s, %s, '', 'grade', old, new, %s FROM due
)
UPDATE credit_subject s SET grade = due.new, updated_at = %s FROM due WHERE s.id = due.id
"""


@dataclass(frozen=True, slots=True)
class Order:
    """What one step of an evaluation computes: which set, as of when, up to which credit event
    (``horizon``), for the subjects of a region in ``statuses``; ``only`` narrows them down.
    ``keep_held`` keeps with each result the grade that holds now."""

    evaluation: int
    indicators: Sequence[Indicator]
    bands: Bands
    as_of: dt.date
    horizon: int
    region_code: str
    statuses: Sequence[str]
    matter: int | None = None
    only: Sequence[int] | None = None
    keep_held: bool = False


def assess_range(order: Order, after: int, last: int) -> int:
    """Write the assessments of the subjects with ids above ``after`` up to ``last``; returns how
    many. Costs one statement."""
    values = ", ".join([_ROW] * len(order.indicators))
    only: list[Any] = [] if order.only is None else [list(order.only)]
    of_matter = order.keep_held and order.matter is not None
    held = _HELD_IN_MATTER if of_matter else _HELD if order.keep_held else _NOTHING_HELD
    statement = _ASSESS.format(
        indicators=values,
        held=held,
        only="" if order.only is None else "AND s.id = ANY(%s)",
        only_events="" if order.only is None else "AND e.subject_id = ANY(%s)",
    )
    with connection.cursor() as cursor:
        # Till the end of the transaction: a step's facts are grouped without going to disk.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(
            statement,
            [
                *_rows(order.indicators),
                *([order.matter] if of_matter else []),
                *(after, last, f"{order.region_code}%", list(order.statuses), *only),
                *(after, last, *only, order.horizon, order.as_of, order.as_of, order.matter),
                *(FULL, FULL, order.evaluation, order.bands.a, order.bands.b, order.bands.c),
            ],
        )
        return int(cursor.rowcount)


def _rows(indicators: Sequence[Indicator]) -> list[Any]:
    return [
        value
        for position, line in enumerate(indicators)
        for value in (
            *(position, line.event, line.measure.value, line.weight, line.full_at),
            *(line.since, line.adds, line.veto, line.own_matter),
        )
    ]


def sum_up(evaluation: int, after: int, last: int) -> tuple[dict[str, int], str]:
    """How many subjects of the range came out in each grade, and a SHA-256 over their results in
    the order of their ids, as hexadecimal digits (empty when there are none)."""
    counts = ", ".join(f"count(*) FILTER (WHERE a.grade = '{grade}')" for grade in GRADES)
    with connection.cursor() as cursor:
        cursor.execute(_SUM_UP.format(counts=counts), [evaluation, after, last])
        *found, digest = cursor.fetchone()
    return dict(zip(GRADES, found, strict=True)), digest or ""


def apply_range(
    evaluation: int,
    matter: int | None,
    day: dt.date,
    at: dt.datetime,
    after: int,
    last: int,
    *,
    actor_name: str,
    source: str,
) -> int:
    """Let the results of the range hold; returns for how many subjects the general grade changed.

    A grade set by hand whose term includes ``day`` goes before the computed one, and a result of
    an evaluation that began later is left alone. Each change of the general grade leaves a line
    of history.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [matter, evaluation, after, last, evaluation])
        cursor.execute(_BY_HAND, [after, last, matter, day])
        if matter is not None:
            return 0
        cursor.execute(_REPEAT, [evaluation, after, last, at, actor_name, source, at])
        return int(cursor.rowcount)

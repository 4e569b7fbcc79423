"""An indicator set computed for many subjects inside the database.

The same as ``credit.scoring.assess`` for every subject of a range of ids, in one statement: no
subject and no fact travels to Python.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from credit.scoring import FULL, Bands, Indicator, Measure

_ASSESS = """
WITH chosen AS (
    SELECT s.id, s.id_kind, s.identifier, s.categories, {before} AS before FROM credit_subject s
    WHERE s.id > %s AND s.id <= %s AND s.region_id IN (
        SELECT id FROM departments_region WHERE code LIKE %s
    ) AND s.status = ANY(%s) {only}
), found AS (
    SELECT e.subject_id, ARRAY[{measures}]::bigint[] AS measured, {change} AS change,
           {veto} AS veto
    FROM credit_creditevent e
    WHERE e.subject_id > %s AND e.subject_id <= %s {only_events}
      AND e.id <= %s AND e.happened_on <= %s AND (e.until IS NULL OR e.until > %s)
    GROUP BY e.subject_id
), scored AS (
    SELECT c.*, COALESCE(f.measured, %s::bigint[]) AS measured, f.veto,
           LEAST(%s, GREATEST(0, %s + COALESCE(f.change, 0))) AS score
    FROM chosen c LEFT JOIN found f ON f.subject_id = c.id
), graded AS MATERIALIZED (
    SELECT *, CASE WHEN veto IS NOT NULL THEN 'D' WHEN score >= %s THEN 'A'
                   WHEN score >= %s THEN 'B' WHEN score >= %s THEN 'C' ELSE 'D' END AS grade
    FROM scored
    ORDER BY id
), written AS (
    INSERT INTO credit_assessment (evaluation_id, subject_id, score, grade, veto, before, measured)
    SELECT %s, id, score, grade, veto, before, measured FROM graded
), grouped AS (
    SELECT before, grade, categories, count(*) AS number FROM graded GROUP BY 1, 2, 3
)
SELECT (SELECT jsonb_agg(jsonb_build_array(before, grade, categories, number)) FROM grouped),
       encode(sha256(string_agg(
    sha256(convert_to(concat_ws('|', id_kind, identifier, score, grade, COALESCE(veto, -1)),
        'UTF8') || array_send(measured)), '' ORDER BY id
)), 'hex')
FROM graded
"""

_MEASURES = {
    Measure.COUNT: "NULLIF(count(*) FILTER (WHERE {counts}), 0)",
    # A sum of big integers is numeric, and one numeric makes the whole array so.
    Measure.SUM: "(sum(e.amount) FILTER (WHERE {counts}))::bigint",
    Measure.MOST: "max(e.amount) FILTER (WHERE {counts})",
    Measure.LATEST: (
        "(max(ARRAY[(e.happened_on - DATE '1900-01-01')::bigint, e.id, e.amount])"
        " FILTER (WHERE {counts}))[3]"
    ),
}

_BEFORE_IN_RUN = """COALESCE((
    SELECT b.grade FROM credit_assessment b WHERE b.subject_id = s.id AND b.evaluation_id = %s
), '-')"""
_HELD_IN_MATTER = """COALESCE((
    SELECT t.grade FROM credit_standing t WHERE t.subject_id = s.id AND t.matter_id = %s
), '-')"""


_STAND = """
INSERT INTO credit_standing AS standing (subject_id, matter_id, evaluation_id, assessment_id, grade)
SELECT a.subject_id, %s, a.evaluation_id, a.id, a.grade
FROM credit_assessment a
WHERE a.evaluation_id = %s AND a.subject_id > %s AND a.subject_id <= %s
ORDER BY a.subject_id
ON CONFLICT (subject_id, matter_id) DO UPDATE
SET evaluation_id = excluded.evaluation_id, assessment_id = excluded.assessment_id,
    grade = excluded.grade
WHERE standing.evaluation_id <= excluded.evaluation_id
"""

# A statement of its own: what was set by hand while the one above waited for its row is seen.
_BY_HAND = """
UPDATE credit_standing t SET grade = j.grade
FROM credit_adjustment j
WHERE t.evaluation_id = %s AND j.subject_id > %s AND j.subject_id <= %s
  AND j.matter_id IS NOT DISTINCT FROM %s
  AND j.ended_at IS NULL AND j.until >= %s
  AND t.subject_id = j.subject_id AND t.matter_id IS NOT DISTINCT FROM j.matter_id
"""

_REPEAT = """
WITH due AS (
    SELECT s.id, s.grade AS old, t.grade AS new
    FROM credit_standing t JOIN credit_subject s ON s.id = t.subject_id
    WHERE t.evaluation_id = %s AND t.matter_id IS NULL AND s.grade <> t.grade
      AND s.id > %s AND s.id <= %s AND t.subject_id > %s AND t.subject_id <= %s
    ORDER BY s.id FOR NO KEY UPDATE OF s
), told AS (
    INSERT INTO credit_subjectchange
        (subject_id, at, actor_name, department_name, field, old, new, source)
    SELECT id, %s, %s, '', 'grade', old, new, %s FROM due
)
UPDATE credit_subject s SET grade = due.new, updated_at = %s FROM due WHERE s.id = due.id
"""


class Before(StrEnum):
    """With which grade each result is compared: with none, with the one that holds now, or with
    that of an earlier run."""

    NONE = "none"
    HELD = "held"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Order:
    """What one step of an evaluation computes: which set, as of when, up to which credit event
    (``horizon``), for the subjects of a region in ``statuses``; ``only`` narrows them down.
    ``base`` is the run to compare with; without one nobody had a grade ``before``."""

    evaluation: int
    indicators: Sequence[Indicator]
    bands: Bands
    as_of: dt.date
    horizon: int
    region_code: str
    statuses: Sequence[str]
    matter: int | None = None
    only: Sequence[int] | None = None
    before: Before = Before.NONE
    base: int | None = None


class Group(NamedTuple):
    """How many subjects with the same categories came from one grade to another."""

    before: str
    grade: str
    categories: Sequence[str]
    number: int

    @property
    def move(self) -> str:
        return self.before + self.grade


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one step: its subjects in groups, and a SHA-256 over their results in the
    order of their ids, as hexadecimal digits (empty when there are none)."""

    groups: list[Group]
    digest: str


def assess_range(order: Order, after: int, last: int) -> Step:
    """Write the assessments of the subjects with ids above ``after`` up to ``last``. Costs one
    statement, which reads the facts once, in the order of their index."""
    lines = order.indicators
    only: list[Any] = [] if order.only is None else [list(order.only)]
    before = _before(order)
    measures = [_measure(line, order.matter) for line in lines]
    change, veto = _change(lines, measures), _veto(lines, measures)
    statement = _ASSESS.format(
        before=before.sql,
        only="" if order.only is None else "AND s.id = ANY(%s)",
        only_events="" if order.only is None else "AND e.subject_id = ANY(%s)",
        measures=", ".join(measure.sql for measure in measures),
        change=change.sql,
        veto=veto.sql,
    )
    params = [
        *before.params,
        *(after, last, f"{order.region_code}%", list(order.statuses), *only),
        *(value for measure in measures for value in measure.params),
        *(*change.params, *veto.params),
        *(after, last, *only, order.horizon, order.as_of, order.as_of),
        *([None] * len(lines), FULL, FULL),
        *(order.bands.a, order.bands.b, order.bands.c, order.evaluation),
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        groups, digest = cursor.fetchone()
    return Step([Group(*group) for group in json.loads(groups or "[]")], digest or "")


@dataclass(frozen=True, slots=True)
class _Term:
    """A piece of SQL and its parameters. What an aggregate measures is computed once in a
    statement, however often it is named there."""

    sql: str
    params: tuple[Any, ...]


def _before(order: Order) -> _Term:
    """The grade that a subject's result is compared with; ``-`` where there was none."""
    if order.before is Before.NONE:
        return _Term("''", ())
    if order.before is Before.RUN:
        return _Term(_BEFORE_IN_RUN, (order.base,))
    if order.matter is None:
        return _Term("s.grade", ())
    return _Term(_HELD_IN_MATTER, (order.matter,))


def _measure(line: Indicator, matter: int | None) -> _Term:
    """What an indicator measures of the facts of one subject, null where it finds nothing."""
    counts, params = "e.kind_hash = hashtext(%s)", list[Any]((line.event,))
    if line.since is not None:
        counts += " AND e.happened_on >= %s"
        params.append(line.since)
    if line.own_matter:
        counts += " AND e.matter_id = %s"
        params.append(matter)
    return _Term(_MEASURES[line.measure].format(counts=counts), tuple(params))


def _change(lines: Sequence[Indicator], measures: Sequence[_Term]) -> _Term:
    """What the lines give and take together, in hundredths of a point."""
    sql, params = "0", list[Any]()
    for line, measure in zip(lines, measures, strict=True):
        sign = "+" if line.adds else "-"
        sql += f" {sign} %s::bigint * LEAST(COALESCE({measure.sql}, 0), %s) / %s"
        params += [line.weight, *measure.params, line.full_at, line.full_at]
    return _Term(sql, tuple(params))


def _veto(lines: Sequence[Indicator], measures: Sequence[_Term]) -> _Term:
    """The position of the first veto that holds."""
    cases, params = "", list[Any]()
    for position, (line, measure) in enumerate(zip(lines, measures, strict=True)):
        if line.veto:
            cases += f" WHEN {measure.sql} >= %s THEN {position}"
            params += [*measure.params, line.full_at]
    return _Term(f"(CASE{cases} END)::smallint" if cases else "NULL::smallint", tuple(params))


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
        cursor.execute(_STAND, [matter, evaluation, after, last])
        cursor.execute(_BY_HAND, [evaluation, after, last, matter, day])
        if matter is not None:
            return 0
        ids = (after, last, after, last)
        cursor.execute(_REPEAT, [evaluation, *ids, at, actor_name, source, at])
        return int(cursor.rowcount)

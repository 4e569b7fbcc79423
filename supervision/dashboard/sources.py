"""What the rows of the house count for, as SQL: one statement per source, used alike for what
changed, for the whole and for checking.

Each gives ``object_id, region_code, township_id, department_id, measures`` of the rows that the
condition put at ``{only}`` leaves. A measure is a name, and what it is counted apart by: a state,
or the year that the thing happened in, in the county's time.
"""

from __future__ import annotations

from dataclasses import dataclass

from clues.models import Clue, RiskWarning
from inspections.models import JointTask
from inspections.result_codes import PROBLEM_CODES
from inspections.rules import PUBLICATION_DUE


def _list(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]


def _year(column: str) -> str:
    return f"to_char({column} AT TIME ZONE 'Asia/Shanghai', 'YYYY')"


DONE = (JointTask.State.CHECKED, JointTask.State.CLOSED)
"""The states of a visit that took place."""

_NO_VISIT = (*JointTask.UNSENT, JointTask.State.CANCELLED)

_MATTERS = """
    SELECT v.id, r.code, NULL::bigint, v.lead_id, ARRAY['matter:' || v.state]
    FROM matters_matterversion v
    JOIN matters_matter m ON m.id = v.matter_id JOIN departments_region r ON r.id = m.region_id
    WHERE v.id {only}
"""
_ITEMS = """
    SELECT i.id, r.code, NULL::bigint, i.lead_id, ARRAY['item:' || p.year || ':' || i.state]
    FROM inspections_planitem i
    JOIN inspections_yearplan p ON p.id = i.plan_id JOIN departments_region r ON r.id = p.region_id
    WHERE i.id {only}
"""
_TASKS = f"""
    SELECT t.id, r.code, s.township_id, t.lead_id, array_remove(ARRAY[
        'visit:' || {_year("t.dispatched_at")} || ':' || t.state,
        CASE WHEN (SELECT count(*) FROM inspections_taskpart p WHERE p.task_id = t.id) >= 2
            THEN 'joint:' || {_year("t.dispatched_at")} END], NULL)
    FROM inspections_jointtask t
    JOIN departments_region r ON r.id = t.region_id JOIN credit_subject s ON s.id = t.subject_id
    WHERE t.state NOT IN ({_list(_NO_VISIT)}) AND t.id {{only}}
"""
_PARTS = f"""
    SELECT p.id, r.code, s.township_id, p.department_id, ARRAY['part:' || p.state]
    FROM inspections_taskpart p JOIN inspections_jointtask t ON t.id = p.task_id
    JOIN departments_region r ON r.id = t.region_id JOIN credit_subject s ON s.id = t.subject_id
    WHERE t.state NOT IN ({_list(_NO_VISIT)}) AND p.id {{only}}
"""
_SUBJECTS = f"""
    SELECT s.id, r.code, s.township_id, NULL::bigint, 'grade:' || s.grade || ARRAY(
        SELECT DISTINCT 'covered:' || extract(year FROM t.visit_on)
        FROM inspections_jointtask t
        WHERE t.subject_id = s.id AND t.state IN ({_list(DONE)}) AND t.visit_on IS NOT NULL)
    FROM credit_subject s JOIN departments_region r ON r.id = s.region_id
    WHERE s.status = 'open' AND s.id {{only}}
"""
_RESULTS = f"""
    SELECT f.id, r.code, s.township_id, p.department_id, array_remove(ARRAY[
        CASE WHEN f.state = 'published' THEN 'published:' || {_year("f.published_at")}
            ELSE 'result:' || f.state END,
        CASE WHEN f.state = 'published'
                AND f.codes && ARRAY[{_list(sorted(PROBLEM_CODES))}]::varchar[]
            THEN 'problem:' || {_year("f.published_at")} END,
        CASE WHEN c.met THEN 'clock:' || c.year END,
        CASE WHEN c.in_time THEN 'in_time:' || c.year END], NULL)
    FROM inspections_result f JOIN inspections_taskpart p ON p.id = f.part_id
    JOIN inspections_jointtask t ON t.id = p.task_id
    JOIN departments_region r ON r.id = t.region_id JOIN credit_subject s ON s.id = t.subject_id
    LEFT JOIN LATERAL (
        SELECT true AS met, d.met_at <= d.due_at AS in_time, {_year("d.met_at")} AS year
        FROM records_deadline d JOIN django_content_type k ON k.id = d.target_type_id
        WHERE k.app_label = 'inspections' AND k.model = 'result' AND d.target_id = f.id
            AND d.rule = '{PUBLICATION_DUE.key}' AND d.met_at IS NOT NULL
            AND d.cancelled_at IS NULL
        ORDER BY d.id DESC LIMIT 1) c ON true
    WHERE f.id {{only}}
"""
_CLUES = f"""
    SELECT c.id, c.region_code, c.township_id, c.holder_id, array_remove(ARRAY[
        'clue:' || c.state,
        CASE WHEN c.state IN ({_list(Clue.OPEN_STATES)}) THEN 'waiting:'
            || to_char(c.received_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') END], NULL)
    FROM clues_clue c WHERE NOT c.confidential AND c.id {{only}}
"""
_WARNINGS = f"""
    SELECT w.id, w.region_code, w.township_id, w.owner_id, ARRAY['warning:' || w.level]
    FROM clues_riskwarning w
    WHERE NOT w.confidential AND w.state IN ({_list(RiskWarning.OPEN_STATES)}) AND w.id {{only}}
"""
_RATINGS = """
    SELECT e.id, c.region_code, c.township_id, c.holder_id, ARRAY['rating:' || e.rating]
    FROM clues_receipt e JOIN clues_clue c ON c.id = e.clue_id
    WHERE e.rating <> '' AND NOT c.confidential AND e.id {only}
"""

SOURCES: dict[str, str] = {
    "matter": _MATTERS,
    "item": _ITEMS,
    "task": _TASKS,
    "part": _PARTS,
    "subject": _SUBJECTS,
    "result": _RESULTS,
    "clue": _CLUES,
    "warning": _WARNINGS,
    "rating": _RATINGS,
}

ONLY_ALL = ("waiting:",)
"""Beginnings of the measures that are not counted by place."""


@dataclass(frozen=True)
class Leads:
    """Where a change leads on: what ``sql`` finds of the objects given counts as touched too."""

    source: str
    to: str
    sql: str


LEADS: tuple[Leads, ...] = (
    # A subject that moved takes its visits along; a visit, what hangs on it and its subject.
    Leads("place", "subject", "SELECT unnest(%s)"),
    Leads("place", "task", "SELECT id FROM inspections_jointtask WHERE subject_id = ANY(%s)"),
    Leads("task", "subject", "SELECT subject_id FROM inspections_jointtask WHERE id = ANY(%s)"),
    Leads("task", "part", "SELECT id FROM inspections_taskpart WHERE task_id = ANY(%s)"),
    Leads("part", "result", "SELECT id FROM inspections_result WHERE part_id = ANY(%s)"),
    Leads("clue", "rating", "SELECT id FROM clues_receipt WHERE clue_id = ANY(%s)"),
)
"""In an order in which each is followed after what leads to it."""

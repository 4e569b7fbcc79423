"""What an evaluation of the warning rules costs when little has changed, and where clues gather."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from clues.models import Clue, WarningRuleVersion
from clues.rules import warnings as w
from clues.selectors.patterns import WAYS, patterns
from clues.services.warnings.evaluation import due
from clues.services.warnings.rules import adopt_presets
from records import trail
from records.actor import SYSTEM
from records.models import TrailEntry
from records.periods import ahead
from tests.benchmark.clue_rows import CLERK, COORDINATION, REGION, actor
from tests.benchmark.measure import Report, database_seconds, sql_seconds

CHANGED = 50
"""Clues about which something was done since the last evaluation."""
DAYS = 30
_KEYS = {
    "category": "unnest(s.categories)",
    w.INDUSTRY: "s.industry_class",
    w.TOWNSHIP: "c.township_id",
    w.MATTER: "c.matter_id",
}


def run(size: int) -> Report:
    """Measure on a filled database of ``size`` clues."""
    report = Report("warning_rules", size)
    _rules(report)
    _patterns(report)
    return report


def _rules(report: Report) -> None:
    adopt_presets(actor("xzsp_head"))
    newest = TrailEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
    now = timezone.now()
    for clue in Clue.objects.filter(confidential=False).order_by("-received_at")[:CHANGED]:
        trail.record(SYSTEM, "clue.note", "登记办理情况", clue)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_trailentry")
    for version in WarningRuleVersion.objects.in_force().select_related("rule").order_by("pk"):
        whole = database_seconds(lambda version=version: due(version, now), repeats=3)
        version.evaluated_at = ahead(now, hours=-1)
        version.trail_seen = newest or 0
        ours = database_seconds(lambda version=version: due(version, now), repeats=3)
        report.add(f"{version.rule.preset}, {CHANGED} changes", ours, "whole", whole, 1)


def _patterns(report: Report) -> None:
    now = timezone.now()
    since = ahead(now, days=-2 * DAYS)
    plain = {
        by: sql_seconds(
            f"SELECT {key} AS key, count(*) FROM clues_clue c "
            "LEFT JOIN credit_subject s ON s.id = c.subject_id "
            "WHERE c.region_code = %s AND c.received_at > %s AND NOT c.confidential GROUP BY 1",
            [REGION, since],
        )
        for by, key in _KEYS.items()
    }
    for username in (CLERK, COORDINATION):
        for by, label in WAYS:
            ours = database_seconds(
                lambda by=by, username=username: patterns(actor(username), by, now, DAYS)
            )
            what = f"{actor(username).department_name}, {label}"
            report.add(what, ours, "the same groups in plain SQL", plain[by], 3)

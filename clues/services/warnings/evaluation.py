"""Running the rules: what changed since the last time, and which warnings follow.

The state is in the database: a version's watermarks move in the transaction that raised its
warnings, so that a killed evaluation is simply done again, and one that runs already is left
alone. A group with an open warning of the rule gets no second one (a unique index sees to it);
after closing, only an event past the quiet period raises a new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import structlog
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from clues.models import RiskWarning, WarningRuleVersion
from clues.services.warnings import raising
from clues.services.warnings.counting import latest, touched
from clues.services.warnings.rules import quiet_ends, words
from clues.watch import Point
from records import clock
from records.models import TrailEntry
from records.periods import ahead

log = structlog.get_logger(__name__)

_EVERY_MINUTES = 10
"""How long a rule rests between two evaluations."""
_OVERLAP_HOURS = 1
"""What a transaction as long as this commits late is still seen by the next evaluation."""
_MOST_AT_ONCE = 200
"""Warnings raised in one transaction; with more, the watermarks wait for the rest."""


def evaluate_due(now: dt.datetime | None = None) -> int:
    """Evaluate every rule in force that has rested long enough; returns how many warnings were
    raised. Rules that count warnings come after those that raise them. Whether a rule is due
    stands in the database alone, so that one whose worker was killed is due at the next look."""
    moment = now or clock.now()
    raised = 0
    ordered = (
        WarningRuleVersion.objects.in_force()
        .filter(Q(evaluated_at=None) | Q(evaluated_at__lte=ahead(moment, minutes=-_EVERY_MINUTES)))
        .order_by(F("counted_rule").asc(nulls_first=True), "pk")
    )
    for pk in ordered.values_list("pk", flat=True):
        try:
            raised += evaluate(pk, moment)
        except Exception:
            # One rule that fails must not keep the others from warning.
            log.exception("warnings.evaluation_failed", version=pk)
    return raised


def evaluate(version_id: int, now: dt.datetime) -> int:
    """Evaluate one rule in force as of ``now``; returns how many warnings were raised, 0 also when
    another worker has it in hand."""
    raised = 0
    while True:
        with transaction.atomic():
            version = (
                WarningRuleVersion.objects.in_force()
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("rule")
                .filter(pk=version_id)
                .first()
            )
            if version is None:
                return raised
            points = due(version, now)
            _raise(version, points[:_MOST_AT_ONCE], now)
            raised += len(points[:_MOST_AT_ONCE])
            if len(points) <= _MOST_AT_ONCE:
                _move_on(version, now)
                return raised


def due(version: WarningRuleVersion, now: dt.datetime) -> list[Point]:
    """The points of the last window that call for a warning now: of the groups touched since the
    last evaluation, or of all when there was none."""
    keys: set[str] | None = None
    if version.evaluated_at is not None:
        since = ahead(version.evaluated_at, hours=-_OVERLAP_HOURS)
        keys = touched(version, since, now, _entries(version))
        if not keys:
            return []
    points = latest(version, ahead(now, days=-version.window_days), now, keys)
    return _not_warned_of(version, points)


def _entries(version: WarningRuleVersion) -> QuerySet[TrailEntry]:
    return TrailEntry.objects.filter(
        region_code=version.rule.region_code, id__gt=version.trail_seen
    )


def _not_warned_of(version: WarningRuleVersion, points: list[Point]) -> list[Point]:
    before = RiskWarning.objects.filter(
        rule_id=version.rule_id, group_key__in=[point.key for point in points]
    )
    still_open = set(before.open().values_list("group_key", flat=True))
    closed = dict(
        before.filter(closed_at__isnull=False)
        .order_by()
        .values_list("group_key")
        .annotate(Max("closed_at"))
    )
    return [
        point
        for point in points
        if point.key not in still_open
        and (point.key not in closed or point.at > quiet_ends(version, closed[point.key]))
    ]


def _raise(version: WarningRuleVersion, points: Iterable[Point], now: dt.datetime) -> None:
    listed = list(points)
    if not listed:
        return
    spoken = words(version)
    names = raising.labels(version.group_by, [point.key for point in listed])
    for point in listed:
        raising.raise_warning(version, spoken, point, names.get(point.key, point.key), now)


def _move_on(version: WarningRuleVersion, now: dt.datetime) -> None:
    """Entries of the last hour are read again next time: a number given out earlier may be
    committed later."""
    settled = _entries(version).filter(at__lte=ahead(now, hours=-_OVERLAP_HOURS))
    seen = settled.order_by("-id").values_list("id", flat=True).first()
    WarningRuleVersion.objects.filter(pk=version.pk).update(
        evaluated_at=now, trail_seen=seen or version.trail_seen
    )

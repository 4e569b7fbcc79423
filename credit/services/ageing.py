"""Facts that stop counting by the date alone: their subjects are judged anew on that day (S4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Q

from credit.models import Evaluation, Indicator, IndicatorSet
from credit.services.evaluations import JUDGED
from credit.services.events import EVALUATE_STALE_TASK
from records import clock
from records.periods import months_before
from records.queue import wake_after_commit

AGE_TASK = "credit.age_facts"

# What is due is what counted on the day for which the grade that holds was computed and does not
# count today: a day that was missed is made up for, and nothing is due twice. A note that stands
# is written again: whoever took it up may be judging as of the day before, and takes it away.
_MARK = """
INSERT INTO credit_stale (subject_id, since)
SELECT DISTINCT e.subject_id, %s::timestamptz
FROM credit_creditevent e
JOIN credit_standing t ON t.subject_id = e.subject_id
JOIN credit_evaluation v ON v.id = t.evaluation_id
JOIN credit_subject s ON s.id = e.subject_id
JOIN unnest(%s::bigint[], %s::date[], %s::text[], %s::date[], %s::date[])
    AS line (by_set, as_of, kind, counted_from, counts_from)
    ON line.by_set = v.by_set_id AND line.as_of = v.as_of AND line.kind = e.kind
WHERE s.status = ANY(%s)
  AND e.happened_on <= line.as_of AND (e.until IS NULL OR e.until > line.as_of)
  AND (line.counted_from IS NULL OR e.happened_on >= line.counted_from)
  AND (e.until <= %s OR e.happened_on < line.counts_from)
  AND (e.until > %s AND e.until <= %s{aged})
ORDER BY e.subject_id
ON CONFLICT (subject_id) DO UPDATE SET since = excluded.since
RETURNING xmax = 0
"""


class _Line(NamedTuple):
    """One indicator of a set in force: from which day on its facts counted on the day ``as_of`` of
    an evaluation, and count today; None when they count however old they are."""

    by_set: int
    as_of: dt.date
    kind: str
    counted_from: dt.date | None
    counts_from: dt.date | None


@transaction.atomic
def mark_aged() -> int:
    """Note for the next dynamic evaluation the subjects of whose facts one counted when they were
    judged and has passed its end, or the months of its indicator, since; returns how many were not
    noted yet. Costs a constant number of queries."""
    today = clock.today()
    lines = list(_lines(today))
    if not lines:
        return 0
    # Narrows down what is read: without it all facts of everyone would be.
    spans: dict[tuple[str, dt.date], dt.date] = {}
    for _, _, kind, then, now in lines:
        if then and now:
            spans[kind, now] = min(then, spans.get((kind, now), then))
    aged = "".join(" OR e.kind = %s AND e.happened_on < %s AND e.happened_on >= %s" for _ in spans)
    oldest = min(line.as_of for line in lines)
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK.format(aged=aged),
            [
                clock.now(),
                *map(list, zip(*lines, strict=True)),
                list(JUDGED),
                today,
                *(oldest, today),
                *(value for (kind, now), then in spans.items() for value in (kind, now, then)),
            ],
        )
        fresh = [is_new for (is_new,) in cursor.fetchall()]
    if fresh:
        wake_after_commit(EVALUATE_STALE_TASK)
    return sum(fresh)


def _lines(today: dt.date) -> Iterator[_Line]:
    """Every indicator in force with every day for which a grade that holds may have been
    computed: that of the last run over everyone, and those of dynamic evaluations since."""
    indicators = list(
        Indicator.objects.filter(of__state=IndicatorSet.State.IN_FORCE)
        .values_list("of", "event", "months")
        .distinct()
    )
    for by_set, as_of in _days(today):
        for of, event, months in indicators:
            if of == by_set:
                then, now = (
                    (None, None)
                    if months is None
                    else (months_before(as_of, months), months_before(today, months))
                )
                yield _Line(by_set, as_of, event, then, now)


def _days(today: dt.date) -> list[tuple[int, dt.date]]:
    applied = Evaluation.objects.filter(by_set__state=IndicatorSet.State.IN_FORCE).exclude(
        kind=Evaluation.Kind.TRIAL
    )
    since = dict(
        applied.finished().of_everyone().values_list("by_set").annotate(since=Max("pk")).order_by()
    )
    later = Q(as_of__lt=today) & ~Q(by_set__in=since)
    for by_set, first in since.items():
        later |= Q(as_of__lt=today, by_set=by_set, pk__gte=first)
    return list(applied.filter(later).values_list("by_set", "as_of").distinct().order_by())

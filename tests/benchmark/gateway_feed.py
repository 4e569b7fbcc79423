"""A change feed of clues read page by page, against reading as many clues."""

from __future__ import annotations

from django.db import connection

from clues.models import Clue
from supervision.gateway import feed
from supervision.gateway.feeds import CLUES
from tests.benchmark.clue_rows import REGION
from tests.benchmark.measure import Report, in_turn
from tests.statistics import analyze

_ROUNDS = 9
_CHANGED = 1_000


def run(size: int) -> Report:
    """Measure with every clue in the feed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gateway_gatewayfeedrow (kind, object_id, region_code, position)"
            " SELECT 'clue', id, region_code, nextval('gateway_feed_position')"
            " FROM clues_clue ORDER BY id"
        )
    analyze()
    report = Report("gateway_feed", size)
    first = feed.read(CLUES, REGION, "", feed.PAGE_SIZE)
    begin = first.changes[0].position
    end = begin + Clue.objects.count()
    for what, after in (
        ("first page", 0),
        ("in the middle", (begin + end) // 2),
        ("last page", max(begin, end - feed.PAGE_SIZE)),
    ):
        cursor_there = feed.Place(after, end).cursor(CLUES)
        ours, reference = in_turn(
            lambda there=cursor_there: feed.read(CLUES, REGION, there, feed.PAGE_SIZE),  # type: ignore[misc]
            lambda: list(CLUES.visible().order_by("pk")[: feed.PAGE_SIZE]),
            _ROUNDS,
        )
        report.add(f"the feed, {what}", ours, f"{feed.PAGE_SIZE} clues", reference, 3)
    changed = list(Clue.objects.order_by("-pk").values_list("pk", flat=True)[:_CHANGED])

    def change() -> None:
        Clue.objects.filter(pk__in=changed).update(place="新站镇")

    def take_up() -> None:
        change()
        feed.sequence_all(CLUES)

    both, alone = in_turn(take_up, change, _ROUNDS)
    report.add(f"{len(changed)} changes, taken up", both, "changing them", alone, 2)
    return report

"""Inbox, outbox, board and trail against plain SQL over the same rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from clues.selectors import board, stops
from clues.worklist import pending_clue_work
from departments.models import User
from records.paging import keyset_page
from records.periods import ago
from records.selectors import visible_trail
from tests.benchmark.clue_rows import CLERK, COORDINATION, QUIET, actor
from tests.benchmark.measure import Report, database_seconds, page_after, page_seconds, sql_seconds

_CLOCKED = (
    "FROM clues_stop s JOIN records_deadline d ON d.id = s.deadline_id WHERE s.left_at IS NULL"
)
_PAGE = "ORDER BY d.due_at, s.id LIMIT 51"


def run(size: int) -> Report:
    """Measure on a filled database of ``size`` clues."""
    report = Report("stops_board", size)
    _of_the_department(report)
    _of_the_region(report)
    _of_the_trail(report)
    return report


def _of_the_department(report: Report) -> None:
    clerk, quiet = actor(CLERK), actor(QUIET)
    own = f"AND s.department_id = {clerk.department_id}"
    page = sql_seconds(f"SELECT s.* {_CLOCKED} {own} {_PAGE}")
    sent = sql_seconds(f"SELECT s.* {_CLOCKED} AND s.sender_id = {clerk.department_id} {_PAGE}")
    tabs = sql_seconds(f"SELECT count(*) {_CLOCKED} {own} GROUP BY d.due_at < now()")
    cases: dict[str, tuple[Callable[[], Any], float]] = {
        "inbox": (lambda: keyset_page(stops.inbox(clerk), stops.ORDER), page),
        "inbox of the quiet department": (
            lambda: keyset_page(stops.inbox(quiet), stops.ORDER),
            page,
        ),
        "inbox tabs": (lambda: stops.counts(stops.inbox(clerk)), tabs),
        "outbox": (lambda: keyset_page(stops.outbox(clerk), stops.ORDER), sent),
        "outbox tabs": (lambda: stops.counts(stops.outbox(clerk)), tabs),
        "workbench": (lambda: pending_clue_work(clerk), page),
    }
    for what, (ours, reference) in cases.items():
        report.add(what, database_seconds(ours), "plain SQL", reference, 3)


def _of_the_region(report: Report) -> None:
    head = actor(COORDINATION)
    since = ago(timezone.now(), days=board.LOOK_BACK_DAYS)
    grouped = sql_seconds(
        f"SELECT s.department_id, kind, d.due_at < now(), count(*) {_CLOCKED} GROUP BY 1, 2, 3"
    )
    report.add("board", database_seconds(lambda: board.board(head)), "plain SQL", grouped, 3)
    took = sql_seconds(
        "SELECT department_id, waits, percentile_cont(0.5) WITHIN GROUP "
        "(ORDER BY left_at - entered_at) FROM clues_stop WHERE left_at >= %s GROUP BY 1, 2",
        [since],
    )
    ours = database_seconds(lambda: board.durations(head))
    report.add("durations", ours, "plain SQL", took, 3)
    page = sql_seconds(f"SELECT s.* {_CLOCKED} {_PAGE}")
    ours = page_seconds(stops.waiting(head), stops.ORDER)
    report.add("board rows", ours, "plain SQL", page, 3)
    far = page_after(stops.waiting(head).filter(due__gt=timezone.now()), stops.ORDER)
    ours = page_seconds(stops.waiting(head), stops.ORDER, after=far)
    report.add("board rows, a later page", ours, "plain SQL", page, 3)


def _of_the_trail(report: Report) -> None:
    page = sql_seconds("SELECT * FROM records_trailentry ORDER BY id DESC LIMIT 51")
    auditor = User.objects.filter(roles__contains=["audit_admin"]).get()
    for who, username in {"coordination": COORDINATION, "auditor": auditor.username}.items():
        entries = visible_trail(actor(username))
        first = page_seconds(entries, ("-id",))
        report.add(f"trail, {who}", first, "plain SQL", page, 3)
        middle = entries.values_list("pk", flat=True).order_by("pk").first()
        assert middle is not None
        far = page_after(entries.filter(pk__lte=middle + report.size // 2), ("-id",))
        ours = page_seconds(entries, ("-id",), after=far)
        report.add(f"trail, {who}, a far page", ours, "its first page", first, 3)

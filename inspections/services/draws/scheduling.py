"""Draws that start by the clock: found from the database by whoever looks, carried out once.

A draw of level 0 runs at its planned time with nobody logged in. A draw of level 1 is announced
a day before, freezes by itself at its time once all parties have committed, and then waits for
their reveals. What a killed worker left behind is taken up again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from departments.profile import number
from inspections.models import Draw, DrawParty, PlanItem
from inspections.rules import ANNOUNCE_AHEAD
from inspections.services.draws.announcing import announce
from inspections.services.draws.completing import complete
from inspections.services.draws.freezing import freeze
from records import clock, trail
from records.actor import SYSTEM
from records.errors import Conflict, Refused
from records.periods import ahead

PUNCTUAL = dt.timedelta(minutes=5)
"""The schedule looks every half minute; what starts within this time is not late."""

log = structlog.get_logger(__name__)


def run_due(now: dt.datetime | None = None) -> int:
    """Do everything that is due; returns how many draws were moved on.

    Safe to run in several workers at once and to kill at any moment. A draw that cannot go on
    keeps the reason in ``obstacle`` and does not hold up the others.
    """
    moment = now or clock.now()
    moved = 0
    for item in _due_items(moment):
        moved += _attempt(partial(_announce, item, moment))
    for draw in _due_freezes(moment):
        moved += _attempt(partial(_freeze, draw, moment), draw)
    for draw in _settled():
        moved += _attempt(partial(complete, draw.pk), draw)
    return moved


def _due_items(now: dt.datetime) -> list[PlanItem]:
    """Published, scheduled items never announced whose time, less the notice, has come.

    A void draw is announced again by hand only.
    """
    scheduled = PlanItem.objects.filter(
        ~Exists(Draw.objects.filter(item=OuterRef("pk"))),
        state=PlanItem.State.PUBLISHED,
        draw_mode=PlanItem.DrawMode.SCHEDULED,
    )
    due = Q(draw_level=PlanItem.Level.SYSTEM, draw_at__lte=now)
    regions = scheduled.order_by().values_list("plan__region__code", flat=True).distinct()
    for code in regions:
        notice = ahead(now, hours=number(code, ANNOUNCE_AHEAD))
        due |= Q(plan__region__code=code, draw_at__lte=notice) & ~Q(
            draw_level=PlanItem.Level.SYSTEM
        )
    return list(scheduled.filter(due).select_related("plan__region").order_by("draw_at", "pk"))


def _due_freezes(now: dt.datetime) -> QuerySet[Draw]:
    """Announced draws of scheduled items whose time has come and whose parties committed."""
    return Draw.objects.filter(
        ~Exists(DrawParty.objects.filter(draw=OuterRef("pk"), commitment="")),
        state=Draw.State.ANNOUNCED,
        item__draw_mode=PlanItem.DrawMode.SCHEDULED,
        planned_at__lte=now,
    ).order_by("number")


def _settled() -> QuerySet[Draw]:
    """Frozen draws, however started, whose parties have all revealed."""
    return Draw.objects.filter(
        ~Exists(DrawParty.objects.filter(draw=OuterRef("pk"), nonce="")),
        state=Draw.State.FROZEN,
    ).order_by("number")


def _announce(item: PlanItem, now: dt.datetime) -> None:
    announce(SYSTEM, item.pk, _late(item.draw_at, now, item.plan.published_at, "计划公布较晚"))


def _freeze(draw: Draw, now: dt.datetime) -> None:
    reason = draw.late_reason
    if not reason:
        committed = [party.committed_at for party in draw.parties.all() if party.committed_at]
        ready = max([draw.announced_at, *committed])
        reason = _late(draw.planned_at, now, ready, "参与方承诺提交较晚")
    freeze(SYSTEM, draw.pk, reason)


def _late(
    planned: dt.datetime, now: dt.datetime, ready: dt.datetime | None, waited_for: str
) -> str:
    """Why something did not start at its planned time, in words; empty when it did.

    ``ready`` is when all it needs was there; ``waited_for`` says what that was.
    """
    if now - planned <= PUNCTUAL:
        return ""
    stopped = now - max(planned, ready or planned) > PUNCTUAL
    why = "因后台任务停止" if stopped else f"因{waited_for}"
    return f"计划时间 {_words(planned)}，{why}，实际 {_words(now)} 补行"


def _words(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _attempt(step: Callable[[], object], draw: Draw | None = None) -> int:
    try:
        step()
    except Conflict as conflict:
        log.info("draw.elsewhere", draw=draw and draw.number, reason=conflict.message)
        return 0
    except Refused as refusal:
        log.warning("draw.obstacle", draw=draw and draw.number, reason=refusal.message)
        if draw is not None:
            _note_obstacle(draw.pk, refusal.message)
        return 0
    except Exception:
        # One draw that cannot go on must not hold up the others.
        log.exception("draw.failed", draw=draw and draw.number)
        return 0
    return 1


@transaction.atomic
def _note_obstacle(draw_id: int, reason: str) -> None:
    """Keep why a draw could not go on by itself; told to the trail once, not twice a minute."""
    draw = Draw.objects.select_for_update().get(pk=draw_id)
    if draw.obstacle == reason[:500]:
        return
    draw.obstacle = reason[:500]
    draw.save(update_fields=("obstacle",))
    trail.record(SYSTEM, "draw.obstacle", "自动抽取受阻", draw, opinion=draw.obstacle)

"""Draws that start by the clock, and what happens when the clock was stopped."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from inspections.models import Draw, Inspector, PlanItem
from inspections.services import draws
from inspections.tests.draw_world import (
    NONCES,
    WHO,
    department,
    fill_directories,
    plan_item,
    promise,
)
from records.trail import entries_of

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def region(county):
    fill_directories(county)
    return county


def scheduled(region, level, draw_at, number=1, **changes):
    return plan_item(
        region,
        number,
        draw_mode=PlanItem.DrawMode.SCHEDULED,
        draw_level=level,
        draw_at=draw_at,
        **changes,
    )


def test_level_0_runs_at_its_time_with_nobody_logged_in(region):
    now = timezone.now()
    item = scheduled(region, PlanItem.Level.SYSTEM, now + HOUR)

    assert draws.run_due(now) == 0
    assert draws.run_due(now + HOUR) == 2
    draw = item.draws.get()

    assert (draw.state, draw.late_reason, draw.announced_by) == (Draw.State.DONE, "", "系统")
    assert draws.run_due(now + HOUR) == 0


def test_a_late_run_happens_once_and_the_trail_says_so(region):
    planned = timezone.now() - 5 * HOUR
    item = scheduled(region, PlanItem.Level.SYSTEM, planned)

    draws.run_due()
    draws.run_due()

    draw = item.draws.get()
    assert draw.state == Draw.State.DONE
    assert draw.late_reason.startswith(f"计划时间 {timezone.localtime(planned):%Y-%m-%d %H:%M}，")
    assert "因后台任务停止" in draw.late_reason and draw.late_reason.endswith("补行")
    told = entries_of(draw).filter(verb__in=("draw.announce", "draw.freeze"))
    assert {entry.opinion for entry in told} == {draw.late_reason}


def test_level_1_is_announced_a_day_before_and_freezes_when_all_committed(region, actor):
    now = timezone.now()
    item = scheduled(region, PlanItem.Level.PARTIES, now + 30 * HOUR)
    assert draws.run_due(now) == 0
    assert draws.run_due(now + 7 * HOUR) == 1
    draw = item.draws.get()

    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))
    assert draws.run_due(now + 29 * HOUR) == 0
    Draw.objects.filter(pk=draw.pk).update(planned_at=timezone.now())
    assert draws.run_due(timezone.now() + dt.timedelta(seconds=1)) == 1

    draw.refresh_from_db()
    assert (draw.state, draw.late_reason) == (Draw.State.FROZEN, "")
    for party, username in WHO.items():
        draw = draws.reveal(actor(username), draw.pk, party, NONCES[party])
    assert draw.state == Draw.State.DONE


def test_level_1_waits_for_the_last_commitment_and_says_who_was_late(region, actor):
    now = timezone.now()
    item = scheduled(region, PlanItem.Level.PARTIES, now + HOUR)
    draws.run_due(now)
    draw = item.draws.get()
    for party in ("lead", "legal"):
        draws.commit_nonce(actor(WHO[party]), draw.pk, party, promise(draw, party))
    assert draws.run_due(now + 3 * HOUR) == 0
    draws.commit_nonce(actor(WHO["witness"]), draw.pk, "witness", promise(draw, "witness"))
    earlier = timezone.now() - 2 * HOUR
    Draw.objects.filter(pk=draw.pk).update(planned_at=earlier, announced_at=earlier - HOUR)

    draws.run_due()

    draw.refresh_from_db()
    assert draw.state == Draw.State.FROZEN
    assert "因参与方承诺提交较晚" in draw.late_reason


def test_what_a_killed_worker_left_frozen_is_completed(region, actor):
    item = plan_item(region)
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))
    draws.freeze(actor("mzj_clerk"), draw.pk)
    for party, nonce in NONCES.items():
        draw.parties.filter(code=party).update(nonce=nonce)

    assert draws.run_due() == 1

    draw.refresh_from_db()
    assert draw.state == Draw.State.DONE


def test_a_blocked_draw_says_why_once_and_holds_up_nobody(region):
    now = timezone.now()
    blocked = scheduled(region, PlanItem.Level.SYSTEM, now - HOUR, 1)
    Inspector.objects.filter(department=department("XFDD")).update(is_active=False)
    free = scheduled(region, PlanItem.Level.SYSTEM, now, 2)
    free.parts.filter(department=department("XFDD")).update(sends_inspectors=False)

    draws.run_due()
    draws.run_due()

    draw = blocked.draws.get()
    assert draw.state == Draw.State.ANNOUNCED
    assert "消防" in draw.obstacle and "只有 0 名" in draw.obstacle
    assert entries_of(draw).filter(verb="draw.obstacle").count() == 1
    assert free.draws.get().state == Draw.State.DONE


def test_a_void_draw_is_not_started_again_by_the_clock(region, actor):
    item = scheduled(region, PlanItem.Level.PARTIES, timezone.now() + HOUR)
    draws.run_due()
    draws.void(actor("mzj_head"), item.draws.get().pk, "计划调整")

    assert draws.run_due() == 0
    assert draws.announce(actor("mzj_clerk"), item.pk).number == 2


def test_an_item_taken_back_is_not_frozen(region, actor):
    now = timezone.now()
    item = scheduled(region, PlanItem.Level.PARTIES, now + HOUR)
    draws.run_due(now)
    draw = item.draws.get()
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))
    PlanItem.objects.filter(pk=item.pk).update(state=PlanItem.State.DRAFT)
    Draw.objects.filter(pk=draw.pk).update(planned_at=now)

    assert draws.run_due() == 0
    draw.refresh_from_db()
    assert draw.state == Draw.State.ANNOUNCED

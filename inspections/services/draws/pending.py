"""What waits for a person in the draws: one kind of line on the workbench."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef
from django.urls import reverse

from departments.roles import Role
from inspections.acts.draws import OPEN, PARTY_ROLES, all_committed
from inspections.models import Draw, DrawParty, PlanItem
from inspections.selectors.draws import HEAVY
from records import clock
from records.actor import Actor
from records.periods import ahead
from records.worklist import WorkItem

_START_AHEAD_DAYS = 7


def pending_draw_work(actor: Actor, now: dt.datetime | None = None) -> list[WorkItem]:
    """The draws that wait for the person to commit, reveal, freeze or start; most urgent first.

    Costs at most four queries.
    """
    if actor.department_id is None or not actor.has_role(*PARTY_ROLES):
        return []
    moment = now or clock.now()
    work = [*_as_party(actor)]
    if actor.has_role(Role.CLERK, Role.HEAD):
        work += [*_to_freeze(actor), *_to_start(actor, moment)]
    return sorted(work, key=lambda one: (one.due_at is None, one.due_at or moment))


def _as_party(actor: Actor) -> list[WorkItem]:
    parties = DrawParty.objects.filter(department=actor.department_id, nonce="")
    waiting = parties.filter(draw__state=Draw.State.ANNOUNCED, commitment="") | parties.filter(
        draw__state=Draw.State.FROZEN
    )
    return [
        WorkItem(
            what="提交抽取承诺" if not party.commitment else "揭示随机数",
            about=f"{party.draw} {party.draw.item.title}",
            due_at=party.draw.planned_at,
            url=reverse("inspections:draw-party", args=[party.draw_id]),
            label="去承诺" if not party.commitment else "去揭示",
        )
        for party in waiting.select_related("draw__item").defer(
            *(f"draw__{name}" for name in HEAVY)
        )
    ]


def _to_freeze(actor: Actor) -> list[WorkItem]:
    ready = (
        Draw.objects.filter(item__lead_id=actor.department_id, state=Draw.State.ANNOUNCED)
        .exclude(item__draw_mode=PlanItem.DrawMode.SCHEDULED, obstacle="")
        .select_related("item")
        .prefetch_related("parties")
        .defer(*HEAVY)
    )
    return [
        WorkItem(
            what="冻结抽取名单" if not draw.obstacle else "抽取受阻，需处理",
            about=f"{draw} {draw.item.title}",
            due_at=draw.planned_at,
            url=draw.get_absolute_url(),
            label="去冻结" if not draw.obstacle else "去处理",
        )
        for draw in ready
        if all_committed(draw)
    ]


def _to_start(actor: Actor, now: dt.datetime) -> list[WorkItem]:
    items = PlanItem.objects.filter(
        ~Exists(Draw.objects.filter(item=OuterRef("pk"), state__in=(*OPEN, Draw.State.DONE))),
        lead_id=actor.department_id,
        state=PlanItem.State.PUBLISHED,
        draw_at__lte=ahead(now, days=_START_AHEAD_DAYS),
    ).exclude(
        ~Exists(Draw.objects.filter(item=OuterRef("pk"))),
        draw_mode=PlanItem.DrawMode.SCHEDULED,
    )
    return [
        WorkItem(
            what="启动随机抽取",
            about=item.title,
            due_at=item.draw_at,
            url=reverse("inspections:draw-start", args=[item.pk]),
            label="去启动",
        )
        for item in items
    ]

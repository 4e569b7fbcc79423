"""Reading draws: lists without their heavy texts, and what the public may see when."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from inspections.models import Draw, DrawSelected, JointTask
from records import clock
from records.actor import Actor

HEAVY = (
    "commit",
    "pool_tsv",
    "excluded_tsv",
    "officers_tsv",
    "recusals_tsv",
    "townships_tsv",
    "rules_json",
    "verifier_py",
    "certificate",
)
"""The hashed texts; a page that does not show them does not load them."""

_OVER = (JointTask.State.CHECKED, JointTask.State.CLOSED, JointTask.State.CANCELLED)


def draw_list(actor: Actor) -> QuerySet[Draw]:
    """The draws a person sees, with what a list shows of them."""
    return (
        Draw.objects.visible_to(actor)
        .select_related("item__lead", "item__plan__region")
        .prefetch_related("parties__department")
        .defer(*HEAVY)
    )


def draw_detail(actor: Actor) -> QuerySet[Draw]:
    """The draws a person sees, for one page about one draw."""
    return (
        Draw.objects.visible_to(actor)
        .select_related("item__lead", "item__plan__region", "item__matter_version")
        .prefetch_related("parties__department")
    )


def public_draws() -> QuerySet[Draw]:
    """All draws with what the public may always see of them."""
    return (
        Draw.objects.select_related("item__lead", "item__plan__region")
        .prefetch_related("parties__department")
        .defer(*HEAVY)
    )


def open_to_public(draws: QuerySet[Draw], today: dt.date | None = None) -> QuerySet[Draw]:
    """Those whose names can warn nobody any more: visits over, or the plan's period ended."""
    day = today or clock.today()
    chosen = DrawSelected.objects.filter(draw=OuterRef("pk"), is_reserve=False)
    waiting = chosen.filter(Q(task=None) | ~Q(task__state__in=_OVER))
    return draws.filter(
        Q(item__period_end__lt=day) | (Exists(chosen) & ~Exists(waiting)), state=Draw.State.DONE
    )


def voids_per_party() -> dict[int, int]:
    """How many draws each department brought down as a party, all years together."""
    blamed = Draw.objects.filter(state=Draw.State.VOID).exclude(void_party="")
    counts: dict[int, int] = {}
    for draw in blamed.prefetch_related("parties").defer(*HEAVY):
        for party in draw.parties.all():
            if party.code == draw.void_party and party.department_id is not None:
                counts[party.department_id] = counts.get(party.department_id, 0) + 1
    return counts


def earlier_voids(draw: Draw) -> list[Draw]:
    """Void draws of the same occurrence with a smaller number: "曾作废"."""
    return list(
        Draw.objects.filter(
            occurrence=draw.occurrence, state=Draw.State.VOID, number__lt=draw.number
        )
        .order_by("number")
        .defer(*HEAVY)
    )

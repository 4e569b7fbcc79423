"""What waits for a person in the list of matters (D1)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, QuerySet
from django.urls import reverse

from matters.acts import MATTER_ACTS
from matters.importing import may_import
from matters.models import Matter, MatterVersion, UpstreamMatter
from records import imports
from records.actor import Actor
from records.models import ImportJob
from records.worklist import WorkItem

_NEXT = {
    MatterVersion.State.DRAFT: ("submit", "送合法性审核"),
    MatterVersion.State.LEGAL_REVIEW: ("approve", "合法性审核"),
    MatterVersion.State.REVIEWED: ("put_in_force", "公布生效"),
}


def pending_matter_work(actor: Actor) -> list[WorkItem]:
    """Matters in preparation whose next step is this person's; many of a kind are one row."""
    if may_import(actor) and _has_no_list(actor):
        url = reverse("records:import-new", args=["matters"])
        return [WorkItem("导入监管事项清单", "本地区还没有监管事项", url, "去导入")]
    visible = MatterVersion.objects.visible_to(actor).filter(state__in=_NEXT)
    counts = dict(visible.order_by().values_list("state").annotate(Count("pk")))
    return list(_rows(actor, visible, counts))


def pending_upstream_matters(actor: Actor) -> list[WorkItem]:
    """What the levels above have told and nobody has dealt with, as one row for the coordination
    office."""
    if not may_import(actor):
        return []
    waiting = UpstreamMatter.objects.visible_to(actor).filter(state__in=UpstreamMatter.WAITING)
    number = waiting.count()
    first = waiting.select_related("latest").order_by("-told_at", "-id").first()
    if first is None:
        return []
    url = reverse("matters:upstream-list")
    about = f"“{first}”等 {number} 个上级事项" if number > 1 else str(first)
    return [WorkItem("认领或对照上级事项", about, url, "办理")]


def _has_no_list(actor: Actor) -> bool:
    """Whether the region has no matters yet, and no file with them waits to be confirmed."""
    waiting = imports.visible_jobs(actor).filter(kind="matters", state=ImportJob.State.READY)
    matters = Matter.objects.filter(region__code=actor.region_code)
    return not matters.exists() and not waiting.exists()


def _rows(
    actor: Actor, visible: QuerySet[MatterVersion], counts: dict[str, int]
) -> Iterator[WorkItem]:
    for state, (code, what) in _NEXT.items():
        if not counts.get(state):
            continue
        first = visible.filter(state=state).select_related("matter__region", "lead").first()
        if first is None or not MATTER_ACTS[code].who(actor, first):
            continue
        number = counts[state]
        yield WorkItem(
            what=what,
            about=f"“{first.name}”等 {number} 个事项" if number > 1 else first.name,
            url=reverse("matters:list") + f"?state={state}",
            label="办理",
        )

"""What the public reads: nothing that has not been published."""

from __future__ import annotations

from django.db.models import Count, Prefetch, Q, QuerySet

from departments.models import Region
from inspections.models import Draw, PlanItem, PlanItemPart, Publication, YearPlan
from matters.models import Duty, MatterVersion

RESULT_ORDERING = ("-published_at", "-id")
MATTER_ORDERING = ("matter__number", "id")
LATEST = 5


def publications(region: Region) -> QuerySet[Publication]:
    """What a county has published; a replaced one is reached from the one that replaced it."""
    return Publication.objects.filter(region=region).standing().select_related("corrected_by")


def history(publication: Publication) -> list[Publication]:
    """All publications about the same visit by the same department, newest first."""
    return list(
        Publication.objects.filter(result__part_id=publication.result.part_id)
        .select_related("corrected_by")
        .order_by("-result__version")
    )


def finished_draws(region: Region) -> QuerySet[Draw]:
    """The draws that have a result, newest first."""
    return (
        Draw.objects.filter(item__plan__region=region, state=Draw.State.DONE)
        .select_related("item")
        .order_by("-finished_at")
    )


def matters(region: Region) -> QuerySet[MatterVersion]:
    """The matters in force with their lead and the number of cooperating departments."""
    return (
        MatterVersion.objects.in_force()
        .filter(matter__region=region)
        .select_related("matter", "lead")
        .annotate(partner_count=Count("duties", filter=~Q(duties__part=Duty.Part.LEAD)))
    )


def matter_details() -> QuerySet[MatterVersion]:
    """Matters in force with all that the public page shows of one."""
    return (
        MatterVersion.objects.in_force()
        .select_related("matter__region", "lead")
        .prefetch_related("duties__department", "categories")
    )


def plans(region: Region) -> QuerySet[YearPlan]:
    """The published plans with the number of items in them, newest first."""
    published = Count("items", filter=Q(items__state=PlanItem.State.PUBLISHED))
    return (
        YearPlan.objects.filter(region=region, published_at__isnull=False)
        .annotate(item_count=published)
        .order_by("-year")
    )


def plan_items(plan: YearPlan) -> QuerySet[PlanItem]:
    """The published items of a plan in the order of their periods, with who takes part."""
    taking_part = PlanItemPart.objects.exclude(state=PlanItemPart.State.DECLINED)
    return (
        PlanItem.objects.filter(plan=plan, state=PlanItem.State.PUBLISHED)
        .select_related("lead", "matter_version__matter")
        .prefetch_related(Prefetch("parts", taking_part.select_related("department"), "partners"))
        .order_by("period_start", "number")
    )

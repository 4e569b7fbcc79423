"""What the public reads: nothing that has not been published."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from credit.models import Sanction, SanctionMeasure, Subject, WhiteListEntry
from credit.models.subject import NATURAL_PERSONS
from credit.rules.measures import MEASURES
from departments.models import Region
from inspections.models import Draw, PlanItem, PlanItemPart, Publication, YearPlan
from inspections.selectors.draws import public_draws
from matters.models import Duty, MatterVersion
from records.search import indexed

RESULT_ORDERING = ("-published_at", "-id")
MATTER_ORDERING = ("matter__number", "id")
CREDIT_ORDERING = ("-since", "-id")
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


def white_list(region: Region, text: str = "") -> QuerySet[WhiteListEntry]:
    """The businesses of a county on the white list, with the name of the matter (None: all)."""
    name = MatterVersion.objects.in_force().filter(matter=OuterRef("matter")).values("name")[:1]
    return (
        WhiteListEntry.objects.listed()
        .filter(region=region, subject__in=_businesses(text))
        .select_related("subject", "department")
        .annotate(matter_name=Subquery(name))
    )


def sanctions(region: Region, text: str = "") -> QuerySet[Sanction]:
    """The joint sanctions of a county's businesses that are in force, with their measures."""
    measures = SanctionMeasure.objects.order_by("pk")
    return (
        Sanction.objects.in_force()
        .filter(region=region, subject__in=_businesses(text))
        .select_related("subject", "department")
        .prefetch_related(Prefetch("parts__measures", measures))
    )


def measures(sanction: Sanction) -> list[str]:
    """What a sanction of ``sanctions`` consists of, each measure once, as the law calls it."""
    codes = [each.code for part in sanction.parts.all() for each in part.measures.all()]
    return [MEASURES[code].title for code in dict.fromkeys(codes)]


def _businesses(text: str) -> QuerySet[Subject]:
    """Whose credit is published: neither people nor houses, which have owners."""
    found = Subject.objects.exclude(id_kind__in=NATURAL_PERSONS)
    if not text:
        return found
    return found.filter(indexed(Subject, text) | Q(identifier=text.upper()))


def every_publication(region: Region) -> QuerySet[Publication]:
    """All that a county ever published, replaced ones too."""
    return Publication.objects.filter(region=region).select_related("corrected_by")


def every_draw(region: Region) -> QuerySet[Draw]:
    """All draws of a county with what the public may always see of them, void ones too."""
    return public_draws().filter(item__plan__region=region)


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
    return _with_partners(plan.items.all()).order_by("period_start", "number")


def published_items(region: Region) -> QuerySet[PlanItem]:
    """The items of all published plans of a county, with who takes part."""
    items = PlanItem.objects.filter(plan__in=plans(region).values("pk"))
    return _with_partners(items).select_related("plan")


def _with_partners(items: QuerySet[PlanItem]) -> QuerySet[PlanItem]:
    taking_part = PlanItemPart.objects.exclude(state=PlanItemPart.State.DECLINED)
    return (
        items.filter(state=PlanItem.State.PUBLISHED)
        .select_related("lead", "matter_version__matter")
        .prefetch_related(Prefetch("parts", taking_part.select_related("department"), "partners"))
    )

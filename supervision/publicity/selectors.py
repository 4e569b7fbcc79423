"""What the public reads: nothing that has not been published."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from credit.models import Sanction, SanctionMeasure, Subject, WhiteListEntry
from credit.models.subject import NATURAL_PERSONS
from credit.rules.measures import MEASURES
from departments.models import Department, Region
from inspections.models import Draw, PlanItem, PlanItemPart, Publication, YearPlan
from inspections.selectors.draws import public_draws
from matters.models import CheckItem, Duty, MatterVersion
from records.search import indexed

RESULT_ORDERING = ("-published_at", "-id")
MATTER_ORDERING = ("matter__number", "id")
CREDIT_ORDERING = ("-since", "-id")
LATEST = 5


def publications(region: Region) -> QuerySet[Publication]:
    """What a county has published; a replaced one is reached from the one that replaced it."""
    return Publication.objects.filter(region=region).standing()


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


def departments(region: Region) -> QuerySet[Department]:
    """The departments of a county with the number of matters in force that each leads and takes
    part in."""
    in_force = Q(duties__version__state=MatterVersion.State.IN_FORCE)
    leads = Q(duties__part=Duty.Part.LEAD)
    return (
        Department.objects.filter(region=region, is_active=True)
        .annotate(
            led=Count("duties", filter=in_force & leads),
            joined=Count("duties", filter=in_force & ~leads),
        )
        .order_by("-led", "-joined", "id")
    )


def duties(department: Department) -> QuerySet[Duty]:
    """What a department does in the matters in force, by the matter's number."""
    return (
        Duty.objects.filter(department=department, version__state=MatterVersion.State.IN_FORCE)
        .select_related("version__matter", "version__lead")
        .order_by("version__matter__number")
    )


def every_duty(region: Region) -> QuerySet[Duty]:
    """The duties of all departments of a county in the matters in force."""
    return (
        Duty.objects.filter(
            department__region=region,
            department__is_active=True,
            version__state=MatterVersion.State.IN_FORCE,
        )
        .select_related("department", "version__matter")
        .order_by("department", "version__matter__number")
    )


def check_items(department: Department) -> QuerySet[CheckItem]:
    """What a department checks on its visits."""
    return CheckItem.objects.filter(department=department, is_active=True)


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

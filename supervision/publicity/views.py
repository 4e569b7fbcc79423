"""The public site: what it is, published results, matters in force, published plans (I12)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from inspections.models import Publication
from matters.selectors import category_names
from records.paging import capped_count, requested_page
from supervision.publicity import selectors
from supervision.publicity.base import PublicView, counties

PAGE_SIZE = 20
LONGEST_SEARCH = 60


class HomeView(PublicView):
    """What this site is, the search, what is new, and where to go."""

    def get(self, request: HttpRequest) -> HttpResponse:
        region = self.region
        everywhere = list(counties())
        context = {
            "latest": selectors.publications(region).order_by(*selectors.RESULT_ORDERING)[
                : selectors.LATEST
            ],
            "draws": selectors.finished_draws(region)[: selectors.LATEST],
            "counties": everywhere if len(everywhere) > 1 else [],
        }
        return self.show("public/home.html", context)


class ResultsView(PublicView):
    """Search the published results by subject, unified code, department or matter."""

    place = "public:results"

    def get(self, request: HttpRequest) -> HttpResponse:
        text = self.asked("q")[:LONGEST_SEARCH]
        found = selectors.publications(self.region)
        if text:
            found = found.matching(text)
        page = requested_page(request, found, selectors.RESULT_ORDERING, size=PAGE_SIZE)
        context = {"page": page, "q": text, "total": capped_count(found)}
        return self.show("public/results.html", context)


class ResultView(PublicView):
    """One publication with its corrections, and how to check and to object."""

    place = "public:results"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        publication = get_object_or_404(
            Publication.objects.select_related(
                "region", "corrected_by", "result__part__department"
            ),
            pk=pk,
        )
        context = {
            "publication": publication,
            "department": publication.result.part.department,
            "history": selectors.history(publication),
        }
        return self.show("public/result.html", context, region=publication.region)


class MattersView(PublicView):
    """The matters in force."""

    place = "public:matters"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = selectors.matters(self.region)
        page = requested_page(request, found, selectors.MATTER_ORDERING)
        return self.show("public/matters.html", {"page": page, "total": capped_count(found)})


class MatterView(PublicView):
    """A matter in force with the duties of every department."""

    place = "public:matters"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(selectors.matter_details(), matter_id=pk)
        return self.show("public/matter.html", {"version": version}, region=version.matter.region)


class PlansView(PublicView):
    """The years with a published plan."""

    place = "public:plans"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("public/plans.html", {"plans": selectors.plans(self.region)})


class PlanView(PublicView):
    """The published items of one year."""

    place = "public:plans"

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        plan = get_object_or_404(selectors.plans(self.region), year=year)
        names = category_names()
        rows = [
            (
                item,
                "、".join(names.get(code, code) for code in item.categories),
                [
                    part.department.short_name
                    for part in item.partners
                    if part.department_id != item.lead_id
                ],
            )
            for item in selectors.plan_items(plan)
        ]
        return self.show("public/plan.html", {"plan": plan, "rows": rows})

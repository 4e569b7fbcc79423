"""What each department is there for: duties, legal bases, procedures, telephone (M5, T八)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from departments.models import Department
from matters.selectors import category_names
from supervision.publicity import procedure, selectors
from supervision.publicity.base import PublicView, counties


class DepartmentsView(PublicView):
    """The departments of the county with what each leads and takes part in."""

    place = "public:departments"

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"departments": selectors.departments(self.region)}
        return self.show("public/departments.html", context)


class DepartmentView(PublicView):
    """One department: what it is responsible for, by which law, how it works, how to reach it."""

    place = "public:departments"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        department = get_object_or_404(
            Department.objects.filter(is_active=True, region__in=counties()).select_related(
                "region"
            ),
            pk=pk,
        )
        region = department.region
        duties = list(selectors.duties(department))
        names = category_names()
        context = {
            "department": department,
            "functions": department.functions.filter(region=region),
            "led": [duty for duty in duties if duty.part == duty.Part.LEAD],
            "joined": [duty for duty in duties if duty.part != duty.Part.LEAD],
            "check_items": [
                (item, "、".join(names.get(code, code) for code in item.categories))
                for item in selectors.check_items(department)
            ],
            "visits": procedure.steps(region.code, procedure.VISITS),
            "complaints": procedure.steps(region.code, procedure.COMPLAINTS),
        }
        return self.show("public/department.html", context, region=region)

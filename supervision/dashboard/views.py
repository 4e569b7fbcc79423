"""The first page of every person, and the coordination office's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from departments.actors import oversees
from records import deadlines
from records.errors import NotAllowed
from records.middleware import actor_of
from supervision.dashboard import coordination, workbench


class WorkbenchView(View):
    """What waits for me, by deadline; beside it what I handed on and the week's visits."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        context = {
            "lanes": workbench.lanes(actor),
            "handed_on": workbench.handed_on(actor),
            "visits": workbench.coming_visits(actor),
            "note": getattr(request.user, "demo_note", ""),
        }
        return render(request, "dashboard/workbench.html", context)


class CoordinationView(View):
    """Where joint supervision stands in the region, with the rows behind every figure."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not oversees(actor, actor.region_code):
            raise NotAllowed("统筹看板供综合协调组和各专项工作组使用。", verb="coordination.view")
        late = coordination.overdue_deadlines(actor)
        context = {
            "figures": coordination.figures(actor),
            "flow": coordination.flow(actor),
            "draws": coordination.draws(actor),
            "departments": coordination.departments(actor),
            "overdue": list(zip(late, deadlines.chips(late), strict=True)),
        }
        return render(request, "dashboard/coordination.html", context)

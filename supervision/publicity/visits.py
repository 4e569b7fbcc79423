"""The page behind the QR code of a visit: who comes, why, and by which right (亮码, I9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from inspections.models import JointTask, Notice
from supervision.publicity.base import PublicView


class VisitView(PublicView):
    """What the signed notice says; before it is signed nobody is named."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        task = get_object_or_404(JointTask.objects.select_related("region", "notice"), token=token)
        context: dict[str, Any] = {"cancelled": task.state == JointTask.State.CANCELLED}
        if task.notice.state == Notice.State.SIGNED and not context["cancelled"]:
            content = task.notice.content
            context |= {
                "content": content,
                "number": task.notice.number,
                "visit_on": dt.date.fromisoformat(content["visit_on"]),
                "state": task.get_state_display(),
            }
        response = self.show("public/visit.html", context, region=task.region)
        # The address is a secret between the inspectors and the place.
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

"""A draw whose stored texts somebody damaged: its pages say so instead of failing."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from inspections.models import Draw
from inspections.services import draws

log = structlog.get_logger(__name__)


class TellsDamage(View):
    """A view of one draw. What it cannot read is told in words, provided the draw really is
    damaged; any other failure stays one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except draws.UNREADABLE:
            draw = Draw.objects.filter(**kwargs_of_draw(kwargs)).first()
            if draw is None or not draws.is_damaged(draw):
                raise
            log.exception("draw.damaged", draw=draw.pk)
            return self.tell(request, draw)

    def tell(self, request: HttpRequest, draw: Draw) -> HttpResponse:
        """The page that says so."""
        over = draw.state in (Draw.State.DONE, Draw.State.VOID)
        context = {"draw": draw, "over": over}
        return render(request, "inspections/draws/damaged.html", context, status=409)


def kwargs_of_draw(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The draw's own part of an address: its key inside, its number on the public pages."""
    return {name: kwargs[name] for name in ("pk", "number") if name in kwargs}

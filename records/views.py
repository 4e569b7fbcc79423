"""Pages of the ground floor: acts, files, deadlines, imports, the trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views import View

from records.actor import Actor
from records.acts import ActTable
from records.errors import Refused
from records.middleware import actor_of


class ActView(View):
    """The POST door of an act table: ``…/<pk>/act/<code>/`` with an ``opinion``.

    A subclass names ``table``, ``handlers`` (act code → service ``(actor, pk, opinion)``) and
    ``detail_url`` (URL name that takes the pk). Who may not see the object gets 404; who sees
    it but may not act gets 403 and a trail entry; a refusal in words goes back to the page.
    """

    http_method_names: ClassVar[list[str]] = ["post"]
    table: ClassVar[ActTable[Any]]
    handlers: ClassVar[Mapping[str, Callable[[Actor, Any, str], Any]]]
    detail_url: ClassVar[str]

    def post(self, request: HttpRequest, pk: Any, code: str) -> HttpResponse:
        actor = actor_of(request)
        if code not in self.handlers:
            raise Http404
        instance = get_object_or_404(self.visible(actor), pk=pk)
        try:
            self.handlers[code](actor, pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"已完成:{self.table[code].label}。")
        return redirect(self.next_url(request, instance))

    def visible(self, actor: Actor) -> models.QuerySet[Any]:
        """The objects this person may know of."""
        return self.table.model._default_manager.visible_to(actor)  # type: ignore[attr-defined]

    def next_url(self, request: HttpRequest, instance: models.Model) -> str:
        """Where to go after the act."""
        return reverse(self.detail_url, args=[instance.pk])

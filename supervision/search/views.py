from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from supervision.search import groups, initials

FRESHEN = 200
"""Names that a search spells itself, so that who enters one finds it at once."""


class SearchView(View):
    """Everything of a name, code or number that the person may see; ``kind`` narrows it to one
    group and shows more of it (D5)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "").strip()[: groups.LONGEST]
        kind = request.GET.get("kind", "")
        if kind and kind not in groups.BY_CODE:
            raise Http404
        found: list[groups.Found] = []
        if text:
            initials.follow(FRESHEN)
            if kind:
                found = [groups.BY_CODE[kind].search(request, text, groups.CAP)]
            else:
                found = groups.search(request, text)
        context: dict[str, Any] = {"text": text, "kind": kind, "found": found, "cap": groups.CAP}
        return render(request, "search/search.html", context)

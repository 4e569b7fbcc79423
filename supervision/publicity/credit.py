"""Businesses on the white list and under joint sanctions, while they are (S6, S7).

Of natural persons and houses nothing is published, and nothing of what has ended: credit repair
ends publication.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from records.paging import capped_count, requested_page
from supervision.publicity import selectors
from supervision.publicity.base import PublicView

PAGE_SIZE = 30
LONGEST_SEARCH = 60


class WhiteListView(PublicView):
    """Who is not visited by routine draws, for which matters, until when."""

    place = "public:white-list"

    def get(self, request: HttpRequest) -> HttpResponse:
        text = self.asked("q")[:LONGEST_SEARCH]
        found = selectors.white_list(self.region, text)
        page = requested_page(request, found, selectors.CREDIT_ORDERING, size=PAGE_SIZE)
        context = {"page": page, "q": text, "total": capped_count(found)}
        return self.show("public/white_list.html", context)


class SanctionsView(PublicView):
    """Who is sanctioned, by whom, on which basis, with what, until when."""

    place = "public:white-list"

    def get(self, request: HttpRequest) -> HttpResponse:
        text = self.asked("q")[:LONGEST_SEARCH]
        found = selectors.sanctions(self.region, text)
        page = requested_page(request, found, selectors.CREDIT_ORDERING, size=PAGE_SIZE)
        rows = [(sanction, selectors.measures(sanction)) for sanction in page]
        context = {"page": page, "rows": rows, "q": text, "total": capped_count(found)}
        return self.show("public/sanctions.html", context)

"""Downloads for machines, and the page that describes them.

Whoever fetches a dataset again sends back its ``ETag`` and is answered 304 while it is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from departments.models import Region
from supervision.publicity.base import PublicView
from supervision.publicity.datasets import DATASETS, Dataset, as_csv, as_json, mark_of

FORMS: dict[str, tuple[str, Callable[[Dataset, Region], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "json": ("application/json", as_json),
}


class DataView(PublicView):
    """What can be downloaded, and what each column means."""

    place = "public:data"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("public/data.html", {"datasets": DATASETS.values()})


class DownloadView(PublicView):
    """One dataset of the county, streamed."""

    def get(self, request: HttpRequest, key: str, form: str) -> HttpResponseBase:
        if key not in DATASETS or form not in FORMS:
            raise Http404("没有这份数据。")
        content_type, write = FORMS[form]
        dataset, region = DATASETS[key], self.region
        # Weak: the rows are the same, the moment at which they were written need not be.
        etag = f'W/"{mark_of(dataset, region)}-{form}"'
        if asked_again := get_conditional_response(request, etag=etag):
            return asked_again
        response = StreamingHttpResponse(write(dataset, region), content_type=content_type)
        response["ETag"] = etag
        response["Content-Disposition"] = f'attachment; filename="{region.code}-{key}.{form}"'
        # Whoever makes a page of it may read it from there.
        response["Access-Control-Allow-Origin"] = "*"
        return response

"""What all pages of the public site share: no login, the county, the navigation, caching."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.views import View

from departments.models import Region
from departments.profile import filling
from departments.roles import Function

PLACES = (
    ("事项清单", "public:matters"),
    ("部门职责", "public:departments"),
    ("年度计划", "public:plans"),
    ("检查结果", "public:results"),
    ("抽取公示", "public:draws"),
    ("抽取验证", "public:verify"),
    ("信用公示", "public:white-list"),
    ("开放数据", "public:data"),
    ("反映问题", "public:complaint"),
)
"""The navigation of the public site: word and URL name."""

FRESH_SECONDS = 60
"""How long a visitor's browser or a cache on the way may keep a page."""


def counties() -> QuerySet[Region]:
    """The counties that work with this installation, in the order they joined."""
    return Region.objects.filter(level=Region.Level.COUNTY).order_by("pk")


def with_region(url: str, region: Region, chosen: str) -> str:
    """The address with ``?region=`` kept, where the visitor had chosen a county."""
    return f"{url}?region={region.code}" if chosen else url


@method_decorator(login_not_required, name="dispatch")
class PublicView(View):
    """A page anybody may read.

    ``place`` is the URL name of the navigation entry the page belongs to. The county is the only
    one there is, or the one chosen by ``?region=<code>``, else the first. Pages given to visitors
    without cookies may be kept by caches for ``FRESH_SECONDS``; after that, and for everybody else
    at once, a page that is still the same is answered with 304 by its ``ETag``.
    """

    place = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or response.has_header("Cache-Control"):
            return response
        personal = request.COOKIES or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        if response.status_code in (200, 304) and not personal:
            patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
        else:
            patch_cache_control(response, private=True, no_cache=True)
        if response.status_code != 200 or response.streaming or response.has_header("ETag"):
            return response
        content: bytes = response.content  # type: ignore[attr-defined]
        response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        kept = get_conditional_response(request, etag=response["ETag"], response=response)
        return response if kept is None else kept

    def asked(self, name: str) -> str:
        """A value of the address, without the NUL that no text of the database may hold."""
        return self.request.GET.get(name, "").replace("\0", "").strip()

    @cached_property
    def region(self) -> Region:
        """The county whose pages are asked for; raises 404 when there is none such."""
        code = self.asked("region")
        found = counties().filter(code=code) if code else counties()
        region = found.first()
        if region is None:
            raise Http404("没有这个地区的公开信息。")
        return region

    def show(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        region: Region | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Draw a template that extends ``public_base.html``; a detail page names its own county."""
        shell = self.shell(region or self.region)
        return render(self.request, template, {**shell, **context}, status=status)

    def shell(self, region: Region) -> dict[str, Any]:
        """What the frame around every public page shows."""
        office = filling(region.code, Function.COORDINATION)
        chosen = self.asked("region")
        nav = []
        for label, name in PLACES:
            try:
                url = reverse(name)
            except NoReverseMatch:
                continue
            nav.append(
                {
                    "label": label,
                    "url": with_region(url, region, chosen),
                    "active": name == self.place,
                }
            )
        return {
            "region": region,
            "region_name": region.full_name,
            "region_query": with_region("", region, chosen),
            "office_name": office.name if office else "",
            "hotline": office.hotline if office else "",
            "public_nav": nav,
        }

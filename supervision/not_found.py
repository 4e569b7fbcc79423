"""What an address that leads nowhere answers: a page, or a problem where a program asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.common import CommonMiddleware
from django.views.defaults import page_not_found

from records.api import PROBLEM_TYPE, problem_body


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 in the words of the door that was tried."""
    if request.path.startswith(("/api/", "/gateway/v1/")):
        slash = "" if request.path.endswith("/") else "地址应以 / 结尾。"
        words = f"没有这个地址。{slash}"
        body = problem_body(404, words, "not_found")
        return JsonResponse(body, status=404, content_type=PROBLEM_TYPE)
    return page_not_found(request, exception)


class StraightMiddleware(CommonMiddleware):
    """Sends nobody on to the address with a slash but whoever reads a page: a post would arrive as
    a read without what was sent, a signed call as another than was signed."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        if request.method not in ("GET", "HEAD") or request.path.startswith("/gateway/v1/"):
            return False
        return bool(super().should_redirect_with_slash(request))

"""What an address that leads nowhere answers: a page, or a problem where a program asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import page_not_found

from records.api import PROBLEM_TYPE, problem_body


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 in the words of the door that was tried."""
    if request.path.startswith("/api/"):
        body = problem_body(404, "没有这个地址。", "not_found")
        return JsonResponse(body, status=404, content_type=PROBLEM_TYPE)
    return page_not_found(request, exception)

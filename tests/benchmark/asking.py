"""Asking the platform without a network: a request goes through all of its middleware."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from departments.models import User

CONSTANT = "/constant/"


def constant(request: HttpRequest) -> HttpResponse:
    """What costs nothing but the way to it."""
    return HttpResponse(b'{"results": []}', content_type="application/json")


urlpatterns = [path(CONSTANT.strip("/") + "/", constant), path("", include("supervision.urls"))]


@contextmanager
def platform() -> Iterator[Callable[[WSGIRequest], HttpResponse]]:
    """The platform as it is served, with one address more, where a view answers with a constant."""
    import supervision.wsgi  # noqa: F401

    with override_settings(ROOT_URLCONF=__name__):
        handler = WSGIHandler()

        def answer(request: WSGIRequest) -> HttpResponse:
            response = handler.get_response(request)
            assert isinstance(response, HttpResponse)
            assert response.status_code == 200, response.content.decode()
            return response

        yield answer


def cookies_of(username: str) -> str:
    """The Cookie header of somebody who is logged in."""
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend="departments.backends.PersonBackend"
    )
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def get(target: str, cookies: str) -> WSGIRequest:
    """A request of somebody logged in."""
    request = RequestFactory().get(target, HTTP_COOKIE=cookies)
    return WSGIRequest(request.environ)


def post(target: str, body: bytes, headers: Mapping[str, str]) -> WSGIRequest:
    """A call of another system as it stands."""
    given = dict(headers)
    request: Any = RequestFactory().post(
        target, body, content_type=given.pop("Content-Type"), headers=given
    )
    return WSGIRequest(request.environ)

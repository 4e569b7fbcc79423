"""Gives every request its actor, writes refused attempts into the trail, turns NUL away."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string

from records import trail
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.models import TrailEntry

ACTOR_FACTORY = "departments.actors.actor_for"


class ActorMiddleware:
    """Lets ``actor_of`` find who acts, once asked; a ``PermissionDenied`` that leaves a view is
    recorded, and a ``Refused`` is told in its own words: a page was opened or sent again after its
    time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.factory = import_string(ACTOR_FACTORY)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The number that django-structlog writes into every line of the log.
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")

        @cache
        def known() -> Actor:
            actor: Actor = self.factory(
                request.user, request_id=request_id, address=request.META.get("REMOTE_ADDR")
            )
            return actor

        # Not a lazy object: asked a hundred times for a page of rows, the way by a proxy is felt.
        request.known_actor = known  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, PermissionDenied):
            record_denial(actor_of(request), request, exception)
        if isinstance(exception, Refused):
            context = {"refusal": exception}
            return render(request, "refused.html", context, status=exception.status)
        return None


class ProxyAddressMiddleware:
    """Behind a proxy, the network address of a request is the one that the proxy saw: the last
    that it put into ``X-Forwarded-For``. What stands before it was written by the visitor.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        # Without one it was asked directly: by the watch over the processes.
        with contextlib.suppress(ValueError):
            request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(last))
        return self.get_response(request)


class NoNulMiddleware:
    """Refuses a NUL in an address (404) or a form (400) before a page passes it on to the
    database, whose texts cannot hold one. People do not type it; lists drop it from their filters.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        if "\0" in request.path_info:
            raise Http404
        if request.method == "POST" and any(
            "\0" in value for _, values in request.POST.lists() for value in values
        ):
            raise SuspiciousOperation("NUL in a form")


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request, looked up when first asked for."""
    actor: Actor = request.known_actor()  # type: ignore[attr-defined]
    return actor


def record_denial(actor: Actor, request: HttpRequest, exception: PermissionDenied) -> None:
    """Append what was tried and refused; in its own transaction, since the act's was undone."""
    verb = "http.denied"
    target: models.Model | None = None
    if isinstance(exception, NotAllowed):
        verb = exception.verb or verb
        target = exception.target if isinstance(exception.target, models.Model) else None
    trail.record(
        actor,
        verb,
        "越权操作被拒绝",
        target,
        opinion=f"{request.method} {request.path}",
        outcome=TrailEntry.Outcome.DENIED,
    )

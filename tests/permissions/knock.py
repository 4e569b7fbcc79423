"""Trying a door of the platform as somebody, and what came of it in one sign."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.permissions.world import World

IN, LOGIN, FORBIDDEN, HIDDEN = "+", "L", "x", "."
SIGNS = IN + LOGIN + FORBIDDEN + HIDDEN
_LET_IN = {200, 201, 202, 204, 302, 400, 409, 415, 422}


def address(world: World, name: str, words: Sequence[str]) -> str:
    """The address of a door; words are its arguments in order, ``?a=b`` a query string."""
    query = next((word for word in words if word.startswith("?")), "")
    return reverse(name, args=[world.value(w) for w in words if not w.startswith("?")]) + query


def knock(client: Client, method: str, url: str, body: Mapping[str, Any]) -> HttpResponse:
    """Ask with a body as the door wants it: JSON for REST resources, a form for pages."""
    if method == "GET":
        return client.get(url)
    if url.startswith(("/api/", "/gateway/v1/")):
        return client.generic(method, url, json.dumps(body), content_type="application/json")
    return client.post(url, body)


def sign(response: HttpResponse) -> str:
    """Let in, asked to log in, forbidden or hidden; anything else is shown as its status."""
    status = response.status_code
    logins = tuple(f"{reverse(name)}?next=" for name in (settings.LOGIN_URL, "admin:login"))
    if status == 401 or (status == 302 and response["Location"].startswith(logins)):
        return LOGIN
    if status in _LET_IN:
        return IN
    return {403: FORBIDDEN, 404: HIDDEN}.get(status, f"[{status}]")

"""Keeps the three administrators out of every department's business (R2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from departments.roles import ADMINISTRATORS
from records.errors import NotAllowed
from records.middleware import actor_of, record_denial

BUSINESS = frozenset({"matters", "credit", "inspections", "clues", "portraits", "assessment"})
"""The URL namespaces of the rooms in which departments work."""


class NoBusinessForAdministrators:
    """Refuses administrators every page of the business rooms, whatever the page itself allows.

    The REST resources refuse them by ``records.api.IsStaffMember``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        match = request.resolver_match
        if match is None or match.app_name not in BUSINESS or not request.user.is_authenticated:
            return
        if actor_of(request).has_role(*ADMINISTRATORS):
            refusal = NotAllowed("管理员账号不办理也不查看业务，请使用部门账号。")
            # Middleware that raises is not seen by those that record refusals.
            record_denial(actor_of(request), request, refusal)
            raise refusal

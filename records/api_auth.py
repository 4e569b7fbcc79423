"""How a REST call proves who sends it (apart from ``api``, which the framework loads later)."""

from __future__ import annotations

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class SessionLogin(SessionAuthentication):
    """The login of the pages; naming a scheme makes a missing login 401 instead of 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"

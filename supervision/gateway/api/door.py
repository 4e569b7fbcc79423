"""What every call of the gateway goes through, and how refusals are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from records.api import problem_details
from supervision.gateway.admission import (
    Caller,
    Turned,
    address_of,
    admit,
    ensure_rate,
    ensure_scope,
    note,
)

_TITLES = {401: "签名未通过验证", 403: "不允许的调用"}


class TurnedAway(exceptions.APIException):
    """A call that was not let in, as the framework raises it."""

    def __init__(self, turned: Turned) -> None:
        super().__init__(turned.message, turned.reason)
        self.turned = turned
        self.status_code = turned.status
        self.default_code = turned.reason
        if turned.wait is not None:
            self.wait = turned.wait


class SignedCall(BaseAuthentication):
    """The client that signed the call."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        try:
            return admit(request._request), None
        except Turned as turned:
            raise TurnedAway(turned) from turned

    def authenticate_header(self, request: Request) -> str:
        return "Signature"


def caller_of(request: Request) -> Caller:
    """The client whose call was let in."""
    return cast(Caller, request.user)


class MayCall(BasePermission):
    """The client has the scope of the view."""

    def has_permission(self, request: Request, view: Any) -> bool:
        try:
            ensure_scope(caller_of(request), view.scopes.get(request.method))
        except Turned as turned:
            raise TurnedAway(turned) from turned
        return True


class RateOfClient(BaseThrottle):
    """No more calls a minute than agreed with the client."""

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            ensure_rate(caller_of(request))
        except Turned as turned:
            raise TurnedAway(turned) from turned
        return True


class GatewayView(APIView):
    """A call of the gateway; ``scopes`` are what the client must be allowed, by method."""

    http_method_names = ["get", "post"]
    scopes: ClassVar[Mapping[str, str]]
    authentication_classes = (SignedCall,)
    permission_classes = (MayCall,)
    throttle_classes = (RateOfClient,)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return gateway_problem


def gateway_problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """As ``problem_details``; who was not let in is noted."""
    response = problem_details(exc, context)
    if isinstance(exc, TurnedAway) and response is not None:
        request = context["request"]._request
        turned = exc.turned
        if turned.status in (401, 403, 429):
            note(turned, address_of(request), f"{request.method} {request.path}"[:1000])
        response.data["title"] = _TITLES.get(turned.status, response.data["title"])
        if turned.status == 401:
            response["WWW-Authenticate"] = "Signature"
    return response

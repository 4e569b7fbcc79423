"""What every REST resource shares: actor, problem details (RFC 9457), paging by key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.fields import SkipField
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.relations import PKOnlyObject
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from records.actor import Actor
from records.acts import LONGEST_OPINION, ActTable
from records.errors import Refused
from records.middleware import actor_of, record_denial

PROBLEM_TYPE = "application/problem+json"

TITLES = {
    400: "请求内容有误",
    401: "尚未登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的请求方法",
    406: "不支持的返回格式",
    409: "与当前状态冲突",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "不符合办理条件",
    429: "请求过于频繁",
    500: "系统出错了",
    503: "暂时不可用",
}


class KeysetPagination(CursorPagination):
    """Pages by key, newest first; ``cursor`` is opaque, ``page_size`` at most 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"


class IsStaffMember(BasePermission):
    """People of a department; what they see is narrowed by each model's visibility rule."""

    message = "请使用部门账号访问。"

    def has_permission(self, request: Request, view: Any) -> bool:
        return actor_of(request._request).department_id is not None


def api_actor(request: Request) -> Actor:
    """The actor behind an API request."""
    return actor_of(request._request)


def body_of(request: Request, kind: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What a call says in its body. Raises ``ValidationError`` naming the fields that are wrong."""
    body = kind(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def entered(known: bool) -> int:
    """The status that answers an entry: 200 for what was sent before, 201 for what is new."""
    return status.HTTP_200_OK if known else status.HTTP_201_CREATED


class OpinionSerializer(serializers.Serializer[Any]):
    """The body of an act; the act itself says whether it must have a reason."""

    opinion = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_OPINION,
        default="",
        help_text="意见或理由",
    )


_SHOWN_AS_THEY_ARE: Mapping[type, type] = {
    serializers.CharField: str,
    serializers.ChoiceField: str,
    serializers.IntegerField: int,
    serializers.BooleanField: bool,
}
"""Kinds of fields, and the type of value that each shows without a change."""


class RowSerializer(serializers.Serializer[Any]):
    """For rows of lists: shows them as the framework does, with most of its questions asked once
    for all rows instead of for every value."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for name, each, steps, plain in self._columns:
            value = instance
            for step in steps:
                value = getattr(value, step, None)
            if type(value) is plain:
                is_moment = plain is dt.datetime
                shown[name] = self._moment(value) if is_moment else value
                continue
            try:
                value = each.get_attribute(instance)
            except SkipField:
                continue
            missing = (value.pk if isinstance(value, PKOnlyObject) else value) is None
            shown[name] = None if missing else each.to_representation(value)
        return shown

    @cached_property
    def _columns(self) -> list[tuple[str, Any, Sequence[str], type | None]]:
        """Name, field, the attributes that lead to the value, the type that needs no change."""
        return [
            (name, each, each.source_attrs, _plain_type(each))
            for name, each in self.fields.items()
            if not each.write_only
        ]

    @cached_property
    def _zone(self) -> dt.tzinfo:
        return timezone.get_current_timezone()

    def _moment(self, value: dt.datetime) -> str:
        return value.astimezone(self._zone).isoformat().replace("+00:00", "Z")


def _plain_type(field: serializers.Field[Any, Any, Any, Any]) -> type | None:
    if type(field) is serializers.DateTimeField and not hasattr(field, "format"):
        return dt.datetime
    return _SHOWN_AS_THEY_ARE.get(type(field))


class ActsSerializer(serializers.Serializer[Any]):
    """Adds ``acts`` to a resource: those of ``act_codes`` that the caller may do now."""

    act_table: ClassVar[ActTable[Any]]
    act_codes: ClassVar[Container[str]]
    acts = serializers.SerializerMethodField(help_text="当前可以执行的操作")

    def get_acts(self, instance: Any) -> list[str]:
        actor = api_actor(self.context["request"])
        allowed = self.act_table.allowed(actor, instance, self.act_codes)
        return [act.code for act in allowed]


class ActsMixin:
    """The door of a viewset to an act table: ``POST …/acts/<code>/`` with an ``opinion``.

    ``act_handlers`` are the services ``(actor, pk, opinion)`` by the code of the act. Who may not
    see the object gets 404, who may not act 403, and the answer is what the service returned.
    """

    act_handlers: ClassVar[Mapping[str, Callable[[Actor, Any, str], Any]]]

    @classmethod
    def get_extra_actions(cls) -> list[Any]:
        """Acts with a body of their own (``acts/<code>``) go before the door for all others."""
        actions: list[Any] = super().get_extra_actions()  # type: ignore[misc]
        return sorted(actions, key=lambda each: each.__name__ == "acts")

    @extend_schema(request=OpinionSerializer)
    @action(detail=True, methods=["post"], url_path=r"acts/(?P<code>[a-z_-]+)")
    def acts(self: Any, request: Request, pk: str, code: str) -> Response:
        """Do one of ``acts``."""
        if code not in self.act_handlers:
            raise Http404
        instance = self.get_object()
        opinion = body_of(request, OpinionSerializer)["opinion"]
        changed = self.act_handlers[code](api_actor(request), instance.pk, opinion)
        return self.answer(changed.pk)

    def asked(
        self: Any,
        request: Request,
        table: ActTable[Any],
        code: str,
        kind: type[serializers.Serializer[Any]],
    ) -> tuple[Actor, Any, dict[str, Any]]:
        """For an act with a body of its own: the caller, the object, what is said of it. Who may
        not do the act is refused before anybody looks at the body."""
        instance, actor = self.get_object(), api_actor(request)
        table.authorise(actor, code, instance)
        return actor, instance, body_of(request, kind)

    def answer(self: Any, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """The object as it stands after a change."""
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data, status=code)


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every refusal as ``application/problem+json`` with words that help (G2).

    ``errors`` lists field errors as ``{"field": …, "message": …}``.
    """
    request: Request = context["request"]
    if isinstance(exc, Refused):
        errors = [{"field": exc.field, "message": exc.message}] if exc.field else []
        code = 404 if exc.code == "not_found" else exc.status
        return _problem(code, exc.message, exc.code, errors)
    if isinstance(exc, PermissionDenied | exceptions.PermissionDenied):
        denial = exc if isinstance(exc, PermissionDenied) else PermissionDenied(str(exc))
        record_denial(api_actor(request), request._request, denial)
    response = exception_handler(exc, context)
    if response is None:
        return None
    detail, errors = _flatten(response.data, exc)
    code = getattr(exc, "default_code", None) or (
        "not_found" if isinstance(exc, Http404) else "error"
    )
    problem = _problem(response.status_code, detail, str(code), errors)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if response.has_header(header):
            problem[header] = response[header]
    return problem


def problem_body(code: int, detail: str, machine_code: str) -> dict[str, Any]:
    """The members that every problem has."""
    return {
        "type": "about:blank",
        "title": TITLES.get(code, "请求未能完成"),
        "status": code,
        "detail": detail,
        "code": machine_code,
    }


def _problem(code: int, detail: str, machine_code: str, errors: list[dict[str, Any]]) -> Response:
    body = problem_body(code, detail, machine_code)
    if errors:
        body["errors"] = errors
    return Response(body, status=code, content_type=PROBLEM_TYPE)


def _flatten(data: Any, exc: Exception) -> tuple[str, list[dict[str, Any]]]:
    if isinstance(exc, exceptions.ValidationError):
        errors = list(_field_errors(data, ""))
        return "请求内容有误，请按提示修改。", errors
    if isinstance(exc, PermissionDenied) and str(exc):
        return str(exc), []
    if isinstance(data, dict) and "detail" in data:
        return str(data["detail"]), []
    return TITLES.get(status.HTTP_400_BAD_REQUEST, ""), []


def _field_errors(data: Any, prefix: str) -> Any:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _field_errors(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            nested = isinstance(value, dict | list)
            yield from _field_errors(value, f"{prefix}[{index}]" if nested else prefix)
    else:
        # What was sent is repeated in the words, and half a surrogate pair cannot be written.
        message = str(data).encode("utf-8", "replace").decode()
        yield {"field": prefix, "message": message}

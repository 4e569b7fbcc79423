"""The description of the REST interface as a page, for people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "是/否",
    "array": "列表",
    "object": "对象",
    "null": "空",
}
_FORMATS = {"date": "日期", "date-time": "时间", "uuid": "UUID", "binary": "文件"}


class ApiDocsView(View):
    """All operations by subject, with their parameters, bodies and answers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "supervision/api_docs.html", {"groups": _groups()})


class ApiSchemaView(SpectacularAPIView):
    """The same for machines, in the form they ask for."""

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        return HttpResponse(_text(renderer.media_type), content_type=renderer.media_type)


@cache
def _schema() -> dict[str, Any]:
    """The description; it takes most of a second to draw up, and changes with the code only."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call,no-any-return]


@cache
def _text(media_type: str) -> bytes | str:
    renderers = {each.media_type: each for each in ApiSchemaView.renderer_classes}
    drawn: bytes | str = renderers[media_type]().render(_schema())
    return drawn


@cache
def _groups() -> list[dict[str, Any]]:
    """The operations as the page shows them."""
    schema = _schema()
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in schema["tags"]}
    for address, operations in schema["paths"].items():
        for method, operation in operations.items():
            groups[operation["tags"][0]].append(
                {
                    "method": method.upper(),
                    "address": address,
                    "summary": operation["summary"],
                    "parameters": [
                        _row(parameter["name"], parameter["schema"], parameter, schema)
                        for parameter in operation.get("parameters", [])
                    ],
                    "body": list(_fields(operation.get("requestBody", {}), schema)),
                    "answer": list(_fields(_success(operation), schema)),
                    "refusals": [code for code in operation["responses"] if code >= "400"],
                }
            )
    return [{"name": name, "operations": found} for name, found in groups.items()]


def _success(operation: dict[str, Any]) -> dict[str, Any]:
    return next(
        (answer for code, answer in operation["responses"].items() if code.startswith("2")), {}
    )


def _fields(holder: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The fields of a JSON body, of each entry where it is a list or a page of a list."""
    content = holder.get("content", {}).get("application/json")
    if content is None:
        return
    found = _resolved(content["schema"], schema)
    if "results" in found.get("properties", {}):
        found = found["properties"]["results"]
    if found.get("type") == "array":
        found = _resolved(found["items"], schema)
    required = found.get("required", [])
    for name, field in found.get("properties", {}).items():
        yield _row(name, field, {"required": name in required}, schema)


def _row(
    name: str, field: dict[str, Any], facts: dict[str, Any], schema: dict[str, Any]
) -> dict[str, str]:
    field = _resolved(field, schema)
    words = facts.get("description") or field.get("description") or field.get("title") or ""
    return {
        "name": name,
        "type": _type(field, schema),
        "required": "是" if facts.get("required") else "",
        "words": words,
    }


def _type(field: dict[str, Any], schema: dict[str, Any]) -> str:
    kind = field.get("type", "object")
    kinds = [kind] if isinstance(kind, str) else list(kind)
    if kinds == ["array"]:
        return f"{_type(_resolved(field['items'], schema), schema)}列表"
    form = _FORMATS.get(field.get("format", ""))
    return "或".join(form if form and each == "string" else _TYPES[each] for each in kinds)


def _resolved(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed; what stands beside the reference goes before."""
    parts = [field, *field.get("allOf", []), *field.get("oneOf", [])[:1]]
    reference = next((part["$ref"] for part in parts if "$ref" in part), None)
    if reference is None:
        return field
    target = schema["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return {**_resolved(target, schema), **{k: v for k, v in field.items() if k != "$ref"}}

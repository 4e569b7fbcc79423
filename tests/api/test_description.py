"""The committed description of the REST interface: current, Chinese, and shown as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from rest_framework.test import APIClient

from supervision.api_schema import SUMMARIES
from tests.api.description import FILE, committed


@pytest.fixture
def described() -> dict[str, Any]:
    return committed()


def operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in described["paths"].values():
        yield from path.values()


def test_committed_file_is_current() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    text = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
    assert FILE.read_text() == text, "docs/openapi.yaml is out of date: run script/openapi"


def test_every_operation_has_chinese_words(described: dict[str, Any]) -> None:
    found = {operation["operationId"] for operation in operations(described)}
    assert found == set(SUMMARIES), "supervision.api_schema.SUMMARIES names other operations"


def test_every_field_sent_is_explained_in_chinese(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    bodies = [
        body["schema"]["$ref"]
        for operation in operations(described)
        for body in operation.get("requestBody", {}).get("content", {}).values()
    ]
    assert bodies
    for reference in bodies:
        for name, field in schemas[reference.rsplit("/", 1)[-1]]["properties"].items():
            assert re.search(r"[\u4e00-\u9fff]", field.get("description", "")), (reference, name)


def test_refusals_are_problem_details(described: dict[str, Any]) -> None:
    for operation in operations(described):
        assert {"400", "401", "403"} <= set(operation["responses"])
    for refusal in described["components"]["responses"].values():
        assert set(refusal["content"]) == {"application/problem+json"}


def test_page_names_every_operation(client_of) -> None:  # type: ignore[no-untyped-def]
    page = client_of("mzj_clerk").get("/api/v1/docs/").content.decode()
    for summary in SUMMARIES.values():
        assert summary in page


def test_missing_login_is_401_with_words(db) -> None:  # type: ignore[no-untyped-def]
    answer = APIClient().get("/api/v1/matters/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "尚未登录"

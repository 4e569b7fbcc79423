"""Bodies that no browser sends are refused in words."""

from __future__ import annotations

import pytest
from django.urls import reverse


@pytest.mark.parametrize("name", ["opinion", "reason", "username"])
def test_a_nul_in_a_form_is_refused(client_of, name: str) -> None:
    answer = client_of("mzj_clerk").post(reverse("login"), {name: "甲\0乙"})
    assert answer.status_code == 400


def test_a_nul_in_an_address_is_not_found(client, db) -> None:
    assert client.get("/public/visits/%00/").status_code == 404
    assert client.get("/api/v1/draws/%00/").status_code == 404


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000])
def test_json_nested_without_end_is_refused(client_of, body: str) -> None:
    answer = client_of("mzj_clerk").post(
        "/api/v1/draws/", data=body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.json()["detail"] == "JSON 嵌套过深。"

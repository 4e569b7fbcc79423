"""The description of the calls: its examples run as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

FILE = Path(__file__).resolve().parents[3] / "docs" / "openapi.yaml"
ROOT = "/gateway/v1/"
PATHS = {
    address.removeprefix(ROOT): operations
    for address, operations in yaml.safe_load(FILE.read_text())["paths"].items()
    if address.startswith(ROOT)
}


def example_of(address: str) -> list[dict[str, Any]]:
    body = PATHS[address]["post"]["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values()
    return example["value"]["items"]


@pytest.mark.parametrize("address", [a for a, o in PATHS.items() if "post" in o])
def test_the_example_of_a_push_is_taken_in(system, address) -> None:  # type: ignore[no-untyped-def]
    if address == "credit-facts/":
        system.call("POST", "subjects/", example_of("subjects/"), key="before")
    answer = system.call("POST", address, example_of(address), key="example")
    assert answer.status_code == 200
    assert answer.json()["refused"] == 0, answer.content.decode()


@pytest.mark.parametrize("address", [a for a, o in PATHS.items() if "get" in o])
def test_every_feed_begins_and_goes_on(system, address) -> None:  # type: ignore[no-untyped-def]
    page = system.call("GET", address).json()
    assert page["more"] is False
    assert system.call("GET", f"{address}?cursor={page['cursor']}").json()["changes"] == []

"""What a person writes with an act is kept whole, or refused in words; and one limit holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.template import Context, Template

from records.acts import LONGEST_OPINION
from tests.test_dates import modules

ROOT = Path(__file__).resolve().parents[1]
_CUT = re.compile(
    r"\b\w*(opinion|reason|decision|result|note|answer|signer)\w*(\.strip\(\))?\[:\w+\]"
)
EXCEPTIONS = {
    "inspections/services/draws/scheduling.py": "an obstacle that the system has composed",
}


def test_no_module_cuts_what_was_written() -> None:
    found = {
        str(path.relative_to(ROOT)): hits
        for path in modules()
        if (hits := [hit.group() for hit in _CUT.finditer(path.read_text())])
    }
    assert found.keys() == EXCEPTIONS.keys(), found


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("visit.answer = opinion.strip()[:300]", True),
        ("late_reason[:_LONGEST]", True),
        ("answers[0]", False),
        ("opinion.strip()", False),
    ],
)
def test_the_finder_finds_cuts(text: str, cuts: bool) -> None:
    assert bool(_CUT.search(text)) is cuts


def test_the_interface_tells_one_limit_for_opinions() -> None:
    described = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())
    taken = list(_opinions(described["components"]["schemas"]))
    assert len(taken) > 10
    assert {field["maxLength"] for field in taken} == {LONGEST_OPINION}


def test_the_dialog_of_an_act_holds_as_much() -> None:
    page = Template(
        '{% load ui %}{% confirm_act "退回" "/x/" reason=True %}{% end_confirm_act %}'
    ).render(Context())
    assert f'name="opinion" rows="3" maxlength="{LONGEST_OPINION}"' in page


def _opinions(schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields that take an opinion; those that only show one have no limit."""
    for schema in schemas.values():
        field = schema.get("properties", {}).get("opinion")
        if field is not None and field.get("title") is None:
            yield field

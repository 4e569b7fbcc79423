"""From the first receiver to the final answer, with every date computed by hand."""

from __future__ import annotations

import pytest

from clues.tests.samples import at, closed, department

pytestmark = pytest.mark.django_db


def test_smoke(actor):
    with at("2026-09-28 10:00"):
        clue = closed(
            actor("scjg_clerk"), actor("scjg_head"), actor("mzj_clerk"), actor("mzj_head")
        )
    assert clue.state == "closed"

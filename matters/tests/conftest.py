"""The published list taken over, at its two stages: as drafts, and in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from departments.actors import actor_for
from matters import services
from matters.models import MatterVersion
from records import imports
from records.actor import Actor
from records.excel import to_bytes
from records.models import ImportJob
from supervision.demo.workbooks import matters_workbook


@pytest.fixture
def bring_in(actor: Callable[[str], Actor]) -> Callable[..., ImportJob]:
    """Upload a workbook and, when it is without mistakes, confirm and import it."""

    def run(
        content: bytes, kind: str = "matters", who: str = "xzsp_clerk", name: str = "清单.xlsx"
    ) -> ImportJob:
        job = imports.upload(actor(who), kind, name, content)
        imports.run(str(job.pk), actor_for)
        job.refresh_from_db()
        if job.state == ImportJob.State.READY:
            imports.confirm(actor(who), str(job.pk))
            imports.run(str(job.pk), actor_for)
            job.refresh_from_db()
        return job

    return run


@pytest.fixture
def sheet_of() -> Callable[[str, Sequence[dict[str, Any]]], bytes]:
    """A workbook of one import kind from rows by column key."""
    return lambda kind, rows: to_bytes(imports.REGISTRY[kind].sheet, rows)


@pytest.fixture
def drafts(bring_in: Callable[..., ImportJob]) -> dict[int, MatterVersion]:
    """The 19 matters as drafts, by number."""
    assert bring_in(matters_workbook()).state == ImportJob.State.DONE
    return {version.matter.number: version for version in MatterVersion.objects.all()}


@pytest.fixture
def advance(actor: Callable[[str], Actor]) -> Callable[[MatterVersion, str], MatterVersion]:
    """Take a draft on to a state by the people in charge."""

    def run(version: MatterVersion, state: str) -> MatterVersion:
        steps = (
            ("legal_review", lambda: services.submit(actor("xzsp_clerk"), version.pk)),
            ("reviewed", lambda: services.approve(actor("sfj_head"), version.pk, "合法")),
            ("in_force", lambda: services.put_in_force(actor("xzsp_head"), version.pk)),
            ("abolished", lambda: services.abolish(actor("xzsp_head"), version.pk, "职能取消")),
        )
        if state != "draft":
            for name, step in steps:
                step()
                if name == state:
                    break
        return MatterVersion.objects.get(pk=version.pk)

    return run

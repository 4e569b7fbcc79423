"""The demo county's own Excel files, offered on the import pages in demo mode."""

from __future__ import annotations

from departments.roles import Function
from records import clock, imports
from supervision.demo.directories import SEED
from supervision.demo.inspectors import generate_inspectors
from supervision.demo.subjects import generate_subjects
from supervision.demo.workbooks import inspectors_workbook, matters_workbook, subjects_workbook


def register_samples() -> None:
    """Let the import pages offer the county's files for downloading."""
    imports.SAMPLES.update(
        {
            "matters": imports.Sample(matters_workbook),
            "subjects": imports.Sample(lambda: subjects_workbook(generate_subjects(SEED))),
            "inspectors": imports.Sample(
                lambda: inspectors_workbook(generate_inspectors(SEED, clock.today())),
                may=lambda actor: actor.fills(Function.COORDINATION, Function.INSPECTION),
            ),
        }
    )

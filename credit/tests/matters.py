"""Matters in force for tests."""

from __future__ import annotations

from departments.models import Region, User
from matters.models import Matter, MatterVersion, SubjectCategory


def matter_led_by(county: Region, lead: User, number: int) -> MatterVersion:
    """A matter about nursing homes that the person's department leads."""
    version = MatterVersion.objects.create(
        matter=Matter.objects.create(region=county, code=f"M-{number}", number=number),
        number=1,
        state=MatterVersion.State.IN_FORCE,
        change_reason="首次制定",
        name=f"养老机构安全综合监管之{number}",
        subjects_text="养老机构",
        content="养老机构安全",
        lead=lead.department,
        created_by=lead,
    )
    version.categories.set(SubjectCategory.objects.filter(code="nursing-home"))
    return version

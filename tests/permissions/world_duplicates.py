"""Subjects that may stand twice in the world's directory, at every point of a decision."""

from __future__ import annotations

from credit.models import DuplicatePair, Subject
from records import clock
from tests.permissions.world import World


def add_duplicates(world: World) -> None:
    """One pair found, one proposed, one told apart."""
    subject = world.things["subject"]
    for number, state in enumerate(("found", "proposed", "dismissed")):
        twin = Subject.objects.create(
            region=subject.region,
            id_kind=subject.id_kind,
            identifier=f"TWIN-{number}",
            name=f"{subject.name}{number}",
            categories=subject.categories,
            grade=subject.grade,
        )
        proposed = state == "proposed"
        world.things[f"duplicate_{state}"] = DuplicatePair.objects.create(
            region=subject.region,
            first=subject,
            second=twin,
            reasons=["name"],
            state=state,
            survivor=twin if proposed else None,
            reason="核对登记档案" if proposed else "",
            proposed_by="曾佳颖" if proposed else "",
            proposed_at=clock.now() if proposed else None,
        )

"""The rules that label the subjects of the world's region."""

from __future__ import annotations

from credit.models import Label, LabelRule
from departments.models import Region
from tests.permissions.world import World


def add_labels(world: World) -> None:
    """One in force, one stopped."""
    region = Region.objects.get(code="411603")
    label = Label.objects.create(region=region, name="养老机构")
    for name, state in (("label_rule", "in_force"), ("label_rule_stopped", "stopped")):
        world.things[name] = LabelRule.objects.create(
            label=label,
            categories=["nursing-home"],
            reason="专项",
            state=state,
            created_by="综合协调组",
        )

"""The credit group's part of the world: sets of indicators in every state, runs and a notice."""

from __future__ import annotations

from credit.models import Evaluation, EvaluationNotice, IndicatorSet, PolicyRow, SupervisionPolicy
from credit.rules import default_policy
from departments.models import Department, Region, User
from records import clock
from tests.permissions.world import World

_S = IndicatorSet.State


def add_credit(world: World) -> None:
    """Add them; the general sets are the credit group's, those of matters the lead's."""
    group = User.objects.get(username="fgw_clerk").department
    lead = User.objects.get(username="mzj_clerk").department
    assert group is not None and lead is not None
    sets = {
        "indicators": (None, group, _S.IN_FORCE),
        "indicators_draft": (None, group, _S.DRAFT),
        "indicators_review": ("matter", lead, _S.REVIEW),
        "indicators_consent": ("matter_draft", lead, _S.CONSENT),
    }
    for number, (name, (matter, department, state)) in enumerate(sets.items(), start=1):
        world.things[name] = IndicatorSet.objects.create(
            region=department.region,
            matter=world.things[matter].matter if matter else None,
            department=department,
            version=number,
            name="信用风险评价指标",
            state=state,
            created_at=clock.now(),
        )
    runs = {
        "evaluation": ("indicators", Evaluation.Kind.ORDERED),
        "trial": ("indicators_draft", Evaluation.Kind.TRIAL),
    }
    for name, (of, kind) in runs.items():
        by_set = world.things[of]
        world.things[name] = Evaluation.objects.create(
            region=by_set.region,
            by_set=by_set,
            kind=kind,
            as_of=clock.today(),
            horizon=0,
            state=Evaluation.State.DONE,
            total=0,
            counts=dict.fromkeys("ABCD", 0),
            requested_by="联合信用监管组",
            started_at=clock.now(),
            finished_at=clock.now(),
        )
    for username in ("mzj_clerk", "wjw_clerk"):
        EvaluationNotice.objects.create(
            evaluation=world.things["evaluation"],
            department=User.objects.get(username=username).department,
            judged=1,
            changed=0,
            told_at=clock.now(),
        )
    _add_policies(world, group)


def _add_policies(world: World, group: Department) -> None:
    """One that held, one being drafted, and one in review that stands for the region above, as a
    region prepares one at a time."""
    above = group.region.parent
    assert above is not None
    states = SupervisionPolicy.State
    policies: dict[str, tuple[Region, str]] = {
        "policy": (group.region, states.RETIRED),
        "policy_draft": (group.region, states.DRAFT),
        "policy_review": (above, states.REVIEW),
    }
    for number, (name, (region, state)) in enumerate(policies.items(), start=1):
        made = SupervisionPolicy.objects.create(
            region=region,
            department=group,
            version=number,
            name=default_policy.NAME,
            reason="首次编制",
            state=state,
            created_at=clock.now(),
        )
        PolicyRow.objects.bulk_create(
            PolicyRow(of=made, grade=row.grade, ratio_bp=row.ratio_bp)
            for row in default_policy.ROWS
        )
        world.things[name] = made

"""What holds for a matter and for a plan item by grade: ratio, yearly frequency, triggers (S5).

Which ratio holds: the list's of the matter, before it the policy's in force for the grade, before
it the plan item's own; the platform's only where neither list nor policy says anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from credit.models import SupervisionPolicy
from credit.services.policies import Held, held_for
from departments.profile import Resolved, number, resolve
from inspections.models import PlanItem
from inspections.rules import RATIO_BY_GRADE, YEARLY_FREQUENCY
from matters.models import MatterVersion


@dataclass(frozen=True)
class Term:
    """What holds for one grade.

    ``ratio_bp`` in basis points and where it comes from in words; ``frequency``: how often a year
    by draw, 0: no limit; ``by_policy`` is what the policy says, None where none is in force.
    """

    ratio_bp: int
    source: str
    frequency: int
    by_policy: Held | None = None

    def leaves_to_triggers(self, industry_class: str) -> bool:
        """Whether a subject of this industry class is left to triggers, not drawn."""
        return self.by_policy is not None and self.by_policy.leaves_to_triggers(industry_class)


def terms_of_matter(
    version: MatterVersion, *, policy: SupervisionPolicy | None = None
) -> dict[str, Term]:
    """What holds for a matter by grade, whatever a plan item says; as if ``policy`` were in force
    where it is given."""
    return terms_of_matters(version.region_code, [version], policy=policy)[version.matter_id]


def terms_of_matters(
    region_code: str,
    versions: Collection[MatterVersion],
    *,
    policy: SupervisionPolicy | None = None,
) -> dict[int, dict[str, Term]]:
    """The same for several matters of a region, by the matter's id, in as many queries."""
    said = held_for(region_code, [version.matter_id for version in versions], policy=policy)
    usual = number(region_code, YEARLY_FREQUENCY)
    defaults = {grade: resolve(region_code, rule) for grade, rule in RATIO_BY_GRADE.items()}
    return {
        version.matter_id: {
            grade: _term(version, said[version.matter_id].get(grade), default, usual)
            for grade, default in defaults.items()
        }
        for version in versions
    }


def terms_of(item: PlanItem, *, policy: SupervisionPolicy | None = None) -> dict[str, Term]:
    """What holds for a plan item by grade."""
    return with_ratios(terms_of_matter(item.matter_version, policy=policy), item.ratios)


def with_ratios(terms: Mapping[str, Term], ratios: Mapping[str, int]) -> dict[str, Term]:
    """The terms of a matter under the ratios of a plan item (basis points by grade)."""
    return {
        grade: replace(term, ratio_bp=ratios[grade], source="计划项目")
        if ratios.get(grade) is not None
        else term
        for grade, term in terms.items()
    }


def _term(version: MatterVersion, said: Held | None, default: Resolved, usual: int) -> Term:
    if said is not None:
        return Term(said.ratio_bp, said.source, said.frequency, said)
    if version.ratio_bp is not None:
        return Term(version.ratio_bp, "监管事项", usual)
    return Term(default.value, default.source, usual)

"""What rules.json says: ratios and their sources, caps, exclusion rules, staffing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import InputError
from .ids import check_code, check_text
from .quotas import BASIS

TEAMS = "teams"
SINGLY = "singly"
MIN_OFFICERS = 2
"""Two officers of every enforcing department at every visit (administrative penalty law)."""


@dataclass(frozen=True)
class StratumRule:
    """Ratio ``bp`` in ten-thousandths or fixed ``quota`` (exactly one), and where it comes from."""

    source: str
    bp: int | None = None
    quota: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As rules.json carries it."""
        return {**self.measure(), "source": self.source}

    def measure(self) -> dict[str, int]:
        """``{"bp": n}`` or ``{"quota": n}``."""
        if self.bp is not None:
            return {"bp": self.bp}
        assert self.quota is not None
        return {"quota": self.quota}


@dataclass(frozen=True)
class StaffingRule:
    """Who goes: ``size`` officers of each of ``departments`` at every visit.

    ``mode``: ``teams`` (fixed teams, subjects bundled by township; ``teams_max`` bounds their
    number) or ``singly`` (officers per subject; ``visits_cap`` bounds the visits of one officer).
    """

    mode: str
    departments: tuple[str, ...]
    size: int = MIN_OFFICERS
    teams_max: int | None = None
    visits_cap: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As rules.json carries it."""
        return {
            "mode": self.mode,
            "departments": sorted(self.departments),
            "size": self.size,
            "teams_max": self.teams_max,
            "visits_cap": self.visits_cap,
        }

    def check(self) -> None:
        """Raise InputError when the rule is not one that dr-1 knows."""
        name = "rules.staffing"
        if self.mode not in (TEAMS, SINGLY):
            raise InputError(name, f"派员方式“{self.mode}”应为 teams 或 singly")
        if not self.departments or len(set(self.departments)) != len(self.departments):
            raise InputError(name, "参加检查的部门不能为空，也不能重复")
        for department in self.departments:
            check_code(department, name)
        if self.size < MIN_OFFICERS:
            raise InputError(name, "每个部门每次检查至少两名执法人员")
        for bound in (self.teams_max, self.visits_cap):
            if bound is not None and bound < 1:
                raise InputError(name, "组数上限和次数上限应不小于 1")
        if self.mode == TEAMS and self.visits_cap is not None:
            raise InputError(name, "分组派员时各组任务数相差不超过一，不另设次数上限")
        if self.mode == SINGLY and self.teams_max is not None:
            raise InputError(name, "逐户派员不设组数上限")


@dataclass(frozen=True)
class Rules:
    """The content of rules.json.

    ``strata``: stratum code to its rule. ``total``: when set, every stratum has a ``bp`` and the
    total is split over them by largest remainder. ``caps``: code to number, ``exclusions``: rule
    code to its Chinese text; every rule in excluded.tsv must be among them.
    """

    plan_item: str
    plan_version: int
    strata: Mapping[str, StratumRule]
    staffing: StaffingRule
    total: int | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    exclusions: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self, townships: dict[str, Any] | None) -> dict[str, Any]:
        """As rules.json carries it; ``townships`` is digest and count of townships.tsv."""
        return {
            "plan": {"item": self.plan_item, "version": self.plan_version},
            "strata": {code: rule.as_dict() for code, rule in self.strata.items()},
            "total": self.total,
            "caps": dict(self.caps),
            "exclusions": dict(self.exclusions),
            "staffing": self.staffing.as_dict(),
            "townships": townships,
        }

    def check(self) -> None:
        """Raise InputError when the rules are not what dr-1 allows."""
        self.staffing.check()
        check_text(self.plan_item, "rules.plan")
        if self.plan_version < 0:
            raise InputError("rules.plan", "版本号不能为负")
        if not self.strata:
            raise InputError("rules.strata", "至少应有一层")
        if self.total is not None and self.total < 0:
            raise InputError("rules.total", "总数不能为负")
        for code, rule in self.strata.items():
            name = f"rules.strata.{check_code(code, 'rules.strata')}"
            check_text(rule.source, name)
            if (rule.bp is None) == (rule.quota is None):
                raise InputError(name, "抽取比例和抽取数量应恰好填写一项")
            if rule.bp is not None and not 0 <= rule.bp <= BASIS:
                raise InputError(name, "抽取比例应在万分之 0 到 10000 之间")
            if rule.quota is not None and (rule.quota < 0 or self.total is not None):
                raise InputError(name, "抽取数量不能为负；设了总数时各层只能填比例")
        for code in (*self.caps, *self.exclusions):
            check_code(code, "rules")
        for text in self.exclusions.values():
            check_text(text, "rules.exclusions")
        if any(cap < 0 for cap in self.caps.values()):
            raise InputError("rules.caps", "上限不能为负")


def staffing_of(rules: Mapping[str, Any]) -> StaffingRule:
    """The staffing rule of a parsed rules.json."""
    content = rules["staffing"]
    return StaffingRule(**{**content, "departments": tuple(content["departments"])})

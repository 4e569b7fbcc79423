"""A region's profile: who fills which function and which numbers hold there.

"A jurisdiction is configured, not coded": rule tables give a default with its source clause, a
region may override the number, and code asks here for the result.
"""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Department, FunctionAssignment, RuleValue
from departments.roles import Function
from records.errors import Refused
from records.workdays import Limit, Unit


@dataclass(frozen=True)
class Number:
    """A number of a regulation: its key, default, what it is, unit in words, source clause.

    ``most`` and ``least`` are the bounds that the law sets to what a region says instead.
    """

    key: str
    default: int
    title: str
    unit: str
    source: str
    most: int | None = None
    least: int | None = None

    def __post_init__(self) -> None:
        RULES[self.key] = self


@dataclass(frozen=True)
class TimeLimit:
    """A time limit of a regulation, counted in ``unit``; see ``records.workdays``. ``most`` and
    ``least`` as for ``Number``."""

    key: str
    default: int
    title: str
    unit: Unit
    source: str
    most: int | None = None
    least: int | None = None

    def __post_init__(self) -> None:
        RULES[self.key] = self


RULES: dict[str, Number | TimeLimit] = {}
"""All rules of the platform by key, filled as the apps' ``rules`` modules are imported."""


def choices() -> list[tuple[str, str]]:
    """Keys of rules that a region may override, with words for the administrator."""
    return [
        (key, f"{rule.title}（{_unit_word(rule)}，缺省 {rule.default}）")
        for key, rule in sorted(RULES.items())
    ]


@dataclass(frozen=True)
class Resolved:
    """What holds in one region: the value, and the document it rests on there."""

    value: int
    source: str
    overridden: bool


@dataclass(frozen=True)
class ResolvedLimit:
    """A time limit as it holds in one region, ready for ``records.deadlines.start``."""

    key: str
    title: str
    limit: Limit
    source: str


def resolve(region_code: str, rule: Number | TimeLimit) -> Resolved:
    """The value in a region: its own, else that of the nearest superior, else the default; never
    beyond what the law allows."""
    override = (
        RuleValue.objects.filter(key=rule.key, region__code__in=_prefixes(region_code))
        .order_by("-region__code")
        .first()
    )
    if override is None:
        return Resolved(rule.default, rule.source, overridden=False)
    return Resolved(_within(rule, override.value), override.source, overridden=True)


def bounds_in_words(rule: Number | TimeLimit, value: int) -> str:
    """What is wrong with a region's number for a rule, empty when the law allows it."""
    if _within(rule, value) == value:
        return ""
    bound = f"最多 {rule.most}" if rule.most is not None and value > rule.most else ""
    return f"{rule.title}{bound or f'最少 {rule.least}'}{_unit_word(rule)}（{rule.source}）。"


def _within(rule: Number | TimeLimit, value: int) -> int:
    if rule.most is not None:
        value = min(value, rule.most)
    return value if rule.least is None else max(value, rule.least)


def number(region_code: str, rule: Number) -> int:
    """The number that holds in a region."""
    return resolve(region_code, rule).value


def time_limit(region_code: str, rule: TimeLimit) -> ResolvedLimit:
    """The time limit that holds in a region."""
    resolved = resolve(region_code, rule)
    return ResolvedLimit(rule.key, rule.title, Limit(resolved.value, rule.unit), resolved.source)


def filling(region_code: str, function: Function) -> Department | None:
    """The department that fills a function in a region, None if the profile names none."""
    assignment = (
        FunctionAssignment.objects.filter(region__code=region_code, function=function)
        .select_related("department__region")
        .first()
    )
    return assignment.department if assignment else None


def must_fill(region_code: str, function: Function) -> Department:
    """As ``filling``; raises ``Refused`` in words when the profile names nobody."""
    department = filling(region_code, function)
    if department is None:
        raise Refused(f"本地区尚未指定承担“{function.label}”职能的部门，请联系系统管理员配置。")
    return department


def _prefixes(region_code: str) -> list[str]:
    return [region_code[:length] for length in (2, 4, 6, 9, 12) if length <= len(region_code)]


def _unit_word(rule: Number | TimeLimit) -> str:
    return rule.unit.chinese if isinstance(rule, TimeLimit) else rule.unit

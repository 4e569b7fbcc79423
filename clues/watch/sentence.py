"""A rule, and what it measured, in the words that people read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clues.rules.warnings import CHANGE, RATIO, SUM


@dataclass(frozen=True, kw_only=True)
class Words:
    """The parts of a rule in words. ``phrase`` says what happens ("被检查"), ``unit`` counts it
    ("次"), ``against`` is the phrase of a ratio's other count, ``amount_unit`` that of a sum."""

    group: str
    window_days: int
    phrase: str
    unit: str
    measure: str
    threshold: Decimal
    at_least: int = 1
    against: str = ""
    against_unit: str = ""
    amount_unit: str = ""
    level: str
    push_to: tuple[str, ...]
    only: tuple[str, ...] = ()


def sentence(words: Words) -> str:
    """同一监管对象 60 天内被检查 2 次及以上 → 较大预警，推送至事项牵头部门。"""
    only = f"（限{'；'.join(words.only)}）" if words.only else ""
    what = _what(words, figure(words.threshold))
    targets = "、".join(words.push_to) or "综合协调组"
    return (
        f"同一{words.group} {words.window_days} 天内{only}{what}及以上"
        f"{_floor(words)} → {words.level}预警，推送至{targets}"
    )


def measured(words: Words, amount: Decimal, base: Decimal) -> str:
    """What was found: 被检查 3 次，达到预警值 2 次."""
    limit = figure(words.threshold)
    if words.measure == RATIO:
        share = figure(amount * 100 / base) if base else "0"
        return (
            f"{words.phrase} {figure(amount)} {words.unit}，"
            f"占{words.against} {figure(base)} {words.against_unit}的 {share}%，"
            f"达到预警值 {limit}%"
        )
    if words.measure == CHANGE:
        before = f"前 {words.window_days} 天 {figure(base)} {words.unit}"
        now = f"{words.phrase} {figure(amount)} {words.unit}"
        return f"{now}，{before}，达到预警值（前期的 {limit} 倍）"
    unit = words.amount_unit if words.measure == SUM else words.unit
    total = "合计 " if words.measure == SUM else " "
    return f"{words.phrase}{total}{figure(amount)} {unit}，达到预警值 {limit} {unit}"


def figure(value: Decimal) -> str:
    """A number without idle zeros, at most two places: 2, 2.5, 33.33."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text or "0"


def _what(words: Words, limit: str) -> str:
    if words.measure == RATIO:
        return f"{words.phrase}占{words.against}的 {limit}%"
    if words.measure == CHANGE:
        return f"{words.phrase}的{_noun(words.unit)}为前 {words.window_days} 天的 {limit} 倍"
    if words.measure == SUM:
        return f"{words.phrase}合计 {limit} {words.amount_unit}"
    return f"{words.phrase} {limit} {words.unit}"


def _floor(words: Words) -> str:
    if words.measure == RATIO:
        return f"（{words.against}不少于 {words.at_least} {words.against_unit}时）"
    if words.measure == CHANGE:
        return f"（不少于 {words.at_least} {words.unit}时）"
    return ""


def _noun(unit: str) -> str:
    return {"件": "件数", "次": "次数", "项": "项数"}.get(unit, "数量")

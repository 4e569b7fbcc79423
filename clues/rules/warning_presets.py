"""Rules that a region may adopt as they are and then revise; numbers are the platform's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clues.rules import warnings as w


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A rule ready to be adopted; ``counts`` is the preset whose warnings it counts."""

    code: str
    name: str
    source: str
    group_by: str
    window_days: int
    threshold: Decimal
    level: str
    push_to: tuple[str, ...]
    plan: str
    measure: str = w.COUNT
    against: str = ""
    at_least: int = 1
    counts: str = ""


PRESETS: tuple[Preset, ...] = (
    Preset(
        code="visits",
        name="短期内重复入企检查",
        source="visit",
        group_by=w.SUBJECT,
        window_days=60,
        threshold=Decimal(2),
        level=w.SERIOUS,
        push_to=(w.LEAD, "inspection", "coordination"),
        plan="牵头部门核对两次检查的计划和事项，能合并的合并到下一次联合检查；无正当理由重复检查的，"
        "说明原因并停止安排。",
    ),
    Preset(
        code="visits_township",
        name="同一乡镇多起重复检查",
        source="warning",
        counts="visits",
        group_by=w.TOWNSHIP,
        window_days=90,
        threshold=Decimal(3),
        level=w.MAJOR,
        push_to=("coordination", "inspection", w.TOWNSHIP_OFFICE),
        plan="综合协调组会同联合抽查检查组核查该乡镇街道的检查安排，通报相关部门并调整计划。",
    ),
    Preset(
        code="visits_department",
        name="同一部门多起重复检查",
        source="warning",
        counts="visits",
        group_by=w.DEPARTMENT,
        window_days=90,
        threshold=Decimal(3),
        level=w.SERIOUS,
        push_to=("coordination", "inspection"),
        plan="综合协调组约谈该部门，限期调整年度检查计划。",
    ),
    Preset(
        code="returned",
        name="线索多次被退回",
        source="returned",
        group_by=w.CLUE,
        window_days=180,
        threshold=Decimal(5),
        level=w.SERIOUS,
        push_to=("coordination", "legal"),
        plan="综合协调组召集相关部门明确承办单位；涉及职责不清的，转职责争议程序。",
    ),
    Preset(
        code="township_doubled",
        name="乡镇街道投诉举报成倍增长",
        source="clue",
        measure=w.CHANGE,
        group_by=w.TOWNSHIP,
        window_days=30,
        threshold=Decimal(2),
        at_least=10,
        level=w.SERIOUS,
        push_to=("coordination", w.TOWNSHIP_OFFICE),
        plan="分析增长集中的行业和事项，有共性问题的提出专项整治建议。",
    ),
    Preset(
        code="complaints",
        name="同一对象被多次投诉举报",
        source="clue",
        group_by=w.SUBJECT,
        window_days=30,
        threshold=Decimal(3),
        level=w.SERIOUS,
        push_to=(w.LEAD, w.HOLDER, w.TOWNSHIP_OFFICE),
        plan="牵头部门汇总各件线索，一并核查；发现风险隐患的立即开展检查。",
    ),
    Preset(
        code="problems",
        name="行业检查问题比例偏高",
        source="problem",
        measure=w.RATIO,
        against="item",
        group_by=w.INDUSTRY,
        window_days=90,
        threshold=Decimal(30),
        at_least=20,
        level=w.SERIOUS,
        push_to=("inspection", "coordination"),
        plan="联合抽查检查组分析问题集中的检查事项，提高该行业抽查比例或提出专项整治建议。",
    ),
    Preset(
        code="overdue",
        name="部门多次办理逾期",
        source="overdue",
        group_by=w.DEPARTMENT,
        window_days=30,
        threshold=Decimal(5),
        level=w.MINOR,
        push_to=("coordination",),
        plan="综合协调组了解逾期原因，视情况发出督办函。",
    ),
)

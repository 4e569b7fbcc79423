"""What pages show of labels and of the history of subjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from credit.models import Label, LabelRule, Subject, SubjectChange, SubjectLabel
from credit.rules.events import EVENT_KINDS
from records.excel import Column, Sheet, kinds

CHANGE_SHEET = Sheet(
    title="监管对象变更历史",
    columns=(
        Column("at", "时间", kinds.text(20), width=18),
        Column("name", "对象名称", kinds.text(120), width=40),
        Column("identifier", "标识", kinds.text(40), width=24),
        Column("field", "内容", kinds.text(40), width=16),
        Column("old", "原值", kinds.text(300), width=36),
        Column("new", "新值", kinds.text(300), width=36),
        Column("actor", "操作人", kinds.text(60), width=12),
        Column("department", "部门", kinds.text(100), width=24),
        Column("source", "来源", kinds.text(100), width=36),
    ),
)


def label_names(region_code: str) -> list[str]:
    """The labels in use in a region, by name."""
    found = Label.objects.filter(region__code=region_code)
    return list(found.values_list("name", flat=True))


def rules_of(rules: QuerySet[LabelRule]) -> QuerySet[LabelRule]:
    """Rules with all that their rows show."""
    return rules.select_related("label__region")


def sentence(rule: LabelRule, categories: Mapping[str, str]) -> str:
    """Whom a rule labels, in words; ``categories`` are names by code."""
    parts = []
    if rule.categories:
        named = "、".join(categories.get(code, code) for code in rule.categories)
        parts.append(f"类别为{named}")
    if rule.industry:
        parts.append(f"行业代码以 {rule.industry} 开头")
    if rule.grades:
        parts.append(f"等级为 {'、'.join(rule.grades)}")
    if rule.event:
        label = EVENT_KINDS[rule.event].label
        parts.append(f"近 {rule.months} 个月“{label}”不少于 {rule.at_least} 次")
    return "，".join(parts)


def marks_of(subject: Subject) -> QuerySet[SubjectLabel]:
    """Why a subject has its labels."""
    return subject.label_marks.select_related("label", "rule")


def change_rows(
    subject: Subject, changes: Iterable[SubjectChange], moment: Any
) -> Iterator[dict[str, Any]]:
    """Changes of one subject as rows of ``CHANGE_SHEET``; ``moment`` writes a time."""
    for change in changes:
        yield {
            "at": moment(change.at),
            "name": subject.shown_name,
            "identifier": subject.shown_identifier,
            "field": change.field_label,
            "old": change.shown_old,
            "new": change.shown_new,
            "actor": change.actor_name,
            "department": change.department_name,
            "source": change.source,
        }

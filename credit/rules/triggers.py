"""The matters in which low-risk firms of new industries are only checked when something triggers
it (触发式监管, H7): no others may be exempt from routine draws that way. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "会政办发〔2024〕64号 七"

GRADE = "A"
"""Low risk: the only grade that may be supervised by trigger alone."""


@dataclass(frozen=True, slots=True)
class TriggerField:
    """A field the document names, and the words by which the name of a matter belongs to it."""

    code: str
    label: str
    words: tuple[str, ...]
    source: str = SOURCE


TRIGGER_FIELDS: tuple[TriggerField, ...] = (
    TriggerField(
        "registration", "登记注册", ("登记注册", "注册登记", "登记事项", "主体登记", "企业登记")
    ),
    TriggerField("annual_report", "年报公示", ("年报", "年度报告")),
    TriggerField("trade_mark", "商标", ("商标",)),
)


def trigger_field(matter_name: str) -> TriggerField | None:
    """The field of H7 that a matter belongs to by its name, None for all other matters."""
    for found in TRIGGER_FIELDS:
        if any(word in matter_name for word in found.words):
            return found
    return None

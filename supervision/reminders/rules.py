"""When what is late goes up to the coordination office; a region may override it (D4, Y 四2)."""

from __future__ import annotations

from departments.profile import Number

ESCALATE_AFTER = Number(
    "reminders.escalate",
    3,
    "逾期后升级到综合协调组",
    "个工作日",
    "淮政办〔2025〕1号（四）加强日常督查；天数为平台缺省值，由本地区设定",
)

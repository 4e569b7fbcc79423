"""How long a grade set by hand may hold (S4)."""

from __future__ import annotations

from departments.profile import Number

MOST_MONTHS = Number(
    "credit.adjustment_months", 12, "等级人工调整最长期限", "个月", "平台缺省值，由本地区设定"
)
"""Also its term when none is named."""

"""Who may stand on the white list, and what follows from it; a region may override each number
(S6, Y 十四)."""

from __future__ import annotations

from departments.profile import Number

_PRACTICE = "平台缺省值，由本地区设定"

WORST_GRADE = Number(
    "credit.white_list_grade",
    1,
    "列入白名单的最低信用等级（1 为 A，2 为 B，3 为 C）",
    "级",
    _PRACTICE,
)
CLEAN_MONTHS = Number(
    "credit.white_list_clean_months", 24, "列入白名单前无行政处罚的时间", "个月", _PRACTICE
)
MOST_MONTHS = Number("credit.white_list_months", 12, "白名单最长期限", "个月", _PRACTICE)
EXEMPTS = Number(
    "credit.white_list_exempts",
    1,
    "白名单对象不参加日常抽取（1 不参加，0 照常参加）",
    "",
    _PRACTICE,
)

PENALTIES = ("penalty", "penalty_heavy")
SERIOUS = ("abnormal", "dishonest", "enforced", "crime")
"""Kinds of credit events that keep a subject off the list while they hold."""

"""The numbers of intake (L1); a region may override them."""

from __future__ import annotations

from departments.profile import Number

_PRACTICE = "平台缺省值，由本地区设定"

DUPLICATE_WINDOW = Number("clues.duplicate_window", 30, "查找重复线索的时间范围", "天", _PRACTICE)
"""How far back, and ahead, duplicates of a clue are looked for."""

COMPLAINTS_AN_HOUR = Number(
    "clues.website_complaints", 10, "同一网络地址每小时网上反映的上限", "件", _PRACTICE
)
QUERIES_AN_HOUR = Number(
    "clues.website_queries", 30, "同一网络地址每小时查询网上反映的上限", "次", _PRACTICE
)

DUPLICATE_LIKENESS = Number(
    "clues.duplicate_likeness", 50, "提示为疑似重复的文字相似度", "%", _PRACTICE
)

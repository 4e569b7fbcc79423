"""The numbers of intake (L1); a region may override them."""

from __future__ import annotations

from departments.profile import Number

_PRACTICE = "平台缺省值，由本地区设定"

DUPLICATE_WINDOW = Number("clues.duplicate_window", 30, "查找重复线索的时间范围", "天", _PRACTICE)
"""How far back, and ahead, duplicates of a clue are looked for."""

DUPLICATE_LIKENESS = Number(
    "clues.duplicate_likeness", 50, "提示为疑似重复的文字相似度", "%", _PRACTICE
)

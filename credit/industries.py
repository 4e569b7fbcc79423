"""The industries of GB/T 4754—2017 国民经济行业分类: sections (门类, A to T), divisions (大类, two
digits), groups (中类, three) and classes (小类, four). Pure.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).parent / "data" / "gbt_4754_2017.csv"
_CODE = re.compile(r"([A-T]?)(\d{2,4})")
_LEVELS = {2: "大类", 3: "中类", 4: "小类"}
_SECTIONS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRST",
        (5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97),
        strict=True,
    )
)
"""The last division of each section; they follow each other without a gap from 01 on."""


@cache
def _names() -> dict[str, str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split(",", 1) for line in lines)


def name_of(code: str) -> str:
    """The name of a division, group or class, with the letter of its section in front or not;
    empty for what the standard does not have."""
    parts = _CODE.fullmatch(code)
    return _names().get(parts[2], "") if parts else ""


def complaint(code: str) -> str:
    """What is wrong with a code, in words; empty when nothing is."""
    parts = _CODE.fullmatch(code)
    if parts is None:
        return "应为国民经济行业代码（GB/T 4754），2 至 4 位数字，如 6210"
    letter, digits = parts[1], parts[2]
    if digits not in _names():
        known = next((digits[:size] for size in (3, 2) if digits[:size] in _names()), "")
        within = f"，“{known} {name_of(known)}”中没有它" if known != digits and known else ""
        return f"国民经济行业分类（GB/T 4754）没有 {digits} {_LEVELS[len(digits)]}{within}"
    section = next(name for name, last in _SECTIONS.items() if int(digits[:2]) <= last)
    if letter and letter != section:
        return f"国民经济行业分类（GB/T 4754）中 {digits} 属于门类 {section}，不是 {letter}"
    return ""

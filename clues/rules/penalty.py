"""When two unlawful acts are the same act (行政处罚法第二十九条: 一事不再罚款)."""

from __future__ import annotations

import unicodedata

from departments.profile import TimeLimit
from records.workdays import Unit

LAW = "《中华人民共和国行政处罚法》第二十九条"
SIGN_DUE = TimeLimit(
    "clues.penalty.sign", 2, "签发处罚记录", Unit.WORKING_DAY, "平台缺省值，由本地区设定"
)
CORRECT_DUE = TimeLimit(
    "clues.penalty.correct", 3, "修改处罚记录", Unit.WORKING_DAY, "平台缺省值，由本地区设定"
)


def act_key(words: str) -> str:
    """What remains of the words of an act when width, case, spaces and punctuation are taken
    away: two acts with the same key are the same act."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    return "".join(char for char in plain if char.isalnum())

"""The clocks of information sharing; a region may override each."""

from __future__ import annotations

from departments.profile import TimeLimit
from records.workdays import Unit

_PRACTICE = "平台缺省值，由本地区设定"

SHARE_DUE = TimeLimit("clues.share", 5, "共享信息", Unit.WORKING_DAY, "郯政发〔2023〕1号（十）")
"""From the day the information was made or received."""

READ_DUE = TimeLimit("clues.share_read", 2, "阅收共享信息", Unit.WORKING_DAY, _PRACTICE)
CONFIRM_DUE = TimeLimit("clues.share_confirm", 5, "确认共享目录", Unit.WORKING_DAY, _PRACTICE)
REVISE_DUE = TimeLimit("clues.share_revise", 5, "修改共享目录", Unit.WORKING_DAY, _PRACTICE)
SIGN_DUE = TimeLimit("clues.share_sign", 2, "签发信息申请", Unit.WORKING_DAY, _PRACTICE)
REQUEST_DUE = TimeLimit(
    "clues.share_request",
    5,
    "答复信息共享申请",
    Unit.WORKING_DAY,
    f"郯政发〔2023〕1号（十）；{_PRACTICE}",
)

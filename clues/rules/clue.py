"""The clocks and numbers of a clue, each with the clause it comes from; a region may override."""

from __future__ import annotations

from departments.profile import Number, TimeLimit
from records.workdays import Unit

_PRACTICE = "平台缺省值，由本地区设定"

JUDGE_DUE = TimeLimit("clues.judge", 3, "研判并沟通", Unit.WORKING_DAY, _PRACTICE)
TRANSFER_DUE = TimeLimit(
    "clues.transfer", 3, "移送线索", Unit.WORKING_DAY, "郯政发〔2023〕1号（九）"
)
"""From the talk with the department concerned to the signed letter."""

TELL_DUE = TimeLimit(
    "clues.tell", 3, "移送后告知反映人", Unit.WORKING_DAY, "郯政发〔2023〕1号（八）"
)
RECEIVE_DUE = TimeLimit("clues.receive", 2, "签收移送线索", Unit.WORKING_DAY, _PRACTICE)
HANDLE_DUE = TimeLimit("clues.handle", 15, "办理并答复", Unit.WORKING_DAY, _PRACTICE)
RETURNED_DUE = TimeLimit("clues.returned", 2, "处理退回线索", Unit.WORKING_DAY, _PRACTICE)
SUPPLEMENT_DUE = TimeLimit("clues.supplement", 3, "补充线索材料", Unit.WORKING_DAY, _PRACTICE)
EMERGENCY_ENTRY_DUE = TimeLimit(
    "clues.emergency_entry",
    24,
    "紧急处置后补录",
    Unit.HOUR,
    f"郯政发〔2023〕1号（六）；{_PRACTICE}",
)
ARRIVE_DUE = TimeLimit(
    "clues.emergency_arrive",
    2,
    "赶到紧急处置现场",
    Unit.HOUR,
    f"郯政发〔2023〕1号（六）；{_PRACTICE}",
)
"""From the answer that somebody is on the way to the presence on the spot."""

RATIFY_DUE = TimeLimit(
    "clues.emergency_ratify",
    1,
    "追认紧急到场通知",
    Unit.WORKING_DAY,
    f"郯政发〔2023〕1号（六）（九）；{_PRACTICE}",
)
"""Calls go out at once in the department's name; its head approves them afterwards."""

EXTENSION_MOST = Number("clues.extension_most", 10, "一次延期的上限", "个工作日", _PRACTICE)
"""The head of the handling department may extend once by at most this; beyond, the
coordination office."""

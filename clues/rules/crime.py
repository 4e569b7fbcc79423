"""The clocks and numbers of handing over suspected crimes (L7), each with its article.

``_LAW`` counts in days without saying working days, so its limits are calendar days.
"""

from __future__ import annotations

from departments.profile import Number, TimeLimit
from records.workdays import Unit

_LAW = "《行政执法机关移送涉嫌犯罪案件的规定》（国务院令第310号，2020年修订）"
_POLICE = "《公安机关受理行政执法机关移送涉嫌犯罪案件规定》（公通字〔2016〕16号）"
_OVERSIGHT = "《关于刑事立案监督有关问题的规定（试行）》（高检会〔2010〕5号）"
_PRACTICE = "平台缺省值，由本地区设定"

CASE_OFFICERS = Number("clues.crime.officers", 2, "专案组人数下限", "名", f"{_LAW}第五条")
REPORT_DUE = TimeLimit(
    "clues.crime.report",
    10,
    "专案组核实并报告",
    Unit.WORKING_DAY,
    f"{_LAW}第五条（立即指定、核实后报告）；{_PRACTICE}",
)
APPROVE_DUE = TimeLimit(
    "clues.crime.approve", 3, "负责人决定是否移送", Unit.CALENDAR_DAY, f"{_LAW}第五条"
)
TRANSFER_DUE = TimeLimit("clues.crime.transfer", 24, "移送公安机关", Unit.HOUR, f"{_LAW}第五条")
RECEIPT_DUE = TimeLimit(
    "clues.crime.receipt",
    24,
    "在移送书回执上签字",
    Unit.HOUR,
    f"{_LAW}第七条（不属于本机关管辖的24小时内转送）",
)
DECIDE_DUE = TimeLimit("clues.crime.decide", 3, "决定是否立案", Unit.CALENDAR_DAY, f"{_LAW}第八条")
DECIDE_COMPLEX = Number(
    "clues.crime.decide_complex",
    10,
    "案情复杂的立案审查期限",
    "日",
    "淮政办〔2025〕1号（十二）；公安机关立案审查期限，由本地区设定",
)
DECIDE_GRAVE = Number(
    "clues.crime.decide_grave",
    30,
    "重大疑难复杂案件的立案审查期限",
    "日",
    "淮政办〔2025〕1号（十二）；公安部《关于改革完善受案立案制度的意见》",
)
"""Both count from acceptance, as ``DECIDE_DUE``, in its unit; the head of the police extends."""

SUPPLEMENT_DUE = TimeLimit("clues.crime.supplement", 3, "补正移送材料", Unit.CALENDAR_DAY, _POLICE)
GOODS_DUE = TimeLimit(
    "clues.crime.goods", 3, "移交涉案物品和材料", Unit.CALENDAR_DAY, f"{_LAW}第十二条"
)
GOODS_RECEIPT_DUE = TimeLimit(
    "clues.crime.goods_receipt", 24, "办结交接手续", Unit.HOUR, f"{_LAW}第十二条；{_PRACTICE}"
)
OBJECTION_DUE = TimeLimit(
    "clues.crime.objection", 3, "对不予立案提出异议", Unit.CALENDAR_DAY, f"{_LAW}第九条"
)
REVIEW_DUE = TimeLimit("clues.crime.review", 3, "作出复议决定", Unit.CALENDAR_DAY, f"{_LAW}第九条")
OVERSIGHT_DUE = TimeLimit(
    "clues.crime.oversight", 7, "审查立案监督建议", Unit.CALENDAR_DAY, f"{_OVERSIGHT}；{_PRACTICE}"
)
REASONS_DUE = TimeLimit("clues.crime.reasons", 7, "说明不立案理由", Unit.CALENDAR_DAY, _OVERSIGHT)
ORDERED_DUE = TimeLimit("clues.crime.ordered", 15, "按通知立案", Unit.CALENDAR_DAY, _OVERSIGHT)
ADMINISTRATIVE_DUE = TimeLimit(
    "clues.crime.administrative",
    30,
    "依法作出行政处理",
    Unit.WORKING_DAY,
    f"{_LAW}第十条、第十三条；{_PRACTICE}",
)
SEND_BACK_DUE = TimeLimit(
    "clues.crime.send_back",
    3,
    "移送行政处理",
    Unit.WORKING_DAY,
    f"{_LAW}第十三条（及时移送）；{_PRACTICE}",
)
RECEIVE_BACK_DUE = TimeLimit(
    "clues.crime.receive_back",
    2,
    "签收移送行政处理案件",
    Unit.WORKING_DAY,
    f"{_LAW}第十三条；{_PRACTICE}",
)

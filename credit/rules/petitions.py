"""The clocks of objections and credit repairs, and from when what may be repaired (S3); a region
may override each.

The three classes of dishonesty and their shortest times of publication are those of
国办发〔2025〕22号, which leaves to the departments in charge which fact belongs to which class.
"""

from __future__ import annotations

from credit.rules.events import EVENT_KINDS
from departments.profile import Number, TimeLimit
from records.workdays import Unit

_PRACTICE = "平台缺省值，由本地区设定"
_PLAN = "国务院办公厅《关于进一步完善信用修复制度的实施方案》（国办发〔2025〕22号）二"

ACCEPT_DUE = TimeLimit(
    "credit.petition_accept", 3, "决定是否受理异议或修复申请", Unit.WORKING_DAY, _PRACTICE
)
VERIFY_DUE = TimeLimit("credit.objection_verify", 7, "核查异议", Unit.WORKING_DAY, _PRACTICE)
DECIDE_DUE = TimeLimit("credit.repair_decide", 10, "决定信用修复", Unit.WORKING_DAY, _PRACTICE)
INFORM_DUE = TimeLimit(
    "credit.petition_inform", 3, "告知异议或修复申请人", Unit.WORKING_DAY, _PRACTICE
)

SUSPENDS = Number(
    "credit.objection_suspends",
    0,
    "异议核查期间暂不计入信用评价（1 暂不计入，0 照常计入）",
    "",
    _PRACTICE,
)

NEVER, MINOR, GENERAL, SERIOUS = range(4)
"""The classes of what may be repaired; ``NEVER`` is not repaired on the platform."""
CLASSES = {NEVER: "不在本平台修复", MINOR: "轻微", GENERAL: "一般", SERIOUS: "严重"}

SHORTEST = {
    MINOR: Number("credit.repair_minor", 0, "轻微失信信息最短公示期", "个月", _PLAN),
    GENERAL: Number("credit.repair_general", 3, "一般失信信息最短公示期", "个月", _PLAN),
    SERIOUS: Number("credit.repair_serious", 12, "严重失信信息最短公示期", "个月", _PLAN),
}
"""How long a fact stands before its repair may be applied for, by its class."""

BANNED_MONTHS = Number(
    "credit.repair_banned", 36, "因虚假承诺撤销修复后不再受理修复申请的时间", "个月", _PRACTICE
)

_CLASS_OF = {
    "penalty": GENERAL,
    "penalty_heavy": SERIOUS,
    "finding": MINOR,
    "uncooperative": GENERAL,
    "unreachable": MINOR,
    "undisclosed": MINOR,
    "false_disclosure": GENERAL,
    "overdue_mending": GENERAL,
    "complaint": MINOR,
    "warning": MINOR,
    "crime": NEVER,
    "late_report": MINOR,
    "abnormal": MINOR,
    "dishonest": SERIOUS,
    "enforced": NEVER,
    "tax_arrears": MINOR,
    "public_rating": NEVER,
    "national_risk": NEVER,
}

CLASS_OF = {
    code: Number(
        f"credit.repair_class.{code}",
        default,
        f"“{EVENT_KINDS[code].label}”的失信类别（1 轻微，2 一般，3 严重，0 不在本平台修复）",
        "",
        _PRACTICE,
    )
    for code, default in _CLASS_OF.items()
}
"""The class of each kind of credit event that tells against a subject."""

SANCTION_CLASS = Number(
    "credit.repair_class_sanction",
    GENERAL,
    "不依据单条信用记录的失信惩戒的失信类别（1 轻微，2 一般，3 严重，0 不在本平台修复）",
    "",
    _PRACTICE,
)

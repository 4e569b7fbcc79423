"""Warnings: levels, measures, groups, whom to push to, and the clocks of the response (L6)."""

from __future__ import annotations

from departments.profile import Number, TimeLimit
from records.workdays import Unit

_PRACTICE = "平台缺省值，由本地区设定"

MINOR, SERIOUS, MAJOR = "minor", "serious", "major"
LEVELS: tuple[tuple[str, str], ...] = ((MINOR, "一般"), (SERIOUS, "较大"), (MAJOR, "重大"))
LEVEL_TONES = {MINOR: "info", SERIOUS: "warn", MAJOR: "bad"}

COUNT, SUM, RATIO, CHANGE = "count", "sum", "ratio", "change"
MEASURES: tuple[tuple[str, str], ...] = (
    (COUNT, "次数"),
    (SUM, "合计"),
    (RATIO, "占比"),
    (CHANGE, "较上一周期的倍数"),
)

SUBJECT, TOWNSHIP, INDUSTRY = "subject", "township", "industry"
MATTER, DEPARTMENT, CLUE = "matter", "department", "clue"
GROUPS: tuple[tuple[str, str], ...] = (
    (SUBJECT, "监管对象"),
    (TOWNSHIP, "乡镇街道"),
    (INDUSTRY, "行业"),
    (MATTER, "监管事项"),
    (DEPARTMENT, "部门"),
    (CLUE, "线索"),
)

LEAD, HOLDER, TOWNSHIP_OFFICE = "lead", "holder", "township_office"
PUSH_TARGETS: tuple[tuple[str, str], ...] = (
    (LEAD, "事项牵头部门"),
    (HOLDER, "最近一次记录的承办部门"),
    ("coordination", "综合协调组"),
    ("legal", "联合执法组"),
    ("inspection", "联合抽查检查组"),
    ("credit", "联合信用监管组"),
    (TOWNSHIP_OFFICE, "属地乡镇街道"),
)
"""The first one that there is answers for the warning, but never a township office; the others
are told. Other codes than those above are functions of ``departments.roles.Function``."""

RECEIVE_DUE = {
    MINOR: TimeLimit("clues.warning.receive.minor", 3, "接收一般预警", Unit.WORKING_DAY, _PRACTICE),
    SERIOUS: TimeLimit(
        "clues.warning.receive.serious", 2, "接收较大预警", Unit.WORKING_DAY, _PRACTICE
    ),
    MAJOR: TimeLimit("clues.warning.receive.major", 24, "接收重大预警", Unit.HOUR, _PRACTICE),
}
SETTLE_DUE = {
    MINOR: TimeLimit("clues.warning.settle.minor", 15, "处置一般预警", Unit.WORKING_DAY, _PRACTICE),
    SERIOUS: TimeLimit(
        "clues.warning.settle.serious", 10, "处置较大预警", Unit.WORKING_DAY, _PRACTICE
    ),
    MAJOR: TimeLimit("clues.warning.settle.major", 5, "处置重大预警", Unit.WORKING_DAY, _PRACTICE),
}
"""A level is answered the sooner the graver it is; the limits themselves are the region's."""

CALL_STUDY_DUE = TimeLimit("clues.warning.call_study", 24, "发起联合会商", Unit.HOUR, _PRACTICE)
STUDY_DUE = TimeLimit("clues.warning.study", 5, "联合会商研判", Unit.WORKING_DAY, _PRACTICE)
SIGN_DUE = TimeLimit("clues.warning.sign", 2, "签署不予处置意见", Unit.WORKING_DAY, _PRACTICE)
FEED_BACK_DUE = TimeLimit("clues.warning.feed_back", 2, "反馈上级预警", Unit.WORKING_DAY, _PRACTICE)

QUIET_DAYS = Number("clues.warning.quiet", 15, "预警办结后不重复预警的天数", "天", _PRACTICE)
PATTERN_DAYS = Number("clues.pattern.days", 30, "规律发现的比较周期", "天", _PRACTICE)
PATTERN_LEAST = Number("clues.pattern.least", 5, "规律发现的线索数下限", "件", _PRACTICE)
"""Fewer clues of one industry or area in the period are not offered as a pattern."""

LONGEST_WINDOW = 366
"""Days that a rule may look back at most; the period before it as many again."""

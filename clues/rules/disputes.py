"""The clocks of disputes and of refused duties (L9). T 11 gives the order of the steps, no days."""

from __future__ import annotations

from departments.profile import TimeLimit
from records.workdays import Unit

_SOURCE = "郯政发〔2023〕1号（十一）；平台缺省值，由本地区设定"


def _due(key: str, days: int, title: str) -> TimeLimit:
    return TimeLimit(key, days, title, Unit.WORKING_DAY, _SOURCE)


RAISE_DUE = _due("clues.dispute.raise", 2, "负责人提出争议")
TOGETHER_DUE = _due("clues.dispute.together", 3, "先行共同处置")
NEGOTIATE_DUE = _due("clues.dispute.negotiate", 5, "协商")
CONFIRM_DUE = _due("clues.dispute.confirm", 2, "负责人确认协商结果")
STATEMENT_DUE = _due("clues.dispute.statement", 3, "提交书面意见")
DECIDE_DUE = _due("clues.dispute.decide", 10, "作出协调决定")

ADVISE_DUE = _due("clues.refusal.advise", 2, "签发履职建议书")
ANSWER_DUE = _due("clues.refusal.answer", 5, "答复履职建议")
CORRECT_DUE = _due("clues.refusal.correct", 10, "改正并反馈")
CHECK_DUE = _due("clues.refusal.check", 5, "核实改正情况")
REPORT_DUE = _due("clues.refusal.report", 5, "报告本级人民政府")
GOVERNMENT_DUE = _due("clues.refusal.government", 10, "审查不履职情况报告")
ORDER_DUE = _due("clues.refusal.order", 10, "按责令改正")
CRITICISE_DUE = _due("clues.refusal.criticise", 5, "通报批评")
NOTICE_DUE = _due("clues.refusal.notice", 2, "确认收到通报批评")
REFER_DUE = _due("clues.refusal.refer", 5, "决定是否移送追责")
ACCOUNT_DUE = _due("clues.refusal.account", 30, "问责并反馈结果")

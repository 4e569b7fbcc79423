"""The clocks and the longest term of joint sanctions; a region may override each (S7)."""

from __future__ import annotations

from departments.profile import Number, TimeLimit
from records.workdays import Unit

_PRACTICE = "平台缺省值，由本地区设定"

SIGN_DUE = TimeLimit("credit.sanction_sign", 3, "签发失信惩戒", Unit.WORKING_DAY, _PRACTICE)
INFORM_DUE = TimeLimit(
    "credit.sanction_inform", 3, "告知失信惩戒当事人", Unit.WORKING_DAY, _PRACTICE
)
RECEIVE_DUE = TimeLimit(
    "credit.sanction_receive", 3, "接收失信惩戒任务", Unit.WORKING_DAY, _PRACTICE
)
REPORT_DUE = TimeLimit(
    "credit.sanction_report", 20, "反馈惩戒措施实施情况", Unit.WORKING_DAY, _PRACTICE
)
RELEASE_DUE = TimeLimit("credit.sanction_release", 5, "解除惩戒措施", Unit.WORKING_DAY, _PRACTICE)

MOST_MONTHS = Number("credit.sanction_months", 36, "失信惩戒最长期限", "个月", _PRACTICE)

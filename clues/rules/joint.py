"""The clocks of joint verification, of visits that a clue joins, of penalty records and of
campaigns, each with the clause it comes from; a region may override."""

from __future__ import annotations

from departments.profile import Number, TimeLimit
from records.workdays import Unit

_PRACTICE = "平台缺省值，由本地区设定"
_JOINT = f"淮政办〔2025〕1号（九）；{_PRACTICE}"

PLAN_DUE = TimeLimit("clues.joint.plan", 3, "拟定联合核查分工", Unit.WORKING_DAY, _JOINT)
SIGN_DUE = TimeLimit("clues.joint.sign", 2, "签发联合核查通知", Unit.WORKING_DAY, _JOINT)
VERIFY_DUE = TimeLimit("clues.joint.verify", 20, "组织完成联合核查", Unit.WORKING_DAY, _JOINT)
CONCLUDE_DUE = TimeLimit("clues.joint.conclude", 3, "拟定联合核查结论", Unit.WORKING_DAY, _JOINT)
CONCLUSION_SIGN_DUE = TimeLimit(
    "clues.joint.conclusion_sign", 2, "签发联合核查结论", Unit.WORKING_DAY, _JOINT
)

PART_RECEIVE_DUE = TimeLimit(
    "clues.joint.part_receive", 2, "接收联合核查分工", Unit.WORKING_DAY, _JOINT
)
PART_SIGN_DUE = TimeLimit("clues.joint.part_sign", 2, "签发核查情况", Unit.WORKING_DAY, _JOINT)
PART_RETURNED_DUE = TimeLimit(
    "clues.joint.part_returned", 2, "处理退回的核查分工", Unit.WORKING_DAY, _JOINT
)
PART_DAYS = Number(
    "clues.joint.part_days", 10, "核查分工的期限（牵头部门未另定时）", "个工作日", _JOINT
)
PART_DAYS_MOST = Number("clues.joint.part_days_most", 30, "核查分工的期限上限", "个工作日", _JOINT)

VISIT_SIGN_DUE = TimeLimit("clues.visit.sign", 2, "签发并入检查的请求", Unit.WORKING_DAY, _JOINT)
VISIT_ANSWER_DUE = TimeLimit(
    "clues.visit.answer", 2, "答复并入检查的请求", Unit.WORKING_DAY, _JOINT
)

CAMPAIGN_SIGN_DUE = TimeLimit(
    "clues.campaign.sign", 2, "签发专项整治建议", Unit.WORKING_DAY, _PRACTICE
)
CAMPAIGN_DECIDE_DUE = TimeLimit(
    "clues.campaign.decide", 5, "研究专项整治建议", Unit.WORKING_DAY, _PRACTICE
)
CAMPAIGN_PLAN_DUE = TimeLimit(
    "clues.campaign.plan", 10, "编制专项检查计划项目", Unit.WORKING_DAY, _PRACTICE
)


class GivenDays(TimeLimit):
    """The days that the lead department gave one part: no rule of the region, so it is not
    among the rules that a region may override."""

    def __init__(self, days: int) -> None:
        for name, value in (
            ("key", "clues.joint.part"),
            ("default", days),
            ("title", "核查并报送情况"),
            ("unit", Unit.WORKING_DAY),
            ("source", "牵头部门在联合核查通知中指定"),
        ):
            object.__setattr__(self, name, value)

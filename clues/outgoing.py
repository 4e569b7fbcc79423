"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

from clues.models import Clue, RiskWarning, Told
from clues.rules.warnings import LEVELS

CLUE = {
    "name": "名称",
    "number": "编号",
    "channel": "渠道",
    "external_number": "来源系统编号",
    "step": "环节",
    "text": "告知内容",
    "phone": "联系电话",
}
CLUE_CODES = {"channel": dict(Clue.Channel.choices), "step": dict(Told.Step.choices)}
WARNING = {
    "number": "编号",
    "origin": "来源",
    "external_number": "来源系统编号",
    "level": "等级",
    "owner": "责任部门",
    "outcome": "处置结果",
    "outcome_text": "处置情况",
    "studied": "已研判",
    "study_conclusion": "研判意见",
    "settled_at": "处置时间",
    "signed_by": "签发人",
    "signed_at": "签发时间",
}
WARNING_CODES = {
    "origin": dict(RiskWarning.Origin.choices),
    "level": dict(LEVELS),
    "outcome": dict(RiskWarning.Outcome.choices),
}

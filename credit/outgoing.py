"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

from credit.models import Evaluation, PetitionItem, Sanction
from credit.rules.events import KIND_CHOICES

SANCTION = {
    "sanction": "惩戒编号",
    "identifier": "对象标识",
    "department": "部门",
    "reason": "理由",
    "name": "名称",
    "outcome": "结果",
    "basis": "依据",
    "since": "自",
    "until": "至",
    "measures": "措施",
}
SANCTION_CODES = {"outcome": dict(Sanction.State.choices)}
DECIDED_EVENT = {
    "petition": "异议修复编号",
    "source": "来源",
    "key": "在来源系统中的编号",
    "kind": "信用记录种类",
    "day": "发生日期",
    "result": "结果",
    "decided_on": "决定日期",
    "identifier": "对象标识",
    "name": "名称",
}
DECIDED_EVENT_CODES = {
    "kind": dict(KIND_CHOICES),
    "result": {**dict(PetitionItem.Outcome.choices), "restored": "修复已撤销，恢复计入"},
}
EVALUATION = {
    "evaluation": "评价编号",
    "kind": "种类",
    "as_of": "评价日",
    "set": "评价指标",
    "total": "评价户数",
    "grades": "各等级户数",
    "changed": "等级变动户数",
    "digest": "结果摘要（SHA-256）",
}
EVALUATION_CODES = {"kind": dict(Evaluation.Kind.choices)}

"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

from inspections.models import PlanItem

RESULT = {
    "publication": "公示编号",
    "corrects": "更正的公示编号",
    "subject_identifier": "对象标识",
    "subject_name": "对象名称",
    "matter": "监管事项",
    "department": "部门",
    "checked_on": "检查日期",
    "results": "检查结果",
    "draw_number": "抽取编号",
    "published_at": "公示时间",
    "reason": "理由",
}
DRAW = {
    "number": "抽取编号",
    "occurrence": "计划场次",
    "level": "公信级别",
    "planned_at": "计划时间",
    "frozen_at": "冻结时间",
    "finished_at": "完成时间",
    "chain_position": "链上位置",
    "commit": "冻结承诺哈希",
    "certificate": "抽取证书哈希",
    "reason": "作废理由",
    "party": "未揭示方",
}
DRAW_CODES = {"level": {str(code): label for code, label in PlanItem.Level.choices}}

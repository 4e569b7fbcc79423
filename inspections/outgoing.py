"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

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
    "reason": "理由",
    "number": "编号",
    "level": "等级",
}

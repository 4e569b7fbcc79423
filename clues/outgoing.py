"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

CLUE = {
    "name": "名称",
    "number": "编号",
    "channel": "渠道",
    "external_number": "来源系统编号",
    "step": "环节",
    "text": "告知内容",
    "phone": "联系电话",
}
WARNING = {
    "number": "编号",
    "outcome": "结果",
    "level": "等级",
    "owner": "责任部门",
    "external_number": "来源系统编号",
}

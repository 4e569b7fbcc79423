"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

SANCTION = {
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
DECIDED_EVENT = {
    "result": "结果",
    "decided_on": "决定日期",
    "identifier": "对象标识",
    "name": "名称",
}

"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

MATTER = {
    "reason": "理由",
    "code": "编码",
    "name": "名称",
    "number": "编号",
    "version": "版本",
}

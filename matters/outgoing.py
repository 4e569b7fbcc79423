"""How what leaves this floor is shown to people: the fields of its messages, in their order."""

from matters.models import Duty, MatterVersion

MATTER = {
    "code": "编码",
    "name": "名称",
    "number": "编号",
    "version": "版本",
    "group": "领域",
    "subjects": "监管对象",
    "content": "主要任务",
    "legal_bases": "法律依据",
    "exercise_level": "行使层级",
    "region_code": "行政区划",
    "departments": "部门",
    "part": "职责",
    "description": "职责内容",
    "in_force_at": "生效时间",
    "abolished_at": "废止时间",
    "reason": "理由",
}
MATTER_CODES = {"group": dict(MatterVersion.Group.choices), "part": dict(Duty.Part.choices)}

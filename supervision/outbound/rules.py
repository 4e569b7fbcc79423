"""Code lists of the supervision-act data, told in docs/gateway.md."""

from __future__ import annotations

from collections.abc import Mapping

ACT_TYPES: Mapping[str, str] = {"check": "1", "penalty": "2", "measure": "3"}
"""行政检查, 行政处罚, 行政强制措施."""

MEASURE_STATES: dict[str, str] = {
    "in_force": "实施中",
    "decided": "已作出处理决定",
    "closed": "已办结",
}
"""How far a compulsory measure has come, as it is told."""


def record_of(kind: str, region_code: str, key: int) -> str:
    """The number by which an act is told for good; ``key`` is that of a check's part, a penalty or
    a measure."""
    return f"{region_code}-{ACT_TYPES[kind]}-{key}"


FIELDS: Mapping[str, str] = {
    "record": "行为编号",
    "status": "状态",
    "act_type": "行为类别",
    "region": "行政区划",
    "department_name": "实施机关",
    "subject_kind": "相对人类别",
    "matter_code": "事项编码",
    "matter_name": "事项名称",
    "way": "实施方式",
    "document_number": "文书号",
    "happened_on": "发生日期",
    "result": "结果",
    "result_text": "结果说明",
    "unlawful_act": "违法行为",
    "penalty_kind": "处罚种类",
    "fine_fen": "罚款金额（分）",
    "measure_kind": "措施种类",
    "legal_basis": "法律、法规依据",
    "urgent": "先行实施",
    "term_days": "期限（天）",
    "extended_days": "延长（天）",
    "measure_state": "措施进展",
    "measure_outcome": "处理结果",
    "closed_on": "执行日期",
    "decided_on": "决定日期",
    "officers": "到场人数",
    "subject_identifier": "对象标识",
    "subject_name": "对象名称",
    "version": "版本",
}
"""How the fields of a report are shown to people, in their order."""

LONGEST_WAIT = 30
"""Seconds that a receiving system may take at most, to connect and to answer each."""

"""What may be known of a subject and count for or against it: the kinds of credit events (S4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of credit event. ``unit`` is that of its amount; ``scale`` names the amounts of a
    rating in words. ``good`` tells for the subject. ``lasting`` holds until it is lifted."""

    code: str
    label: str
    unit: str
    origin: str
    good: bool = False
    lasting: bool = False
    scale: tuple[str, ...] = ()


_KINDS = (
    EventKind("penalty", "行政处罚", "元", "行政处罚决定"),
    EventKind("penalty_heavy", "责令停产停业、吊销许可等较重处罚", "次", "行政处罚决定"),
    EventKind("finding", "检查发现问题", "次", "联合检查结果"),
    EventKind("uncooperative", "不配合检查情节严重", "次", "联合检查结果"),
    EventKind("unreachable", "通过登记的住所无法联系", "次", "联合检查结果"),
    EventKind("undisclosed", "未按规定公示应当公示的信息", "次", "联合检查结果"),
    EventKind("false_disclosure", "公示信息隐瞒真实情况、弄虚作假", "次", "联合检查结果"),
    EventKind("overdue_mending", "逾期未整改", "次", "联合检查结果"),
    EventKind("complaint", "投诉举报查证属实", "件", "线索办理结论"),
    EventKind("warning", "风险预警经研判属实", "次", "预警处置结论"),
    EventKind("crime", "涉嫌犯罪移送并立案", "件", "行刑衔接", lasting=True),
    EventKind("late_report", "未按期报送年度报告", "次", "市场监管部门"),
    EventKind("abnormal", "列入经营异常名录", "次", "国家企业信用信息公示系统", lasting=True),
    EventKind("dishonest", "列入严重违法失信名单", "次", "国家企业信用信息公示系统", lasting=True),
    EventKind("enforced", "列为失信被执行人", "次", "人民法院", lasting=True),
    EventKind("tax_arrears", "欠缴税款", "元", "税务部门", lasting=True),
    EventKind(
        "public_rating",
        "公共信用综合评价",
        "级",
        "公共信用信息中心",
        scale=("优", "良", "中", "差"),
    ),
    EventKind(
        "national_risk",
        "国家企业信用风险分类",
        "级",
        "国家企业信用信息公示系统",
        scale=("A", "B", "C", "D"),
    ),
    EventKind("honour", "守信荣誉", "项", "授予单位", good=True),
    EventKind("kept_promise", "信用承诺履行", "次", "承诺受理部门", good=True),
    EventKind("clean_check", "检查未发现问题", "次", "联合检查结果", good=True),
)

EVENT_KINDS: dict[str, EventKind] = {kind.code: kind for kind in _KINDS}
"""By code; the codes stand in indicator sets and in what other systems send, so they stay."""

LISTED = ("dishonest",)
"""Lists of serious dishonesty: whoever is on one may be sanctioned."""

MAX_AMOUNT = 10**12
"""The largest amount of one fact: sums of a million facts still fit a 64-bit number."""

KIND_CHOICES = [(kind.code, kind.label) for kind in _KINDS]

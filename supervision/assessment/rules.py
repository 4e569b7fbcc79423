"""The indicators that departments can be assessed by, and the clocks of the procedure (D3).

A county takes over which indicators it wants with which weights
(``Scheme``); the weights here are those of the first scheme, in hundredths of a point. Keys stay:
schemes and frozen figures name them.
"""

from __future__ import annotations

from dataclasses import dataclass

from departments.profile import TimeLimit
from departments.roles import Function
from records.workdays import Unit
from supervision.assessment.scoring import Kind

_PRACTICE = "平台缺省值，由本地区设定"
_Y = "淮政办〔2025〕1号"
_T = "郯政发〔2023〕1号"
_H = "会政办发〔2024〕64号"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator: what counts as a row, what as met, and the clause.

    ``clocks`` are the rules whose deadlines are its rows; one that ends in ``.`` stands for all
    rules below it. ``weight`` is the default, 0 where the first scheme does without.
    """

    key: str
    title: str
    counts: str
    meets: str
    source: str
    weight: int
    kind: Kind = Kind.SHARE
    per_row: int = 0
    clocks: tuple[str, ...] = ()


_IN_TIME = "在期限届满前完成（含经批准延长的期限）"

_INDICATORS = (
    Indicator(
        key="plan_filed",
        title="年度计划按期备案",
        counts="牵头的每个生效事项，本期到期的一次年度计划备案",
        meets=_IN_TIME,
        source=f"{_Y}（三）",
        weight=1_000,
        clocks=("inspections.plan_filing_date.",),
    ),
    Indicator(
        key="plan_done",
        title="计划项目完成率",
        counts="牵头的、检查截止日期在本期的已公布计划项目",
        meets="已抽取，且全部任务完成现场检查（取消的除外）",
        source=f"{_Y}（三）（八）；{_H} 四",
        weight=1_000,
    ),
    Indicator(
        key="joint_visits",
        title="联合检查占比",
        counts="牵头的、检查日期在本期并已完成现场检查的任务",
        meets="两个以上部门一次到场",
        source=f"{_Y}（八）；{_H} 四",
        weight=1_000,
    ),
    Indicator(
        key="visits_done",
        title="检查任务按约定日期完成",
        counts="本部门参加的、约定日期在本期的检查任务（取消的除外）",
        meets="在约定日期当天或之前提交现场结果",
        source=f"{_Y}（八）",
        weight=500,
    ),
    Indicator(
        key="results_published",
        title="检查结果 20 个工作日内公示",
        counts="本期到期的结果公示期限",
        meets=_IN_TIME,
        source=f"{_H} 九",
        weight=1_500,
        clocks=("inspections.publication_due",),
    ),
    Indicator(
        key="clues_in_time",
        title="线索按期研判、移送、签收、办理",
        counts="本期到期的线索办理期限",
        meets=_IN_TIME,
        source=f"{_T}（八）（九）",
        weight=1_500,
        clocks=(
            "clues.judge",
            "clues.transfer",
            "clues.tell",
            "clues.receive",
            "clues.handle",
            "clues.supplement",
        ),
    ),
    Indicator(
        key="letters_answered",
        title="来函按期签收、答复",
        counts="本期到期的函件签收、答复期限（含督办函）",
        meets=_IN_TIME,
        source=f"{_T}（四）（五）；{_Y} 四（二）",
        weight=1_000,
        clocks=(
            "clues.letter.receive",
            "clues.assistance",
            "clues.appraisal",
            "clues.licence_sanction",
            "clues.cross_region",
            "clues.up_down",
            "clues.supervision",
            "clues.emergency_call",
        ),
    ),
    Indicator(
        key="joint_verified",
        title="联合核查分工按期完成",
        counts="本期到期的联合核查接收、核查、组织期限",
        meets=_IN_TIME,
        source=f"{_Y}（九）",
        weight=500,
        clocks=("clues.joint.part_receive", "clues.joint.part", "clues.joint.verify"),
    ),
    Indicator(
        key="warnings_settled",
        title="预警按期接收、处置",
        counts="本期到期的预警接收、处置期限",
        meets=_IN_TIME,
        source=f"{_H} 十二",
        weight=500,
        clocks=("clues.warning.receive.", "clues.warning.settle."),
    ),
    Indicator(
        key="shared",
        title="信息按期共享",
        counts="本期到期的信息共享、答复申请期限",
        meets=_IN_TIME,
        source=f"{_T}（十）",
        weight=500,
        clocks=("clues.share", "clues.share_request"),
    ),
    Indicator(
        key="sanctions_reported",
        title="失信惩戒和信用修复按期办理",
        counts="本期到期的惩戒接收、反馈、解除期限和异议、修复办理期限",
        meets=_IN_TIME,
        source=f"{_Y}（十）",
        weight=500,
        clocks=(
            "credit.sanction_receive",
            "credit.sanction_report",
            "credit.sanction_release",
            "credit.petition_accept",
            "credit.objection_verify",
            "credit.repair_decide",
            "credit.petition_inform",
        ),
    ),
    Indicator(
        key="satisfied",
        title="群众评价满意率",
        counts="反映人本期在公众网站对本部门答复的评价",
        meets="满意或基本满意",
        source=f"{_T}（八）",
        weight=500,
    ),
    Indicator(
        key="wrongly_passed",
        title="移送线索被退回",
        counts="本期移送后被对方退回的线索，每件一次",
        meets="",
        source=f"{_T}（九）",
        weight=500,
        per_row=50,
        kind=Kind.DEDUCTION,
        clocks=("clues.returned",),
    ),
    Indicator(
        key="supervised",
        title="被督办",
        counts="本期收到的督办函",
        meets="",
        source=f"{_Y} 四（二）",
        weight=500,
        per_row=100,
        kind=Kind.DEDUCTION,
    ),
    Indicator(
        key="refused",
        title="推诿履职被责令改正",
        counts="本期报告本级人民政府并被责令改正的履职推诿",
        meets="",
        source=f"{_T}（十一）、三",
        weight=900,
        per_row=300,
        kind=Kind.DEDUCTION,
    ),
    Indicator(
        key="extra",
        title="加分事项",
        counts="经综合协调组负责人批准、附证明材料的创新做法和突出成效",
        meets="",
        source="内蒙古自治区实施方案 三（四）",
        weight=500,
        kind=Kind.EXTRA,
    ),
)

INDICATORS = {each.key: each for each in _INDICATORS}
EXTRA_MOST = INDICATORS["extra"].weight

STARTED = frozenset({"wrongly_passed"})
"""Indicators whose deadlines count in the period in which they began: it is the beginning itself
(a clue came back) that is counted, not how it ended."""

NOT_ASSESSED = (Function.GOVERNMENT, Function.PROCURATORATE, Function.WITNESS)
"""Whoever fills one of these stands above or beside the departments and is not assessed."""

APPEAL_DUE = TimeLimit("assessment.appeal", 5, "提出考核申诉", Unit.WORKING_DAY, _PRACTICE)
"""From the publication to the departments to the end of the time for appeals."""

DECIDE_DUE = TimeLimit("assessment.decide", 5, "答复考核申诉", Unit.WORKING_DAY, _PRACTICE)

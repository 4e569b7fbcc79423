"""The numbers of joint inspections, each with the clause it comes from; a region may override."""

from __future__ import annotations

from credit.rules import default_policy
from departments.profile import Number, TimeLimit
from records.workdays import Unit

_GRADE_SOURCE = "国家信用风险分类管理通行做法，可由本地区调整"

RATIO_BY_GRADE: dict[str, Number] = {
    grade: Number(
        f"inspections.ratio.{grade.lower()}", bp, f"{grade} 级抽查比例", "基点", _GRADE_SOURCE
    )
    for grade, bp in default_policy.RATIOS.items()
}
"""Share of each grade that is drawn, in basis points (S5), where neither the matter nor a policy
says anything."""

YEARLY_FREQUENCY = Number(
    "inspections.yearly_frequency",
    1,
    "同一检查事项对同一监管对象的年度抽查上限",
    "次",
    "淮政办〔2025〕1号（八）",
)

PLAN_FILING_DATE = Number(
    "inspections.plan_filing_date",
    430,
    "年度计划备案截止日期",
    "月日（MMDD）",
    "淮政办〔2025〕1号（三）",
)
"""A day of the plan's year, written as month times 100 plus day."""

MIN_OFFICERS = Number(
    "inspections.min_officers",
    2,
    "每个执法部门每次到场的执法人员下限",
    "名",
    "《中华人民共和国行政处罚法》第四十二条",
)

MIN_PARTIES = Number(
    "inspections.min_parties",
    2,
    "多方揭示抽取的参与方下限",
    "个",
    "抽取办法（公信级别 1 级）",
)

PUBLICATION_DUE = TimeLimit(
    "inspections.publication_due",
    20,
    "检查结果公示",
    Unit.WORKING_DAY,
    "会政办发〔2024〕64号 九",
)

_VISITS_SOURCE = "由本地区按涉企行政检查频次管理要求设定"

YEARLY_VISITS = Number(
    "inspections.yearly_visits",
    0,
    "同一监管对象的年度检查次数上限（0 表示不另设）",
    "次",
    _VISITS_SOURCE,
)

VISITS_POOLED = Number(
    "inspections.visits_pooled",
    0,
    "年度检查次数各部门合并计算（1 合并，0 按部门）",
    "",
    _VISITS_SOURCE,
)

VISIT_COUNTS: dict[str, Number] = {
    "draw": Number(
        "inspections.visits_count.draw", 1, "双随机抽查受次数上限（1 是，0 否）", "", _VISITS_SOURCE
    ),
    "clue": Number(
        "inspections.visits_count.clue", 0, "个案检查受次数上限（1 是，0 否）", "", _VISITS_SOURCE
    ),
    "warning": Number(
        "inspections.visits_count.warning",
        0,
        "预警核查受次数上限（1 是，0 否）",
        "",
        _VISITS_SOURCE,
    ),
    "ordered": Number(
        "inspections.visits_count.ordered",
        0,
        "上级交办检查受次数上限（1 是，0 否）",
        "",
        _VISITS_SOURCE,
    ),
}
"""Whether a visit that starts this way (``JointTask.Origin``) counts and is limited (S5).
Emergencies never are."""

ANNOUNCE_AHEAD = Number(
    "inspections.announce_ahead",
    24,
    "到时自动启动的多方揭示抽取提前公告的时间",
    "小时",
    "抽取办法（公信级别 1 级）",
)

APPROVAL_DUE = TimeLimit(
    "inspections.approval_due",
    2,
    "批准个案检查",
    Unit.WORKING_DAY,
    "平台默认，可由本地区调整",
)
"""From the proposal of a visit without a draw to the decision of the lead department's head."""

RATIFICATION_DUE = TimeLimit(
    "inspections.ratification_due",
    1,
    "补批紧急检查",
    Unit.WORKING_DAY,
    "平台缺省值，由本地区设定",
)
"""From the start of an emergency visit to the decision of the lead department's head."""

RECTIFICATION_DUE = TimeLimit(
    "inspections.rectification_due",
    15,
    "责令改正并复查",
    Unit.WORKING_DAY,
    "平台缺省值，由本地区设定",
)
"""From the publication of a result that orders something to be put right to the re-check."""

RECTIFICATION_EXTENSION = Number(
    "inspections.rectification_extension",
    10,
    "整改期限一次延长的天数",
    "个工作日",
    "平台缺省值，由本地区设定",
)

LICENCE_NOTICE = TimeLimit(
    "inspections.licence_notice",
    30,
    "执法证到期提醒",
    Unit.CALENDAR_DAY,
    "平台默认，可由本地区调整",
)
"""How long before its end a licence is shown as ending soon."""

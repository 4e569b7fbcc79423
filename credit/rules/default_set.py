"""The indicators a county starts from: a proposal it adapts, tries on its subjects and puts in
force itself. Weights follow the dimensions of the national risk classification of enterprises
(attributes and dynamics left to the rating taken in from there)."""

from __future__ import annotations

from credit.scoring import Measure
from credit.set_validation import LineInput

_COUNT, _SUM, _LATEST = Measure.COUNT.value, Measure.SUM.value, Measure.LATEST.value
_STATE = "国家企业信用风险分类管理通行做法，可由本地区调整"
_CHECKS, _PENALTIES, _PUBLIC, _PROMISES = "检查结果", "违法违规", "公共信用", "守信履约"

NAME = "通用信用风险评价指标"

LINES: tuple[LineInput, ...] = (
    LineInput(
        "fines", "行政处罚金额", _PENALTIES, "penalty", _SUM, 1_500, 100_000, 24, basis=_STATE
    ),
    LineInput(
        "penalties", "行政处罚次数", _PENALTIES, "penalty", _COUNT, 1_000, 3, 24, basis=_STATE
    ),
    LineInput(
        "heavy",
        "责令停产停业等较重处罚",
        _PENALTIES,
        "penalty_heavy",
        _COUNT,
        1_000,
        1,
        36,
        basis=_STATE,
    ),
    LineInput("findings", "检查发现问题", _CHECKS, "finding", _COUNT, 1_000, 4, 12, basis=_STATE),
    LineInput(
        "mending", "逾期未整改", _CHECKS, "overdue_mending", _COUNT, 800, 2, 12, basis=_STATE
    ),
    LineInput(
        "refusing", "不配合检查情节严重", _CHECKS, "uncooperative", _COUNT, 700, 1, 24, basis=_STATE
    ),
    LineInput(
        "unreachable", "登记住所无法联系", _CHECKS, "unreachable", _COUNT, 500, 1, 12, basis=_STATE
    ),
    LineInput(
        "complaints", "投诉举报查证属实", _CHECKS, "complaint", _COUNT, 800, 5, 12, basis=_STATE
    ),
    LineInput("warnings", "风险预警研判属实", _CHECKS, "warning", _COUNT, 400, 2, 12, basis=_STATE),
    LineInput(
        "disclosure",
        "公示信息隐瞒真实情况",
        _PUBLIC,
        "false_disclosure",
        _COUNT,
        500,
        1,
        24,
        basis=_STATE,
    ),
    LineInput("abnormal", "列入经营异常名录", _PUBLIC, "abnormal", _COUNT, 500, 1, basis=_STATE),
    LineInput(
        "rating", "公共信用综合评价", _PUBLIC, "public_rating", _LATEST, 800, 3, 12, basis=_STATE
    ),
    LineInput(
        "national", "国家信用风险分类", _PUBLIC, "national_risk", _LATEST, 500, 3, 12, basis=_STATE
    ),
    LineInput(
        "dishonest",
        "列入严重违法失信名单",
        _PUBLIC,
        "dishonest",
        _COUNT,
        0,
        1,
        veto=True,
        basis=_STATE,
    ),
    LineInput(
        "crime",
        "涉嫌犯罪移送并立案",
        _PENALTIES,
        "crime",
        _COUNT,
        0,
        1,
        36,
        veto=True,
        basis=_STATE,
    ),
    LineInput(
        "honour", "守信荣誉", _PROMISES, "honour", _COUNT, 300, 1, 36, adds=True, basis=_STATE
    ),
    LineInput(
        "promises",
        "信用承诺履行",
        _PROMISES,
        "kept_promise",
        _COUNT,
        200,
        2,
        12,
        adds=True,
        basis=_STATE,
    ),
)

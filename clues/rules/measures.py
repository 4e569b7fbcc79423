"""Administrative compulsory measures (行政强制措施): their clocks, bounds and required steps, each
with its clause of 《中华人民共和国行政强制法》. Days are calendar days; by its 第六十九条 limits of
ten days or fewer are working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from departments.profile import Number, TimeLimit
from records.workdays import Unit

LAW = "《中华人民共和国行政强制法》"
_PLATFORM = "平台缺省值，由本地区设定"

SEAL, SEIZE, FREEZE, OTHER = "seal", "seize", "freeze", "other"
KINDS: Mapping[str, str] = {
    SEAL: "查封场所、设施或者财物",
    SEIZE: "扣押财物",
    FREEZE: "冻结存款、汇款",
    OTHER: "其他行政强制措施",
}
"""第九条, without restricting persons, which no department here does by itself."""

APPROVE_DUE = TimeLimit("clues.measure.approve", 1, "审批行政强制措施", Unit.WORKING_DAY, _PLATFORM)
CORRECT_DUE = TimeLimit(
    "clues.measure.correct", 1, "修改行政强制措施申请", Unit.WORKING_DAY, _PLATFORM
)
CARRY_OUT_DUE = TimeLimit(
    "clues.measure.carry_out", 3, "实施已批准的行政强制措施", Unit.WORKING_DAY, _PLATFORM
)
URGENT_DUE = TimeLimit(
    "clues.measure.urgent", 24, "报告并补办批准手续", Unit.HOUR, f"{LAW}第十九条", most=24
)
SEIZURE_TERM = TimeLimit(
    "clues.measure.seizure_term",
    30,
    "查封、扣押期限",
    Unit.CALENDAR_DAY,
    f"{LAW}第二十五条第一款",
    most=30,
    least=1,
)
SEIZURE_EXTENSION = Number(
    "clues.measure.seizure_extension",
    30,
    "查封、扣押期限的延长，合计",
    "天",
    f"{LAW}第二十五条第一款",
    most=30,
)
FREEZE_TERM = TimeLimit(
    "clues.measure.freeze_term",
    30,
    "冻结期限",
    Unit.CALENDAR_DAY,
    f"{LAW}第三十二条第一款",
    most=30,
    least=1,
)
FREEZE_EXTENSION = Number(
    "clues.measure.freeze_extension",
    30,
    "冻结期限的延长，合计",
    "天",
    f"{LAW}第三十二条第一款",
    most=30,
)
OTHER_TERM = TimeLimit(
    "clues.measure.other_term",
    30,
    "其他行政强制措施的期限",
    Unit.CALENDAR_DAY,
    f"{_PLATFORM}；法律、法规对该措施有期限规定的从其规定",
    least=1,
)
FREEZE_DELIVERY = TimeLimit(
    "clues.measure.freeze_delivery",
    3,
    "向当事人交付冻结决定书",
    Unit.WORKING_DAY,
    f"{LAW}第三十一条、第六十九条",
    most=3,
    least=1,
)
EXTENSION_SIGN_DUE = TimeLimit(
    "clues.measure.extension_sign", 1, "批准延长期限", Unit.WORKING_DAY, _PLATFORM
)
EXTENSION_TOLD_DUE = TimeLimit(
    "clues.measure.extension_told",
    1,
    "书面告知延长决定和理由",
    Unit.WORKING_DAY,
    f"{_PLATFORM}；{LAW}第二十五条第二款、第三十二条第二款：及时书面告知当事人，并说明理由",
)
DISPOSAL_SIGN_DUE = TimeLimit(
    "clues.measure.disposal_sign", 1, "签发处理决定", Unit.WORKING_DAY, _PLATFORM
)
RETURN_DUE = TimeLimit(
    "clues.measure.return",
    1,
    "解除并退还",
    Unit.WORKING_DAY,
    f"{_PLATFORM}；{LAW}第二十八条第二款：立即退还财物；第三十三条第二款：及时通知",
)
FULFIL_DUE = TimeLimit("clues.measure.fulfil", 10, "执行处理决定", Unit.WORKING_DAY, _PLATFORM)
OFFICERS = Number(
    "clues.measure.officers", 2, "实施行政强制措施的执法人员", "名", f"{LAW}第十八条第二项", least=2
)

TERMS: Mapping[str, TimeLimit] = {
    SEAL: SEIZURE_TERM,
    SEIZE: SEIZURE_TERM,
    FREEZE: FREEZE_TERM,
    OTHER: OTHER_TERM,
}
EXTENSIONS: Mapping[str, Number] = {
    SEAL: SEIZURE_EXTENSION,
    SEIZE: SEIZURE_EXTENSION,
    FREEZE: FREEZE_EXTENSION,
}
"""The law names no extension of other measures."""
LONGEST_OTHER = 366
"""Days, at most, of a measure of another kind: a guard against slips, since each has a law of its
own that says its term."""
LONGEST_TEST = 180
"""Days, at most, that a test may be announced for: a guard as well, the law names none."""
TESTABLE = (SEAL, SEIZE)
"""Of these the time of tests does not count (第二十五条第三款)."""


@dataclass(frozen=True)
class Step:
    """What the officers have to do on the spot, of which kinds of measures, by which clause."""

    label: str
    kinds: tuple[str, ...]
    source: str


_ALL = (SEAL, SEIZE, FREEZE, OTHER)
_BEFORE_THE_PARTY = (SEAL, SEIZE, OTHER)
STEPS: Mapping[str, Step] = {
    "papers": Step("出示执法身份证件", _ALL, "第十八条第三项"),
    "called": Step("通知当事人到场", _BEFORE_THE_PARTY, "第十八条第四项"),
    "told": Step(
        "当场告知理由、依据以及当事人依法享有的权利、救济途径", _BEFORE_THE_PARTY, "第十八条第五项"
    ),
    "heard": Step("听取当事人的陈述和申辩", _BEFORE_THE_PARTY, "第十八条第六项"),
    "record": Step("制作现场笔录", _ALL, "第十八条第七项"),
    "delivered": Step("当场交付决定书和清单", (SEAL, SEIZE), "第二十四条第一款"),
    "bank": Step("向金融机构交付冻结通知书", (FREEZE,), "第三十条第一款"),
}
"""The duties of 第十八条 on the spot; of a freeze only those that 第三十条 takes over."""

GROUNDS: Mapping[str, str] = {
    "no_violation": "当事人没有违法行为",
    "unrelated": "与违法行为无关",
    "handled": "对违法行为已经作出处理决定，不再需要",
    "expired": "期限已经届满",
    "not_due": "负责人认为不应当采取",
    "other": "其他不再需要采取的情形",
}
"""Why a measure is lifted: 第二十八条第一款, 第三十三条第一款; ``not_due`` 第十九条."""

OUTCOMES: Mapping[str, str] = {
    "lift": "解除",
    "confiscate": "没收",
    "destroy": "销毁",
    "transfer": "移送司法机关",
}
"""第二十七条; 第二十一条 (transfer)."""
OUTCOMES_OF: Mapping[str, tuple[str, ...]] = {
    SEAL: ("lift", "confiscate", "destroy", "transfer"),
    SEIZE: ("lift", "confiscate", "destroy", "transfer"),
    FREEZE: ("lift", "confiscate", "transfer"),
    OTHER: ("lift", "transfer"),
}
LIFT = "lift"


def steps_of(kind: str) -> dict[str, Step]:
    """What has to be done on the spot for a kind of measure."""
    return {code: step for code, step in STEPS.items() if kind in step.kinds}

"""How a department checks and how it answers, as the public is told: every limit is the one that
the platform's own clocks run by in that region (T八)."""

from __future__ import annotations

from dataclasses import dataclass

from clues.rules.clue import HANDLE_DUE, JUDGE_DUE, RECEIVE_DUE, TELL_DUE, TRANSFER_DUE
from departments.profile import TimeLimit, time_limit
from inspections.rules import PUBLICATION_DUE, RECTIFICATION_DUE


@dataclass(frozen=True)
class Step:
    """What is done, by when (``rule``; None: no limit of its own)."""

    title: str
    words: str
    rule: TimeLimit | None = None


@dataclass(frozen=True)
class ShownStep:
    """A step with the limit that holds in a region, and the document it rests on."""

    title: str
    words: str
    limit: str
    source: str


VISITS = (
    Step(
        "列入计划", "检查列入年度计划并公布；投诉举报、监测预警等线索引起的检查由负责人逐件批准。"
    ),
    Step("随机抽取", "检查对象由公开的随机算法抽取，检查人员随机选派，抽取过程任何人都可以验证。"),
    Step(
        "上门检查",
        "出示检查通知书和执法证件，通知书上的二维码可以查到谁来检查、检查什么、依据是什么。",
    ),
    Step("当场记录", "检查情况当场记录，由被检查单位核对签字；有异议的写在记录上。"),
    Step("公示结果", "结果经部门负责人审核后公示。", PUBLICATION_DUE),
    Step("改正和复查", "责令改正的，由检查部门按期复查。", RECTIFICATION_DUE),
)
COMPLAINTS = (
    Step("受理研判", "接到反映后判断由哪个部门办理。", JUDGE_DUE),
    Step("移送", "属于其他部门职责的，书面移送。", TRANSFER_DUE),
    Step("告知", "移送后告知反映人由谁办理。", TELL_DUE),
    Step("签收", "办理部门签收移送的线索。", RECEIVE_DUE),
    Step(
        "办理答复",
        "核查处理并答复反映人；情况复杂的经批准延长，延长的期限和理由留有记录。",
        HANDLE_DUE,
    ),
)


def steps(region_code: str, of: tuple[Step, ...]) -> list[ShownStep]:
    """The steps with the limits that hold in a region."""
    shown = []
    for step in of:
        limit = source = ""
        if step.rule is not None:
            held = time_limit(region_code, step.rule)
            limit = f"{held.limit.amount} {held.limit.unit.chinese}内"
            source = held.source
        shown.append(ShownStep(step.title, step.words, limit, source))
    return shown

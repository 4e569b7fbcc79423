"""What a set of indicators must look like before it may judge anybody (S3). Pure: values in,
complaints out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from credit.rules.events import EVENT_KINDS
from credit.scoring import FULL, MAX_FULL_AT, MAX_INDICATORS, MAX_MONTHS, Bands, Measure


@dataclass(frozen=True, slots=True)
class LineInput:
    """One indicator as it is written down; ``weight`` in hundredths of a point."""

    code: str
    name: str
    group: str
    event: str
    measure: str
    weight: int
    full_at: int
    months: int | None = None
    adds: bool = False
    veto: bool = False
    own_matter: bool = False
    basis: str = ""


@dataclass(frozen=True, slots=True)
class SetComplaint:
    """What is wrong, in words; with the line (from 0) and its field where it is one line's."""

    message: str
    line: int | None = None
    field: str = ""


def points(hundredths: int) -> str:
    """Hundredths of a point as people read them: 1250 is ``12.50``."""
    return f"{hundredths / 100:.2f}"


def fresh_codes(taken: Container[str]) -> Iterator[str]:
    """Codes for lines that have none yet, none of them taken."""
    number = 0
    while True:
        number += 1
        if (code := f"line-{number}") not in taken:
            yield code


def complaints(lines: Sequence[LineInput], bands: Bands, *, for_matter: bool) -> list[SetComplaint]:
    """Everything that is wrong with a set; empty when it may be put in force."""
    found = [
        SetComplaint(message, number, field)
        for number, line in enumerate(lines)
        for field, message in _of_line(line, for_matter)
    ]
    found.extend(_repeated(lines))
    if not lines:
        found.append(SetComplaint("至少要有一项指标"))
    if len(lines) > MAX_INDICATORS:
        found.append(SetComplaint(f"指标最多 {MAX_INDICATORS} 项，现有 {len(lines)} 项"))
    total = sum(line.weight for line in lines if not line.adds)
    if lines and total != FULL:
        found.append(SetComplaint(f"扣分项权重之和应为 {points(FULL)} 分，现为 {points(total)} 分"))
    if not FULL >= bands.a > bands.b > bands.c > 0:
        found.append(SetComplaint("等级分数线应满足 100 ≥ A 级 ＞ B 级 ＞ C 级 ＞ 0"))
    return found


def _of_line(line: LineInput, for_matter: bool) -> Iterable[tuple[str, str]]:
    if not line.name.strip():
        yield "name", "请填写指标名称"
    if not line.group.strip():
        yield "group", "请填写维度"
    if line.measure not in set(Measure):
        yield "measure", f"没有“{line.measure}”这种计量"
    if line.weight < 0:
        yield "weight", "权重不能是负数"
    elif line.weight > FULL:
        yield "weight", f"权重最多 {points(FULL)} 分"
    elif line.weight == 0 and not line.veto:
        yield "weight", "权重应大于 0；只有一票否决的指标可以不占分"
    if line.months is not None and not 1 <= line.months <= MAX_MONTHS:
        yield "months", f"有效期应在 1 到 {MAX_MONTHS} 个月之间，长期有效请留空"
    if line.own_matter and not for_matter:
        yield "own_matter", "通用指标不属于任何事项，不能“只计本事项”"
    if line.adds and line.veto:
        yield "veto", "加分项不能一票否决"
    yield from _of_event(line)


def _of_event(line: LineInput) -> Iterable[tuple[str, str]]:
    kind = EVENT_KINDS.get(line.event)
    if kind is None:
        yield "event", f"没有“{line.event}”这种数据来源"
        return
    if kind.good != line.adds:
        yield "adds", f"“{kind.label}”是{'加分项' if kind.good else '扣分项'}"
    most = len(kind.scale) - 1 if kind.scale else MAX_FULL_AT
    if not 1 <= line.full_at <= most:
        yield "full_at", f"扣完（加满）的数值应在 1 到 {most} 之间"
    if kind.scale and line.measure not in (Measure.LATEST, Measure.MOST):
        yield "measure", f"“{kind.label}”是等级，只能取最近一次或最大数值"


def _repeated(lines: Sequence[LineInput]) -> Iterable[SetComplaint]:
    for field, label in (("code", "代码"), ("name", "名称")):
        times = Counter(getattr(line, field).strip() for line in lines)
        for number, line in enumerate(lines):
            value = getattr(line, field).strip()
            if value and times[value] > 1:
                yield SetComplaint(f"{label}“{value}”重复", number, field)

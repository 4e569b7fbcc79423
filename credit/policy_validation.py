"""What a version of the differentiated supervision policy must look like before it may be put in
force (S5). Pure: values in, complaints out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from credit.industries import complaint
from credit.rules import triggers

GRADES = ("A", "B", "C", "D")
WAYS = ("on_site", "off_site_first")
MAX_BP = 10_000
MAX_FREQUENCY = 12
MAX_MATTERS = 200


@dataclass(frozen=True, slots=True)
class RowInput:
    """What holds for one grade, in general (no matter) or in one matter.

    ``ratio_bp`` in basis points; ``frequency`` how often a year at most by draw, 0: no limit.
    """

    matter: int | None
    grade: str
    ratio_bp: int
    frequency: int = 1
    way: str = WAYS[0]
    trigger_only: bool = False


@dataclass(frozen=True, slots=True)
class PolicyComplaint:
    """What is wrong, in words; with the matter (None: general), grade and field where it is one
    row's. ``field`` is empty where it is the whole policy's."""

    message: str
    field: str = ""
    matter: int | None = None
    grade: str = ""


def percent(bp: int) -> str:
    """Basis points as people read them: 1250 is ``12.5%``."""
    return f"{bp / 100:g}%"


def complaints(
    rows: Sequence[RowInput], matters: Mapping[int, str], industries: Sequence[str]
) -> list[PolicyComplaint]:
    """Everything that is wrong with a policy; empty when it may be put in force.

    ``matters`` are the names of the matters that may have rows, by id; ``industries`` the codes
    (GB/T 4754, two to four digits) of the industries that count as new.
    """
    found = [
        PolicyComplaint(f"{_place(row, matters)}：{message}", field, row.matter, row.grade)
        for row in rows
        for field, message in _of_row(row, matters, industries)
    ]
    found.extend(_repeated(rows, matters))
    found.extend(
        PolicyComplaint(f"新兴产业代码“{code}”：{message}", "industries")
        for code in industries
        if (message := complaint(code) if code.isdigit() else "只填数字，如 62 或 6210")
    )
    if len({row.matter for row in rows} - {None}) > MAX_MATTERS:
        found.append(PolicyComplaint(f"单独规定的事项最多 {MAX_MATTERS} 个"))
    general = {row.grade: row for row in rows if row.matter is None}
    if missing := [grade for grade in GRADES if grade not in general]:
        found.append(PolicyComplaint(f"通用方案缺少 {'、'.join(missing)} 级的抽查比例", "ratio"))
    found.extend(_falling(rows, general, matters))
    return found


def _place(row: RowInput, matters: Mapping[int, str]) -> str:
    name = "通用" if row.matter is None else matters.get(row.matter, "未知事项")
    return f"{name} {row.grade} 级"


def _of_row(
    row: RowInput, matters: Mapping[int, str], industries: Sequence[str]
) -> Iterable[tuple[str, str]]:
    if row.grade not in GRADES:
        yield "grade", f"没有“{row.grade}”这个等级"
    if row.matter is not None and row.matter not in matters:
        yield "matter", "该事项未生效或不属于本地区"
    if not 0 <= row.ratio_bp <= MAX_BP:
        yield "ratio", "抽查比例应在 0 到 100% 之间"
    if not 0 <= row.frequency <= MAX_FREQUENCY:
        yield "frequency", f"年度频次应在 0 到 {MAX_FREQUENCY} 之间，0 表示不限"
    if row.way not in WAYS:
        yield "way", f"没有“{row.way}”这种监管方式"
    if row.trigger_only:
        yield from _of_trigger(row, matters, industries)


def _of_trigger(
    row: RowInput, matters: Mapping[int, str], industries: Sequence[str]
) -> Iterable[tuple[str, str]]:
    if row.grade != triggers.GRADE:
        yield "trigger_only", f"触发式监管只限低风险（{triggers.GRADE} 级）对象"
    if row.matter is None or triggers.trigger_field(matters.get(row.matter, "")) is None:
        fields = "、".join(found.label for found in triggers.TRIGGER_FIELDS)
        yield "trigger_only", f"触发式监管只限{fields}类事项（{triggers.SOURCE}）"
    if not industries:
        yield "trigger_only", "触发式监管只限新兴产业企业，请填写新兴产业的行业代码"


def _repeated(rows: Sequence[RowInput], matters: Mapping[int, str]) -> Iterable[PolicyComplaint]:
    times = Counter((row.matter, row.grade) for row in rows)
    seen = set()
    for row in rows:
        key = (row.matter, row.grade)
        if times[key] > 1 and key not in seen:
            seen.add(key)
            yield PolicyComplaint(f"{_place(row, matters)}：重复规定", "grade", *key)


def _falling(
    rows: Sequence[RowInput], general: Mapping[str, RowInput], matters: Mapping[int, str]
) -> Iterable[PolicyComplaint]:
    """Higher risk must not be drawn less; a matter takes what it does not say from the general."""
    own: dict[int | None, dict[str, RowInput]] = {None: dict(general)}
    for row in rows:
        own.setdefault(row.matter, {})[row.grade] = row
    for matter, said in own.items():
        holds = [(grade, said.get(grade) or general.get(grade)) for grade in GRADES]
        known = [(grade, row.ratio_bp) for grade, row in holds if row is not None]
        for (low, less), (high, more) in pairwise(known):
            # What a matter takes from the general is complained of there.
            if less > more and (matter is None or low in said or high in said):
                name = "通用" if matter is None else matters.get(matter, "未知事项")
                yield PolicyComplaint(
                    f"{name}：{low} 级比例 {percent(less)} 高于 {high} 级 {percent(more)}，"
                    "风险高的比例不能更低",
                    "ratio",
                    matter,
                    high,
                )

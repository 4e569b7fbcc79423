"""The demo county's directory of inspectors and their recusals, the same for the same seed."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from records.periods import day_after
from supervision.demo import names
from supervision.demo.accounts import ACCOUNTS
from supervision.demo.county import departments, townships
from supervision.demo.subjects import SubjectRow

# Headcount of licensed inspectors per department, by the size such bodies usually have.
_HEADCOUNT = {
    "SCJG": 140,
    "JTYS": 50,
    "CGJ": 46,
    "WJW": 44,
    "NYNC": 44,
    "GAJ": 42,
    "YJGL": 30,
    "ZJJ": 28,
    "XFDD": 24,
    "RSJ": 22,
    "ZRZY": 22,
    "STHJ": 20,
    "MZJ": 16,
    "SWJ": 12,
    "SLJ": 10,
    "WGL": 10,
    "YBJ": 10,
    "JTJ": 6,
    "GXJ": 6,
    "LSCB": 4,
    "SWUJ": 4,
    "FGW": 2,
    "CZJ": 2,
    "MZZJ": 4,
    "JRJG": 2,
}

_SPECIALITIES = {
    "SCJG": ("食品", "药品", "医疗器械", "特种设备", "产品质量", "计量", "价格", "信用"),
    "JTYS": ("客运", "货运", "危险货物运输", "治理超限超载"),
    "CGJ": ("燃气", "市容", "渣土运输"),
    "WJW": ("医疗卫生", "传染病防治", "公共场所卫生", "医疗美容"),
    "NYNC": ("农药", "种子", "肥料", "兽药", "饲料", "动物卫生", "屠宰"),
    "GAJ": ("治安", "道路交通", "经济犯罪", "危险物品"),
    "YJGL": ("危险化学品", "工贸安全", "应急预案"),
    "ZJJ": ("房屋安全", "工程质量", "消防验收"),
    "XFDD": ("防火监督", "消防设施"),
    "RSJ": ("劳动保障", "人力资源市场"),
    "ZRZY": ("土地", "规划", "林草种苗"),
    "STHJ": ("固体废物", "水污染", "大气污染"),
    "MZJ": ("养老服务", "社会组织"),
    "SWJ": ("汽车流通", "成品油"),
}
_GENERAL = ("综合执法",)

_RECUSAL_REASONS = (
    "近亲属在该单位任职",
    "本人三年内曾在该单位工作",
    "与该单位负责人有近亲属关系",
    "本人或近亲属与该单位有利害关系",
    "本人申请回避，理由已经部门负责人核实",
)


class InspectorStatus(StrEnum):
    """Whether the inspector is at his post."""

    ACTIVE = "active"
    LEFT = "left"

    @property
    def label(self) -> str:
        """The word that stands in the workbook."""
        return {InspectorStatus.ACTIVE: "在岗", InspectorStatus.LEFT: "离岗"}[self]


@dataclass(frozen=True, slots=True)
class InspectorRow:
    """An inspector with a licence; both days of its validity are included.

    ``department`` is a department's code; ``townships`` are codes, none meaning the whole county;
    ``username`` names the demo account of the person, if there is one.
    """

    name: str
    licence: str
    department: str
    department_name: str
    valid_from: date
    valid_to: date
    specialities: tuple[str, ...]
    townships: tuple[str, ...]
    status: InspectorStatus
    username: str | None = None


@dataclass(frozen=True, slots=True)
class RecusalRow:
    """An inspector who must not be sent to a subject, and why."""

    licence: str
    identifier: str
    reason: str


def generate_inspectors(seed: int, today: date) -> tuple[InspectorRow, ...]:
    """The 600 inspectors of the county, department by department.

    The holders of demo accounts come first in their department, with a licence in force, at
    their post and for the whole county. Of the others about one in thirty has an expired licence
    and as many one that ends within the next month.
    """
    rng = random.Random(seed)
    codes = [row.code for row in departments()]
    known = {row.code: row.name for row in departments()}
    units = [unit.code for unit in townships()]
    taken = {account.name for account in ACCOUNTS}
    rows: list[InspectorRow] = []
    for department, headcount in _HEADCOUNT.items():
        holders = [a for a in ACCOUNTS if a.department == department and "inspector" in a.roles]
        for number in range(headcount):
            holder = holders[number] if number < len(holders) else None
            valid_from, valid_to = _validity(rng, today, in_force=holder is not None)
            local = holder is None and rng.random() < 0.3
            fields = _SPECIALITIES.get(department, _GENERAL)
            left = holder is None and rng.random() < 0.02
            rows.append(
                InspectorRow(
                    name=holder.name if holder else _unused_name(rng, taken),
                    licence=f"161603{codes.index(department) + 1:02d}{number + 1:03d}",
                    department=department,
                    department_name=known[department],
                    valid_from=valid_from,
                    valid_to=valid_to,
                    specialities=tuple(rng.sample(fields, min(len(fields), rng.choice((1, 1, 2))))),
                    townships=tuple(sorted(rng.sample(units, rng.randrange(5, 11)))) * local,
                    status=InspectorStatus.LEFT if left else InspectorStatus.ACTIVE,
                    username=holder.username if holder else None,
                )
            )
    return tuple(rows)


def generate_recusals(
    seed: int,
    inspectors: Sequence[InspectorRow],
    subjects: Iterable[SubjectRow],
    count: int = 12,
) -> tuple[RecusalRow, ...]:
    """``count`` recusals, half of them between 养老机构 and the departments that visit them.

    Raises ValueError when there are fewer than ``count`` inspectors of these departments or no
    nursing home among the subjects.
    """
    rng = random.Random(seed)
    subjects = list(subjects)
    homes = [row for row in subjects if "nursing-home" in row.categories]
    visiting = [row for row in inspectors if row.department in ("MZJ", "WJW", "XFDD", "SCJG")]
    if not homes or len(visiting) < count:
        raise ValueError("recusals need a nursing home and enough inspectors who visit one")
    chosen = rng.sample(visiting, count)
    rows = []
    for number, inspector in enumerate(chosen):
        subject = rng.choice(homes if number % 2 == 0 else subjects)
        reason = rng.choice(_RECUSAL_REASONS)
        rows.append(RecusalRow(inspector.licence, subject.identifier, reason))
    return tuple(rows)


def _unused_name(rng: random.Random, taken: set[str]) -> str:
    name = names.person(rng)
    while name in taken:
        name = names.person(rng)
    taken.add(name)
    return name


def _validity(rng: random.Random, today: date, *, in_force: bool) -> tuple[date, date]:
    """Five years of validity: mostly far from the end, some near it, some past it."""
    draw = 1.0 if in_force else rng.random()
    if draw < 0.035:
        left = -rng.randrange(1, 400)
    elif draw < 0.07:
        left = rng.randrange(0, 31)
    else:
        left = rng.randrange(200, 1700)
    end = day_after(today, left)
    return day_after(end, -5 * 365), end

"""Gives the demo county its indicators, its differentiated supervision, and its subjects the facts
their grades follow from.

The proposed set is drawn up, signed and put in force by the credit group's accounts; what is known
of each subject is made up, the same for the same seed, so that the first evaluation comes out at
the grade with which the subject was entered.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from credit.models import Stale, Subject
from credit.rules import default_policy, default_set
from credit.rules.events import EVENT_KINDS
from credit.services import evaluations, events, indicators, policies
from credit.services.events import Told
from departments.models import Region
from records import clock
from records.actor import SYSTEM
from records.periods import day_after
from supervision.demo.stage import Cast

SEED = 411603
Fact = tuple[str, int, int]
"""Kind, and the range of its amount."""
_BUSINESS, _OTHER = True, False

_RECIPES: dict[tuple[str, bool], tuple[tuple[Fact, ...], ...]] = {
    ("A", _BUSINESS): (
        (),
        (),
        (("finding", 1, 1),),
        (("public_rating", 1, 1),),
        (("honour", 1, 1),),
        (("kept_promise", 1, 1), ("public_rating", 0, 0)),
    ),
    ("A", _OTHER): ((), (), (("finding", 1, 1),)),
    ("B", _BUSINESS): (
        (("penalty", 31_000, 90_000), ("public_rating", 3, 3)),
        (("penalty", 46_000, 95_000), ("public_rating", 2, 2)),
        (("penalty", 70_000, 98_000), ("finding", 1, 1)),
    ),
    ("B", _OTHER): (
        (("penalty", 65_000, 98_000), ("finding", 1, 1)),
        (("penalty", 62_000, 90_000), ("complaint", 1, 1), ("finding", 1, 1)),
    ),
    ("C", _BUSINESS): (
        (("penalty", 95_000, 99_000), ("public_rating", 3, 3), ("national_risk", 3, 3)),
        (("penalty_heavy", 1, 1), ("penalty", 60_000, 99_000), ("public_rating", 3, 3)),
    ),
    ("C", _OTHER): ((("penalty_heavy", 1, 1), ("penalty", 95_000, 99_000), ("finding", 1, 1)),),
    ("D", _BUSINESS): (
        (("dishonest", 1, 1), ("penalty", 20_000, 90_000)),
        (("crime", 1, 1), ("penalty_heavy", 1, 1)),
    ),
    ("D", _OTHER): (
        (
            ("penalty_heavy", 1, 1),
            *((("penalty", 40_000, 60_000),) * 3),
            *((("overdue_mending", 1, 1),) * 2),
            *((("finding", 1, 1),) * 3),
        ),
    ),
}
"""By grade, and whether it is a business: what its records may hold."""

_NEAR_A = (
    (("penalty", 20_000, 38_000), *((("finding", 1, 1),) * 2)),
    (*((("complaint", 1, 1),) * 3), *((("finding", 1, 1),) * 3)),
    (("overdue_mending", 1, 1), *((("finding", 1, 1),) * 2), *((("complaint", 1, 1),) * 2)),
)
_NEAR_B = (
    (("uncooperative", 1, 1), *((("finding", 1, 1),) * 4)),
    (*((("overdue_mending", 1, 1),) * 2), *((("finding", 1, 1),) * 3), ("warning", 1, 1)),
)
_NEAR: dict[tuple[str, bool], tuple[tuple[Fact, ...], ...]] = {
    ("A", _BUSINESS): (
        *_NEAR_A,
        (("warning", 1, 1), ("unreachable", 1, 1), ("public_rating", 2, 2)),
        (("abnormal", 1, 1), *((("finding", 1, 1),) * 3)),
    ),
    ("A", _OTHER): _NEAR_A,
    ("B", _BUSINESS): (
        *_NEAR_B,
        (
            ("false_disclosure", 1, 1),
            ("abnormal", 1, 1),
            ("public_rating", 2, 2),
            ("national_risk", 1, 1),
        ),
    ),
    ("B", _OTHER): _NEAR_B,
}
"""The same for those a little above the line of their grade: a weight that grows moves them."""
_NEAR_SHARE = 0.1

_SOURCES = {
    "penalty": ("行政处罚决定公示", "违反安全生产管理规定，罚款 {amount} 元"),
    "penalty_heavy": ("行政处罚决定公示", "责令停产停业整顿"),
    "finding": ("上线前检查台账", "检查发现安全隐患，责令限期改正"),
    "overdue_mending": ("上线前检查台账", "责令改正期满仍未完成整改"),
    "complaint": ("12345 政务服务便民热线", "群众反映问题经查证属实"),
    "public_rating": ("市公共信用信息中心", "{year} 年度公共信用综合评价：{word}"),
    "national_risk": ("国家企业信用信息公示系统", "企业信用风险分类：{word}"),
    "honour": ("县级以上人民政府", "获评{year} 年度守信经营先进单位"),
    "kept_promise": ("行政审批局", "告知承诺事项经核查全部履行"),
    "warning": ("监管预警台账", "风险预警经研判属实"),
    "unreachable": ("上线前检查台账", "通过登记的住所无法联系"),
    "uncooperative": ("上线前检查台账", "拒绝、阻碍检查人员进入现场"),
    "false_disclosure": ("国家企业信用信息公示系统", "公示信息隐瞒真实情况"),
    "abnormal": ("国家企业信用信息公示系统", "列入经营异常名录"),
    "dishonest": ("国家企业信用信息公示系统", "列入严重违法失信名单"),
    "crime": ("行刑衔接台账", "涉嫌犯罪移送公安机关并立案"),
}
_RATIOS = {"A": 200, "C": 4_000}
"""Basis points by grade, where the county's policy differs from the platform's figures."""
_POLICY = tuple(
    replace(row, ratio_bp=_RATIOS.get(row.grade, row.ratio_bp)) for row in default_policy.ROWS
)
_POLICY_SINCE = 170
"""Working days since when the policy holds: before the season's plan."""
_RECENT = 330
"""Days back within which everything made up happened, so that all of it still counts."""


def load_credit(region: Region, say: Callable[[str], None]) -> None:
    """Write the facts, put the set in force and judge everyone; the directory must be there.
    ``say`` is told what was written."""
    facts = list(_facts(region))
    events.tell(SYSTEM, facts)
    say(f"信用记录：{len(facts)} 条")
    cast = Cast(region.code)
    clerk, head = cast.clerk("fgw"), cast.head("fgw")
    made = indicators.draft(clerk, None, default_set.NAME, "首次编制", proposal=True)
    indicators.submit(clerk, made.pk)
    indicators.enforce(head, made.pk, "自即日起执行")
    run = made.evaluations.get()
    evaluations.go_on(run.pk)
    # The run has just judged everyone.
    Stale.objects.filter(subject__region=region).delete()
    run.refresh_from_db()
    counts = "，".join(f"{grade} 级 {number}" for grade, number in run.counts.items())
    say(f"信用评价：{counts} 户")


def load_policy(region: Region, say: Callable[[str], None]) -> None:
    """Let the county visit its best firms less often than the platform would by itself, since
    before the plan of its season was made."""
    cast = Cast(region.code)
    clerk, head = cast.clerk("fgw"), cast.head("fgw")
    with clock.at(cast.back(_POLICY_SINCE)):
        made = policies.draft(
            clerk, default_policy.NAME, "首次编制，低风险少查、高风险多查", _POLICY
        )
        policies.submit(clerk, made.pk)
        policy = policies.enforce(head, made.pk, "自即日起执行")
    say(f"差异化监管方案：{policy}")


def _facts(region: Region) -> Iterator[Told]:
    rng = random.Random(SEED)
    today = clock.today()
    judged = Subject.objects.filter(region=region, status__in=evaluations.JUDGED).order_by("pk")
    for pk, identifier, id_kind, grade in judged.values_list(
        "pk", "identifier", "id_kind", "grade"
    ):
        usual = _RECIPES[grade, id_kind == "uscc"]
        near = rng.random() < _NEAR_SHARE
        recipe = rng.choice(_NEAR.get((grade, id_kind == "uscc"), usual) if near else usual)
        for number, (kind, least, most) in enumerate(recipe):
            day = day_after(today, -rng.randint(20, _RECENT))
            amount = rng.randrange(least, most + 1, 1_000) if most > 1_000 else least
            yield _told(pk, f"{identifier}-{number}", kind, day, amount)


def _told(subject: int, key: str, kind: str, day: dt.date, amount: int) -> Told:
    source, title = _SOURCES[kind]
    scale = EVENT_KINDS[kind].scale
    words = title.format(amount=amount, year=day.year - 1, word=scale[amount] if scale else "")
    return Told(subject, kind, day, words, source, key, amount)

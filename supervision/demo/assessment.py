"""A frozen quarter of the demo county, and the present one as it stands.

The frozen quarter is the last that ended long enough ago for its appeals to be decided. What it
judges are clues of those months, handled by the accounts that would, some of them late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from departments.models import Region
from records import clock, periods
from records.workdays import end_of_day
from supervision.assessment.models import Round
from supervision.assessment.services import appeals, bonuses, computing, rounds, schemes
from supervision.demo.clues import ClueRow, walk
from supervision.demo.stage import Cast, Story, play, upload

_SETTLED_DAYS = 21
_SCHEME = "部门综合监管考核方案"

_ROWS = (
    ("xzsp", "mzj", "closed", (45, 44, 44, 43, 42, 30, 29), 42, "{name}护理人员数量不足"),
    ("xzsp", "scjg", "closed", (40, 39, 39, 38, 37, 15, 14), 37, "{name}后厨没有防鼠设施"),
    ("scjg", "scjg", "own-closed", (50, 49, 40, 39), None, "{name}菜单未标明价格"),
    ("xzsp", "nync", "closed", (35, 34, 34, 33, 29, 20, 19), 32, "{name}销售过期种子"),
    ("mzj", "xfdd", "closed", (28, 27, 27, 26, 25, 16, 15), 24, "{name}安全出口上锁"),
    ("xzsp", "yjgl", "closed", (33, 32, 32, 31, 30, 18, 17), 29, "{name}装卸区无人值守"),
)
"""Receiver, handler, road, working days before the quarter's end, when told, title."""

_CATEGORIES = {
    "mzj": "nursing-home",
    "scjg": "catering",
    "nync": "crop-seed",
    "xfdd": "nursing-home",
    "yjgl": "hazmat-transport",
}


def load_past_quarter(region: Region, say: Callable[[str], None]) -> None:
    """Write a whole quarter with its assessment; the directories must be there. ``say`` is told
    what was written."""
    settled = periods.day_after(clock.today(), -_SETTLED_DAYS)
    first, ends = periods.last_ended(settled, Round.QUARTER)
    with clock.at(end_of_day(periods.day_after(ends, -1))):
        cast = Cast(region.code)
    play((*(walk(cast, row) for row in _rows()), _assessed(cast, first)))
    say(f"部门考核：{Round.objects.get(region=region)}已定稿")


def load_present_quarter(region: Region) -> None:
    """Compute the quarter that is under way, as far as it has come."""
    today = clock.today()
    quarter = (today.month - 1) // Round.QUARTER + 1
    made = rounds.begin(Cast(region.code).clerk("xzsp"), today.year, quarter)
    computing.go_on(made.pk)


def _rows() -> list[ClueRow]:
    return [
        ClueRow(
            channel="hotline",
            category=_CATEGORIES[to],
            receiver=receiver,
            to=to,
            reached=reached,
            days=days,
            title=title,
            content=f"来电反映：{title}，请核查处理。",
            complainant=("来电群众", "13800000000"),
            told=told,
        )
        for receiver, to, reached, days, told, title in _ROWS
    ]


def _assessed(cast: Cast, first: dt.date) -> Story:
    """A scheme, the quarter's figures, extra points, an appeal upheld and one not, the end."""
    office, head = cast.clerk("xzsp"), cast.head("xzsp")
    yield cast.back(58, "09:00")
    scheme = schemes.draft(office, _SCHEME, "按年度工作安排首次编制")
    yield cast.back(57, "10:00")
    schemes.enforce(head, scheme.pk)
    yield cast.back(-3, "09:00")
    made = rounds.begin(office, first.year, (first.month - 1) // Round.QUARTER + 1)
    computing.go_on(made.pk)
    score = made.scores.get(department_id=cast.clerk("mzj").department_id)
    bonus = bonuses.propose(
        office,
        score.pk,
        "养老机构联合检查清单在全市推广",
        "市联席会议印发通报，在全市推广该清单。",
        150,
        [upload("全市推广通报.pdf")],
    )
    yield cast.back(-3, "15:00")
    bonuses.grant(head, bonus.pk, "同意。")
    yield cast.back(-4, "09:00")
    rounds.publish(head, made.pk)
    computing.go_on(made.pk)
    yield cast.back(-5, "10:00")
    raised = [
        appeals.raise_appeal(cast.head(name), *_late(cast, made, name), reason)
        for name, reason in (
            ("scjg", "检验机构复检期间无法作出处理，延误不在本部门。"),
            ("nync", "签收当天系统维护，次日已电话确认。"),
        )
    ]
    yield cast.back(-6, "10:00")
    appeals.propose(office, "accept", raised[0].pk, "复检委托书和报告日期属实，予以采纳。")
    appeals.propose(office, "reject", raised[1].pk, "系统维护在夜间进行，不影响签收。")
    yield cast.back(-7, "16:00")
    appeals.sign_accept(head, raised[0].pk)
    appeals.sign_reject(head, raised[1].pk)
    yield cast.back(-10, "09:30")
    rounds.freeze(head, made.pk, "同意定稿。")


def _late(cast: Cast, made: Round, name: str) -> tuple[int, int]:
    """The first late clue clock of a department: its line and row."""
    score = made.scores.get(department_id=cast.head(name).department_id)
    line = score.lines.get(line__key="clues_in_time")
    row = line.facts.filter(met=False).first()
    assert row is not None, name
    return line.pk, row.pk

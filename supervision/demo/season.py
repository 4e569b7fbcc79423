"""A season of joint inspections of the demo county, made through the services people use.

Four matters of the list are in force with their year plan; two draws are dispatched and most of
their visits made, a third one's tasks wait to be received, a fourth draw is announced. The matter
of the nursing homes is left to whoever walks through the README.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clues.models import CompulsoryMeasure
from departments.actors import actor_for
from departments.models import Region
from inspections import draw as dr
from inspections.models import Draw, JointTask, PlanItem, Publication
from inspections.services import draws, plan_acts, plans
from inspections.services.dispatch import dispatch
from inspections.services.plan_data import ItemData, usual_terms
from matters import services, upstream
from matters.models import CheckItem, MatterVersion
from matters.upstream import Told
from records import clock, deadlines, imports, periods
from records.actor import Actor
from records.workdays import SHANGHAI, end_of_day, working_days_between
from supervision.demo.season_measures import measures
from supervision.demo.season_visits import visits
from supervision.demo.stage import Cast, Story, play
from supervision.demo.workbooks import matters_workbook

_DEPTH, _LEAST = 105, 45
"""Working days of the present year that a season takes, and the fewest it can be pressed into."""


class SeasonCast(Cast):
    """The accounts, in a season whose days are counted back from the present one.

    The visits must lie in the year of their plan: early in a year the season is the last year's,
    a little later the days move closer together. ``present`` is the moment at which it ends.
    """

    def __init__(self, region_code: str) -> None:
        today, calendar = clock.today(), deadlines.calendar()
        gone = working_days_between(dt.date(today.year, 1, 1), today, calendar)
        ends = today if gone >= _LEAST else dt.date(today.year - 1, 12, 31)
        self.present = min(clock.now(), end_of_day(ends))
        self.year = ends.year
        self._share = min(1.0, gone / _DEPTH) if ends == today else 1.0
        with clock.at(self.present):
            super().__init__(region_code)

    def ago(self, days: int, at: str = "10:00") -> dt.datetime:
        """A time of the day that many working days before the season's last; ahead if negative."""
        return self.back(round(days * self._share), at)

    def within(self, days: int) -> dt.date:
        """That day, if it is in the season's year, else the nearest that is."""
        first, last = dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)
        return min(max(self.ago(days).date(), first), last)


@dataclass(frozen=True)
class ItemRow:
    """A plan item: the matter's number, what is checked by whom (the lead first, by the beginning
    of its accounts), and when, in working days before the present: period, draw, dispatch (None:
    not yet drawn)."""

    matter: int
    title: str
    categories: tuple[str, ...]
    checks: dict[str, tuple[str, ...]]
    quota: int
    period: tuple[int, int]
    drawn: int
    dispatched: int | None

    @property
    def lead(self) -> str:
        return next(iter(self.checks))


_GAS = ItemRow(
    4,
    "餐饮场所燃气安全联合检查",
    ("catering",),
    {
        "cgj": ("CGJ-009", "CGJ-010", "CGJ-011"),
        "xfdd": ("XFDD-008", "XFDD-009"),
        "scjg": ("SCJG-026",),
    },
    quota=10,
    period=(102, 45),
    drawn=108,
    dispatched=106,
)
_FARM = ItemRow(
    7,
    "农资经营单位联合检查",
    ("pesticide", "fertilizer", "crop-seed"),
    {
        "nync": ("NYNC-002", "NYNC-003", "NYNC-008", "NYNC-010"),
        "scjg": ("SCJG-040", "SCJG-041"),
        "sthj": ("STHJ-001", "STHJ-002"),
    },
    quota=16,
    period=(36, -19),
    drawn=40,
    dispatched=38,
)
_DEVICES = ItemRow(
    16,
    "医疗机构在用医疗器械联合检查",
    ("medical-institution",),
    {"scjg": ("SCJG-014", "SCJG-015", "SCJG-016"), "wjw": ("WJW-009", "WJW-010")},
    quota=6,
    period=(-2, -30),
    drawn=3,
    dispatched=1,
)
_BEAUTY = ItemRow(
    11,
    "医疗美容机构联合检查",
    ("medical-beauty",),
    {
        "wjw": ("WJW-011", "WJW-012", "WJW-013"),
        "scjg": ("SCJG-020", "SCJG-021"),
        "gaj": ("GAJ-016",),
    },
    quota=4,
    period=(-4, -35),
    drawn=-2,
    dispatched=None,
)
ITEMS = (_GAS, _FARM, _DEVICES, _BEAUTY)

_PROVINCE = "省监管平台"
_UPSTREAM = (
    Told(
        issuer="41",
        code="41-ZHJG-031",
        number=1,
        withdrawn=False,
        name="校外培训机构综合监管",
        subjects_text="面向中小学生的校外培训机构",
        content="办学许可、从业人员、收费和预收费资金、消防安全和广告宣传",
        legal_bases="《中华人民共和国民办教育促进法》 第六十四条",
        lead="教育体育局",
        partners=("市场监督管理局", "消防救援大队", "民政局"),
        document="省跨部门综合监管事项清单（本年第二批）",
    ),
    Told(
        issuer="41",
        code="41-ZHJG-032",
        number=1,
        withdrawn=False,
        name="剧本娱乐经营场所综合监管",
        subjects_text="剧本杀、密室逃脱等剧本娱乐经营场所",
        content="内容备案、消防安全、治安管理和未成年人保护",
        legal_bases="《中华人民共和国未成年人保护法》 第五十条",
        lead="文化广电和旅游局",
        partners=("公安局", "消防救援大队", "市场监督管理局"),
        document="省跨部门综合监管事项清单（本年第二批）",
    ),
)


def load_season(region: Region, say: Callable[[str], None]) -> None:
    """Write the season; the directories must be there. ``say`` is told what was written."""
    cast = SeasonCast(region.code)
    play([_prepared(cast)])
    play([_drawn(cast, _GAS)])
    play([_drawn(cast, _FARM), *_visits_of(cast, _GAS)])
    play(
        [
            *_visits_of(cast, _FARM),
            _drawn(cast, _DEVICES),
            _announced(cast, _BEAUTY),
            _told_from_above(cast),
            *measures(cast),
        ]
    )
    visited = JointTask.objects.filter(region=region)
    say(
        f"联合检查：{len(ITEMS)} 项生效事项，{Draw.objects.count()} 次抽取，"
        f"{visited.count()} 户，公示结果 {Publication.objects.count()} 条，"
        f"强制措施 {CompulsoryMeasure.objects.count()} 项"
    )


def _prepared(cast: SeasonCast) -> Story:
    """From the list to the published plan of the year."""
    office, head = cast.clerk("xzsp"), cast.head("xzsp")
    yield cast.ago(160, "09:10")
    book = matters_workbook(frozenset(row.matter for row in ITEMS))
    job = imports.upload(office, "matters", "先行实施事项.xlsx", book)
    imports.run(str(job.pk), actor_for)
    imports.confirm(office, str(job.pk))
    imports.run(str(job.pk), actor_for)
    versions = list(
        MatterVersion.objects.filter(matter__region__code=office.region_code).order_by("pk")
    )
    for version in versions:
        services.submit(office, version.pk)
    yield cast.ago(155, "15:20")
    for version in versions:
        services.approve(cast.head("sfj"), version.pk, "权责清楚，依据充分，同意。")
    yield cast.ago(152, "10:00")
    for version in versions:
        services.put_in_force(head, version.pk, "公布实施")
    plans.open_year(office, cast.year)
    yield cast.ago(146, "09:30")
    items = {row.matter: _planned(cast, row) for row in ITEMS}
    for row in ITEMS:
        plan_acts.submit(cast.clerk(row.lead), items[row.matter].pk)
    yield cast.ago(142, "16:00")
    for row in ITEMS:
        for name in row.checks:
            if name != row.lead:
                part = items[row.matter].parts.get(department=cast.department(name))
                plan_acts.confirm(cast.head(name), part.pk, "同意参加。")
    yield cast.ago(139, "11:00")
    for row in ITEMS:
        plan_acts.file(cast.head(row.lead), items[row.matter].pk)
    yield cast.ago(136, "10:30")
    plan = items[_GAS.matter].plan
    plan_acts.merge(office, plan.pk)
    yield cast.ago(135, "09:00")
    plan_acts.publish(head, plan.pk)


def _planned(cast: SeasonCast, row: ItemRow) -> PlanItem:
    version = MatterVersion.objects.select_related("matter__region", "lead").get(
        matter__number=row.matter, matter__region__code=cast.clerk(row.lead).region_code
    )
    codes = {code for chosen in row.checks.values() for code in chosen}
    known = dict(CheckItem.objects.filter(code__in=codes).values_list("code", "pk"))
    terms = usual_terms(version, row.categories) | {
        "check_items": {
            cast.department(name).pk: tuple(known[code] for code in chosen)
            for name, chosen in row.checks.items()
        }
    }
    data = ItemData(
        **terms,
        title=f"{cast.year} 年{row.title}",
        quota=row.quota,
        period_start=cast.within(row.period[0]),
        period_end=cast.within(row.period[1]),
        draw_at=dt.datetime.combine(cast.within(row.drawn), dt.time(9, 30), SHANGHAI)
        if row.dispatched is None
        else cast.ago(row.drawn, "09:30"),
        max_teams=2,
    )
    return plans.create_item(cast.clerk(row.lead), cast.year, version.pk, data)


def _item(row: ItemRow) -> PlanItem:
    return PlanItem.objects.get(matter_version__matter__number=row.matter)


def _drawn(cast: SeasonCast, row: ItemRow) -> Story:
    """Announced, committed, frozen, revealed by all parties, and dispatched."""
    assert row.dispatched is not None
    yield cast.ago(row.drawn + 2, "09:00")
    draw = draws.announce(cast.clerk(row.lead), _item(row).pk)
    nonces: dict[str, str] = {}
    for code, name in _parties(cast, draw, row):
        nonces[code] = dr.new_nonce()
        draws.commit_nonce(
            cast.who(name), draw.pk, code, dr.commitment(draw.number, code, nonces[code])
        )
    yield cast.ago(row.drawn, "09:30")
    draws.freeze(cast.clerk(row.lead), draw.pk)
    yield periods.ahead(cast.ago(row.drawn, "09:30"), minutes=6)
    for code, name in _parties(cast, draw, row):
        draws.reveal(cast.who(name), draw.pk, code, nonces[code])
    yield cast.ago(row.dispatched, "10:40")
    dispatch(cast.clerk(row.lead), draw.pk)


def _announced(cast: SeasonCast, row: ItemRow) -> Story:
    """Announced; two parties have committed, the witness has not."""
    yield cast.ago(2, "11:00")
    draw = draws.announce(cast.clerk(row.lead), _item(row).pk)
    yield cast.ago(1, "09:20")
    for code, name in _parties(cast, draw, row):
        if name != _WITNESS:
            nonce = dr.new_nonce()
            commitment = dr.commitment(draw.number, code, nonce)
            draws.commit_nonce(cast.who(name), draw.pk, code, commitment)


_WITNESS = "jjz_witness"


def _parties(cast: SeasonCast, draw: Draw, row: ItemRow) -> Iterator[tuple[str, str]]:
    """The parties of a draw with the accounts that act for them."""
    names = (f"{row.lead}_head", "sfj_head", _WITNESS)
    accounts = {cast.who(name).department_id: name for name in names}
    for party in draw.parties.order_by("code"):
        yield party.code, accounts[party.department_id]


def _visits_of(cast: SeasonCast, row: ItemRow) -> Iterator[Story]:
    assert row.dispatched is not None
    tasks = JointTask.objects.filter(item=_item(row)).order_by("visit_on", "pk")
    yield from visits(cast, tuple(row.checks), row.dispatched, list(tasks))


def _told_from_above(cast: SeasonCast) -> Story:
    """The province has told two matters that nobody has claimed yet."""
    yield cast.ago(4, "08:40")
    province = Actor(name=_PROVINCE, region_code=cast.clerk("xzsp").region_code)
    upstream.receive(province, _PROVINCE, _UPSTREAM)

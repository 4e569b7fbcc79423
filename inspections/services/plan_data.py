"""What is said of a plan item, and everything that can be wrong with it, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from departments import profile
from departments.models import Department
from inspections import rules
from inspections.models import PlanItem, PlanItemPart
from inspections.selectors import plans as selectors
from inspections.services.terms import terms_of_matter
from matters.models import CheckItem, Duty, MatterVersion
from records import clock
from records.errors import Refused

MAX_BP = 10000
MAX_OFFICERS = 6
MAX_TEAMS = 200


@dataclass(frozen=True, kw_only=True)
class ItemData:
    """A plan item as somebody wants it.

    ``check_items`` maps each department that takes part to the ids of its check items, the lead
    department always among them. ``ratios`` are basis points by grade; with a ``quota`` they are
    the weights by which the total is spread. ``parties`` are department ids (level 1 only).
    """

    title: str
    categories: tuple[str, ...]
    check_items: Mapping[int, tuple[int, ...]]
    ratios: Mapping[str, int]
    quota: int | None = None
    full_coverage: bool = False
    period_start: dt.date
    period_end: dt.date
    draw_at: dt.datetime
    draw_mode: str = PlanItem.DrawMode.MANUAL
    draw_level: int = PlanItem.Level.PARTIES
    staffing: str = PlanItem.Staffing.TEAMS
    officers_per_visit: int = 2
    max_teams: int = 8
    parties: tuple[int, ...] = ()


class PlanInvalid(Refused):
    """Everything that stands against a plan item; each problem names its field."""

    def __init__(self, problems: list[Refused]) -> None:
        super().__init__(
            "".join(problem.message for problem in problems),
            field=problems[0].field,
            code="plan_invalid",
        )
        self.problems = problems


@dataclass
class Checked:
    """The parts that follow from valid data: duty and whether inspectors are sent."""

    duties: dict[int, Duty]
    sends: dict[int, bool] = field(default_factory=dict)


def data_of(item: PlanItem) -> ItemData:
    """An item as it stands, without the departments that declined."""
    return ItemData(
        title=item.title,
        categories=tuple(item.categories),
        check_items={
            part.department_id: tuple(entry.pk for entry in part.check_items.all())
            for part in item.parts.prefetch_related("check_items")
            if part.state != PlanItemPart.State.DECLINED
        },
        ratios=item.ratios,
        quota=item.quota,
        full_coverage=item.full_coverage,
        period_start=item.period_start,
        period_end=item.period_end,
        draw_at=item.draw_at,
        draw_mode=item.draw_mode,
        draw_level=item.draw_level,
        staffing=item.staffing,
        officers_per_visit=item.officers_per_visit,
        max_teams=item.max_teams,
        parties=tuple(party.department_id for party in item.parties.all()),
    )


def usual_terms(version: MatterVersion, categories: Iterable[str] | None = None) -> dict[str, Any]:
    """What an item on a matter usually looks like, as arguments of ``ItemData`` without title and
    times: all its subjects or those of ``categories``, its lead and all that enforce with the
    check items that fit, the usual parties."""
    own = list(version.categories.values_list("code", flat=True))
    chosen = own if categories is None else [code for code in own if code in set(categories)]
    taking_part = [
        duty.department_id
        for duty in version.duties.select_related("department")
        if duty.enforces or duty.part == Duty.Part.LEAD
    ]
    items = selectors.fitting_check_items(taking_part, chosen)
    return {
        "categories": tuple(chosen),
        "check_items": {
            pk: tuple(item.pk for item in items if item.department_id == pk) for pk in taking_part
        },
        "ratios": default_ratios(version),
        "full_coverage": version.full_coverage,
        "officers_per_visit": profile.number(version.region_code, rules.MIN_OFFICERS),
        "parties": tuple(
            option.department.pk
            for option in selectors.party_options(version.region_code, version.lead)
            if option.preselected
        ),
    }


def default_ratios(version: MatterVersion) -> dict[str, int]:
    """Basis points by grade as they hold for the matter: see ``inspections.services.terms``."""
    return {grade: term.ratio_bp for grade, term in terms_of_matter(version).items()}


def check(year: int, version: MatterVersion, data: ItemData) -> Checked:
    """Raise ``PlanInvalid`` with every problem, else say which parts the item has."""
    region_code = version.region_code
    duties = {
        duty.department_id: duty
        for duty in version.duties.select_related("department").order_by("position")
    }
    checked = Checked(
        {pk: duty for pk, duty in duties.items() if pk == version.lead_id or pk in data.check_items}
    )
    problems = [
        *_words(data),
        *_subjects(version, data),
        *_times(year, data),
        *_parts(version, duties, data),
        *_staffing(region_code, data),
        *_parties(region_code, version, data),
    ]
    for pk, duty in checked.duties.items():
        # A partner may still choose its check items when it confirms; the lead chooses now.
        checked.sends[pk] = duty.enforces and (
            pk != version.lead_id or bool(data.check_items.get(pk))
        )
    problems += _licences(checked, data)
    if problems:
        raise PlanInvalid(problems)
    return checked


def party_codes(
    region_code: str, lead: Department, chosen: tuple[int, ...]
) -> list[tuple[str, int]]:
    """(ASCII code, department id) of the chosen parties."""
    return [
        (option.code, option.department.pk)
        for option in selectors.party_options(region_code, lead)
        if option.department.pk in chosen
    ]


def _words(data: ItemData) -> list[Refused]:
    title = data.title.strip()
    if not title:
        return [Refused("请填写计划名称。", field="title")]
    if len(title) > 120:
        return [Refused("计划名称不能超过 120 个字。", field="title")]
    return []


def _subjects(version: MatterVersion, data: ItemData) -> list[Refused]:
    problems = []
    allowed = set(version.categories.values_list("code", flat=True))
    if not data.categories:
        problems.append(Refused("请至少选择一类检查对象。", field="categories"))
    elif not set(data.categories) <= allowed:
        problems.append(Refused("所选对象类别不在该事项的监管对象之内。", field="categories"))
    for grade, rule in rules.RATIO_BY_GRADE.items():
        if not 0 <= data.ratios.get(grade, -1) <= MAX_BP:
            problems.append(
                Refused(f"{rule.title}应在 0 到 100% 之间。", field=f"ratio_{grade.lower()}")
            )
    if data.full_coverage:
        return problems
    if data.quota is not None and data.quota < 1:
        problems.append(Refused("抽取总数至少为 1。", field="quota"))
    if not any(data.ratios.values()):
        problems.append(Refused("各等级比例不能全部为 0。", field="ratio_a"))
    return problems


def _times(year: int, data: ItemData) -> list[Refused]:
    problems = []
    for name, label, day in (
        ("period_start", "检查开始日期", data.period_start),
        ("period_end", "检查截止日期", data.period_end),
    ):
        if day.year != year:
            problems.append(Refused(f"{label}应在 {year} 年度之内。", field=name))
    if data.period_end < data.period_start:
        problems.append(Refused("检查截止日期不能早于开始日期。", field="period_end"))
    if timezone.localtime(data.draw_at).date() > data.period_end:
        problems.append(Refused("抽取时间不能晚于检查截止日期。", field="draw_at"))
    if data.draw_mode not in PlanItem.DrawMode.values:
        problems.append(Refused("请选择抽取方式。", field="draw_mode"))
    if data.draw_mode == PlanItem.DrawMode.SCHEDULED and data.draw_at <= clock.now():
        problems.append(Refused("到时自动启动的抽取，抽取时间必须晚于现在。", field="draw_at"))
    return problems


def _parts(version: MatterVersion, duties: dict[int, Duty], data: ItemData) -> list[Refused]:
    problems = []
    if not data.check_items.keys() <= duties.keys():
        problems.append(Refused("所选部门中有的不是该事项的牵头或配合部门。", field="departments"))
    if not data.check_items.keys() - {version.lead_id}:
        problems.append(Refused("联合检查至少要有一个配合部门参加。", field="departments"))
    wanted = {pk for ids in data.check_items.values() for pk in ids}
    known = {item.pk: item for item in CheckItem.objects.filter(pk__in=wanted, is_active=True)}
    fitting = set(data.categories)
    for department_id, ids in data.check_items.items():
        for pk in ids:
            item = known.get(pk)
            if item is None or item.department_id != department_id:
                problems.append(Refused("所选检查事项已停用或不属于该部门。", field="check_items"))
            elif not fitting.intersection(item.categories):
                problems.append(
                    Refused(f"检查事项“{item.title}”不适用于所选对象类别。", field="check_items")
                )
    if not any(
        ids and pk in duties and duties[pk].enforces for pk, ids in data.check_items.items()
    ):
        problems.append(
            Refused("至少要有一个执法部门参加，并为它选择检查事项。", field="check_items")
        )
    return problems


def _staffing(region_code: str, data: ItemData) -> list[Refused]:
    problems = []
    minimum = profile.resolve(region_code, rules.MIN_OFFICERS)
    if data.officers_per_visit < minimum.value:
        problems.append(
            Refused(
                f"每部门每次到场不得少于 {minimum.value} 名执法人员（{minimum.source}）。",
                field="officers_per_visit",
            )
        )
    elif data.officers_per_visit > MAX_OFFICERS:
        problems.append(
            Refused(f"每部门每次到场最多 {MAX_OFFICERS} 名。", field="officers_per_visit")
        )
    if data.staffing not in PlanItem.Staffing.values:
        problems.append(Refused("请选择派人方式。", field="staffing"))
    if not 1 <= data.max_teams <= MAX_TEAMS:
        problems.append(Refused(f"最多编组数应在 1 到 {MAX_TEAMS} 之间。", field="max_teams"))
    return problems


def _licences(checked: Checked, data: ItemData) -> list[Refused]:
    """Each department that sends inspectors needs enough of them on the day of the draw."""
    day = timezone.localtime(data.draw_at).date()
    sending = [pk for pk, sends in checked.sends.items() if sends]
    counts = selectors.licensed_counts(sending, day)
    return [
        Refused(
            f"{checked.duties[pk].department.name}在抽取当日（{day}）持有效证件的执法人员"
            f"只有 {counts[pk]} 名，不足每次到场 {data.officers_per_visit} 名。",
            field="departments",
        )
        for pk in sending
        if counts[pk] < data.officers_per_visit
    ]


def _parties(region_code: str, version: MatterVersion, data: ItemData) -> list[Refused]:
    if data.draw_level not in PlanItem.Level.values:
        return [Refused("请选择公信级别。", field="draw_level")]
    if data.draw_level == PlanItem.Level.SYSTEM:
        return []
    known = party_codes(region_code, version.lead, data.parties)
    if len(known) != len(set(data.parties)):
        return [Refused("参与方中有本地区不能担任见证的部门。", field="parties")]
    minimum = profile.number(region_code, rules.MIN_PARTIES)
    if len(known) < minimum:
        return [Refused(f"多方揭示抽取至少要有 {minimum} 个不同部门参与。", field="parties")]
    return []

"""The visits of the demo's season: received, notified, made, entered, published, put right."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from departments.models import Department
from inspections.models import Inspector, JointTask, Rectification, Result, TaskItem, TaskPart
from inspections.services import notices, rectification, results, tasks
from inspections.services import visits as on_site
from inspections.services.directory import upsert_inspectors
from inspections.validation import InspectorInput
from records import deadlines, periods
from records.actor import Actor
from records.workdays import SHANGHAI, add_working_days
from supervision.demo import names
from supervision.demo.ink import signature
from supervision.demo.stage import Story

_NOTES = {
    "CGJ-009": "连接软管超过使用年限，接口处未用卡箍固定。",
    "CGJ-010": "可燃气体报警器断电，未与紧急切断阀联动。",
    "CGJ-011": "用餐区存放两只备用气瓶。",
    "XFDD-008": "两具灭火器压力不足，厨房未配灭火毯。",
    "XFDD-009": "安全出口处堆放杂物，当场清理。",
    "SCJG-026": "一台灶具没有熄火保护装置。",
    "NYNC-002": "采购台账缺三个批次的供货凭证。",
    "NYNC-003": "销售台账未记购买人和用途。",
    "NYNC-008": "肥料进货台账两个月没有登记。",
    "NYNC-010": "一个品种的种子标签未标注审定编号。",
    "SCJG-040": "一批产品的标签未标注有效成分含量。",
    "SCJG-041": "店内宣传栏使用“零风险”用语。",
    "STHJ-001": "未设置农药包装废弃物回收桶。",
    "STHJ-002": "排污登记信息未按期变更。",
}
"""What was found wrong, by the check item's code."""

_CLEAN_REMARK = "现场未发现问题。"
_ORDERED_REMARK = "已当场下达责令改正通知书，限期整改。"
_LATE, _CORRECTED = (2, 0), (0, 0)
"""Visit of the draw that is over, and department within it, whose result was published late, and
put right afterwards."""
_RENEWED_MONTHS = 60
_NOTIFIED_AHEAD = 10
"""Working days before a visit by which its notice is signed."""


class Days(Protocol):
    """The season's accounts and days, as ``season.SeasonCast`` has them."""

    present: dt.datetime

    def ago(self, days: int, at: str = ...) -> dt.datetime: ...
    def within(self, days: int) -> dt.date: ...
    def who(self, username: str) -> Actor: ...
    def clerk(self, name: str) -> Actor: ...
    def head(self, name: str) -> Actor: ...
    def department(self, name: str) -> Department: ...


@dataclass(frozen=True)
class _Going:
    """One department's part in a visit: its place among the visits of the draw and in the visit,
    the beginning of its accounts, and whether all visits of the draw are made."""

    part: TaskPart
    place: tuple[int, int]
    name: str
    is_over: bool

    @property
    def late(self) -> bool:
        return self.is_over and self.place == _LATE

    @property
    def corrected(self) -> bool:
        return self.is_over and self.place == _CORRECTED

    @property
    def troubled(self) -> bool:
        visit, index = self.place
        return (visit + 2 * index) % 4 == 0


def visits(
    cast: Days, taking_part: Sequence[str], dispatched: int, found: Sequence[JointTask]
) -> Iterator[Story]:
    """The stories of the tasks of a draw, in the order of their dates: the desk's, and those of
    each visit up to the present. ``taking_part`` are the beginnings of accounts, the lead first."""
    names_of = {cast.department(name).pk: name for name in taking_part}
    for story in _stories(cast, taking_part[0], dispatched, found, names_of):
        yield _up_to(cast.present, story)


def _stories(
    cast: Days,
    lead: str,
    dispatched: int,
    found: Sequence[JointTask],
    names_of: dict[int, str],
) -> Iterator[Story]:
    yield _desk(cast, lead, dispatched, found, names_of)
    made = [task for task in found if _at(task, "12:00") <= cast.present]
    for number, task in enumerate(made):
        goings = [
            _Going(part, (number, index), names_of[part.department_id], len(made) == len(found))
            for index, part in enumerate(task.parts.order_by("pk"))
        ]
        if task == made[-1] and len(made) < len(found):
            yield _under_way(cast, task, goings)
            continue
        yield _visit(cast, task, goings)
        for going in goings:
            yield _result(cast, task, going)


def _up_to(present: dt.datetime, story: Story) -> Story:
    """The part of a story that has happened by now."""
    for moment in story:
        if moment > present:
            return
        yield moment


def _desk(
    cast: Days,
    lead: str,
    dispatched: int,
    found: Sequence[JointTask],
    names_of: dict[int, str],
) -> Story:
    """The departments receive the tasks; the lead's head signs what is near. Of the last task a
    department would rather have another day."""
    yield cast.ago(dispatched, "15:10")
    _renew_licences(cast, found)
    for task in found:
        for part in task.parts.exclude(department=cast.department(lead)):
            tasks.accept(cast.clerk(names_of[part.department_id]), part.pk)
    for task in found:
        signed_at = max(_at(task, "16:40", -_NOTIFIED_AHEAD), cast.ago(dispatched, "16:40"))
        if signed_at <= cast.present:
            yield signed_at
            notices.sign_notice(cast.head(lead), task.pk)
    last = found[-1]
    if last.visit_on is not None and _at(last, "16:40", -_NOTIFIED_AHEAD) > cast.present:
        yield cast.ago(1, "10:20")
        part = last.parts.exclude(department=cast.department(lead)).order_by("pk")[0]
        day = next(day for day in map(cast.within, (-15, -14)) if day != last.visit_on)
        clerk = cast.clerk(names_of[part.department_id])
        tasks.propose_date(clerk, part.pk, day, "当天全区统一培训，另定日期。")


def _renew_licences(cast: Days, found: Sequence[JointTask]) -> None:
    """Whose licence would end before a visit for which they were drawn has it renewed."""
    ending: dict[int, Inspector] = {}
    for task in found:
        for part in task.parts.all():
            rows = part.officers.filter(valid_until__lt=task.visit_on)
            ending |= {row.pk: row for row in rows}
    renewed = [
        InspectorInput(
            licence=row.licence,
            name=row.name,
            department_id=row.department_id,
            valid_from=row.valid_from,
            valid_until=periods.month_after(row.valid_until, _RENEWED_MONTHS),
            specialities=tuple(row.specialities),
            townships=tuple(row.townships),
            is_active=row.is_active,
        )
        for row in ending.values()
    ]
    if renewed:
        upsert_inspectors(cast.clerk("scjg"), renewed, "执法证换证")


def _under_way(cast: Days, task: JointTask, goings: Sequence[_Going]) -> Story:
    """Everybody is there; the lead has begun to write down what it found."""
    yield _at(task, "09:10")
    _arrive(cast, task, goings)
    first = goings[0]
    for item in first.part.items.order_by("pk")[:1]:
        on_site.record_item(_officers(cast, first)[0], item.pk, TaskItem.Outcome.NO_PROBLEM)


def _visit(cast: Days, task: JointTask, goings: Sequence[_Going]) -> Story:
    yield _at(task, "09:10")
    _arrive(cast, task, goings)
    yield _at(task, "10:40")
    received_by = names.person(random.Random(task.code))
    for going in goings:
        people = _officers(cast, going)
        for index, item in enumerate(going.part.items.select_related("check_item").order_by("pk")):
            wrong = going.troubled and index == 0
            outcome = TaskItem.Outcome.PROBLEM if wrong else TaskItem.Outcome.NO_PROBLEM
            note = _NOTES[item.check_item.code] if wrong else ""
            on_site.record_item(people[0], item.pk, outcome, note)
        for person in people:
            on_site.sign(person, going.part.pk, signature(person.name))
        on_site.sign_subject(people[0], going.part.pk, received_by, signature(received_by))
        on_site.submit_part(people[0], going.part.pk)


def _result(cast: Days, task: JointTask, going: _Going) -> Story:
    """Entered, approved, published; what was ordered is put right, or is not."""
    clerk, head = cast.clerk(going.name), cast.head(going.name)
    visit, index = going.place
    code = "no_problem"
    if going.troubled:
        code = (
            "to_be_handled" if going.corrected or (visit + index) % 5 == 3 else "ordered_to_correct"
        )
    remark = _ORDERED_REMARK if going.troubled else _CLEAN_REMARK
    yield _at(task, "15:00", 22 if going.late else 1 + index)
    result = going.part.results.get()
    results.submit(clerk, result.pk, [code], remark)
    published = 24 if going.late else 3 + 2 * ((visit + index) % 4)
    yield _at(task, "16:20", published)
    _publish(head, result)
    if going.corrected:
        yield _at(task, "09:40", published + 4)
        result = results.correct(clerk, result.pk, "当场已下达责令改正通知书，原结果选项录入有误。")
        results.submit(clerk, result.pk, ["ordered_to_correct"], remark)
        published += 5
        code = "ordered_to_correct"
        yield _at(task, "11:00", published)
        _publish(head, result)
    if code != "ordered_to_correct":
        return
    mended = published + 8 + index
    if visit % 3 == 1:
        yield _at(task, "08:30", published + 16)
        rectification.tell_overdue()
        if not going.is_over:
            return
        mended = published + 19
    yield _at(task, "10:10", mended)
    order = Rectification.objects.get(part=going.part)
    rectification.confirm(clerk, order.pk, "经复查，问题已整改到位，附整改前后照片存档。")


def _publish(head: Actor, result: Result) -> None:
    results.approve(head, result.pk, "同意公示。")
    results.publish_next()


def _arrive(cast: Days, task: JointTask, goings: Sequence[_Going]) -> None:
    for going in goings:
        for person in _officers(cast, going):
            on_site.check_in(person, task.pk)


def _officers(cast: Days, going: _Going) -> list[Actor]:
    rows = going.part.officers.select_related("user").order_by("pk")
    return [cast.who(row.user.username) for row in rows if row.user is not None]


def _at(task: JointTask, at: str, working_days: int = 0) -> dt.datetime:
    """A time of the day of a visit, or of one so many working days after it."""
    assert task.visit_on is not None
    day = add_working_days(task.visit_on, working_days, deadlines.calendar())
    return dt.datetime.combine(day, dt.time.fromisoformat(at), SHANGHAI)

"""The rows of each indicator in a period, from what the floors below have stored.

One query per source, whatever the number of departments. What is confidential is not assessed: a
row, or its absence from a total, would tell of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from clues.models import Clue, ConcealedObject, Receipt, Referral, Refusal
from inspections.models import JointTask, PlanItem, TaskPart
from records import deadlines
from records.models import Deadline
from records.periods import beginning
from records.workdays import end_of_day
from supervision.assessment.models import Bonus, Round, ScoreRow
from supervision.assessment.rules import INDICATORS, STARTED
from supervision.assessment.services.matters import filed_matter, name_matters

_BATCH = 2_000


Rows = Iterator[tuple[int, ScoreRow]]
"""Rows (of no line yet), each with the department it counts for."""


def facts_of(of: Round, key: str, now: dt.datetime) -> list[tuple[int, ScoreRow]]:
    """All rows of an indicator in a round, each with its department and named by its matter, as
    they stand at ``now``. What is not yet due and not yet done is no row."""
    found = list(_SOURCES.get(key, partial(_clocks, key))(of, now))
    name_matters([row for _, row in found])
    return found


def _clocks(key: str, of: Round, now: dt.datetime) -> Rows:
    begun = key in STARTED
    rules = Q(pk__in=())
    for rule in INDICATORS[key].clocks:
        rules |= Q(rule__startswith=rule) if rule.endswith(".") else Q(rule=rule)
    span = _moments(of)
    if begun:
        counted = _within("started_at", span)
    else:
        counted = _within("due_at", span) & (Q(met_at__isnull=False) | Q(due_at__lt=now))
    found = Deadline.objects.filter(
        rules & counted, region_code=of.region_code, cancelled_at=None
    ).filter(~_concealed())
    days = deadlines.calendar()
    for each in found.order_by("pk").iterator(chunk_size=_BATCH):
        met = not begun and _in_time(each)
        late = None if met or begun else deadlines.late_by(each, now, days)
        row = ScoreRow(
            what=each.title,
            about=each.target_name,
            target_type_id=each.target_type_id,
            target_id=each.target_id,
            due_at=each.started_at if begun else each.due_at,
            done_at=None if begun else each.met_at,
            met=met,
            note=late.text if late else "",
            matter_id=filed_matter(each.rule),
        )
        yield each.department_id, row


def _in_time(clock: Deadline) -> bool:
    return bool(clock.met_at and clock.due_at and clock.met_at <= clock.due_at)


def _concealed() -> Exists:
    same = ConcealedObject.objects.filter(
        target_type=OuterRef("target_type"), target_id=OuterRef("target_id")
    )
    return Exists(same)


_VISITED = (JointTask.State.CHECKED, JointTask.State.CLOSED)
_AGREED = (
    JointTask.State.SCHEDULED,
    JointTask.State.NOTIFIED,
    JointTask.State.IN_PROGRESS,
    *_VISITED,
)
_NOT_VISITS = (*JointTask.UNSENT, JointTask.State.CANCELLED)


def _joint_visits(of: Round, now: dt.datetime) -> Rows:
    tasks = JointTask.objects.filter(
        _within("visit_on", (of.first, of.ends)), region_id=of.region_id, state__in=_VISITED
    ).annotate(departments=Count("parts"))
    kind = _kind(JointTask)
    for task in tasks.order_by("pk").iterator(chunk_size=_BATCH):
        departments: int = task.departments  # type: ignore[attr-defined]
        yield (
            task.lead_id,
            ScoreRow(
                what=str(task.get_origin_display()),
                about=task.code,
                target_type=kind,
                target_id=task.pk,
                due_at=_end_of(task.visit_on),
                met=departments > 1,
                note=f"{departments} 个部门",
            ),
        )


def _visits_done(of: Round, now: dt.datetime) -> Rows:
    parts = (
        TaskPart.objects.filter(
            _within("task__visit_on", (of.first, of.ends)),
            task__region_id=of.region_id,
            task__state__in=_AGREED,
        )
        .filter(Q(submitted_at__isnull=False) | Q(task__visit_on__lt=timezone.localdate(now)))
        .select_related("task")
    )
    kind = _kind(TaskPart)
    for part in parts.order_by("pk").iterator(chunk_size=_BATCH):
        due = _end_of(part.task.visit_on)
        yield (
            part.department_id,
            ScoreRow(
                what="完成现场检查",
                about=part.task.code,
                target_type=kind,
                target_id=part.pk,
                due_at=due,
                done_at=part.submitted_at,
                met=bool(part.submitted_at and due and part.submitted_at <= due),
            ),
        )


def _plan_done(of: Round, now: dt.datetime) -> Rows:
    visits = ~Q(tasks__state__in=_NOT_VISITS)
    items = PlanItem.objects.filter(
        _within("period_end", (of.first, of.ends)),
        plan__region_id=of.region_id,
        state=PlanItem.State.PUBLISHED,
    ).annotate(
        planned=Count("tasks", filter=visits),
        done=Count("tasks", filter=Q(tasks__state__in=_VISITED)),
    )
    kind = _kind(PlanItem)
    for item in items.order_by("pk").iterator(chunk_size=_BATCH):
        planned: int = item.planned  # type: ignore[attr-defined]
        done: int = item.done  # type: ignore[attr-defined]
        met = planned > 0 and done == planned
        due = end_of_day(item.period_end)
        if met or due < now:
            yield (
                item.lead_id,
                ScoreRow(
                    what="完成计划项目",
                    about=item.title,
                    target_type=kind,
                    target_id=item.pk,
                    due_at=due,
                    met=met,
                    note=f"已完成 {done} / {planned} 户" if planned else "没有抽取",
                ),
            )


def _satisfied(of: Round, now: dt.datetime) -> Rows:
    rated = Receipt.objects.filter(
        _within("rated_at", _moments(of)),
        clue__region_code=of.region_code,
        clue__confidential=False,
    ).exclude(rating="")
    kind = _kind(Clue)
    for receipt in rated.select_related("clue").order_by("pk").iterator(chunk_size=_BATCH):
        yield (
            receipt.clue.holder_id,
            ScoreRow(
                what="反映人评价",
                about=str(receipt.clue),
                target_type=kind,
                target_id=receipt.clue_id,
                due_at=receipt.rated_at,
                met=receipt.rating != Receipt.Rating.POOR,
                note=receipt.get_rating_display(),
            ),
        )


def _supervised(of: Round, now: dt.datetime) -> Rows:
    letters = Referral.objects.filter(
        _within("sent_at", _moments(of)),
        kind="supervision",
        region_code=of.region_code,
        to__region_id=of.region_id,
        confidential=False,
    ).exclude(state__in=(*Referral.UNSENT, Referral.State.WITHDRAWN))
    kind = _kind(Referral)
    for letter in letters.order_by("pk").iterator(chunk_size=_BATCH):
        if letter.to_id is not None:
            yield (
                letter.to_id,
                ScoreRow(
                    what="收到督办函",
                    about=str(letter),
                    target_type=kind,
                    target_id=letter.pk,
                    due_at=letter.sent_at,
                    met=False,
                ),
            )


def _refused(of: Round, now: dt.datetime) -> Rows:
    upheld = (
        Refusal.objects.filter(
            _within("reported_at", _moments(of)), region_code=of.region_code, confidential=False
        )
        .exclude(order="")
        .exclude(state=Refusal.State.DISMISSED)
    )
    kind = _kind(Refusal)
    for refusal in upheld.order_by("pk").iterator(chunk_size=_BATCH):
        yield (
            refusal.addressee_id,
            ScoreRow(
                what="被责令改正",
                about=str(refusal),
                target_type=kind,
                target_id=refusal.pk,
                due_at=refusal.reported_at,
                met=False,
                note=refusal.get_state_display(),
            ),
        )


def _extra(of: Round, now: dt.datetime) -> Rows:
    granted = Bonus.objects.filter(of__round=of, state=Bonus.State.GRANTED)
    for bonus in granted.select_related("of").order_by("pk"):
        yield bonus.of.department_id, row_of(bonus)


def row_of(bonus: Bonus) -> ScoreRow:
    """Granted extra points as a row."""
    return ScoreRow(
        what="加分",
        about=bonus.title,
        target_type=_kind(Bonus),
        target_id=bonus.pk,
        due_at=bonus.decided_at,
        met=True,
        points=bonus.points,
    )


_SOURCES: dict[str, Callable[[Round, dt.datetime], Rows]] = {
    "plan_done": _plan_done,
    "joint_visits": _joint_visits,
    "visits_done": _visits_done,
    "satisfied": _satisfied,
    "supervised": _supervised,
    "refused": _refused,
    "extra": _extra,
}


def _moments(of: Round) -> tuple[dt.datetime, dt.datetime]:
    return beginning(of.first), beginning(of.ends)


def _within(field: str, span: tuple[dt.date, dt.date]) -> Q:
    first, ends = span
    return Q(**{f"{field}__gte": first, f"{field}__lt": ends})


def _end_of(day: dt.date | None) -> dt.datetime | None:
    return end_of_day(day) if day else None


def _kind(model: type[models.Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)

"""What was ordered to be put right: its clock, its re-check, what is told when it is overdue."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from credit.services.events import Told
from credit.services.origins import Origin, restate
from departments.actors import is_clerk_of
from departments.profile import number, time_limit
from inspections.acts.rectification import RECTIFICATION_ACTS
from inspections.models import Rectification, Result
from inspections.rules import RECTIFICATION_DUE, RECTIFICATION_EXTENSION
from records import clock, deadlines, trail
from records.actor import SYSTEM, Actor
from records.deadlines import Chip, chips_for
from records.models import Deadline
from records.worklist import WorkItem

ORDERED = "ordered_to_correct"
_S = Rectification.State
_BATCH = 200


def follow_result(actor: Actor, result: Result) -> None:
    """Let a result that was published, corrected or withdrawn begin or end what it orders to be put
    right. Call it inside the act, with the result saved."""
    wanted = result.state == Result.State.PUBLISHED and ORDERED in result.codes
    found = Rectification.objects.select_for_update().filter(part_id=result.part_id).first()
    if not wanted:
        if found is not None and found.state != _S.DROPPED and not _still_ordered(result):
            _end(actor, found, _S.DROPPED, "检查结果已更正或撤销")
        return
    if found is not None and found.state != _S.DROPPED:
        return
    now = clock.now()
    found = found or Rectification(part_id=result.part_id)
    found.state, found.started_at, found.closed_at, found.note = _S.RUNNING, now, None, ""
    found.save()
    rule = time_limit(found.region_code, RECTIFICATION_DUE)
    deadlines.start(
        actor,
        found,
        rule=rule.key,
        title=rule.title,
        source=rule.source,
        limit=rule.limit,
        department_id=found.part.department_id,
        region_code=found.region_code,
    )


def confirm(actor: Actor, pk: int, opinion: str) -> Rectification:
    """The department has checked again and found it put right. What was overdue stays told."""
    with RECTIFICATION_ACTS.take(actor, "confirm", pk, opinion=opinion) as found:
        _look(actor, found)
        found.note, found.closed_at = opinion.strip(), clock.now()
        deadlines.meet(found, RECTIFICATION_DUE.key)
    return found


@transaction.atomic
def extend(actor: Actor, pk: int, opinion: str) -> Rectification:
    """The head gives more time; what was told as overdue is struck if it is in time again."""
    with RECTIFICATION_ACTS.take(actor, "extend", pk, opinion=opinion) as found:
        running = deadlines.running_of(found, RECTIFICATION_DUE.key).get()
        days = number(found.region_code, RECTIFICATION_EXTENSION)
        deadlines.extend(actor, running.pk, days, opinion)
        _look(actor, found)
    return found


@transaction.atomic
def drop(actor: Actor, pk: int, opinion: str) -> Rectification:
    """The head takes the order back; it never was overdue."""
    with RECTIFICATION_ACTS.take(actor, "drop", pk, opinion=opinion) as found:
        found.note, found.closed_at = opinion.strip(), clock.now()
        found.overdue_on = None
        deadlines.cancel(found, RECTIFICATION_DUE.key)
    restate(actor, found)
    return found


HANDLERS: Mapping[str, Callable[[Actor, int, str], Rectification]] = {
    "confirm": confirm,
    "extend": extend,
    "drop": drop,
}


def tell_overdue() -> int:
    """Tell the credit records, once each, of orders whose clock has passed, and take back those
    whose clock was changed meanwhile; returns how many. A killed call leaves them to the next."""
    told = 0
    for pk in _due()[:_BATCH]:
        with transaction.atomic():
            found = Rectification.objects.select_for_update().filter(pk=pk).first()
            if found is not None and found.state == _S.RUNNING:
                told += _look(SYSTEM, found)
    return told


def chip_of(found: Rectification) -> Chip | None:
    """The clock of an order that is open."""
    return chips_for([found]).get(found.pk)


def pending_rectifications(actor: Actor) -> list[WorkItem]:
    """Orders that the person's department has to check again."""
    department = actor.department_id
    if department is None or not is_clerk_of(actor, department):
        return []
    rows = list(
        Rectification.objects.filter(part__department_id=department, state=_S.RUNNING)
        .select_related("part__task__subject")
        .order_by("started_at")[:50]
    )
    chips = chips_for(rows)
    return [
        WorkItem(
            what="复查整改情况",
            about=f"{row.part.task.subject}（{row.part.task.code}）",
            url=row.get_absolute_url(),
            label="复查",
            chip=chips.get(row.pk),
        )
        for row in rows
    ]


def _due() -> list[int]:
    """Open orders whose clock says something else than what was told."""
    late = Deadline.objects.filter(
        target_type__app_label="inspections",
        target_type__model="rectification",
        target_id=OuterRef("pk"),
        rule=RECTIFICATION_DUE.key,
        met_at=None,
        cancelled_at=None,
        due_at__lt=clock.now(),
    )
    open_ones = Rectification.objects.filter(state=_S.RUNNING).annotate(late=Exists(late))
    wrong = open_ones.filter(late=True, overdue_on=None) | open_ones.filter(
        late=False, overdue_on__isnull=False
    )
    return list(wrong.order_by("pk").values_list("pk", flat=True))


def _look(actor: Actor, found: Rectification) -> bool:
    """Bring what is told of an open order, which is locked, to what its clock says; whether that
    changed."""
    running = deadlines.running_of(found, RECTIFICATION_DUE.key).first()
    due = running.due_at if running else None
    passed = due is not None and due < clock.now()
    day = timezone.localtime(due).date() if passed and due is not None else None
    if day == found.overdue_on:
        return False
    found.overdue_on = day
    found.save(update_fields=("overdue_on",))
    verb = "整改逾期，记入信用记录" if day else "整改期限已变更，撤销逾期记录"
    trail.record(actor, "rectification.overdue", verb, found, after={"overdue_on": day})
    restate(actor, found)
    return True


def _end(actor: Actor, found: Rectification, state: str, note: str) -> None:
    found.state, found.note, found.closed_at, found.overdue_on = state, note, clock.now(), None
    found.save()
    deadlines.cancel(found, RECTIFICATION_DUE.key)
    trail.record(actor, "rectification.end", "整改要求随检查结果撤销", found, opinion=note)
    restate(actor, found)


def _still_ordered(result: Result) -> bool:
    standing = Result.objects.filter(part_id=result.part_id, state=Result.State.PUBLISHED)
    return standing.filter(codes__contains=[ORDERED]).exists()


def _facts(found: Rectification) -> list[Told]:
    """One that its clock has passed, of the day on which it was due."""
    if found.overdue_on is None or found.state == _S.DROPPED:
        return []
    part, task = found.part, found.part.task
    return [
        Told(
            subject_id=task.subject_id,
            kind="overdue_mending",
            day=found.overdue_on,
            title=f"{task.matter_name}：责令改正期满仍未整改（{part.department.name}）",
            matter_id=task.matter.matter_id if task.matter else None,
            basis=task.code,
        )
    ]


def _overdue() -> QuerySet[Rectification]:
    return (
        Rectification.objects.filter(overdue_on__isnull=False)
        .exclude(state=_S.DROPPED)
        .select_related(
            "part__department",
            "part__task__subject",
            "part__task__item__matter_version",
            "part__task__matter_version",
        )
    )


RECTIFICATIONS: Origin[Rectification] = Origin(
    source="inspections.rectification",
    label="责令改正复查",
    model=Rectification,
    kinds=("overdue_mending",),
    rows=_overdue,
    facts=_facts,
    department="part__department",
)

"""From a conclusion to the public page: enter, approve, publish, correct, withdraw (I11, I12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from credit.services.origins import restate
from departments.actors import is_clerk_of, is_head_of
from departments.profile import time_limit
from inspections import result_codes, rules
from inspections.acts.results import RESULT_ACTS
from inspections.models import JointTask, Publication, Result, TaskItem, TaskPart
from inspections.services import public_words
from inspections.services.rectification import follow_result
from matters.models import SubjectCategory
from records import clock, deadlines, outbox, trail
from records.actor import SYSTEM, Actor
from records.errors import Refused
from records.masking import masked_identifier, masked_name
from records.models import Deadline, OutboxMessage
from records.queue import wake_after_commit
from records.workdays import end_of_day
from records.worklist import WorkItem

PUBLISH_TASK = "inspections.publish_results"
LONGEST_REMARK = 1000
_MOST_SHOWN = 50

log = structlog.get_logger(__name__)


def start_publication_clock(actor: Actor, result: Result) -> Deadline:
    """Start the time for publishing a result, within the transaction that creates it (H9).

    It runs from the submission on site, or from the end of the plan item's period where there is
    one and that came first: a late visit does not buy a late publication (I12).
    """
    part = result.part
    rule = time_limit(part.region_code, rules.PUBLICATION_DUE)
    submitted_at = part.submitted_at or clock.now()
    item = part.task.item
    started_at = min(submitted_at, end_of_day(item.period_end)) if item else submitted_at
    late = started_at < submitted_at
    return deadlines.start(
        actor,
        result,
        rule=rule.key,
        title=f"{rule.title}（自计划的检查截止日期起算）" if late else rule.title,
        source=rule.source,
        limit=rule.limit,
        department_id=part.department_id,
        region_code=part.region_code,
        started_at=started_at,
    )


def submit(actor: Actor, pk: int, codes: Sequence[str], remark: str) -> Result:
    """Enter the conclusion of a visit and hand it to the head.

    ``codes`` come from the set that fits the subject (``result_codes``). Raises ``Refused`` on
    ``codes`` when the conclusion contradicts itself or what was recorded on site.
    """
    with RESULT_ACTS.take(actor, "submit", pk) as result:
        subject = result.part.task.subject
        problems = result.part.items.filter(outcome=TaskItem.Outcome.PROBLEM).count()
        if words := result_codes.complaint(subject.id_kind, codes, problems_on_site=problems):
            raise Refused(words, field="codes")
        if len(remark) > LONGEST_REMARK:
            raise Refused(f"说明不能超过 {LONGEST_REMARK} 个字。", field="remark")
        known = result_codes.codes_for(subject.id_kind)
        result.codes = [code for code in known if code in codes]
        result.remark = remark.strip()
        result.entered_by_id = actor.user_id
        result.submitted_at = clock.now()
    return result


def approve(actor: Actor, pk: int, opinion: str = "") -> Result:
    """The head lets the result be published; a worker publishes it at once."""
    with RESULT_ACTS.take(actor, "approve", pk, opinion=opinion) as result:
        result.approved_by_id = actor.user_id
        result.approved_at = clock.now()
        wake_after_commit(PUBLISH_TASK)
    return result


def return_for_change(actor: Actor, pk: int, opinion: str) -> Result:
    """The head sends the result back with a reason."""
    with RESULT_ACTS.take(actor, "return", pk, opinion=opinion) as result:
        result.submitted_at = None
    return result


def correct(actor: Actor, pk: int, opinion: str) -> Result:
    """Start a new version of a published result; the published one stands until it is replaced.

    Returns the new version. Raises ``Conflict`` when one is already in preparation.
    """
    with RESULT_ACTS.take(actor, "correct", pk, opinion=opinion) as result:
        public_words.ensure_nameless(opinion, public_words.of_visit(result.part.task))
        new = Result.objects.create(
            part_id=result.part_id, version=result.version + 1, change_reason=opinion.strip()
        )
        trail.record(actor, "result.new_version", "建立更正版本", new, opinion=opinion.strip())
    return new


@transaction.atomic
def withdraw(actor: Actor, pk: int, opinion: str) -> Result:
    """Take a publication down with a reason; what was published stays readable as withdrawn.

    Raises ``Conflict`` while a correction is in preparation.
    """
    with RESULT_ACTS.take(actor, "withdraw", pk, opinion=opinion) as result:
        public_words.ensure_nameless(opinion, public_words.of_visit(result.part.task))
        result.change_reason = opinion.strip()
        publication = Publication.objects.select_for_update().get(result=result)
        _end(publication, opinion.strip())
        publication.retraction = _announce(
            publication, "result.withdrawn", {"reason": publication.end_reason}
        )
        publication.save(update_fields=("retraction",))
    restate(actor, result)
    follow_result(actor, result)
    return result


HANDLERS: Mapping[str, Callable[[Actor, int, str], Result]] = {
    "approve": approve,
    "return": return_for_change,
    "correct": correct,
    "withdraw": withdraw,
}
"""The acts that need no more than an opinion: what pages and the API call."""


def publish_next(failed: set[int] | None = None) -> bool:
    """Publish one approved result; False when none waits. Safe to run in several workers.

    With ``failed``, a result that cannot be published is logged and noted there instead of
    raising, so that those behind it do not wait for it.
    """
    waiting = None
    try:
        with transaction.atomic():
            waiting = (
                Result.objects.select_for_update(skip_locked=True)
                .filter(state=Result.State.APPROVED)
                .exclude(pk__in=failed or ())
                .order_by("approved_at")
                .values_list("pk", flat=True)
                .first()
            )
            if waiting is None:
                return False
            _publish(waiting)
    except Exception:
        if failed is None or waiting is None:
            raise
        log.exception("result.not_published", result=waiting)
        failed.add(waiting)
    return True


def pending_result_work(actor: Actor) -> list[WorkItem]:
    """Results to enter (clerks) and to approve (heads), each with its clock, most pressing
    first."""
    rows: list[WorkItem] = []
    department = actor.department_id
    if department is None:
        return rows
    if is_clerk_of(actor, department):
        rows += _rows(
            _waiting(department, Result.State.DRAFT), "录入检查结果", "录入", "result-edit"
        )
    if is_head_of(actor, department):
        rows += _rows(
            _waiting(department, Result.State.SUBMITTED), "审核检查结果", "审核", "result"
        )
    return rows


def _publish(pk: int) -> None:
    with RESULT_ACTS.take(SYSTEM, "publish", pk) as result:
        now = clock.now()
        result.published_at = now
        publication = _copy_for_public(result, now)
        topic = "result.published"
        more: dict[str, Any] = {}
        corrects = publication.corrects
        if corrects is not None:
            with RESULT_ACTS.take(SYSTEM, "supersede", corrects.result_id) as replaced:
                _end(corrects, result.change_reason)
            restate(SYSTEM, replaced)
            follow_result(SYSTEM, replaced)
            topic = "result.corrected"
            more = {"corrects": corrects.pk, "reason": corrects.end_reason}
        deadlines.meet(result, rules.PUBLICATION_DUE.key, at=now)
        publication.announcement = _announce(publication, topic, more)
        publication.save(update_fields=("announcement",))
    restate(SYSTEM, result)
    follow_result(SYSTEM, result)
    _close_task(result.part)


def _copy_for_public(result: Result, now: dt.datetime) -> Publication:
    part = TaskPart.objects.select_related(
        "task__subject",
        "task__item__matter_version",
        "task__matter_version",
        "task__selected__draw",
        "department",
    ).get(pk=result.part_id)
    task = part.task
    subject = task.subject
    hidden = subject.is_natural_person
    before = (
        Publication.objects.filter(
            result__part_id=part.pk, result__version__lt=result.version, ended_at=None
        )
        .order_by("-result__version")
        .first()
    )
    checked_at = part.submitted_at or now
    return Publication.objects.create(
        result=result,
        region_id=task.region_id,
        subject_name=masked_name(subject.name) if hidden else subject.name,
        subject_identifier=(
            masked_identifier(subject.identifier) if hidden else subject.identifier
        ),
        matter_name=task.matter_name,
        department_name=part.department.name,
        checked_on=timezone.localtime(checked_at).date(),
        results=result.conclusion,
        draw_number=task.selected.draw.number if task.selected else None,
        published_at=now,
        corrects=before,
    )


def _end(publication: Publication, reason: str) -> None:
    publication.ended_at = clock.now()
    task = publication.result.part.task
    publication.end_reason = public_words.nameless(task.subject.masked(reason), task)
    publication.save(update_fields=("ended_at", "end_reason"))


def _announce(
    publication: Publication, topic: str, more: Mapping[str, Any]
) -> OutboxMessage | None:
    """Tell the province, and of businesses the credit publicity system too (I12).

    That system knows businesses by their unified code only; returns the message to it.
    """
    part = publication.result.part
    payload: dict[str, Any] = {
        "publication": publication.pk,
        "subject_identifier": publication.subject_identifier,
        "subject_name": publication.subject_name,
        "matter": publication.matter_name,
        "department": publication.department_name,
        "checked_on": publication.checked_on,
        "results": publication.results,
        "draw_number": publication.draw_number,
        "published_at": publication.published_at,
    }
    payload |= more
    thread = f"result:{part.pk}"
    outbox.post(outbox.PROVINCE, topic, payload, part.region_code, thread=thread)
    if part.task.subject.id_kind != SubjectCategory.IdKind.USCC:
        return None
    return outbox.post(outbox.CREDIT_PUBLICITY, topic, payload, part.region_code, thread=thread)


def _close_task(part: TaskPart) -> None:
    """Close the visit once every department's result is public."""
    task = JointTask.objects.select_for_update().get(pk=part.task_id)
    ended = (Result.State.PUBLISHED, Result.State.WITHDRAWN, Result.State.CORRECTED)
    missing = task.parts.exclude(results__state__in=ended)
    if task.state == JointTask.State.CHECKED and not missing.exists():
        task.state = JointTask.State.CLOSED
        task.save(update_fields=("state",))
        trail.record(
            SYSTEM,
            "task.close",
            "结果全部公示，任务办结",
            task,
            before={"state": JointTask.State.CHECKED},
            after={"state": JointTask.State.CLOSED},
        )


def _waiting(department_id: int, state: str) -> list[Result]:
    found = Result.objects.filter(part__department_id=department_id, state=state)
    found = found.select_related("part__task__subject")
    return list(found.order_by("part__submitted_at", "id")[:_MOST_SHOWN])


def _rows(results: Iterable[Result], what: str, label: str, page: str) -> list[WorkItem]:
    listed = list(results)
    chips = deadlines.chips_for(listed)
    rows = []
    for result in listed:
        task = result.part.task
        chip = chips.get(result.pk)
        rows.append(
            WorkItem(
                what=f"{what}（更正）" if result.version > 1 else what,
                about=f"{task.subject}（{task.code}）",
                url=reverse(f"inspections:{page}", args=[result.pk]),
                label=label,
                chip=chip,
            )
        )
    return rows

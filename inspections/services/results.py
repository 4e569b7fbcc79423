"""From a department's conclusion to the public page: enter, approve, publish, correct (I11, I12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from inspections import result_codes, rules
from inspections.acts.results import RESULT_ACTS
from inspections.masking import masked_identifier, masked_name
from inspections.models import JointTask, Publication, Result, TaskItem, TaskPart
from records import deadlines, outbox, trail
from records.actor import SYSTEM, Actor
from records.errors import Conflict, Refused
from records.queue import wake_after_commit

PUBLISH_TASK = "inspections.publish_results"


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
        if len(remark) > 1000:
            raise Refused("说明不能超过 1000 个字。", field="remark")
        known = list(result_codes.codes_for(subject.id_kind))
        result.codes = sorted(set(codes), key=known.index)
        result.remark = remark.strip()
        result.entered_by_id = actor.user_id
        result.submitted_at = timezone.now()
    return result


def approve(actor: Actor, pk: int, opinion: str = "") -> Result:
    """The head lets the result be published; a worker publishes it at once."""
    with RESULT_ACTS.take(actor, "approve", pk, opinion=opinion) as result:
        result.approved_by_id = actor.user_id
        result.approved_at = timezone.now()
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
        later = Result.objects.filter(part_id=result.part_id, version__gt=result.version)
        if later.exists():
            raise Conflict("该结果的更正版本正在办理,不能重复更正。")
        new = Result.objects.create(
            part_id=result.part_id, version=result.version + 1, change_reason=opinion.strip()
        )
        trail.record(actor, "result.new_version", "建立更正版本", new, opinion=opinion.strip())
    return new


def withdraw(actor: Actor, pk: int, opinion: str) -> Result:
    """Take a publication down with a reason; what was published stays readable as withdrawn."""
    with RESULT_ACTS.take(actor, "withdraw", pk, opinion=opinion) as result:
        later = Result.objects.filter(part_id=result.part_id, version__gt=result.version)
        if later.exists():
            raise Conflict("该结果的更正版本正在办理,请先完成更正。")
        result.change_reason = opinion.strip()
        _end(result.publication, opinion.strip())
        outbox.post(
            outbox.CREDIT_PUBLICITY,
            "result.withdrawn",
            _payload(result.publication) | {"reason": opinion.strip()},
            result.region_code,
        )
    return result


def publish_next() -> bool:
    """Publish one approved result; False when none waits. Safe to run in several workers."""
    with transaction.atomic():
        waiting = (
            Result.objects.select_for_update(skip_locked=True)
            .filter(state=Result.State.APPROVED)
            .order_by("approved_at")
            .values_list("pk", flat=True)
            .first()
        )
        if waiting is None:
            return False
        with RESULT_ACTS.take(SYSTEM, "publish", waiting) as result:
            result.published_at = timezone.now()
            publication = _publish(result)
            corrects = publication.corrects
            if corrects is not None:
                with RESULT_ACTS.take(SYSTEM, "supersede", corrects.result_id):
                    _end(corrects, result.change_reason)
            deadlines.meet(result, rules.PUBLICATION_DUE.key)
            topic = "result.corrected" if corrects else "result.published"
            payload = _payload(publication)
            if corrects:
                payload |= {"corrects": corrects.pk, "reason": result.change_reason}
            outbox.post(outbox.CREDIT_PUBLICITY, topic, payload, result.region_code)
        _close_task(result.part)
    return True


def visible_results(actor: Actor) -> QuerySet[Result]:
    """The results a person may see, with all that lists show."""
    return Result.objects.visible_to(actor).select_related(
        "part__task__subject", "part__task__item__matter_version", "part__department"
    )


def code_labels(result: Result) -> list[str]:
    """The conclusions of a result in words."""
    known = result_codes.codes_for(result.part.task.subject.id_kind)
    return [known[code] for code in result.codes if code in known]


def _publish(result: Result) -> Publication:
    part = TaskPart.objects.select_related(
        "task__subject", "task__item__matter_version", "task__selected__draw", "department"
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
    checked_at = part.submitted_at or timezone.now()
    return Publication.objects.create(
        result=result,
        region_id=task.region_id,
        subject_name=masked_name(subject.name) if hidden else subject.name,
        subject_identifier=(
            masked_identifier(subject.identifier) if hidden else subject.identifier
        ),
        matter_name=task.item.matter_version.name,
        department_name=part.department.name,
        checked_on=timezone.localtime(checked_at).date(),
        results=code_labels(result),
        draw_number=task.selected.draw.number if task.selected else None,
        published_at=result.published_at,
        corrects=before,
    )


def _end(publication: Publication, reason: str) -> None:
    publication.ended_at = timezone.now()
    publication.end_reason = reason
    publication.save(update_fields=("ended_at", "end_reason"))


def _payload(publication: Publication) -> dict[str, Any]:
    return {
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
            "结果全部公示,任务办结",
            task,
            before={"state": JointTask.State.CHECKED},
            after={"state": JointTask.State.CLOSED},
        )

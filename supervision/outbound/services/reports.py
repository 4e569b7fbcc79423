"""Each supervision act is told to the province once, and again when it changes (监管行为数据, G4).

What is told is written in the transaction of the act itself: results, penalties and measures say
through ``credit.services.origins`` that they changed. What was there before is told by
``report_missing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from clues.models import CompulsoryMeasure, Penalty
from clues.services import complainants
from inspections.models import Result
from matters.models import SubjectCategory
from records import clock, trail
from records.actor import Actor
from records.errors import NotAllowed
from records.locks import wait_turn
from records.masking import without_persons
from records.models import OutboxMessage
from records.outbox import CREDIT_CHINA, PROVINCE, post
from records.queue import wake_after_commit
from supervision.outbound.models import ActReport
from supervision.outbound.rules import ACT_TYPES, record_of
from supervision.outbound.selectors import (
    coordinates,
    told_state,
    unsaid_measures,
    unsaid_penalties,
    unsaid_results,
)

REPORT_TASK = "outbound.report_missing"
_BATCH = 200
_Kind = ActReport.Kind


@dataclass(frozen=True)
class Standing:
    """What is to be known of one act as it stands; ``content`` is None where nothing is."""

    record: str
    kind: str
    region_code: str
    department_id: int
    act: dict[str, Any]
    about: models.Model
    content: dict[str, Any] | None
    public: bool = False


def on_restated(objects: Iterable[models.Model], **_: Any) -> None:
    """Tell of what has changed, inside the transaction of the change."""
    for each in objects:
        if isinstance(each, Result):
            report_result(each)
        elif isinstance(each, Penalty):
            report_penalty(each)
        elif isinstance(each, CompulsoryMeasure):
            report_measure(each)


def report_result(result: Result) -> OutboxMessage | None:
    """Tell of a published or withdrawn result; one that was replaced is told of by its correction.
    The result's row is locked."""
    if result.state not in (Result.State.PUBLISHED, Result.State.WITHDRAWN):
        return None
    part = result.part
    return _tell(
        Standing(
            record=record_of(_Kind.CHECK, part.region_code, part.pk),
            kind=_Kind.CHECK,
            region_code=part.region_code,
            department_id=part.department_id,
            act={"part": part, "result": result},
            about=result,
            content=_of_check(result) if result.state == Result.State.PUBLISHED else None,
        )
    )


def report_penalty(penalty: Penalty) -> OutboxMessage | None:
    """Tell of a penalty in force or withdrawn. What is confidential is not told, and taken back
    when it becomes so. The penalty's row is locked."""
    stands = penalty.state == Penalty.State.IN_FORCE and not penalty.confidential
    return _tell(
        Standing(
            record=record_of(_Kind.PENALTY, penalty.region_code, penalty.pk),
            kind=_Kind.PENALTY,
            region_code=penalty.region_code,
            department_id=penalty.department_id,
            act={"penalty": penalty},
            about=penalty,
            content=_of_penalty(penalty) if stands else None,
            public=penalty.subject.id_kind == SubjectCategory.IdKind.USCC,
        )
    )


def report_measure(measure: CompulsoryMeasure) -> OutboxMessage | None:
    """Tell of a compulsory measure as far as it has come, once its head has approved or lifted it.
    What is confidential is not told, and taken back when it becomes so. The row is locked."""
    stands = measure.state in CompulsoryMeasure.STANDING and not measure.confidential
    return _tell(
        Standing(
            record=record_of(_Kind.MEASURE, measure.region_code, measure.pk),
            kind=_Kind.MEASURE,
            region_code=measure.region_code,
            department_id=measure.department_id,
            act={"measure": measure},
            about=measure,
            content=_of_measure(measure) if stands else None,
        )
    )


@transaction.atomic
def _tell(standing: Standing) -> OutboxMessage | None:
    # Of one act only one tells at a time, also before there is a row to lock.
    wait_turn(f"outbound.report {standing.record}")
    report = ActReport.objects.filter(record=standing.record).first()
    content = standing.content
    if content is None and (report is None or report.withdrawn):
        return None
    if report is None:
        assert content is not None
        message = _post(standing, "supervision_act.reported", 1, content)
        ActReport.objects.create(
            record=standing.record,
            kind=standing.kind,
            region_code=standing.region_code,
            department_id=standing.department_id,
            content=content,
            message=message,
            **standing.act,
        )
        return message
    if content == report.content and not report.withdrawn:
        for name, value in standing.act.items():
            setattr(report, name, value)
        report.save()
        return None
    report.version += 1
    report.withdrawn = content is None
    topic = "supervision_act.withdrawn" if content is None else "supervision_act.corrected"
    report.content = report.content if content is None else content
    report.message = message = _post(standing, topic, report.version, content)
    report.reported_at = clock.now()
    for name, value in standing.act.items():
        setattr(report, name, value)
    report.save()
    return message


def _post(
    standing: Standing, topic: str, version: int, content: dict[str, Any] | None
) -> OutboxMessage:
    payload = {
        "record": standing.record,
        "version": version,
        "status": "withdrawn" if content is None else "effective",
        "act_type": ACT_TYPES[standing.kind],
        "region": standing.region_code,
        **(content or {}),
    }
    targets = (PROVINCE, CREDIT_CHINA) if standing.public else (PROVINCE,)
    to_province, *_ = [
        post(
            target,
            topic,
            payload,
            standing.region_code,
            about=standing.about,
            thread=f"act:{standing.record}",
        )
        for target in targets
    ]
    return to_province


def _of_check(result: Result) -> dict[str, Any]:
    part, task = result.part, result.part.task
    subject, matter = task.subject, task.matter
    submitted_at = part.submitted_at or result.published_at or clock.now()
    return {
        "department_name": part.department.name,
        "subject_kind": subject.id_kind,
        "subject_identifier": subject.shown_identifier,
        "subject_name": subject.shown_name,
        "matter_code": matter.matter.code if matter else None,
        "matter_name": task.matter_name,
        "way": task.origin,
        "document_number": task.code,
        "happened_on": timezone.localtime(submitted_at).date().isoformat(),
        "officers": part.officers.count(),
        "result": list(result.codes),
        "result_text": result.conclusion,
    }


def _complainants(penalty: Penalty) -> list[str]:
    return [each.name for each in complainants.all_of(penalty.clue)] if penalty.clue else []


def _of_penalty(penalty: Penalty) -> dict[str, Any]:
    subject = penalty.subject
    matter = penalty.clue.matter if penalty.clue else None
    return {
        "department_name": penalty.department.name,
        "subject_kind": subject.id_kind,
        "subject_identifier": subject.shown_identifier,
        "subject_name": subject.shown_name,
        "matter_code": matter.code if matter else None,
        "document_number": penalty.number,
        # 信用中国 publishes it.
        "unlawful_act": without_persons(subject.masked(penalty.act), _complainants(penalty)),
        "happened_on": [penalty.occurred_from.isoformat(), penalty.occurred_to.isoformat()],
        "decided_on": penalty.decided_on.isoformat(),
        "penalty_kind": penalty.kind,
        "fine_fen": penalty.amount,
    }


def _of_measure(measure: CompulsoryMeasure) -> dict[str, Any]:
    subject = measure.subject
    matter = measure.clue.matter if measure.clue else None
    at, decided = measure.carried_out_at or measure.created_at, measure.decided_at
    return {
        "department_name": measure.department.name,
        "subject_kind": subject.id_kind,
        "subject_identifier": subject.shown_identifier,
        "subject_name": subject.shown_name,
        "matter_code": matter.code if matter else None,
        "document_number": measure.document,
        "happened_on": timezone.localtime(at).date().isoformat(),
        "officers": measure.officers.count(),
        "measure_kind": measure.kind,
        "legal_basis": subject.masked(measure.basis),
        "urgent": measure.urgent,
        "term_days": measure.term_days,
        "extended_days": measure.extended_days,
        "measure_state": told_state(measure.state),
        "measure_outcome": measure.outcome if decided else None,
        "decided_on": timezone.localtime(decided).date().isoformat() if decided else None,
        "closed_on": measure.fulfilled_on.isoformat() if measure.fulfilled_on else None,
    }


def report_missing(region_code: str = "") -> int:
    """Tell of all acts of a region whose report is missing or does not say how they stand, a batch
    per transaction; returns how many. Safe to run twice, and again after a kill."""
    told = _in_batches(unsaid_results(region_code), report_result)
    told += _in_batches(unsaid_penalties(region_code), report_penalty)
    return told + _in_batches(unsaid_measures(region_code), report_measure)


def _in_batches(found: QuerySet[Any], tell: Any) -> int:
    told, last = 0, 0
    while True:
        keys = list(found.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCH])
        if not keys:
            return told
        last = keys[-1]
        with transaction.atomic():
            rows = found.model._default_manager.filter(pk__in=keys).order_by("pk")
            for each in rows.select_for_update(of=("self",)):
                tell(each)
                told += 1


def report_now(actor: Actor) -> None:
    """Let a worker tell what is missing in the actor's region. Raises ``NotAllowed``."""
    if not coordinates(actor):
        raise NotAllowed("只有综合协调组可以补报监管行为数据。", verb="act_report.report_missing")
    with transaction.atomic():
        trail.record(
            actor, "act_report.report_missing", "补报监管行为数据", region_code=actor.region_code
        )
        wake_after_commit(REPORT_TASK, actor.region_code)

"""What this floor tells of a subject in its timeline, and which results others may take over."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from credit.models import Subject
from credit.selectors.timeline import Line, Source
from inspections.models import JointTask, Publication, Result, TaskPart
from records import clock
from records.actor import Actor
from records.moments import LocalMidnight

_OVER = (JointTask.State.CLOSED, JointTask.State.CANCELLED, JointTask.State.DECLINED)
RECOGNISED_MOST = 10


def _visits(actor: Actor, subject: Subject) -> QuerySet[JointTask]:
    return (
        JointTask.objects.visible_to(actor)
        .filter(subject=subject)
        .select_related("lead", "item__matter_version", "matter_version")
        .prefetch_related("parts__department")
    )


def _visit_line(task: JointTask) -> Line:
    others = [
        str(part.department) for part in task.parts.all() if part.department_id != task.lead_id
    ]
    told = [task.get_origin_display()]
    if others:
        told.append(f"会同{'、'.join(others)}")
    told.append(task.code)
    return Line(
        title=task.matter_name,
        note="，".join(told),
        department=task.lead,
        url=task.get_absolute_url(),
        state=task.get_state_display(),
        tone=task.state_tone,
        is_day=task.visit_on is not None,
    )


def _visited_by(department: int) -> Q:
    parts = TaskPart.objects.filter(department_id=department)
    return Q(lead_id=department) | Q(pk__in=parts.values("task_id"))


def _results(actor: Actor, subject: Subject) -> QuerySet[Result]:
    """What a department has signed, for whoever sees the visit; what is published, for whoever
    sees the subject, as the public does."""
    signed = Result.objects.visible_to(actor).filter(approved_at__isnull=False)
    public = Q(publication__ended_at=None, state=Result.State.PUBLISHED) & Q(
        part__task__subject__in=Subject.objects.visible_to(actor).filter(pk=subject.pk)
    )
    return (
        Result.objects.filter(Q(pk__in=signed.values("pk")) | public)
        .filter(part__task__subject=subject)
        .exclude(state__in=(Result.State.DRAFT, Result.State.SUBMITTED))
        .select_related(
            "part__department",
            "part__task__subject",
            "part__task__item__matter_version",
            "part__task__matter_version",
            "publication",
        )
    )


def _result_line(result: Result) -> Line:
    return Line(
        title="；".join(result.conclusion) or "未填写",
        note="，".join(filter(None, (result.part.task.matter_name, result.change_reason))),
        department=result.part.department,
        url=_page_of(result),
        state=result.get_state_display(),
        tone=result.state_tone,
    )


def _page_of(result: Result) -> str:
    """The public page once there is one: everybody may open it."""
    publication: Publication | None = getattr(result, "publication", None)
    return publication.get_absolute_url() if publication else result.get_absolute_url()


def recognisable(actor: Actor, subject: Subject) -> list[Result]:
    """This year's published results of other departments, which a department about to check looks
    at and may take over instead (I14); latest first, with their check items."""
    first = dt.date(clock.today().year, 1, 1)
    return list(
        Result.objects.filter(
            part__task__subject__in=Subject.objects.visible_to(actor).filter(pk=subject.pk),
            state=Result.State.PUBLISHED,
            publication__ended_at=None,
            publication__checked_on__gte=first,
        )
        .exclude(part__department_id=actor.department_id)
        .select_related(
            "publication",
            "part__department",
            "part__task__subject",
            "part__task__item__matter_version",
            "part__task__matter_version",
        )
        .prefetch_related("part__items")
        .order_by("-publication__checked_on", "-pk")[:RECOGNISED_MOST]
    )


SOURCES = (
    Source(
        code="visit",
        label="检查",
        icon="clipboard-check",
        rows=_visits,
        at=Coalesce(LocalMidnight("visit_on"), "dispatched_at"),
        line=_visit_line,
        of_department=_visited_by,
        open=~Q(state__in=_OVER),
    ),
    Source(
        code="result",
        label="检查结果",
        icon="report-search",
        rows=_results,
        at=Coalesce("published_at", "approved_at"),
        line=_result_line,
        of_department=lambda department: Q(part__department_id=department),
    ),
)
